import numpy as np

np.random.seed(7)
X = np.array([[0, 0, 1],
              [0, 1, 1],
              [1, 0, 1],
              [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T

HIDDEN = 4
syn0 = 2 * np.random.random((3, HIDDEN)) - 1
syn1 = 2 * np.random.random((HIDDEN, 1)) - 1
params = [syn0, syn1]


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def think(params, inputs):
    l1 = nonlin(np.dot(inputs, params[0]))
    e = np.exp(np.dot(l1, params[1]))
    l2 = e / e.sum(axis=1, keepdims=True)
    return l1, l2


def loss(params, X, y):
    return 0.5 * np.sum((y - think(params, X)[1]) ** 2)


lr = 1.0


def step(params, l0, target):
    syn0, syn1 = params
    l1, l2 = think(params, l0)
    l2_error = np.zeros(target.shape)
    l2_error[:] = target - l2
    l2_delta = l2_error * nonlin(l2, True)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, True)
    syn1 = syn1 + lr * l1.T.dot(l2_delta)
    syn0 = syn0 + lr * l0.T.dot(l1_delta)
    return [syn0, syn1], 0.5 * np.sum((target - l2) ** 2)


batch_size = 4
n_steps = 5000
