import numpy as np

# third column is always 1 (bias trick)
X = np.array([[0, 0, 1],
              [0, 1, 1],
              [1, 0, 1],
              [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T

np.random.seed(1)
syn0 = np.random.uniform(-1, 1, (3, 4))
syn1 = np.random.uniform(-1, 1, (4, 1))
params = [syn0, syn1]
alpha = 1.5


def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def run(params, X):
    syn0, syn1 = params
    l1_in = np.dot(X, syn0)
    l1 = nonlin(l1_in)
    l2_in = np.dot(l1, syn1)
    l2 = nonlin(l2_in)
    return l1_in, l1, l2_in, l2


def loss(params, X, y):
    return 0.5 * np.sum((y - run(params, X)[-1]) ** 2)


def step(params, X, y):
    syn0, syn1 = params
    l1_in, l1, l2_in, l2 = run(params, X)

    l2_error = l2 - y
    l2_delta = l2_error * nonlin(l2, deriv=True)
    l1_error = l2_delta.dot(syn1.T)
    l1_delta = l1_error * nonlin(l1, deriv=True)

    syn1 = syn1 + alpha * l1.T.dot(l2_delta)
    syn0 = syn0 + alpha * X.T.dot(l1_delta)
    return [syn0, syn1], 0.5 * np.sum(l2_error ** 2)


batch_size = 4
n_steps = 4000
