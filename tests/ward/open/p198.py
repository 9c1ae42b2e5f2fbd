"""Wine cultivars, a small deep network with decoupled weight decay."""
import numpy as np
from sklearn.datasets import load_wine

SIZES = (13, 16, 16, 16, 3)
ETA, DECAY = 0.1, 1e-4

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
    return np.mean(-np.log(np.take_along_axis(probabilities(logits(params, X)), y[:, None], 1)))


def grad(params, X, y):
    seen = trace(params, X)
    d = probabilities(logits(params, X))
    d[range(len(y)), y] -= 1.0
    d = d / len(y)
    result = []
    for k in range(len(params) - 1, -1, -1):
        result.append((seen[k].T @ d, d.sum(0)))
        d = (d @ params[k][0].T) * (seen[k] > 0)
    return result[::-1]


def step(params, X_batch, y_batch):
    value = loss(params, X_batch, y_batch)
    new = []
    for (W, b), (dW, db) in zip(params, grad(params, X_batch, y_batch)):
        new.append(((1 - ETA * DECAY) * W - ETA * dW, b - ETA * db))
    return new, value


batch_size = 16
n_steps = 500
