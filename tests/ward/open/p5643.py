import numpy as np

rng = np.random.default_rng(20080915)

# corporate bonds: spread over the curve, from six columns of the monthly sheet
COLUMNS = ["notch", "duration", "leverage", "equity_vol", "log_size", "margin"]


def sheet(n):
    notch = rng.integers(1, 14, n)
    duration = rng.uniform(1, 15, n)
    leverage = rng.gamma(4, 0.8, n)
    vol = rng.lognormal(3.3, 0.3, n)
    size = rng.normal(6.2, 0.6, n)
    margin = rng.normal(18, 6, n)
    bp = (35 + 4 * notch + 14 * np.maximum(notch - 8, 0) * (leverage / 3) + 3.5 * np.sqrt(duration) * notch
          + 1.8 * np.maximum(vol - 28, 0) - 12 * (size - 6) - 0.8 * margin)
    table = np.column_stack([notch, duration, leverage, vol, size, margin])
    return table, (bp + rng.normal(0, 30, n))[:, None] / 100


N, UNITS = 30, 200
X, y = sheet(N)
X_val, y_val = sheet(200)
X_test, y_test = sheet(200)
mu, sd = X.mean(axis=0), X.std(axis=0)
X, X_val, X_test = (X - mu) / sd, (X_val - mu) / sd, (X_test - mu) / sd

params = [rng.normal(0, 0.5, (6, UNITS)), np.zeros((1, UNITS)), rng.normal(0, 0.3, (UNITS, 1)), np.zeros((1, 1))]
seen_sq = [np.zeros_like(p) for p in params]
lr = 0.08
batch_size = 30
n_steps = 3000


def spread(params, X):
    W, b, v, c = params
    return np.maximum(0, X @ W + b) @ v + c


def loss(params, X, y):
    return np.mean((spread(params, X) - y) ** 2)


def grad(params, X, y):
    W, b, v, c = params
    h = np.maximum(0, X @ W + b)
    e = 2 * (h @ v + c - y) / len(y)
    dh = e @ v.T
    dh[h <= 0] = 0
    return [X.T @ dh, dh.sum(0, keepdims=True), h.T @ e, e.sum(0, keepdims=True)]


def step(params, X, y):
    value = loss(params, X, y)
    g = grad(params, X, y)
    out = []
    for i, (p, d) in enumerate(zip(params, g)):
        seen_sq[i] += d ** 2
        out.append(p - lr * d / np.sqrt(seen_sq[i] + 1e-8))
    return out, value
