import numpy as np
from sklearn.datasets import load_iris

np.random.seed(31)
iris = load_iris()
keep = iris.target > 0           # versicolor against virginica
rows = iris.data[keep]
rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
labels = np.where(iris.target[keep] == 2, 1, -1)
perm = np.random.permutation(len(rows))
X = rows[perm]
y = labels[perm]

w = np.zeros(5, dtype=np.float32)
params = [w]
eta = 0.02
C = 0.001


def net_input(w, row):
    s = w[0]
    for j in range(len(row)):
        s += w[j + 1] * row[j]
    return s


def predict(w, row):
    return 1 if net_input(w, row) >= 0 else -1


def loss(params, X, y):
    w = params[0]
    total = 0.0
    for row, target in zip(X, y):
        total += max(0, 1 - target * net_input(w, row))
    return total / len(X) + C * np.sum(w[1:] ** 2)


def step(params, xs, ts):
    w = params[0].copy()
    before = loss(params, xs, ts)
    for row, target in zip(xs, ts):
        margin = target * net_input(w, row)
        for j in range(len(row)):
            w[j + 1] -= eta * 2 * C * w[j + 1]
        if margin < 1:
            w[0] += eta * target
            for j in range(len(row)):
                w[j + 1] += eta * target * row[j]
    return [w], before


batch_size = 1
n_steps = 3000
