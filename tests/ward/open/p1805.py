import numpy as np


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


# third input is always one
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=float)
y = np.array([[0, 1, 1, 0]], dtype=float).T

np.random.seed(1)
hidden = 4
alpha = 1.0
syn0 = 2 * np.random.random((3, hidden)) - 1
syn1 = 2 * np.random.random((hidden, 1)) - 1
params = [syn0, syn1]


def feed(X, syn0, syn1):
    l1 = nonlin(X.dot(syn0))
    l2 = nonlin(l1.dot(syn1))
    return l1, l2


def loss(params, X, y):
    return 0.5 * np.sum((y - feed(X, *params)[1]) ** 2)


def step(params, X, y):
    syn0, syn1 = params
    l1, l2 = feed(X, syn0, syn1)
    l2_error = y - l2
    l2_delta = l2_error * nonlin(l2, deriv=True)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, deriv=True)
    syn1 = syn1 + alpha * l1.T.dot(l2_delta)
    syn0 = syn0 + alpha * X.T.dot(l1_delta)
    return [syn0, syn1], 0.5 * np.sum(l2_error**2)


batch_size = 4
n_steps = 150
