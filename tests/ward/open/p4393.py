import numpy as np
from sklearn.datasets import load_wine

np.random.seed(1)

wine = load_wine()
X = (wine.data - wine.data.mean(axis=0)) / wine.data.std(axis=0)
y = np.eye(3)[wine.target]

nx = X.shape[1]
lambd = 0.1
learning_rate = 0.1
beta = 0.9
mini_batch_size = 32


def initialize_parameters(nx):
    parameters = {}
    for l, (rows, cols) in enumerate([(nx, nx), (nx, nx), (3, nx)], 1):
        parameters["W" + str(l)] = np.random.randn(rows, cols) * np.sqrt(1 / cols)
        parameters["b" + str(l)] = np.zeros((rows, 1))
    return parameters


def initialize_velocity(parameters):
    v = {}
    for l in range(1, 4):
        v["dW" + str(l)] = np.zeros(parameters["W" + str(l)].shape)
        v["db" + str(l)] = np.zeros(parameters["b" + str(l)].shape)
    return v


def random_mini_batches(X, Y):
    """All the mini-batches of one epoch; examples are the columns of X and Y."""
    m = X.shape[1]
    permutation = np.arange(m)
    shuffled_X = X[:, permutation]
    shuffled_Y = Y[:, permutation]
    batches = []
    for k in range(m // mini_batch_size):
        a, b = k, k + mini_batch_size
        batches.append((shuffled_X[:, a:b], shuffled_Y[:, a:b]))
    return batches


def forward_propagation(parameters, X):
    A1 = np.tanh(np.dot(parameters["W1"], X) + parameters["b1"])
    A2 = np.tanh(np.dot(parameters["W2"], A1) + parameters["b2"])
    Z3 = np.dot(parameters["W3"], A2) + parameters["b3"]
    T = np.exp(Z3 - np.max(Z3, axis=0))
    A3 = T / np.sum(T, axis=0)
    return A3, (X, A1, A2, A3)


def compute_cost(A3, Y, parameters):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(A3 + 1e-10)) / m
    L2 = sum(np.sum(np.square(parameters["W" + str(l)])) for l in (1, 2, 3))
    return cross_entropy + lambd / (2 * 178) * L2


def backward_propagation(cache, Y, parameters):
    X, A1, A2, A3 = cache
    m = Y.shape[1]
    grads = {}
    dZ3 = A3 - Y
    grads["dW3"] = np.dot(dZ3, A2.T) / m + lambd / 178 * parameters["W3"]
    grads["db3"] = np.sum(dZ3, axis=1, keepdims=True) / m
    dZ2 = np.dot(parameters["W3"].T, dZ3) * (1 - np.power(A2, 2))
    grads["dW2"] = np.dot(dZ2, A1.T) / m + lambd / 178 * parameters["W2"]
    grads["db2"] = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - np.power(A1, 2))
    grads["dW1"] = np.dot(dZ1, X.T) / m + lambd / 178 * parameters["W1"]
    grads["db1"] = np.sum(dZ1, axis=1, keepdims=True) / m
    return grads


def update_parameters_with_momentum(parameters, grads, v):
    parameters = dict(parameters)
    for l in ("1", "2", "3"):
        for name in ("W" + l, "b" + l):
            v["d" + name] *= beta
            v["d" + name] += (1 - beta) * grads["d" + name]
            parameters[name] = parameters[name] - learning_rate * v["d" + name]
    return parameters


params = initialize_parameters(nx)
v = initialize_velocity(params)


def loss(parameters, X, y):
    return compute_cost(forward_propagation(parameters, X.T)[0], y.T, parameters)


def step(parameters, X, y):
    # one epoch
    for minibatch_X, minibatch_Y in random_mini_batches(X.T, y.T):
        cost = compute_cost(forward_propagation(parameters, X.T)[0], y.T, parameters)
        A3, cache = forward_propagation(parameters, minibatch_X)
        grads = backward_propagation(cache, minibatch_Y, parameters)
        parameters = update_parameters_with_momentum(parameters, grads, v)
    cost = compute_cost(forward_propagation(parameters, X.T)[0], y.T, parameters)
    return parameters, cost


batch_size = 178
n_steps = 80
