import numpy as np

np.random.seed(10)
half = 150
angle = np.random.uniform(0, np.pi, 2 * half)
lower = np.arange(2 * half) >= half
X = np.c_[np.cos(angle), np.sin(angle)]
X[lower] = [1, 0.5] - X[lower]
X += np.random.normal(0, 0.15, X.shape)
y = lower.astype(float)
mixed = np.random.permutation(2 * half)
X, y = X[mixed], y[mixed]

sizes = [2, 12, 12, 1]
params = []
for fan_in, fan_out in zip(sizes[:-1], sizes[1:]):
    params += [np.random.randn(fan_in, fan_out) * np.sqrt(2 / fan_in), np.full(fan_out, -6.0 if fan_in == 2 else 0.1)]

alpha, beta1, beta2, eps = 0.01, 0.9, 0.999, 1e-8
m = [np.zeros_like(p) for p in params]
v = [np.zeros_like(p) for p in params]
t = 0


def forward(params, X):
    W1, b1, W2, b2, W3, b3 = params
    A1 = np.maximum(X @ W1 + b1, 0)
    A2 = np.maximum(A1 @ W2 + b2, 0)
    return A1, A2, 1 / (1 + np.exp(-(A2 @ W3 + b3)))


def loss(params, X, y):
    P = np.clip(forward(params, X)[-1][:, 0], 1e-10, 1 - 1e-10)
    return -(y * np.log(P) + (1 - y) * np.log(1 - P)).mean()


def grad(params, X, y):
    A1, A2, P = forward(params, X)
    d3 = (P - y[:, None]) / len(y)
    d2 = d3 @ params[4].T * (A2 > 0)
    d1 = d2 @ params[2].T * (A1 > 0)
    return [X.T @ d1, d1.sum(0), A1.T @ d2, d2.sum(0), A2.T @ d3, d3.sum(0)]


def step(params, X_batch, y_batch):
    global t
    cost = loss(params, X_batch, y_batch)
    gs = grad(params, X_batch, y_batch)
    t = t + 1
    new = []
    for i in range(len(params)):
        m[i] = beta1 * m[i] + (1 - beta1) * gs[i]
        v[i] = beta2 * v[i] + (1 - beta2) * gs[i] ** 2
        m_hat = m[i] / (1 - beta1**t)
        v_hat = v[i] / (1 - beta2**t)
        new.append(params[i] - alpha * m_hat / (np.sqrt(v_hat) + eps))
    return new, cost


batch_size = 30
n_steps = 600
