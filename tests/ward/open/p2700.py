import numpy as np

np.random.seed(3)
n0, n1 = 240, 240
t0, t1 = np.pi * np.random.rand(n0), np.pi * np.random.rand(n1)
upper = np.c_[np.cos(t0), np.sin(t0)]
lower = np.c_[1 - np.cos(t1), 0.5 - np.sin(t1)]
X = np.vstack([upper, lower]) + 0.12 * np.random.randn(n0 + n1, 2)
y = np.array([0] * n0 + [1] * n1).reshape(-1, 1)
p = np.random.permutation(len(X))
X, y = X[p], y[p]


def initialize_parameters(layers_dims):
    parameters = {}
    for l in range(1, len(layers_dims)):
        parameters['W' + str(l)] = np.zeros((layers_dims[l], layers_dims[l - 1]))
        parameters['b' + str(l)] = np.zeros((layers_dims[l], 1))
    return parameters


params = initialize_parameters([2, 10, 10, 1])
learning_rate = 0.3


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def relu(x):
    return np.maximum(0, x)


def forward_propagation(X, parameters):
    Z1 = np.dot(parameters['W1'], X) + parameters['b1']
    A1 = relu(Z1)
    Z2 = np.dot(parameters['W2'], A1) + parameters['b2']
    A2 = relu(Z2)
    Z3 = np.dot(parameters['W3'], A2) + parameters['b3']
    A3 = np.clip(sigmoid(Z3), 1e-7, 1 - 1e-7)
    return A3, (Z1, A1, Z2, A2, Z3, A3)


def compute_loss(A3, Y):
    m = Y.shape[1]
    logprobs = np.multiply(-np.log(A3), Y) + np.multiply(-np.log(1 - A3), 1 - Y)
    return 1. / m * np.sum(logprobs)


def backward_propagation(X, Y, parameters, cache):
    m = X.shape[1]
    Z1, A1, Z2, A2, Z3, A3 = cache
    dA3 = 1. / m * (-Y / A3 + (1 - Y) / (1 - A3))
    dZ3 = dA3 * A3 * (1 - A3)
    dW3 = np.dot(dZ3, A2.T)
    db3 = np.sum(dZ3, axis=1, keepdims=True)
    dA2 = np.dot(parameters['W3'].T, dZ3)
    dZ2 = np.multiply(dA2, np.int64(A2 > 0))
    dW2 = np.dot(dZ2, A1.T)
    db2 = np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(parameters['W2'].T, dZ2)
    dZ1 = np.multiply(dA1, np.int64(A1 > 0))
    dW1 = np.dot(dZ1, X.T)
    db1 = np.sum(dZ1, axis=1, keepdims=True)
    return {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2, 'W3': dW3, 'b3': db3}


def loss(parameters, X, y):
    return compute_loss(forward_propagation(X.T, parameters)[0], y.T)


def grad(parameters, X, y):
    A3, cache = forward_propagation(X.T, parameters)
    return backward_propagation(X.T, y.T, parameters, cache)


def step(parameters, X, y):
    A3, cache = forward_propagation(X.T, parameters)
    grads = backward_propagation(X.T, y.T, parameters, cache)
    updated = {k: parameters[k] - learning_rate * grads[k] for k in parameters}
    return updated, compute_loss(A3, y.T)


batch_size = 480
n_steps = 1500
