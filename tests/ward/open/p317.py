import numpy as np
from sklearn.datasets import load_digits

D = load_digits(n_class=6)
pick = np.random.RandomState(5).permutation(len(D.data))[:400]
X, y = D.data[pick] / 16 - 0.3, D.target[pick]
rng = np.random.RandomState(6)
params = [rng.randn(64, 30) * 0.18, np.zeros(30), rng.randn(30, 6) * 0.25, np.zeros(6)]
p_keep = 0.75
batch_size, n_steps = 40, 500


def forward(w, X, drop=None):
    h = np.maximum(X @ w[0] + w[1], 0)
    if drop is not None:
        h = h * drop
    return h @ w[2] + w[3]


def nll(z, y):
    z = z - z.max(axis=1, keepdims=True)
    return -(z[np.arange(len(y)), y] - np.log(np.exp(z).sum(axis=1))).mean()


def loss(w, X, y):
    return nll(forward(w, X), y)


def step(w, X, y):
    drop = (rng.rand(len(X), 30) < p_keep) / p_keep
    h = np.maximum(X @ w[0] + w[1], 0) * drop
    z = h @ w[2] + w[3]
    e = np.exp(z - z.max(axis=1, keepdims=True))
    d = e / e.sum(axis=1, keepdims=True)
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    dh = d @ w[2].T * drop * (h > 0)
    value = loss(w, X, y)
    return [a - 0.3 * g for a, g in zip(w, (X.T @ dh, dh.sum(0), h.T @ d, d.sum(0)))], value
