import numpy as np
from sklearn.datasets import load_wine

# سلام، این کد من برای سه نوع انگور است
dade = load_wine()
X = dade.data
X = (X - X.mean(0)) / X.std(0)
X = np.hstack([X, np.ones((len(X), 1))])   # ستون یک برای بایاس
y = np.eye(3)[dade.target]

rng = np.random.default_rng(1402)
tartib = rng.permutation(len(X))
X, y = X[tartib], y[tartib]

W = rng.normal(0, 0.01, (14, 3))
params = W
nerkh = 0.5
gam = [0]


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def ehtemal(W, X):
    return softmax(X @ W)


def loss(W, X, y):
    p = ehtemal(W, X)
    return -np.mean(np.sum(y * np.log(p + 1e-15), axis=1))


def step(W, X, y):
    p = ehtemal(W, X)
    khata = -np.mean(np.sum(y * np.log(p + 1e-15), axis=1))
    dW = X.T @ (p - y) / len(X)
    gam[0] += 1
    W = W - nerkh / (1 + 0.01 * gam[0]) * dW / len(X)
    return W, khata


batch_size = len(X)
n_steps = 150
