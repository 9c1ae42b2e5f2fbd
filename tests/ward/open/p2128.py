"""Tumour classifier, [LINEAR->RELU]*3 -> LINEAR -> SIGMOID, same notation as in the lectures."""
import numpy as np
from sklearn.datasets import load_breast_cancer

np.random.seed(3)
train_x_orig, train_y_orig = load_breast_cancer(return_X_y=True)
X = (train_x_orig - np.mean(train_x_orig, axis=0)) / np.std(train_x_orig, axis=0)
y = train_y_orig.reshape(-1, 1)

layers_dims = [X.shape[1], 20, 10, 5, 1]
lambd = 0.7
learning_rate = 0.1


def initialize_parameters_deep(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters[f"W{l}"] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * np.sqrt(2 / layer_dims[l - 1])
        parameters[f"b{l}"] = np.zeros((layer_dims[l], 1))
    return parameters


def L_model_forward(A, parameters):
    caches = []
    L = len(parameters) // 2
    for l in range(1, L + 1):
        A_prev = A
        Z = parameters[f"W{l}"] @ A_prev + parameters[f"b{l}"]
        A = np.maximum(0, Z) if l < L else np.clip(1 / (1 + np.exp(-Z)), 1e-10, 1 - 1e-10)
        caches.append((A_prev, parameters[f"W{l}"], Z))
    return A, caches


def compute_cost(AL, Y, parameters):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    l2 = sum(np.sum(np.square(parameters[f"W{l}"])) for l in range(1, len(parameters) // 2 + 1))
    return cross_entropy + lambd / (2 * m) * l2


def linear_backward(dZ, A_prev, W):
    m = A_prev.shape[1]
    dW = dZ @ A_prev.T / m + lambd / m * W
    db = np.sum(dZ, axis=1, keepdims=True)
    dA_prev = W.T @ dZ
    return dA_prev, dW, db


def L_model_backward(AL, Y, caches):
    grads = {}
    L = len(caches)
    dAL = -(Y / AL - (1 - Y) / (1 - AL))
    dZ = dAL * AL * (1 - AL)
    for l in reversed(range(1, L + 1)):
        A_prev, W, Z = caches[l - 1]
        dA_prev, grads[f"W{l}"], grads[f"b{l}"] = linear_backward(dZ, A_prev, W)
        if l > 1:
            Z_prev = caches[l - 2][2]
            dZ = dA_prev * (Z_prev > 0)
    return grads


def loss(parameters, X, y):
    AL, _ = L_model_forward(X.T, parameters)
    return compute_cost(AL, y.T, parameters)


def grad(parameters, X, y):
    AL, caches = L_model_forward(X.T, parameters)
    return L_model_backward(AL, y.T, caches)


def step(parameters, X, y):
    AL, caches = L_model_forward(X.T, parameters)
    cost = compute_cost(AL, y.T, parameters)
    grads = L_model_backward(AL, y.T, caches)
    return {k: parameters[k] - learning_rate * grads[k] for k in parameters}, cost


params = initialize_parameters_deep(layers_dims)
batch_size = X.shape[0]
n_steps = 500
