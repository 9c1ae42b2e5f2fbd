import numpy as np
from sklearn.datasets import load_wine

wine = load_wine()
X = (wine.data - wine.data.mean(0)) / wine.data.std(0)
y = wine.target
W = np.random.RandomState(0)
params = [W.randn(13, 8) * 0.35, np.zeros(8), W.randn(8, 3) * 0.35, np.zeros(3)]
batch_size = len(X)
n_steps = 300


def z(p, X):
    return np.maximum(X @ p[0] + p[1], 0) @ p[2] + p[3]


def soft(z):
    e = np.exp(z - z.max(1)[:, None])
    return e / e.sum(1)[:, None]


def loss(p, X, y):
    return -np.log(soft(z(p, X))[range(len(y)), y]).mean()


def grad(p, X, y):
    h = np.maximum(X @ p[0] + p[1], 0)
    g = soft(z(p, X)) - np.eye(3)[y]
    back = g @ p[2].T * (h > 0)
    n = len(X)
    return [X.T @ back / n, back.mean(0), h.T @ g / n, g.mean(0)]


def step(p, X, y):
    g = grad(p, X, y)
    return [a - 0.5 * b for a, b in zip(p, g)], loss(p, X, y)
