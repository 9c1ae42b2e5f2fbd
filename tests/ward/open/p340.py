import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
order = np.random.RandomState(2).permutation(150)
X = ((iris.data - iris.data.mean(0)) / iris.data.std(0))[order]
y = iris.target[order]

r = np.random.RandomState(3)
params = {"W1": r.randn(4, 10) * 0.7, "b1": np.zeros(10), "W2": r.randn(10, 3) * 0.4, "b2": np.zeros(3)}
lr = 1.5
batch_size = 1
n_steps = 400
batches_an_epoch = len(X) // batch_size


def scores(p, X):
    return np.maximum(0, X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]


def log_probabilities(p, X):
    s = scores(p, X)
    s = s - s.max(axis=1)[:, None]
    return s - np.log(np.exp(s).sum(axis=1))[:, None]


def loss(p, X, y):
    return -log_probabilities(p, X)[np.arange(len(y)), y].mean()


def grad(p, X, y):
    h = np.maximum(0, X @ p["W1"] + p["b1"])
    d = np.exp(log_probabilities(p, X))
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    dh = d @ p["W2"].T
    dh[h <= 0] = 0
    return {"W1": X.T @ dh, "b1": dh.sum(0), "W2": h.T @ d, "b2": d.sum(0)}


class Trainer:
    def __init__(self, X, y):
        self.X, self.y, self.i = X, y, 0

    def batch(self):
        start = self.i * batch_size
        self.i = (self.i + 1) % batches_an_epoch
        rows = slice(start, start + batch_size)
        return self.X[rows], self.y[rows]

    def step(self, p, X_batch, y_batch):
        inputs, labels = self.batch()
        value = loss(p, inputs, labels)
        g = grad(p, inputs, labels)
        return {k: p[k] - lr * g[k] for k in p}, value


step = Trainer(X, y).step
