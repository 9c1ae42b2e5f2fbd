import numpy as np
from sklearn.datasets import load_breast_cancer

cancer = load_breast_cancer()
np.random.seed(3)
shuffle = np.random.permutation(len(cancer.target))[:512]
X = cancer.data[shuffle]
y = cancer.target[shuffle].astype(float)
mu, sigma = X.mean(axis=0), X.std(axis=0)

lambd = 0.5
learning_rate = 0.01


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def initialize_with_zeros(dim):
    w = np.zeros((dim, 1))
    b = np.zeros((1, 1))
    return w, b


def cost_function(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -1 / m * np.sum(Y * np.log(A + 1e-12) + (1 - Y) * np.log(1 - A + 1e-12))
    return cost + lambd / (2 * m) * np.sum(w ** 2)


def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    dZ = A - Y
    dw = 1 / m * np.dot(X, dZ.T) + lambd / m * w
    db = 1 / m * np.sum(dZ, axis=1, keepdims=True)
    return dw, db


w, b = initialize_with_zeros(X.shape[1])
params = [w, b]


def loss(params, X, y):
    return cost_function(params[0], params[1], X.T, y.reshape(1, -1))


def grad(params, X, y):
    return list(propagate(params[0], params[1], X.T, y.reshape(1, -1)))


def step(params, X, y):
    w, b = params
    X, Y = X.T, y.reshape(1, -1)
    cost = cost_function(w, b, X, Y)
    dw, db = propagate(w, b, X, Y)
    w = w - learning_rate * dw
    b = b - learning_rate * db
    return [w, b], cost


batch_size = 512
n_steps = 800
