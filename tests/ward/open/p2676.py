import numpy as np

rng = np.random.RandomState(12)
n = 200
pos = rng.randn(n, 2) * [1.0, 0.8] + [3.5, 4.0]
neg = rng.randn(n, 2) * [1.0, 0.8] + [1.0, 1.5]
X = np.concatenate([pos, neg])
y = np.array([1.0] * n + [-1.0] * n) * np.where(rng.rand(2 * n) < 0.4, -1, 1)
order = rng.permutation(2 * n)
X, y = X[order], y[order]

w = np.zeros(2)
b = np.zeros(1)
params = [w, b]
lam = 0.001
eta = 0.01


def loss(params, X, y):
    w, b = params
    margin = y * (X @ w + b)
    return np.mean(np.maximum(0, 1 - margin)) + lam / 2 * w @ w


def grad(params, X, y):
    w, b = params
    active = y * (X @ w + b) < 1
    dw = -(X * (y * active)[:, None]).mean(0) + lam * w
    db = -np.array([np.mean(y * active)])
    return [dw, db]


def step(params, xi, yi):
    w, b = params
    value = loss(params, xi, yi)
    dw, db = grad(params, xi, yi)
    w_new = w - eta * dw
    b_new = b - eta * db
    return [w_new, b_new], value


batch_size = 1
n_steps = 5000
