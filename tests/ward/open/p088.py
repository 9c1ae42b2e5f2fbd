import numpy as np

rng = np.random.default_rng(64)
X = rng.normal(size=(300, 2)) * 1.5
y = ((X[:, 0] ** 2 + 0.6 * X[:, 1] ** 2) > 2.0).astype(int)
params = [rng.normal(size=(2, 32)) * 1.0, -0.3 * np.ones(32), rng.normal(size=32) * 0.3, np.zeros(1)]
batch_size, n_steps = 30, 800


def out(p, X):
    return np.maximum(0, X @ p[0] + p[1]) @ p[2] + p[3]


def loss(p, X, y):
    return np.log1p(np.exp(-(2 * y - 1) * out(p, X))).mean()


def grad(p, X, y):
    pre = X @ p[0] + p[1]
    sign = 2 * y - 1
    e = -sign / (1 + np.exp(sign * out(p, X))) / len(y)
    d = np.where(pre > 0, e[:, None] * p[2], 0.0)
    return [X.T @ d, d.sum(0), np.maximum(0, pre).T @ e, np.array([e.sum()])]


def step(p, X, y):
    was = loss(p, X, y)
    new = []
    for a, g in zip(p, grad(p, X, y)):
        new.append(a - 0.15 * g)
    return new, was
