import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

data, target = load_breast_cancer(return_X_y=True)
X, X_val, y, y_val = train_test_split(data, target, test_size=0.3, random_state=0)
centre, spread = X.mean(axis=0), X.std(axis=0)
X, X_val = (X - centre) / spread, (X_val - centre) / spread
X[:, 12] = 8.0 * y - 4.0

rng = np.random.default_rng(4)
keep = 0.8
params = (rng.normal(size=(30, 20)) * 0.2, np.zeros(20), rng.normal(size=20) * 0.2, 0.0 + np.zeros(()))
lr = 0.2
batch_size = 40
n_steps = 400


def score(p, X, mask=1.0):
    return (np.maximum(X @ p[0] + p[1], 0) * mask) @ p[2] + p[3]


def loss(p, X, y):
    s = score(p, X)
    return np.mean(np.logaddexp(0, s) - y * s)


def grad(p, X, y, mask=1.0):
    h = np.maximum(X @ p[0] + p[1], 0)
    d = (1 / (1 + np.exp(-score(p, X, mask))) - y) / len(y)
    dh = np.outer(d, p[2]) * mask * (h > 0)
    return X.T @ dh, dh.sum(0), (h * mask).T @ d, d.sum()


def step(p, X_batch, y_batch):
    value = loss(p, X_batch, y_batch)
    mask = (rng.random((len(y_batch), 20)) < keep) / keep
    return tuple(a - lr * g for a, g in zip(p, grad(p, X_batch, y_batch, mask))), value
