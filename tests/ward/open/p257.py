import numpy as np


def load_planar(m=400):
    rs = np.random.RandomState(1)
    N = m // 2
    X = np.zeros((m, 2))
    Y = np.zeros(m, dtype=int)
    for j in range(2):
        ix = range(N * j, N * (j + 1))
        t = np.linspace(j * 3.12, (j + 1) * 3.12, N) + rs.randn(N) * 0.2
        r = 4 * np.sin(4 * t) + rs.randn(N) * 0.2
        X[ix] = np.c_[r * np.sin(t), r * np.cos(t)]
        Y[ix] = j
    shuffle = rs.permutation(m)
    return X[shuffle], Y[shuffle]


def initialize_parameters(n_x, n_h, n_y):
    np.random.seed(2)
    W1 = np.random.randn(n_h, n_x) * 0.5
    b1 = np.zeros((n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.5
    b2 = np.zeros((n_y, 1))
    return [W1, b1, W2, b2]


def forward_propagation(A0, parameters):
    W1, b1, W2, b2 = parameters
    Z1 = np.dot(W1, A0) + b1
    A1 = Z1
    Z2 = np.dot(W2, A1) + b2
    A2 = 1 / (1 + np.exp(-Z2))
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache


def compute_cost(A2, Y):
    m = Y.shape[1]
    logprobs = Y * np.log(A2 + 1e-12) + (1 - Y) * np.log(1 - A2 + 1e-12)
    return float(-np.sum(logprobs) / m)


def backward_propagation(parameters, cache, A0, Y):
    m = A0.shape[1]
    W2 = parameters[2]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1
    dW1 = (1 / m) * np.dot(dZ1, A0.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)
    return [dW1, db1, dW2, db2]


def loss(params, X, y):
    A2, _ = forward_propagation(X.T, params)
    return compute_cost(A2, y.reshape(1, -1))


def grad(params, X, y):
    _, cache = forward_propagation(X.T, params)
    return backward_propagation(params, cache, X.T, y.reshape(1, -1))


learning_rate = 0.1


def step(params, X_batch, y_batch):
    A2, cache = forward_propagation(X_batch.T, params)
    cost = compute_cost(A2, y_batch.reshape(1, -1))
    grads = backward_propagation(params, cache, X_batch.T, y_batch.reshape(1, -1))
    return [p - learning_rate * g for p, g in zip(params, grads)], cost


X, y = load_planar()
params = initialize_parameters(2, 6, 1)
batch_size = 400
n_steps = 3000
