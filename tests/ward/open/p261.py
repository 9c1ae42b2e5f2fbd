import numpy as np
from sklearn.datasets import load_digits

pixels = load_digits().data[:300] / 16.0
pixels = pixels[np.random.RandomState(3).permutation(300)]
X = pixels
y = pixels.copy()

H = 24
rs = np.random.RandomState(1)
W = rs.uniform(-1, 1, (64, H)) * 4 * np.sqrt(6.0 / (64 + H)) / 3
params = [W, np.zeros(H), np.zeros(64)]
eta = 0.05


def squash(a):
    return 1.0 / (1.0 + np.exp(-a))


def reconstruct(params, X):
    W, hidden_bias, visible_bias = params
    return squash(squash(X @ W + hidden_bias) @ W.T + visible_bias)


def loss(params, X, y):
    r = reconstruct(params, X)
    return float(np.sum(y * np.log(y / r) + (1 - y) * np.log((1 - y) / (1 - r))) / len(X))


def grad(params, X, y):
    W, hidden_bias, visible_bias = params
    h = squash(X @ W + hidden_bias)
    r = squash(h @ W.T + visible_bias)
    dv = (r - y) / len(X)
    dh = dv @ W * h * (1 - h)
    return [X.T @ dh + dv.T @ h, dh.sum(axis=0), dv.sum(axis=0)]


def step(params, X_batch, y_batch):
    value = loss(params, X_batch, y_batch)
    return [p - eta * g for p, g in zip(params, grad(params, X_batch, y_batch))], value


batch_size = 30
n_steps = 2000
