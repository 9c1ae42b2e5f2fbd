import numpy as np
from sklearn.datasets import load_breast_cancer

np.random.seed(7)
bc = load_breast_cancer()
order = np.random.permutation(bc.data.shape[0])
X = bc.data[order]
y = bc.target[order].reshape(-1, 1)
X = (X - X.mean(axis=0)) / X.std(axis=0)

layers_dims = [30, 12, 8, 6, 1]
learning_rate = 0.25


def initialize_parameters_deep(dims):
    parameters = {}
    for l in range(1, len(dims)):
        parameters["W" + str(l)] = np.random.randn(dims[l], dims[l - 1]) * 0.01
        parameters["b" + str(l)] = np.zeros((dims[l], 1))
    return parameters


def linear_activation_forward(A_prev, W, b, activation):
    Z = np.dot(W, A_prev) + b
    if activation == "relu":
        A = np.maximum(0, Z)
    else:
        A = 1 / (1 + np.exp(-Z))
    return A, (A_prev, W, Z)


def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L + 1):
        activation = "sigmoid" if l == L else "relu"
        A, cache = linear_activation_forward(A, parameters["W" + str(l)], parameters["b" + str(l)], activation)
        caches.append(cache)
    return A, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    AL = np.clip(AL, 1e-10, 1 - 1e-10)
    cost = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    return float(np.squeeze(cost))


def linear_backward(dZ, A_prev, W):
    m = A_prev.shape[1]
    dW = np.dot(dZ, A_prev.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dZ = AL - Y
    for l in reversed(range(L)):
        A_prev, W, Z = caches[l]
        if l < L - 1:
            dZ = np.array(dA, copy=True)
            dZ[Z <= 0] = 0
        dA, grads["dW" + str(l + 1)], grads["db" + str(l + 1)] = linear_backward(dZ, A_prev, W)
    return grads


def update_parameters(params, grads, learning_rate):
    parameters = params.copy()
    L = len(parameters) // 2
    for l in range(L):
        parameters["W" + str(l + 1)] = parameters["W" + str(l + 1)] - learning_rate * grads["dW" + str(l + 1)]
        parameters["b" + str(l + 1)] = parameters["b" + str(l + 1)] - learning_rate * grads["db" + str(l + 1)]
    return parameters


params = initialize_parameters_deep(layers_dims)


def loss(parameters, X, y):
    return compute_cost(L_model_forward(X.T, parameters)[0], y.T)


def grad(parameters, X, y):
    AL, caches = L_model_forward(X.T, parameters)
    grads = L_model_backward(AL, y.T, caches)
    return {name: grads["d" + name] for name in parameters}


def step(parameters, X_batch, y_batch):
    AL, caches = L_model_forward(X_batch.T, parameters)
    cost = compute_cost(AL, y_batch.T)
    grads = L_model_backward(AL, y_batch.T, caches)
    parameters = update_parameters(parameters, grads, learning_rate)
    return parameters, cost


batch_size = len(X)
n_steps = 300
