import numpy as np

np.random.seed(21)
marks = np.random.uniform(30, 100, (140, 2))
passed = marks[:, 0] * 0.55 + marks[:, 1] * 0.45 + np.random.randn(140) * 4 > 58
X = (marks - marks.mean(axis=0)) / marks.std(axis=0)
y = passed.astype(float).reshape(-1, 1)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def initialize_with_zeros(dim):
    w = np.zeros((dim, 1))
    b = np.zeros(1)
    return [w, b]


def propagate(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(np.dot(X, w) + b)
    cost = -1 / m * np.sum(Y * np.log(A + 1e-10) + (1 - Y) * np.log(1 - A + 1e-10))
    dZ = A - Y
    dw = 1 / m * np.dot(X.T, dZ)
    db = 1 / m * np.sum(dZ, axis=0)
    return dw, db, cost


def optimize(w, b, X, Y, learning_rate):
    dw, db, cost = propagate(w, b, X, Y)
    w = w - learning_rate * dw
    b = b - learning_rate * db
    return w, b, cost


params = initialize_with_zeros(2)
learning_rate = 0.5


def loss(params, X, y):
    return propagate(params[0], params[1], X, y)[2]


def step(params, X, y):
    w, b = params
    w, b, cost = optimize(w, b, X, y, learning_rate)
    return [w, b], cost


batch_size = 140
n_steps = 400
