import numpy as np


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


# third column is always 1
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])

np.random.seed(5)
syn0 = 2 * np.random.random((3, 5)) - 1
syn1 = 2 * np.random.random((5, 1)) - 1
params = [syn0, syn1]
alpha = 1.5


def run(params, X):
    return nonlin(np.dot(nonlin(np.dot(X, params[0])), params[1]))


def loss(params, X, y):
    return 0.5 * np.sum((y - run(params, X)) ** 2)


def step(params, X, y):
    syn0, syn1 = params[0].copy(), params[1].copy()
    l0 = X
    l1 = nonlin(np.dot(l0, syn0))
    l2 = nonlin(np.dot(l1, syn1))

    l2_error = y - l2
    l2_delta = l2_error * nonlin(l2, deriv=True)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(np.dot(l0, syn0), deriv=True)

    syn1 += alpha * l1.T.dot(l2_delta)
    syn0 += alpha * l0.T.dot(l1_delta)
    return [syn0, syn1], 0.5 * np.sum(l2_error ** 2)


batch_size = 4
n_steps = 5000
