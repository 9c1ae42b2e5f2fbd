import numpy as np

np.random.seed(2)
m = 240
angle = np.random.rand(m) * 2 * np.pi
ring = np.arange(m) % 4
Y = (ring % 2).reshape(1, m)
radius = 0.3 + 0.5 * ring + np.random.randn(m) * 0.08
X = np.stack([radius * np.cos(angle), radius * np.sin(angle)]).T
y = Y.T

layers_dims = [2, 10, 10, 10, 10, 10, 1]
L = len(layers_dims) - 1


def initialize_parameters_deep(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.zeros((layer_dims[l], layer_dims[l - 1]))
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def relu(Z):
    return np.maximum(0, Z)


def relu_backward(dA, Z):
    return dA * (Z > 0)


def L_model_forward(X, parameters):
    A = X
    caches = []
    for l in range(1, L):
        A_prev = A
        Z = parameters["W" + str(l)] @ A_prev + parameters["b" + str(l)]
        A = relu(Z)
        caches.append((A_prev, Z))
    Z = parameters["W" + str(L)] @ A + parameters["b" + str(L)]
    caches.append((A, Z))
    return sigmoid(Z), caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    AL = np.clip(AL, 1e-9, 1 - 1e-9)
    return float(-np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m)


def L_model_backward(AL, Y, caches, parameters):
    grads = {}
    m = Y.shape[1]
    dZ = AL - Y
    for l in range(L, 0, -1):
        A_prev, Z = caches[l - 1]
        grads["dW" + str(l)] = dZ @ A_prev.T / m
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA_prev = parameters["W" + str(l)].T @ dZ
            dZ = relu_backward(dA_prev, caches[l - 2][1])
    return grads


parameters = initialize_parameters_deep(layers_dims)
params = parameters
learning_rate = 0.1


def loss(parameters, X, y):
    return compute_cost(L_model_forward(X.T, parameters)[0], y.T)


def step(parameters, X, y):
    AL, caches = L_model_forward(X.T, parameters)
    cost = compute_cost(AL, y.T)
    grads = L_model_backward(AL, y.T, caches, parameters)
    updated = {}
    for l in range(1, L + 1):
        for k in ("W" + str(l), "b" + str(l)):
            updated[k] = parameters[k] - learning_rate * grads["d" + k]
    return updated, cost


batch_size = m
n_steps = 3600
