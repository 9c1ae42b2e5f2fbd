import numpy as np

rng = np.random.default_rng(15)
X = np.linspace(-1, 1, 40)[rng.permutation(40), None]
y = np.sin(3 * X[:, 0])
params = [np.concatenate([rng.normal(size=6) * 2, rng.normal(size=6), rng.normal(size=6) * 0.5])]
batch_size, n_steps = 40, 500


def predict(params, X):
    w, b, v = params[0].reshape(3, 6)
    return np.tanh(X * w + b) @ v


def loss(params, X, y):
    return np.mean((predict(params, X) - y) ** 2)


def grad(params, X, y):
    h = 1e-5
    g = np.zeros(18)
    for i in range(18):
        up, down = params[0].copy(), params[0].copy()
        up[i] += h
        down[i] -= h
        g[i] = (loss([up], X, y) - loss([down], X, y)) / (2 * h)
    return [g]


def step(params, X, y):
    return [params[0] - 0.2 * grad(params, X, y)[0]], loss(params, X, y)
