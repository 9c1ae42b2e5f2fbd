import numpy as np

rng = np.random.default_rng(2718)
X = rng.uniform(-2, 2, (250, 2))
y = np.sin(2 * X[:, 0]) * np.cos(X[:, 1])
OMEGA = rng.normal(size=(2, 60)) * 1.2
PHASE = rng.uniform(0, 2 * np.pi, 60)
params = [np.zeros(60)]
batch_size, n_steps = 50, 800


def features(X):
    return np.sqrt(2 / 60) * np.cos(X @ OMEGA + PHASE)


def loss(params, X, y):
    return np.sum((features(X) @ params[0] - y) ** 2)


def grad(params, X, y):
    F = features(X)
    return [2 * F.T @ (F @ params[0] - y)]


def step(params, X, y):
    return [params[0] - 0.02 * grad(params, X, y)[0]], loss(params, X, y)
