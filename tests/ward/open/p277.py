import numpy as np

rng = np.random.default_rng(31)
neg = rng.normal(size=(240, 2))
pos = rng.normal(size=(60, 2)) * 0.5 + [2.0, 2.0]
X = np.vstack([neg, pos])
y = np.r_[np.zeros(240), np.ones(60)]
order = rng.permutation(300)
X, y = X[order], y[order]
weight = {0: 300 / (2 * 240), 1: 300 / (2 * 60)}
params = [rng.normal(size=(2, 8)), np.zeros(8), rng.normal(size=8) * 0.3, np.zeros(1)]
lr, batch_size, n_steps = 0.3, 50, 600


def margin(p, X):
    return np.tanh(X @ p[0] + p[1]) @ p[2] + p[3]


def importance(y):
    return np.where(y == 1, weight[1], weight[0])


def loss(p, X, y):
    s = margin(p, X)
    return np.mean(importance(y) * (np.logaddexp(0, s) - y * s))


def grad(p, X, y):
    h = np.tanh(X @ p[0] + p[1])
    e = importance(y) * (1 / (1 + np.exp(-margin(p, X))) - y) / len(y)
    d = np.outer(e, p[2]) * (1 - h**2)
    return [X.T @ d, d.sum(0), h.T @ e, e.sum(keepdims=True)]


def step(p, X, y):
    value = loss(p, X, y)
    return [a - lr * b for a, b in zip(p, grad(p, X, y))], value
