import numpy as np

np.random.seed(2)


def load_planar_dataset(m=300):
    N = m // 2
    X = np.zeros((m, 2))
    Y = np.zeros(m, dtype=int)
    for j in range(2):
        ix = range(N * j, N * (j + 1))
        t = np.linspace(j * 3.12, (j + 1) * 3.12, N) + np.random.randn(N) * 0.15
        r = 4 * np.sin(4 * t) + np.random.randn(N) * 0.15
        X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
        Y[ix] = j
    return X, Y


X, y = load_planar_dataset()
n_x, n_h, n_y = 2, 8, 1
learning_rate = 1.2


def initialize_parameters():
    W1 = np.random.randn(n_h, n_x) * 0.5
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.5
    b2 = np.zeros((n_y, 1))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


params = initialize_parameters()


def forward_propagation(A0, parameters):
    Z1 = np.dot(parameters["W1"], A0) + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y):
    m = Y.shape[1]
    logprobs = Y * np.log(A2 + 1e-12) + (1 - Y) * np.log(1 - A2 + 1e-12)
    return float(-np.sum(logprobs) / m)


def backward_propagation(parameters, cache, A0, Y):
    m = A0.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = dZ2 * (1 - np.power(A1, 2))
    dW1 = (1 / m) * np.dot(dZ1, A0.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def update_parameters(parameters, grads):
    W1 = parameters["W1"] - learning_rate * grads["dW1"]
    b1 = parameters["b1"] - learning_rate * grads["db1"]
    W2 = parameters["W2"] - learning_rate * grads["dW2"]
    b2 = parameters["b2"] - learning_rate * grads["db2"]
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def loss(parameters, X, y):
    return compute_cost(forward_propagation(X.T, parameters)[0], y.reshape(1, -1))


def grad(parameters, X, y):
    A2, cache = forward_propagation(X.T, parameters)
    g = backward_propagation(parameters, cache, X.T, y.reshape(1, -1))
    return {k: g["d" + k] for k in parameters}


def step(parameters, X, y):
    Y = y.reshape(1, -1)
    A2, cache = forward_propagation(X.T, parameters)
    cost = compute_cost(A2, Y)
    grads = backward_propagation(parameters, cache, X.T, Y)
    return update_parameters(parameters, grads), cost


batch_size = 300
n_steps = 2500
