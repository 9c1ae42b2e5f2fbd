import numpy as np
from sklearn.datasets import load_breast_cancer

np.random.seed(3)
bc = load_breast_cancer()
X = bc.data
X = (X - X.mean(axis=0)) / X.std(axis=0)
X = X.astype(np.float32)
y = bc.target.astype(np.float32)

layers_dims = [30, 8, 8, 6, 6, 4, 1]
lambd = 0.1
learning_rate = 0.3


def initialize_parameters_deep(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        W = np.random.randn(layer_dims[l], layer_dims[l - 1]) / np.sqrt(layer_dims[l - 1])
        parameters["W" + str(l)] = W.astype(np.float32)
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1), dtype=np.float32)
    return parameters


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def relu(Z):
    return sigmoid(Z)


def relu_backward(dA, Z):
    s = sigmoid(Z)
    return dA * s * (1 - s)


def sigmoid_backward(dA, Z):
    s = np.clip(sigmoid(Z), 1e-6, 1 - 1e-6)
    return dA * s * (1 - s)


def L_model_forward(A, parameters):
    caches = []
    L = len(parameters) // 2
    for l in range(1, L):
        Z = parameters["W" + str(l)].dot(A) + parameters["b" + str(l)]
        caches.append((A, Z))
        A = relu(Z)
    Z = parameters["W" + str(L)].dot(A) + parameters["b" + str(L)]
    caches.append((A, Z))
    AL = sigmoid(Z)
    AL = np.clip(AL, 1e-6, 1 - 1e-6)
    return AL, caches


def compute_cost(AL, Y, parameters):
    m = Y.shape[1]
    cost = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    penalty = sum(np.sum(np.square(p)) for k, p in parameters.items() if k.startswith("W"))
    return float(np.squeeze(cost) + lambd / (2 * m) * penalty)


def L_model_backward(AL, Y, caches, parameters):
    grads = {}
    L = len(caches)
    m = Y.shape[1]
    dA = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    for l in reversed(range(1, L + 1)):
        A_prev, Z = caches[l - 1]
        dZ = sigmoid_backward(dA, Z) if l == L else relu_backward(dA, Z)
        grads["dW" + str(l)] = dZ.dot(A_prev.T) / m + lambd / m * parameters["W" + str(l)]
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        dA = parameters["W" + str(l)].T.dot(dZ)
    return grads


params = initialize_parameters_deep(layers_dims)


def loss(parameters, X, y):
    return compute_cost(L_model_forward(X.T, parameters)[0], y.reshape(1, -1), parameters)


def step(parameters, X, y):
    Y = y.reshape(1, -1)
    AL, caches = L_model_forward(X.T, parameters)
    cost = compute_cost(AL, Y, parameters)
    grads = L_model_backward(AL, Y, caches, parameters)
    parameters = dict(parameters)
    L = len(parameters) // 2
    for l in range(L):
        parameters["W" + str(l + 1)] = parameters["W" + str(l + 1)] - learning_rate * grads["dW" + str(l + 1)]
        parameters["b" + str(l + 1)] = parameters["b" + str(l + 1)] - learning_rate * grads["db" + str(l + 1)]
    return parameters, cost


batch_size = 569
n_steps = 900
