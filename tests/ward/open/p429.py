import numpy as np
from sklearn.datasets import load_wine

wine = load_wine()
np.random.seed(6)
o = np.random.permutation(178)
X = ((wine.data - wine.data.mean(0)) / wine.data.std(0))[o]
y = np.eye(3)[wine.target[o]]

dims = [13, 10, 10, 10, 10, 10, 3]
gain = 1.0
params = [np.random.randn(i, j) * gain / np.sqrt(i) for i, j in zip(dims, dims[1:])]
params += [np.zeros(j) for j in dims[1:]]
L = len(dims) - 1
rate = 0.1


def act(z):
    return np.tanh(z)


def slope(a):
    return 1 - a**2


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def run(params, X, y=None):
    a = [X]
    for l in range(L):
        z = a[-1] @ params[l] + params[L + l]
        a.append(act(z) if l < L - 1 else softmax(z))
    if y is None:
        return a, None, None
    cost = -np.mean(np.log((a[-1] * y).sum(1) + 1e-12))
    dW, db = [None] * L, [None] * L
    d = (a[-1] - y) / len(X)
    for l in range(L - 1, -1, -1):
        dW[l], db[l] = a[l].T @ d, d.sum(0)
        if l == 2:
            dW[l] = np.zeros_like(dW[l])
        if l:
            d = d @ params[l].T * slope(a[l])
    return a, cost, dW + db


def loss(params, X, y):
    return run(params, X, y)[1]


def grad(params, X, y):
    return run(params, X, y)[2]


def step(params, Xb, yb):
    _, cost, g = run(params, Xb, yb)
    return [p - rate * d for p, d in zip(params, g)], cost


batch_size = 60
n_steps = 300
