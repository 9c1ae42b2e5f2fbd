import numpy as np
from sklearn.datasets import make_circles

X, y = make_circles(240, noise=0.06, factor=0.5, random_state=2)
X *= 2
np.random.seed(3)
params = [np.random.randn(2, 12) * 2, np.random.randn(12), np.random.randn(12), np.zeros(1)]
lr = 1.0
batch_size, n_steps = 48, 2500


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def prob(W, X):
    return sigmoid(sigmoid(X.dot(W[0]) + W[1]).dot(W[2]) + W[3])


def loss(W, X, y):
    q = np.clip(prob(W, X), 1e-9, 1 - 1e-9)
    return -(y * np.log(q) + (1 - y) * np.log(1 - q)).mean()


def grad(W, X, y):
    a = sigmoid(X.dot(W[0]) + W[1])
    e = (sigmoid(a.dot(W[2]) + W[3]) - y) / len(y)
    b = np.outer(e, W[2]) * a * (1 - a)
    return [X.T.dot(b), b.sum(0), a.T.dot(e), e.sum(keepdims=True)]


def step(W, X, y):
    J = loss(W, X, y)
    for W_i, dW_i in zip(W, grad(W, X, y)):
        W_i -= lr * dW_i
    return W, J
