import numpy as np

# Pràctica 2. El cost i el gradient que passaré a l'optimitzador; la comprovació numèrica no em quadra
rng = np.random.RandomState(0)
m, d, k = 120, 6, 4
X = rng.randn(m, d)
y = np.argmax(X @ rng.randn(d, k) + np.sin(2 * X) @ rng.randn(d, k), axis=1)
LAMBDA = 0.01

params = {
    "T1": 0.5 * rng.randn(6, 6), "c1": 0.1 * rng.randn(6),
    "T2": 0.5 * rng.randn(6, 6), "c2": 0.1 * rng.randn(6),
    "T3": 0.5 * rng.randn(6, k), "c3": np.zeros(k),
}


def endavant(t, X):
    h1 = np.tanh(X @ t["T1"] + t["c1"])
    h2 = np.tanh(h1 @ t["T2"] + t["c2"])
    s = h2 @ t["T3"] + t["c3"]
    s = np.exp(s - s.max(axis=1, keepdims=True))
    return h1, h2, s / s.sum(axis=1, keepdims=True)


def loss(t, X, y):
    p = endavant(t, X)[-1]
    cost = -np.log(p[range(len(y)), y]).mean()
    return cost + LAMBDA / 2 * sum((t[n] ** 2).sum() for n in ("T1", "T2", "T3"))


def grad(t, X, y):
    h1, h2, p = endavant(t, X)
    g = {}
    e3 = p
    e3[range(len(y)), y] -= 1
    g["T3"] = h2.T @ e3 + len(y) * LAMBDA * t["T3"]
    g["c3"] = e3.sum(axis=0)
    e2 = e3 @ t["T3"].T * (1 - h2 * h2)
    g["T2"] = h1.T @ e2 + len(y) * LAMBDA * t["T2"]
    g["c2"] = e2.sum(axis=0)
    e1 = e2 @ t["T2"].T * (1 - h1 * h1)
    g["T1"] = X.T @ e1 + len(y) * LAMBDA * t["T1"]
    g["c1"] = e1.sum(axis=0)
    return g
