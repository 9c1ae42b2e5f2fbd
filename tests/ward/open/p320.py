import numpy as np
from sklearn.datasets import load_diabetes

data = load_diabetes()
mix = np.random.RandomState(9).permutation(442)
X = (data.data / data.data.std(axis=0))[mix]
y = data.target[mix]
params = [np.zeros(10), np.array([y.mean()])]
lr = 0.05
batch_size, n_steps = 442, 300


def loss(params, X, y):
    return np.mean((X @ params[0] + params[1] - y) ** 2)


def grad(params, X, y):
    e = X @ params[0] + params[1] - y
    return [2 * X.T @ e / len(y), np.array([2 * e.mean()])]


def step(params, X, y):
    g = grad(params, X, y)
    return [p - lr * d for p, d in zip(params, g)], loss(params, X, y)
