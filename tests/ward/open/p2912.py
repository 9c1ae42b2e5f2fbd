import numpy as np
from sklearn.datasets import load_iris

np.random.seed(6)
iris = load_iris()
keep = iris.target > 0
X = iris.data[keep][:, 2:4]          # petal length, petal width in cm
y = np.where(iris.target[keep] == 2, 1, 0)
p = np.random.permutation(len(y))
X, y = X[p], y[p]

w = np.zeros(2)
b = 0.0
params = [w, np.array(b)]
lr0 = 0.5
lmbda = 0.002
t = 0


def loss(params, X, y):
    w, b = params
    margins = y * (X @ w + b)
    return np.maximum(0, 1 - margins).mean() + lmbda / 2 * w @ w


def step(params, X, y):
    global t
    t += 1
    w, b = params
    lr = lr0 / (1 + 0.002 * t)
    value = loss(params, X, y)
    dw, db = lmbda * w, 0.0
    for xi, yi in zip(X, y):
        if yi * (xi @ w + b) < 1:
            dw = dw - yi * xi / len(y)
            db = db - yi / len(y)
    return [w - lr * dw, np.asarray(b - lr * db)], value


batch_size = 1
n_steps = 6000
