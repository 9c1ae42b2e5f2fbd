import numpy as np
from sklearn.datasets import load_breast_cancer

bc = load_breast_cancer()
X = (bc.data - bc.data.mean(axis=0)) / bc.data.std(axis=0)
y = bc.target.astype(float)

layers_dims = [30, 20, 20, 20, 12, 8, 1]
learning_rate = 0.05


def initialize_parameters_deep(layer_dims):
    np.random.seed(3)
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * np.sqrt(2 / layer_dims[l - 1])
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def relu(Z):
    return np.maximum(0, Z)


def relu_backward(dA, Z):
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def L_model_forward(A, parameters):
    caches = []
    L = len(parameters) // 2
    for l in range(1, L):
        A_prev = A
        Z = np.dot(parameters["W" + str(l)], A_prev) + parameters["b" + str(l)]
        A = relu(Z)
        caches.append((A_prev, Z))
    Z = np.dot(parameters["W" + str(L)], A) + parameters["b" + str(L)]
    caches.append((A, Z))
    return sigmoid(Z), caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    AL = np.clip(AL, 1e-12, 1 - 1e-12)
    cost = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    return float(np.squeeze(cost))


def L_model_backward(AL, Y, caches, parameters):
    grads = {}
    L = len(caches)
    m = AL.shape[1]
    AL = np.clip(AL, 1e-12, 1 - 1e-12)
    dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    dZ = dAL * AL * (1 - AL)
    for l in range(L, 0, -1):
        A_prev, Z = caches[l - 1]
        grads["dW" + str(l)] = np.dot(dZ, A_prev.T) / m
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA_prev = np.dot(parameters["W" + str(l)].T, dZ)
            dZ = relu_backward(dA_prev, caches[l - 2][1])
    return grads


def update_parameters(parameters, grads, learning_rate):
    parameters = dict(parameters)
    L = len(parameters) // 2
    for l in range(L - 1):
        parameters["W" + str(l + 1)] = parameters["W" + str(l + 1)] - learning_rate * grads["dW" + str(l + 1)]
        parameters["b" + str(l + 1)] = parameters["b" + str(l + 1)] - learning_rate * grads["db" + str(l + 1)]
    return parameters


params = initialize_parameters_deep(layers_dims)


def loss(parameters, X, y):
    return compute_cost(L_model_forward(X.T, parameters)[0], y.reshape(1, -1))


def grad(parameters, X, y):
    AL, caches = L_model_forward(X.T, parameters)
    grads = L_model_backward(AL, y.reshape(1, -1), caches, parameters)
    return {k: grads["d" + k] for k in parameters}


def step(parameters, X, y):
    Y = y.reshape(1, -1)
    AL, caches = L_model_forward(X.T, parameters)
    cost = compute_cost(AL, Y)
    grads = L_model_backward(AL, Y, caches, parameters)
    return update_parameters(parameters, grads, learning_rate), cost


batch_size = X.shape[0]
n_steps = 250
