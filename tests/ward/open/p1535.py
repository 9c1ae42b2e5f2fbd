import numpy as np

np.random.seed(21)
n = 150
X1 = np.random.randn(n, 2) * [1.0, 0.7] + [6.0, 1.8]
X2 = np.random.randn(n, 2) * [0.8, 0.7] + [2.5, 0.8]
X = np.vstack([X1, X2])
y = np.hstack([np.ones(n), -np.ones(n)])
shuffle = np.random.permutation(2 * n)
X, y = X[shuffle], y[shuffle]

lam = 0.005
eta = 0.05
params = {"w": np.zeros(2), "b": np.zeros(())}


def loss(params, X, y):
    w, b = params["w"], params["b"]
    margins = y * (X @ w + b)
    return lam * np.sum(w ** 2) + np.mean(np.maximum(0, 1 - margins))


def step(params, X, y):
    w, b = params["w"], params["b"]
    objective = loss(params, X, y)
    dw = 2 * lam * w
    db = 0.0
    for xi, yi in zip(X, y):
        if yi * (np.dot(w, xi) + b) < 1:
            dw = dw - yi * xi / len(y)
            db = db + yi / len(y)
    return {"w": w - eta * dw, "b": b - eta * db}, objective


batch_size = 30
n_steps = 1500
