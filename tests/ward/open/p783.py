import numpy as np

np.random.seed(6)
M = 300
X = np.random.uniform(-1, 1, (M, 2))
y = (X[:, 0] ** 2 + X[:, 1] ** 2 < 0.6).astype(int)

layer_dims = [2, 14, 14, 14, 14, 14, 14, 14, 1]
L = len(layer_dims) - 1
slope = 0.01


def initialize_parameters_deep():
    parameters = {}
    for l in range(1, L + 1):
        scale = np.sqrt(2 / layer_dims[l - 1])
        parameters[f"W{l}"] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * scale
        parameters[f"b{l}"] = np.zeros((layer_dims[l], 1))
    return parameters


def hidden(Z):
    return 1 / (1 + np.exp(-Z))


def hidden_backward(dA, Z, A):
    return dA * A * (1 - A)


def model_forward(X, parameters):
    caches = []
    A = X
    for l in range(1, L + 1):
        A_prev = A
        Z = parameters[f"W{l}"] @ A_prev + parameters[f"b{l}"]
        A = hidden(Z) if l < L else 1 / (1 + np.exp(-Z))
        caches.append((A_prev, Z, A))
    return A, caches


def compute_cost(AL, Y):
    AL = np.clip(AL, 1e-8, 1 - 1e-8)
    return -np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))


def model_backward(AL, Y, caches, parameters):
    grads = {}
    m = Y.shape[1]
    dZ = (AL - Y) / m
    for l in range(L, 0, -1):
        A_prev, Z, A = caches[l - 1]
        if l < L:
            dZ = hidden_backward(dA, Z, A)
        grads[f"dW{l}"] = dZ @ A_prev.T
        grads[f"db{l}"] = np.sum(dZ, axis=1, keepdims=True)
        dA = parameters[f"W{l}"].T @ dZ
    return grads


params = initialize_parameters_deep()
learning_rate0 = 0.25
decay_rate = 0.001
iteration = 0


def loss(parameters, X, y):
    return compute_cost(model_forward(X.T, parameters)[0], y.reshape(1, -1))


def step(parameters, X, y):
    global iteration
    Y = y.reshape(1, -1)
    AL, caches = model_forward(X.T, parameters)
    cost = compute_cost(AL, Y)
    grads = model_backward(AL, Y, caches, parameters)
    rate = learning_rate0 / (1 + decay_rate * iteration)
    iteration += 1
    return {k: parameters[k] - rate * grads["d" + k] for k in parameters}, cost


batch_size = 60
n_steps = 1000
