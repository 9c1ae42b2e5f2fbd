import numpy as np
from sklearn.datasets import load_digits

d = load_digits()
sel = np.random.default_rng(3).permutation(1797)[:500]
X = d.data[sel] / 160
y = d.target[sel]
params = [np.zeros((10, 64)), np.zeros(10)]
batch_size = 100
n_steps = 400


def loss(p, X, y):
    s = X @ p[0].T + p[1]
    return float(np.mean(np.log(np.exp(s).sum(1)) - s[np.arange(len(s)), y]))


def grad(p, X, y):
    s = np.exp(X @ p[0].T + p[1])
    q = s / s.sum(1, keepdims=True)
    q[np.arange(len(q)), y] -= 1
    return [q.T @ X / len(X), q.mean(0)]


def step(p, X, y):
    a, b = grad(p, X, y)
    return [p[0] - 40 * a, p[1] - 40 * b], loss(p, X, y)
