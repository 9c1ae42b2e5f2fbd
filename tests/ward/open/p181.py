import numpy as np
from sklearn.datasets import make_blobs

X, labels = make_blobs(270, centers=3, cluster_std=2.2, random_state=21)
X = (X - X.mean(0)) / X.std(0)
y = labels.reshape(-1, 1)
g = np.random.default_rng(0)
params = [g.normal(size=(2, 2, 10)) * 0.7, np.zeros((2, 10)), g.normal(size=(10, 3)) * 0.3, np.zeros(3)]
batch_size, n_steps = 27, 400


def pieces(p, X):
    return np.einsum("nd,kdh->knh", X, p[0]) + p[1][:, None, :]


def scores(p, X):
    return pieces(p, X).max(axis=0) @ p[2] + p[3]


def loss(p, X, y):
    s = scores(p, X)
    return float(np.mean(np.log(np.exp(s).sum(axis=1, keepdims=True)) - np.take_along_axis(s, y, axis=1)))


def grad(p, X, y):
    a = pieces(p, X)
    h, win = a.max(axis=0), a.argmax(axis=0)
    e = np.exp(h @ p[2] + p[3])
    e = e / e.sum(axis=1, keepdims=True)
    np.put_along_axis(e, y, np.take_along_axis(e, y, axis=1) - 1, axis=1)
    e /= len(X)
    back = (e @ p[2].T)[None] * (win[None] == np.arange(2)[:, None, None])
    return [np.einsum("nd,knh->kdh", X, back), back.sum(axis=1), h.T @ e, e.sum(axis=0)]


def step(p, X, y):
    value = loss(p, X, y)
    return [w - 0.3 * d for w, d in zip(p, grad(p, X, y))], value
