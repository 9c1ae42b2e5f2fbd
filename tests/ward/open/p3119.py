import numpy as np

rng = np.random.default_rng(8)

days = np.arange(560)
load = 320 + 40 * np.sin(2 * np.pi * days / 7) + 25 * np.sin(2 * np.pi * days / 30) + 4 * rng.standard_normal(560)
series = (load - load.mean()) / load.std()

LAGS = 14
X = np.stack([series[i:i + LAGS] for i in range(len(series) - LAGS)]).astype(np.float32)
y = series[LAGS:].reshape(-1, 1).astype(np.float32)
shuffled = rng.permutation(len(X))
X = X[shuffled]

HIDDEN = 16
params = [
    rng.normal(0, LAGS ** -0.5, (LAGS, HIDDEN)).astype(np.float32),
    np.zeros(HIDDEN, dtype=np.float32),
    rng.normal(0, HIDDEN ** -0.5, (HIDDEN, 1)).astype(np.float32),
    np.zeros(1, dtype=np.float32),
]
lr, rho, eps = 0.002, 0.9, 1e-6
delta = 1.0
cache = [np.zeros_like(p) for p in params]


def softplus(z):
    return np.logaddexp(0, z)


def model(params, X):
    W1, b1, W2, b2 = params
    return softplus(X @ W1 + b1) @ W2 + b2


def huber(e):
    small = np.abs(e) <= delta
    return np.where(small, 0.5 * e ** 2, delta * (np.abs(e) - 0.5 * delta))


def loss(params, X, y):
    return float(np.mean(huber(model(params, X) - y)))


def gradients(params, X, y):
    W1, b1, W2, b2 = params
    z = X @ W1 + b1
    h = softplus(z)
    e = h @ W2 + b2 - y
    de = np.clip(e, -delta, delta) / len(y)
    dh = (de @ W2.T) / (1 + np.exp(-z))
    return [X.T @ dh, dh.sum(0), h.T @ de, de.sum(0)]


def step(params, Xb, yb):
    now = loss(params, Xb, yb)
    out = []
    for i, (p, g) in enumerate(zip(params, gradients(params, Xb, yb))):
        cache[i] = rho * cache[i] + (1 - rho) * g ** 2
        out.append((p - lr * g / (np.sqrt(cache[i]) + eps)).astype(np.float32))
    return out, now


batch_size = 39
n_steps = 900
