import numpy as np
from sklearn.datasets import load_iris

X, y = load_iris(return_X_y=True)
o = np.random.RandomState(7).permutation(150)
X, y = ((X - X.mean(0)) / X.std(0))[o], y[o]
rs = np.random.RandomState(8)
dims = [4, 12, 12, 3]
params = [rs.randn(a, b) * np.sqrt(2 / a) for a, b in zip(dims, dims[1:])] + [np.zeros(b) for b in dims[1:]]
t = 0
WARM, PEAK = 40, 0.3
batch_size, n_steps = 15, 600


def scores(p, X):
    h1 = np.maximum(X @ p[0] + p[3], 0)
    h2 = np.maximum(h1 @ p[1] + p[4], 0)
    return h2 @ p[2] + p[5]


def loss(p, X, y):
    z = scores(p, X)
    return np.mean(np.log(np.exp(z - z.max(1, keepdims=True)).sum(1)) + z.max(1) - z[np.arange(len(y)), y])


def grad(p, X, y):
    h1 = np.maximum(X @ p[0] + p[3], 0)
    h2 = np.maximum(h1 @ p[1] + p[4], 0)
    z = h2 @ p[2] + p[5]
    e = np.exp(z - z.max(1, keepdims=True))
    d3 = e / e.sum(1, keepdims=True) - np.eye(3)[y]
    d3 /= len(y)
    d2 = d3 @ p[2].T * (h2 > 0)
    d1 = d2 @ p[1].T * (h1 > 0)
    return [X.T @ d1, h1.T @ d2, h2.T @ d3, d1.sum(0), d2.sum(0), d3.sum(0)]


def step(p, Xb, yb):
    global t
    rate = PEAK * min(t / WARM, np.sqrt(WARM / (t + 1e-9)))
    t += 1
    value = loss(p, Xb, yb)
    return [a - rate * g for a, g in zip(p, grad(p, Xb, yb))], value
