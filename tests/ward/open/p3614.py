"""Backward pass for a small GELU network on iris; no training yet."""
import numpy as np
from sklearn.datasets import load_iris

rng = np.random.default_rng(4)
iris = load_iris()
idx = rng.permutation(150)
X = iris.data[idx] - iris.data.mean(0)
y = np.eye(3)[iris.target[idx]]

params = [
    rng.standard_normal((4, 8)) * 0.5, rng.standard_normal(8) * 0.1,
    rng.standard_normal((8, 8)) * 0.35, rng.standard_normal(8) * 0.1,
    rng.standard_normal((8, 3)) * 0.35, rng.standard_normal(3) * 0.1,
]
c0 = np.sqrt(2 / np.pi)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(c0 * (x + 0.044715 * x ** 3)))


def gelu_grad(x):
    th = np.tanh(c0 * (x + 0.044715 * x ** 3))
    return 0.5 * (1 + th)


def forward(params, X):
    W1, b1, W2, b2, W3, b3 = params
    z1 = X @ W1 + b1
    h1 = gelu(z1)
    z2 = h1 @ W2 + b2
    h2 = gelu(z2)
    logits = h2 @ W3 + b3
    logits = logits - logits.max(1, keepdims=True)
    logp = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    return z1, h1, z2, h2, logp


def loss(params, X, y):
    return -(y * forward(params, X)[-1]).sum() / len(X)


def grad(params, X, y):
    W1, b1, W2, b2, W3, b3 = params
    n = len(X)
    z1, h1, z2, h2, logp = forward(params, X)
    d3 = (np.exp(logp) - y) / n
    gW3, gb3 = h2.T @ d3, d3.sum(0)
    d2 = d3 @ W3.T * gelu_grad(z2)
    gW2, gb2 = h1.T @ d2, d2.sum(0)
    d1 = d2 @ W2.T * gelu_grad(z1)
    gW1, gb1 = X.T @ d1, d1.sum(0)
    return [gW1, gb1, gW2, gb2, gW3, gb3]


batch_size = 50
n_steps = 300
