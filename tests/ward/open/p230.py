import numpy as np

np.random.seed(31337)
X = np.random.uniform(-2, 2, (200, 1))
y = np.abs(X[:, 0]) - 0.5 * X[:, 0] + 0.05 * np.random.randn(200)
params = [np.random.randn(1, 12), 0.5 * np.random.randn(12), 0.4 * np.random.randn(12), np.zeros(1)]
batch_size = 20
n_steps = 800
draw = np.random.RandomState(1)


def f(p, X):
    return np.maximum(X @ p[0] + p[1], 0) @ p[2] + p[3]


def loss(p, X, y):
    return 0.5 * ((f(p, X) - y) ** 2).mean()


def grad(p, X, y):
    h = np.maximum(X @ p[0] + p[1], 0)
    e = (f(p, X) - y) / len(y)
    d = np.outer(e, p[2]) * (h > 0)
    return [X.T @ d, d.sum(0), h.T @ e, np.array([e.sum()])]


def step(p, _X, _y):
    index = draw.choice(len(X), batch_size)
    new = [a - 0.1 * g for a, g in zip(p, grad(p, X[index], y[index]))]
    return new, loss(new, X, y)
