import numpy as np


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


np.random.seed(1)
base = np.random.randint(0, 2, (120, 2))
X = np.c_[base + np.random.normal(0, 0.08, base.shape), np.ones(len(base))]
y = (base[:, :1] ^ base[:, 1:]).astype(float)

syn0 = 2 * np.random.random((3, 8)) - 1
syn1 = 2 * np.random.random((8, 1)) - 1
params = [syn0, syn1]
scale = 0.15


def loss(params, X, y):
    l1 = nonlin(np.dot(X, params[0]))
    l2 = nonlin(np.dot(l1, params[1]))
    return 0.5 * np.sum((y - l2) ** 2)


def step(params, X, y):
    syn0, syn1 = params
    l0 = X
    l1 = nonlin(np.dot(l0, syn0))
    l2 = nonlin(np.dot(l1, syn1))
    l2_error = y - l2
    l2_delta = l2_error * nonlin(l2, deriv=True)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, deriv=True)
    syn1 = syn1 + scale * l1.T.dot(l2_delta)
    syn0 = syn0 + scale * l0.T.dot(l1_delta)
    return params, 0.5 * np.sum(l2_error**2)


batch_size = 120
n_steps = 4000
