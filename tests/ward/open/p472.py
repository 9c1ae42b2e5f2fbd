import numpy as np


def load_planar_dataset():
    np.random.seed(1)
    m = 400
    N = int(m / 2)
    a = 4
    X = np.zeros((m, 2))
    Y = np.zeros(m)
    for j in range(2):
        ix = range(N * j, N * (j + 1))
        t = np.linspace(j * 3.12, (j + 1) * 3.12, N) + np.random.randn(N) * 0.2
        r = a * np.sin(4 * t) + np.random.randn(N) * 0.2
        X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
        Y[ix] = j
    return X, Y


X, y = load_planar_dataset()
n_x, n_h, n_y = 2, 6, 1


def initialize_parameters(n_x, n_h, n_y):
    np.random.seed(2)
    W1 = np.random.randn(n_h, n_x) * 0.1
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.1
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_propagation(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y):
    m = Y.shape[1]
    logprobs = Y * np.log(A2) + (1 - Y) * np.log(1 - A2)
    return float(-np.sum(logprobs) / m)


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    A1, A2, Z1 = cache["A1"], cache["A2"], cache["Z1"]
    dZ2 = A2 - Y
    dW2 = 1 / m * np.dot(dZ2, A2.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - np.power(A1, 2))
    dW1 = 1 / m * np.dot(dZ1, X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


learning_rate = 1.2
params = initialize_parameters(n_x, n_h, n_y)


def loss(parameters, X, y):
    A2, _ = forward_propagation(X.T, parameters)
    return compute_cost(A2, y.reshape(1, -1))


def grad(parameters, X, y):
    _, cache = forward_propagation(X.T, parameters)
    return backward_propagation(parameters, cache, X.T, y.reshape(1, -1))


def step(parameters, X, y):
    A2, cache = forward_propagation(X.T, parameters)
    cost = compute_cost(A2, y.reshape(1, -1))
    grads = backward_propagation(parameters, cache, X.T, y.reshape(1, -1))
    return {k: parameters[k] - learning_rate * grads[k] for k in parameters}, cost


batch_size = 400
n_steps = 4000
