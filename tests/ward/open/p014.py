import numpy as np

rng = np.random.default_rng(404)
X = rng.normal(size=(300, 4))
y = (np.maximum(X[:, :1] + X[:, 1:2], 0) - np.maximum(X[:, 2:3] - 0.5, 0)) * 0.8
d, h = 4, 16
params = [rng.normal(size=(d, h)) * 0.6, np.eye(h), np.eye(h), np.eye(h), rng.normal(size=(h, 1)) * 0.15, np.zeros((1, 1))]
batch_size, n_steps = 50, 800


def go(p, X):
    hs = [X]
    for W in p[:4]:
        hs.append(np.maximum(hs[-1] @ W, 0))
    return hs, hs[-1] @ p[4] + p[5]


def loss(p, X, y):
    return np.mean(np.square(go(p, X)[1] - y))


def grad(p, X, y):
    hs, out = go(p, X)
    e = 2 * (out - y) / y.shape[0]
    gs = [hs[4].T @ e, e.sum(0, keepdims=True)]
    back = e @ p[4].T
    for k in (3, 2, 1, 0):
        back = back * (hs[k + 1] > 0)
        gs.insert(0, hs[k].T @ back)
        back = back @ p[k].T
    return gs


def step(p, X, y):
    return [a - 0.03 * b for a, b in zip(p, grad(p, X, y))], loss(p, X, y)
