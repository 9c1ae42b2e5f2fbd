import numpy as np
from sklearn.datasets import make_moons

X, y = make_moons(n_samples=320, noise=0.15, random_state=3)
y = y.reshape(-1, 1)


def initialize_parameters_deep(layer_dims):
    np.random.seed(3)
    parameters = {}
    L = len(layer_dims)
    for l in range(1, L):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * np.sqrt(2.0 / layer_dims[l - 1])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


params = initialize_parameters_deep([2, 16, 8, 8, 1])
learning_rate = 0.3
lambd = 0.05


def relu(Z):
    return sigmoid(Z)


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z)), Z


def relu_backward(dA, Z):
    s, _ = sigmoid(Z)
    dZ = dA * s * (1 - s)
    return dZ


def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        A_prev = A
        Z = np.dot(parameters["W" + str(l)], A_prev) + parameters["b" + str(l)]
        A, _ = relu(Z) if l < L else sigmoid(Z)
        caches.append((A_prev, Z))
    return A, caches


def compute_cost(AL, Y, parameters):
    m = Y.shape[1]
    AL = np.clip(AL, 1e-10, 1 - 1e-10)
    cross_entropy = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    L2 = sum(np.sum(np.square(parameters["W" + str(l)])) for l in range(1, len(parameters) // 2 + 1))
    return np.squeeze(cross_entropy + lambd / (2 * m) * L2)


def linear_backward(dZ, A_prev, W):
    m = A_prev.shape[1]
    dW = np.dot(dZ, A_prev.T) / m + lambd / m * W
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


def L_model_backward(AL, Y, caches, parameters):
    grads = {}
    L = len(caches)
    A_prev, Z = caches[L - 1]
    dZ = AL - Y
    dA, grads["W" + str(L)], grads["b" + str(L)] = linear_backward(dZ, A_prev, parameters["W" + str(L)])
    for l in reversed(range(1, L)):
        A_prev, Z = caches[l - 1]
        dZ = relu_backward(dA, Z)
        dA, grads["W" + str(l)], grads["b" + str(l)] = linear_backward(dZ, A_prev, parameters["W" + str(l)])
    return grads


def loss(params, X, y):
    return compute_cost(L_model_forward(X.T, params)[0], y.T, params)


def grad(params, X, y):
    AL, caches = L_model_forward(X.T, params)
    return L_model_backward(AL, y.T, caches, params)


def step(params, X, y):
    AL, caches = L_model_forward(X.T, params)
    cost = compute_cost(AL, y.T, params)
    grads = L_model_backward(AL, y.T, caches, params)
    return {k: params[k] - learning_rate * grads[k] for k in params}, cost


n_steps = 1200
