"""Six tanh layers on the breast cancer data, written for any depth."""
import numpy as np
from sklearn.datasets import load_breast_cancer

rng = np.random.RandomState(8)
d = load_breast_cancer()
order = rng.permutation(len(d.data))[:400]
X = d.data[order]
X = (X - X.mean(0)) / X.std(0)
y = d.target[order].reshape(-1, 1).astype(float)

depth, width = 6, 14
sizes = [X.shape[1]] + [width] * depth + [1]
gain = 1.0
Ws = [gain * rng.randn(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
bs = [np.zeros(b) for b in sizes[1:]]
params = [Ws, bs]
lr, mu = 0.02, 0.9

vW = [np.zeros_like(W) for W in Ws]
vb = [np.zeros_like(b) for b in bs]


def act(z):
    return np.maximum(z, 0.1 * z)


def act_prime(h):
    return np.where(h > 0, 1.0, 0.1)


def forward(params, X):
    Ws, bs = params
    hs = [X]
    for W, b in zip(Ws[:-1], bs[:-1]):
        z = hs[-1] @ W + b
        hs.append(act(z))
    return hs, hs[-1] @ Ws[-1] + bs[-1]


def logits(params, X):
    return forward(params, X)[1]


def loss(params, X, y):
    z = logits(params, X)
    return np.mean(np.logaddexp(0, z) - y * z)


def grad(params, X, y):
    Ws, bs = params
    hs, z = forward(params, X)
    delta = (1 / (1 + np.exp(-z)) - y) / len(X)
    dWs, dbs = [None] * len(Ws), [None] * len(bs)
    for l in reversed(range(len(Ws))):
        dWs[l] = hs[l].T @ delta
        dbs[l] = delta.sum(axis=0)
        if l > 0:
            delta = (delta @ Ws[l].T) * act_prime(hs[l])
    return [dWs, dbs]


def step(params, X, y):
    Ws, bs = params
    value = loss(params, X, y)
    dWs, dbs = grad(params, X, y)
    newW, newb = [], []
    for l in range(len(Ws)):
        vW[l] = mu * vW[l] - lr * dWs[l]
        vb[l] = mu * vb[l] - lr * dbs[l]
        newW.append(Ws[l] + vW[l])
        newb.append(bs[l] + vb[l])
    return [newW, newb], value


batch_size = 50
n_steps = 300
