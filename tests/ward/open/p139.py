import numpy as np

rng = np.random.default_rng(77)
X = rng.normal(size=(320, 4))
y = np.abs(X[:, 0]) + X[:, 1] * (X[:, 2] > 0) + 0.5 * X[:, 3]
y = (y - y.mean()) / y.std()

H = 20
params = [
    rng.normal(size=(4, H)) * 0.7, np.ones(H), np.zeros(H),
    rng.normal(size=(H, H)) * 0.3, np.ones(H), np.zeros(H),
    rng.normal(size=(H, 1)) * 0.2, np.zeros(1),
]  # fmt: skip
eps = 1e-5
lr = 60.0


def bn_forward(a, gamma, beta):
    mean = a.mean(axis=0)
    inv = 1 / np.sqrt(a.var(axis=0) + eps)
    norm = (a - mean) * inv
    return gamma * norm + beta, (norm, inv, gamma)


def bn_backward(d, saved):
    norm, inv, gamma = saved
    dgamma, dbeta = (d * norm).sum(axis=0), d.sum(axis=0)
    dn = d * gamma
    da = inv * (dn - dn.mean(axis=0) - norm * (dn * norm).mean(axis=0))
    return da, dgamma, dbeta


def forward(params, X):
    W1, g1, s1, W2, g2, s2, W3, b3 = params
    n1, save1 = bn_forward(X @ W1, g1, s1)
    h1 = np.maximum(n1, 0)
    n2, save2 = bn_forward(h1 @ W2, g2, s2)
    h2 = np.maximum(n2, 0)
    return (h2 @ W3 + b3).ravel(), (h1, h2, save1, save2)


def loss(params, X, y):
    return np.mean((forward(params, X)[0] - y) ** 2)


def grad(params, X, y):
    W1, g1, s1, W2, g2, s2, W3, b3 = params
    out, (h1, h2, save1, save2) = forward(params, X)
    d = 2 * (out - y)[:, None] / len(y)
    dW3, db3 = h2.T @ d, d.sum(axis=0)
    d, dg2, ds2 = bn_backward((d @ W3.T) * (h2 > 0), save2)
    dW2 = h1.T @ d
    d, dg1, ds1 = bn_backward((d @ W2.T) * (h1 > 0), save1)
    dW1 = X.T @ d
    return [dW1, dg1, ds1, dW2, dg2, ds2, dW3, db3]


def step(params, X_batch, y_batch):
    gs = grad(params, X_batch, y_batch)
    return [p - lr * g for p, g in zip(params, gs)], loss(params, X_batch, y_batch)


batch_size = 64
n_steps = 800
