import numpy as np
from sklearn.datasets import load_breast_cancer

X, y = load_breast_cancer(return_X_y=True)
np.random.seed(3)
perm = np.random.permutation(X.shape[0])
X, y = X[perm], y[perm]
X = (X - np.mean(X, axis=0)) / np.std(X, axis=0)

layers_dims = [30, 12, 12, 1]
learning_rate = 0.5
lambd = 0.0


def initialize(dims):
    p = {}
    for l in range(1, len(dims)):
        p["W%d" % l] = np.random.randn(dims[l - 1], dims[l]) * np.sqrt(2.0 / dims[l - 1])
        p["b%d" % l] = np.zeros((1, dims[l]))
    return p


def relu(Z):
    return np.maximum(0, Z)


def sigmoid(Z):
    return 1 / (1 + np.exp(-np.clip(Z, -500, 500)))


def L_model_forward(X, p):
    caches = []
    A = X
    for l in (1, 2, 3):
        A_prev = A
        Z = A_prev @ p["W%d" % l] + p["b%d" % l]
        A = relu(Z) if l < 3 else sigmoid(Z)
        caches.append((A_prev, Z))
    return A, caches


def compute_cost(AL, Y, p):
    cross_entropy = -np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))
    L2 = lambd / 2 * sum(np.sum(p["W%d" % l] ** 2) for l in (1, 2, 3))
    return cross_entropy + L2


def L_model_backward(AL, Y, caches, p):
    m = Y.shape[0]
    grads = {}
    dZ = AL - Y
    for l in (3, 2, 1):
        A_prev, Z = caches[l - 1]
        grads["W%d" % l] = A_prev.T @ dZ / m + lambd * p["W%d" % l]
        grads["b%d" % l] = dZ.sum(axis=0, keepdims=True) / m
        if l > 1:
            dA = dZ @ p["W%d" % l].T
            dZ = dA * (caches[l - 2][1] > 0)
    return grads


def loss(p, X, y):
    return compute_cost(L_model_forward(X, p)[0], y.reshape(-1, 1), p)


def grad(p, X, y):
    AL, caches = L_model_forward(X, p)
    return L_model_backward(AL, y.reshape(-1, 1), caches, p)


def step(p, X, y):
    Y = y.reshape(-1, 1)
    AL, caches = L_model_forward(X, p)
    cost = compute_cost(AL, Y, p)
    grads = L_model_backward(AL, Y, caches, p)
    return {k: p[k] - learning_rate * grads[k] for k in p}, cost


params = initialize(layers_dims)
batch_size = 64
n_steps = 700
