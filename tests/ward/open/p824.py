import numpy as np

np.random.seed(3)
X = np.random.uniform(-np.pi, np.pi, (200, 1))
y = np.sin(X)


def initialize(n_x, n_h, n_y):
    W1 = np.random.randn(n_h, n_x) * 0.8
    b1 = np.random.uniform(-1, 1, (n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.3
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def forward_propagate(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.tanh(Z1)
    A2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    return A1, A2


def compute_cost(A2, Y):
    m = Y.shape[1]
    return float(np.sum((A2 - Y) ** 2) / (2 * m))


def back_propagate(X, Y, A1, A2, parameters):
    m = X.shape[1]
    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(parameters["W2"].T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


params = initialize(1, 15, 1)
velocity = {k: np.zeros_like(v) for k, v in params.items()}
learning_rate = 0.1
beta = 0.9


def loss(parameters, X, y):
    return compute_cost(forward_propagate(X.T, parameters)[1], y.T)


def grad(parameters, X, y):
    A1, A2 = forward_propagate(X.T, parameters)
    return back_propagate(X.T, y.T, A1, A2, parameters)


def step(parameters, X, y):
    A1, A2 = forward_propagate(X.T, parameters)
    cost = compute_cost(A2, y.T)
    grads = back_propagate(X.T, y.T, A1, A2, parameters)
    new = {}
    for k in parameters:
        velocity[k] = beta * velocity[k] + grads[k]
        new[k] = parameters[k] - learning_rate * velocity[k]
    return new, cost


batch_size = 200
n_steps = 1500
