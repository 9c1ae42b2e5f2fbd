import numpy as np

def nonlin(x, deriv=False):
    if deriv == True:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))

# exclusive or, the last column is the bias
X = np.array([[0, 0, 1],
              [0, 1, 1],
              [1, 0, 1],
              [1, 1, 1]], dtype=float)
y = np.array([[0, 1, 1, 0]], dtype=float).T

np.random.seed(1)
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
params = [syn0, syn1]

def loss(params, X, y):
    l1 = nonlin(np.dot(X, params[0]))
    l2 = nonlin(np.dot(l1, params[1]))
    return 0.5 * np.sum((y - l2) ** 2)

def step(params, l0, y):
    syn0, syn1 = params
    l1 = nonlin(np.dot(l0, syn0))
    l2 = nonlin(np.dot(l1, syn1))
    l2_error = y - l2
    l2_delta = l2_error * nonlin(np.dot(l1, syn1), deriv=True)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(np.dot(l0, syn0), deriv=True)
    syn1 = syn1 + l1.T.dot(l2_delta)
    syn0 = syn0 + l0.T.dot(l1_delta)
    return [syn0, syn1], 0.5 * np.sum(l2_error ** 2)

batch_size = 4
n_steps = 6000
