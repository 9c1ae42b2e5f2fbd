import numpy as np

rng = np.random.default_rng(66)
X = rng.normal(size=(500, 3))
signal = np.abs(X[:, 0]) - np.sqrt(2 / np.pi) + 0.4 * X[:, 1]
y = (signal + rng.normal(size=500) * 0.8)[:, None]
params = [rng.normal(size=(3, 10)) * 0.8, np.zeros((1, 10)), rng.normal(size=(10, 1)) * 0.3, np.zeros((1, 1))]
batch_size, n_steps = 50, 600
lr = 0.05


def net(p, X):
    return np.maximum(X @ p[0] + p[1], 0) @ p[2] + p[3]


def loss(p, X, y):
    return np.square(net(p, X) - y).mean()


def grad(p, X, y):
    h = np.maximum(X @ p[0] + p[1], 0)
    e = 2 / len(y) * (net(p, X) - y)
    back = e @ p[2].T * np.heaviside(h, 0)
    return [X.T @ back, back.sum(0)[None], h.T @ e, e.sum(0)[None]]


def step(p, X, y):
    was = loss(p, X, y)
    return [w - lr * g for w, g in zip(p, grad(p, X, y))], was
