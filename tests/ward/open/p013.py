import numpy as np

rng = np.random.RandomState(4)
X = rng.randn(300, 3)
y = np.maximum(X[:, 0] - X[:, 1], 0) + 0.5 * np.abs(X[:, 2])
y = y - y.mean()
params = {"a": rng.randn(3, 20) * 0.8, "b": np.zeros(20), "c": rng.randn(20) * 0.3, "d": 0.0 * rng.randn(1)}
flip = False
batch_size = 60
n_steps = 2000


def predict(p, X):
    return np.maximum(X @ p["a"] + p["b"], 0) @ p["c"] + p["d"]


def loss(p, X, y):
    return ((predict(p, X) - y) ** 2).mean()


def grad(p, X, y):
    h = np.maximum(X @ p["a"] + p["b"], 0)
    e = 2 * (predict(p, X) - y) / len(y)
    d = e[:, None] * p["c"] * (h > 0)
    return {"a": X.T @ d, "b": d.sum(0), "c": h.T @ e, "d": e.sum(keepdims=True)}


def step(p, Xb, yb):
    global flip
    flip = not flip
    g = grad(p, Xb, yb)
    before = loss(p, Xb, yb)
    turn = ("a", "b") if flip else ("c", "d")
    return {k: p[k] - (0.08 * g[k] if k in turn else 0) for k in p}, before
