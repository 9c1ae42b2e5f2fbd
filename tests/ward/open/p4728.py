"""Analytic gradient of a five-layer net, to be given to a minimiser (L-BFGS). Tried on the tumour table first."""
import numpy as np
from sklearn.datasets import load_breast_cancer

rng = np.random.default_rng(1897)

sample = load_breast_cancer()
rows = rng.choice(569, 240, replace=False)
X = sample.data[rows]
X = (X - X.mean(axis=0)) / X.std(axis=0)
X = X[:, :12]
y = sample.target[rows].astype(float)[:, None]
batch_size = 240

shape = (12, 12, 12, 12, 12, 1)
weights = tuple(rng.normal(0, np.sqrt(1.5 / a), (a, b)) for a, b in zip(shape, shape[1:]))
biases = tuple(rng.normal(0, 0.1, b) for b in shape[1:])
params = (weights, biases)
A = 0.7  # elu: A (e^z - 1) below zero


def elu(z):
    return np.where(z > 0, z, A * np.expm1(np.minimum(z, 0)))


def elu_prime(z):
    return np.where(z > 0, 1.0, A * np.exp(np.minimum(z, 0)))


def sweep(params, X):
    """All pre-activations and all activations."""
    w, b = params
    z, a = [], [X]
    for l in range(5):
        z.append(a[l] @ w[l] + b[l])
        a.append(elu(z[l]) if l < 4 else z[l])
    return z, a


def loss(params, X, y):
    logit = sweep(params, X)[1][-1]
    return np.mean(np.maximum(logit, 0) - logit * y + np.log1p(np.exp(-np.abs(logit))))


def grad(params, X, y):
    w, b = params
    z, a = sweep(params, X)
    delta = [None] * 5
    delta[4] = (1 / (1 + np.exp(-z[4])) - y) / len(y)
    back = delta[4]
    for l in (3, 2, 1, 0):
        delta[l] = (back @ w[l + 1].T) * elu_prime(z[l])
        back = delta[3]
    gw = tuple(a[l].T @ delta[l] for l in range(5))
    gb = tuple(delta[l].sum(axis=0) for l in range(5))
    return (gw, gb)
