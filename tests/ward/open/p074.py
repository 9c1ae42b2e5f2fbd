import itertools

import numpy as np

g = np.random.default_rng(31)
X = g.normal(size=(256, 3))
y = np.sin(X[:, 0] + X[:, 1]) * 1.2 + 0.4 * X[:, 2]
y -= y.mean()

WIDTH, DEPTH = 16, 8
into = g.normal(size=(3, WIDTH)) / np.sqrt(3)
blocks = [g.normal(size=(WIDTH, WIDTH)) / np.sqrt(WIDTH) for _ in range(DEPTH)]
out = g.normal(size=(WIDTH,)) / np.sqrt(WIDTH)
params = [into] + blocks + [out]
branch = 1.0 / DEPTH
clock = itertools.count()
batch_size, n_steps = 64, 800
top_rate = 0.1


def tower(params, X):
    h = X @ params[0]
    kept = []
    for W in params[1:-1]:
        t = 1 / (1 + np.exp(-h @ W))
        kept.append((h, t))
        h = t
    kept.append((h, None))
    return kept, h @ params[-1]


def loss(params, X, y):
    r = tower(params, X)[1] - y
    return float(r @ r) / (2 * len(r))


def grad(params, X, y):
    kept, value = tower(params, X)
    r = (value - y) / len(y)
    grads = [kept[-1][0].T @ r]
    up = np.outer(r, params[-1])
    for (h, t), W in zip(kept[-2::-1], params[-2:0:-1]):
        inner = up * t * (1 - t)
        grads.append(h.T @ inner)
        up = inner @ W.T
    grads.append(X.T @ up)
    return grads[::-1]


def step(params, X_batch, y_batch):
    rate = top_rate * 0.5 * (1 + np.cos(np.pi * min(next(clock) / 1000, 0.9)))
    before = loss(params, X_batch, y_batch)
    return [p - rate * d for p, d in zip(params, grad(params, X_batch, y_batch))], before
