import numpy as np
from sklearn.datasets import make_blobs

P, c = make_blobs(240, centers=6, cluster_std=0.9, center_box=(-6, 6), random_state=14)
X = (P - P.mean(0)) / P.std(0)
y = np.full((240, 6), 0.2 / 6)
y[np.arange(240), c] += 0.8
r = np.random.RandomState(1)
params = [r.randn(2, 25), np.zeros(25), r.randn(25, 6) * 0.2, np.zeros(6)]
batch_size, n_steps = 40, 700


def f(p, X):
    h = np.maximum(X @ p[0] + p[1], 0)
    z = h @ p[2] + p[3]
    z = z - z.max(axis=1, keepdims=True)
    return h, z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def loss(p, X, y):
    return -np.sum(y * f(p, X)[1]) / len(X)


def grad(p, X, y):
    h, logq = f(p, X)
    d = (np.exp(logq) - y) / len(X)
    dh = d @ p[2].T
    dh[h == 0] = 0
    return [X.T @ dh, dh.sum(0), h.T @ d, d.sum(0)]


def step(p, X, y):
    value, g = loss(p, X, y), grad(p, X, y)
    for i in range(4):
        g[i] = p[i] - 0.4 * g[i]
    return g, value
