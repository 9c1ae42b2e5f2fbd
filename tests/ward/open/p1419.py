import numpy as np

rng = np.random.RandomState(21)
n_pos, n_neg = 4, 296
Xp = rng.randn(n_pos, 2) * 0.9 + [4.0, 3.5]
Xn = rng.randn(n_neg, 2) * 0.9 + [2.0, 1.5]
X = np.vstack([Xp, Xn])
y = np.concatenate([np.ones(n_pos), -np.ones(n_neg)])

p = rng.permutation(len(y))
X = X[p]
y = y[p]

lr = 0.02
lambda_param = 0.01
w = np.zeros(X.shape[1])
b = np.zeros(1)
params = [w, b]


def loss(params, X, y):
    w, b = params
    margins = y * (X @ w - b)
    return lambda_param * np.dot(w, w) + np.mean(np.maximum(0, 1 - margins))


def step(params, X, y):
    w, b = params[0].copy(), params[1].copy()
    value = loss(params, X, y)
    dw = 2 * lambda_param * w
    db = np.zeros_like(b)
    for xi, yi in zip(X, y):
        if yi * (np.dot(xi, w) - b[0]) < 1:
            dw = dw - yi * xi / len(y)
            db = db + yi / len(y)
    for j in range(len(w)):
        w[j] -= lr * dw[j]
    b -= lr * db
    return [w, b], value


grad = None
batch_size = 1
n_steps = 6000
