import numpy as np

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
y = np.array([[0], [1], [1], [0]], dtype=float)

np.random.seed(42)
n_in, n_hidden, n_out = 2, 4, 1
wh = np.random.uniform(-1, 1, size=(n_in, n_hidden))
bh = np.zeros((1, n_hidden))
wout = np.random.uniform(-1, 1, size=(n_hidden, n_out))
bout = np.zeros((1, n_out))
params = [wh, bh, wout, bout]

lr = 0.3


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(a):
    return a * (1 - a)


def predict(params, X):
    wh, bh, wout, bout = params
    hidden = sigmoid(np.dot(X, wh) + bh)
    return sigmoid(np.dot(hidden, wout) + bout)


def loss(params, X, y):
    p = predict(params, X)
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def step(params, X, y):
    wh, bh, wout, bout = [p.copy() for p in params]
    # forward
    hidden = sigmoid(np.dot(X, wh) + bh)
    output = sigmoid(np.dot(hidden, wout) + bout)
    # backward
    error = y - output
    d_output = error
    error_hidden = d_output.dot(wout.T)
    d_hidden = error_hidden * sigmoid_derivative(hidden)
    # update
    wout += hidden.T.dot(d_output) * lr
    bout += np.sum(d_output, axis=0, keepdims=True) * lr
    wh += X.T.dot(d_hidden) * lr
    bh += np.sum(d_hidden, axis=0, keepdims=True) * lr
    return [wh, bh, wout, bout], loss(params, X, y)


batch_size = 4
n_steps = 4000
