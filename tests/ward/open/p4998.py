import numpy as np

# Minimal reproducible example for the question
rng = np.random.default_rng(12)

X = rng.normal(size=(45, 6))
y = np.argmax(X[:, :3] + 0.5 * np.abs(X[:, 3:]), axis=1)

D, H, C = 6, 5, 3
decay = 1e-3

params = (
    (rng.normal(0, 0.6, (H, D)), rng.normal(0, 0.1, H)),
    (rng.normal(0, 0.6, (H, H)), rng.normal(0, 0.1, H)),
    (rng.normal(0, 0.6, (C, H)), rng.normal(0, 0.1, C)),
)


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def forward(params, X):
    (W1, b1), (W2, b2), (W3, b3) = params
    a1 = X @ W1.T + b1
    z1 = sigmoid(a1)
    a2 = z1 @ W2.T + b2
    z2 = np.maximum(a2, 0)
    scores = z2 @ W3.T + b3
    return a1, z1, a2, z2, scores


def log_softmax(s):
    s = s - s.max(axis=1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def loss(params, X, y):
    logp = log_softmax(forward(params, X)[-1])
    nll = -logp[np.arange(len(y)), y].mean()
    return nll + 0.5 * decay * sum(np.sum(W ** 2) for W, _ in params)


def grad(params, X, y):
    (W1, b1), (W2, b2), (W3, b3) = params
    a1, z1, a2, z2, scores = forward(params, X)
    n = len(y)
    d3 = np.exp(log_softmax(scores))
    d3[np.arange(n), y] -= 1
    d3 = d3 / n
    dW3 = d3.T @ z2 + decay * W3
    db3 = d3.sum(axis=0)
    d2 = (d3 @ W3) * (a2 > 0)
    dW2 = d2.T @ a1 + decay * W2
    db2 = d2.sum(axis=0)
    d1 = (d2 @ W2) * z1 * (1 - z1)
    dW1 = d1.T @ X + decay * W1
    db1 = d1.sum(axis=0)
    return (dW1, db1), (dW2, db2), (dW3, db3)


batch_size = 45
n_steps = 200
