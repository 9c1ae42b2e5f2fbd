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

lr = 0.8


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(a):
    return sigmoid(a) * (1 - sigmoid(a))


def predict(params, X):
    wh, bh, wout, bout = params
    hidden = sigmoid(np.dot(X, wh) + bh)
    return sigmoid(np.dot(hidden, wout) + bout)


def loss(params, X, y):
    return 0.5 * np.sum((y - predict(params, X)) ** 2)


def step(params, X, y):
    wh, bh, wout, bout = [p.copy() for p in params]
    # forward
    hidden = sigmoid(np.dot(X, wh) + bh)
    output = sigmoid(np.dot(hidden, wout) + bout)
    # backward
    error = y - output
    d_output = error * sigmoid_derivative(output)
    error_hidden = d_output.dot(wout.T)
    d_hidden = error_hidden * sigmoid_derivative(hidden)
    # update
    wout += hidden.T.dot(d_output) * lr
    bout += np.sum(d_output, axis=0, keepdims=True) * lr
    wh += X.T.dot(d_hidden) * lr
    bh += np.sum(d_hidden, axis=0, keepdims=True) * lr
    return [wh, bh, wout, bout], 0.5 * np.sum(error ** 2)


batch_size = 4
n_steps = 4000
