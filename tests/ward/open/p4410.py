import numpy as np
from sklearn.datasets import load_digits

np.random.seed(64)
data, labels = load_digits(return_X_y=True)
idx = np.random.permutation(len(data))[:1000]
data, labels = data[idx], labels[idx]


def one_hot(labels, k=10):
    out = np.zeros((len(labels), k))
    out[np.arange(len(labels)), labels] = 1
    return out


X = data * 100.0
y = one_hot(labels)

W = 0.01 * np.random.randn(65, 10)
V = np.zeros_like(W)
params = [W]
alpha, mu, reg = 0.1, 0.9, 1e-4


def with_ones(X):
    return np.hstack([X, np.ones((len(X), 1))])


def softmax(S):
    S = np.exp(S)
    return S / S.sum(axis=1, keepdims=True)


def loss(params, X, Y):
    W = params[0]
    P = softmax(with_ones(X) @ W)
    return -(Y * np.log(P + 1e-15)).sum() / len(Y) + reg * (W * W).sum()


def grad(params, X, Y):
    W = params[0]
    A = with_ones(X)
    G = softmax(A @ W) - Y
    return [A.T @ G / len(Y) + 2 * reg * W]


def step(params, X, Y):
    global V
    W = params[0]
    now = loss(params, X, Y)
    # gradient at the place where the momentum would carry us
    G = grad([W + mu * V], X, Y)[0]
    V = mu * V - alpha * G
    return [W + V], now


batch_size = 50
n_steps = 400
