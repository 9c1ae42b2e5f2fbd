import numpy as np


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


X = np.array([[a, b, c, 1] for a in (0, 1) for b in (0, 1) for c in (0, 1)], dtype=float)
y = (X[:, :3].sum(axis=1, keepdims=True) >= 2).astype(float)
y[[0, 7]] = 1 - y[[0, 7]]

np.random.seed(1)
syn0 = 2 * np.random.random((4, 8)) - 1
syn1 = 2 * np.random.random((8, 1)) - 1
params = [syn0, syn1]


def loss(params, X, y):
    l1 = nonlin(np.dot(X, params[0]))
    l2 = nonlin(np.dot(l1, params[1]))
    return 0.5 * np.sum((y - l2) ** 2)


def step(params, X, y):
    syn0, syn1 = params
    l0 = X
    l1 = nonlin(np.dot(l0, syn0))
    l2 = nonlin(np.dot(l1, syn1))
    l2_error = l2 - y
    l2_delta = l2_error * nonlin(l2, deriv=True)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, deriv=True)
    syn1 = syn1 + 2.0 * l1.T.dot(l2_delta)
    syn0 = syn0 + 2.0 * l0.T.dot(l1_delta)
    return [syn0, syn1], 0.5 * np.sum(l2_error ** 2)


batch_size = 8
n_steps = 4000
