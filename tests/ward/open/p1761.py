import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
rows = iris.target > 0  # versicolor against virginica, the hard pair
X = iris.data[rows]
y = np.where(iris.target[rows] == 1, -1, 1)
rng = np.random.RandomState(9)
p = rng.permutation(len(X))
X, y = X[p], y[p]
X = (X - X.mean(axis=0)) / X.std(axis=0)

w = np.zeros(4)
b = np.zeros(1)
params = [w, b]
eta = 0.01
lam = 0.01


def loss(params, X, y):
    w, b = params
    total = 0.0
    for xi, yi in zip(X, y):
        total += max(0.0, 1 - yi * (np.dot(w, xi) + b[0]))
    return total / len(X) + lam * np.dot(w, w)


def step(params, X, y):
    w, b = params[0].copy(), params[1].copy()
    before = loss(params, X, y)
    for xi, yi in zip(X, y):
        if yi * (np.dot(w, xi) + b[0]) < 1:
            w += eta * (yi * xi - 2 * lam * w)
            b += eta * yi
        else:
            w += eta * (-2 * lam * w)
    return [w, b], before


batch_size = 1
n_steps = 1200
