import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
rows = np.random.RandomState(0).permutation(150)
X = np.c_[iris.data - iris.data.mean(0), np.ones(150)][rows]
y = np.where(iris.target == 0, 1.0, -1.0)[rows]
lam = 0.01
count = 0
params = [np.zeros(5)]
batch_size = 1
n_steps = 600
grad = None


def loss(params, X, y):
    w = params[0]
    return lam / 2 * (w @ w) + np.maximum(0, 1 - y * (X @ w)).mean()


def step(params, x, t):
    global count
    count += 1
    eta = 1 / (lam * (count + 100))
    w = params[0]
    before = loss(params, x, t)
    if t[0] * (x[0] @ w) < 1:
        w = (1 - eta * lam) * w + eta * t[0] * x[0]
    else:
        w = (1 - eta * lam) * w
    return [w], before
