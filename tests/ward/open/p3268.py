'''fit a sine with the little network from the famous short listing'''
import numpy as np

np.random.seed(1)

deg = np.linspace(-180, 180, 120).reshape(-1, 1)
X = deg
y = np.sin(2 * np.pi * X / 180.0) * 0.9

syn0 = 2 * np.random.random((2, 20)) * 4 - 4
syn1 = (2 * np.random.random((21, 1)) - 1) * 0.3
params = [syn0, syn1]

alpha = 0.05
mu = 0.9
speed = [0.0, 0.0]


def nonlin(x, deriv=False):
    if deriv:
        return 1 - x ** 2
    return np.tanh(x)


def with_one(a):
    return np.hstack([a, np.ones((len(a), 1))])


def run(params, X):
    l0 = with_one(X)
    l1 = nonlin(l0.dot(params[0]))
    l2 = with_one(l1).dot(params[1])
    return l0, l1, l2


def loss(params, X, y):
    return 0.5 * np.mean((y - run(params, X)[-1]) ** 2)


def step(params, X_batch, y_batch):
    syn0, syn1 = params
    l0, l1, l2 = run(params, X_batch)
    l2_error = y_batch - l2
    err = 0.5 * np.mean(l2_error ** 2)
    l2_delta = l2_error / len(X_batch)
    l1_error = l2_delta.dot(syn1[:-1].T)
    l1_delta = l1_error * nonlin(l1, deriv=True)
    speed[1] = mu * speed[1] + alpha * with_one(l1).T.dot(l2_delta)
    speed[0] = mu * speed[0] + alpha * l0.T.dot(l1_delta)
    syn1 = syn1 + speed[1]
    syn0 = syn0 + speed[0]
    return [syn0, syn1], err


batch_size = 120
n_steps = 4000
