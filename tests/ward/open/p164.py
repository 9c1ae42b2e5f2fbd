import numpy as np

g = np.random.default_rng(100)
X = g.integers(0, 5, (400, 4))
rate = np.exp(0.5 * X[:, 0] - 0.4 * X[:, 1] + 0.3 * (X[:, 2] > 2))
y = g.poisson(rate)
params = [
    (g.normal(size=(4, 10)) * 0.3).astype(np.float32), np.zeros(10, np.float32),
    (g.normal(size=10) * 0.3).astype(np.float32), np.zeros(1, np.float32),
]  # fmt: skip
batch_size, n_steps = 80, 1000


def eta(p, X):
    return np.maximum(X.astype(np.float32) @ p[0] + p[1], 0) @ p[2] + p[3]


def loss(p, X, y):
    s = eta(p, X)
    return float(np.mean(np.exp(s) - y * s, dtype=np.float64))


def step(p, X, y):
    F = X.astype(np.float32)
    h = np.maximum(F @ p[0] + p[1], 0)
    e = ((np.exp(h @ p[2] + p[3]) - y) / len(y)).astype(np.float32)
    d = np.outer(e, p[2]) * (h > 0)
    value = loss(p, X, y)
    return [p[0] - 0.01 * F.T @ d, p[1] - 0.01 * d.sum(0), p[2] - 0.01 * h.T @ e, p[3] - 0.01 * e.sum()], value
