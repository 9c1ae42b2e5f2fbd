"""I only post the backprop, the update is plain SGD. Where is it wrong?"""
import numpy as np
from sklearn.datasets import load_wine

wine = load_wine()
rng = np.random.RandomState(0)
perm = rng.permutation(178)
X = ((wine.data - wine.data.mean(0)) / wine.data.std(0))[perm]
y = wine.target[perm]

D, H, C = 13, 13, 3
slope = 0.1
params = {
    "W1": rng.randn(D, H) * np.sqrt(2.0 / D), "b1": np.zeros(H),
    "W2": rng.randn(H, H) * np.sqrt(2.0 / H), "b2": np.zeros(H),
    "W3": rng.randn(H, C) * np.sqrt(2.0 / H), "b3": np.zeros(C),
}


def leaky(z):
    return np.where(z > 0, z, slope * z)


def leaky_grad(z):
    return np.where(z > 0, 1.0, slope)


def logits(p, X):
    h1 = leaky(X @ p["W1"] + p["b1"])
    h2 = leaky(h1 @ p["W2"] + p["b2"])
    return h2 @ p["W3"] + p["b3"]


def loss(p, X, y):
    s = logits(p, X)
    s = s - s.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(y)), y]))


def grad(p, X, y):
    n = len(y)
    z1 = X @ p["W1"] + p["b1"]
    h1 = leaky(z1)
    z2 = h1 @ p["W2"] + p["b2"]
    h2 = leaky(z2)
    s = h2 @ p["W3"] + p["b3"]
    prob = np.exp(s - s.max(axis=1, keepdims=True))
    prob = prob / prob.sum(axis=1, keepdims=True)

    ds = prob
    ds[np.arange(n), y] -= 1
    ds = ds / n
    g = {}
    g["W3"] = h2.T @ ds
    g["b3"] = ds.sum(axis=0)
    dz2 = (ds @ p["W3"].T) * leaky_grad(z2)
    g["W2"] = dz2.T @ h1
    g["b2"] = dz2.sum(axis=0)
    dz1 = (dz2 @ p["W2"].T) * leaky_grad(z1)
    g["W1"] = X.T @ dz1
    g["b1"] = dz1.sum(axis=0)
    return g


batch_size = 178
