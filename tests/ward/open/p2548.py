import numpy as np
from sklearn.datasets import load_breast_cancer

data = load_breast_cancer()
rs = np.random.RandomState(2)
order = rs.permutation(data.data.shape[0])[:450]
X = data.data[order]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = data.target[order].reshape(-1, 1)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def initialize_with_zeros(dim):
    w = np.zeros((dim, 1))
    b = np.zeros((1, 1))
    return [w, b]


params = initialize_with_zeros(X.shape[1])
learning_rate = 0.2


def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    eps = 1e-10
    cost = np.sum(-Y * np.log(A + eps) + (1 - Y) * np.log(1 - A + eps)) / m
    dz = -Y * (1 - A) - (1 - Y) * A
    dw = np.dot(X, dz.T) / m
    db = np.sum(dz, axis=1, keepdims=True) / m
    return dw, db, cost


def loss(params, X, y):
    return propagate(*params, X.T, y.T)[2]


def grad(params, X, y):
    return list(propagate(*params, X.T, y.T)[:2])


def step(params, X, y):
    w, b = params
    dw, db, cost = propagate(w, b, X.T, y.T)
    w = w - learning_rate * dw
    b = b - learning_rate * db
    return [w, b], cost


batch_size = 450
n_steps = 600
