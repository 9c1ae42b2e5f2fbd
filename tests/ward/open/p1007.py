import numpy as np

# XOR, the third column is always one
X = np.array([[0, 0, 1],
              [0, 1, 1],
              [1, 0, 1],
              [1, 1, 1]], dtype=float)
y = np.array([[0, 1, 1, 0]], dtype=float).T

np.random.seed(1)
# randomly initialise with mean 0
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
params = [syn0, syn1]

alpha = 1.0


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def forward(params, X):
    syn0, syn1 = params
    l1 = nonlin(X.dot(syn0))
    l2 = nonlin(l1.dot(syn1))
    return l1, l2


def loss(params, X, y):
    return 0.5 * np.sum((y - forward(params, X)[1]) ** 2)


def step(params, X, y):
    syn0, syn1 = params[0].copy(), params[1].copy()
    l0 = X
    l1 = nonlin(np.dot(l0, syn0))
    l2 = nonlin(np.dot(l1, syn1))

    # how much did we miss?
    l2_error = y - l2
    error = 0.5 * np.sum(l2_error ** 2)
    l2_delta = l2_error * nonlin(l2, deriv=True)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, deriv=True)

    syn1 += alpha * l1.T.dot(l2_delta)
    syn0 += alpha * l0.T.dot(l1_delta)
    return [syn0, syn1], error


n_steps = 4000
