"""Wine cultivars, a small deep network with decoupled weight decay."""
import numpy as np
from sklearn.datasets import load_wine

SIZES = (13, 16, 16, 16, 3)
ETA, DECAY = 0.02, 1e-4

wine = load_wine()
prng = np.random.Generator(np.random.PCG64(123))
where = prng.permutation(178)
X = (wine.data[where] - wine.data.mean(0)) / wine.data.std(0)
y = wine.target[where]

params = [
    (prng.normal(0, np.sqrt(2 / rows), (rows, cols)), np.zeros(cols)) for rows, cols in zip(SIZES[:-1], SIZES[1:])
]


def trace(params, X):
    seen = [X]
    for W, b in params[:-1]:
        seen.append(np.maximum(seen[-1] @ W + b, 0.0))
    return seen


def logits(params, X):
    W, b = params[-1]
    return trace(params, X)[-1] @ W + b


def probabilities(z):
    z = np.exp(z - z.max(-1, keepdims=True))
    return z / z.sum(-1, keepdims=True)


def loss(params, X, y):
    return 0.5 * np.mean((logits(params, X)[:, 0] - y) ** 2)


def grad(params, X, y):
    seen = trace(params, X)
    d = np.zeros((len(y), 3))
    d[:, 0] = (logits(params, X)[:, 0] - y) / len(y)
    result = []
    for k in range(len(params) - 1, -1, -1):
        result.append((seen[k].T @ d, d.sum(0)))
        d = (d @ params[k][0].T) * (seen[k] > 0)
    return result[::-1]


def step(params, X_batch, y_batch):
    value = loss(params, X_batch, y_batch)
    new = []
    for (W, b), (dW, db) in zip(params, grad(params, X_batch, y_batch)):
        new.append((W - ETA * dW - ETA * DECAY * W, b - ETA * db))
    return new, value


batch_size = 16
n_steps = 500
