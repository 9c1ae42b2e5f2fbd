import numpy as np
from sklearn.datasets import load_digits

np.random.seed(2)
d = load_digits()
shuffle = np.random.permutation(len(d.target))[:900]
X = d.data[shuffle] / 16
y = np.eye(10)[d.target[shuffle]]


def initialize_parameters(dims):
    parameters = {}
    for l in range(1, len(dims)):
        parameters[f"W{l}"] = np.random.randn(dims[l], dims[l - 1]) * np.sqrt(2 / dims[l - 1])
        parameters[f"b{l}"] = np.zeros((dims[l], 1))
    return parameters


def g(Z):
    return np.maximum(0, Z)


def g_prime(Z):
    return (Z > 0).astype(float)


def forward_propagation(X, parameters):
    W1, b1, W2, b2 = (parameters[k] for k in ("W1", "b1", "W2", "b2"))
    W3, b3, W4, b4 = (parameters[k] for k in ("W3", "b3", "W4", "b4"))
    Z1 = W1 @ X + b1
    A1 = g(Z1)
    Z2 = W2 @ A1 + b2
    A2 = g(Z2)
    Z3 = W3 @ A2 + b3
    A3 = g(Z3)
    Z4 = W4 @ A3 + b4
    t = np.exp(Z4 - np.max(Z4, axis=0, keepdims=True))
    A4 = t / np.sum(t, axis=0, keepdims=True)
    return A4, (Z1, A1, Z2, A2, Z3, A3)


def compute_cost(A4, Y):
    return -np.sum(Y * np.log(A4 + 1e-10)) / Y.shape[1]


def backward_propagation(X, Y, parameters):
    m = X.shape[1]
    A4, (Z1, A1, Z2, A2, Z3, A3) = forward_propagation(X, parameters)
    W2, W3, W4 = parameters["W2"], parameters["W3"], parameters["W4"]

    dZ4 = A4 - Y
    dW4 = 1 / m * dZ4 @ A3.T
    db4 = 1 / m * np.sum(dZ4, axis=1, keepdims=True)

    dA3 = W4.T @ dZ4
    dZ3 = dA3 * g_prime(Z3)
    dW3 = 1 / m * dZ3 @ A2.T
    db3 = 1 / m * np.sum(dZ3, axis=1, keepdims=True)

    dA2 = W3.T @ dZ3
    dZ2 = dA2 * g_prime(Z2)
    dW2 = 1 / m * dZ3 @ A1.T
    db2 = 1 / m * np.sum(dZ3, axis=1, keepdims=True)

    dA1 = W2.T @ dZ2
    dZ1 = dA1 * g_prime(Z1)
    dW1 = 1 / m * dZ1 @ X.T
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3, "W4": dW4, "b4": db4}


params = initialize_parameters([64, 20, 20, 20, 10])
learning_rate = 0.15


def loss(parameters, X, y):
    return compute_cost(forward_propagation(X.T, parameters)[0], y.T)


def grad(parameters, X, y):
    return backward_propagation(X.T, y.T, parameters)


def step(parameters, X, y):
    cost = loss(parameters, X, y)
    grads = backward_propagation(X.T, y.T, parameters)
    updated = {k: parameters[k] - learning_rate * grads[k] for k in parameters}
    return updated, cost


batch_size = 60
n_steps = 800
