import numpy as np

r = np.random.RandomState(17)
t = np.arange(900)
series = 20 + 6 * np.sin(2 * np.pi * t / 24) + 3 * np.sin(2 * np.pi * t / 60) + r.normal(0, 0.6, len(t))
series = (series - series.min()) / (series.max() - series.min())

WINDOW = 24
X = np.array([series[i:i + WINDOW] for i in range(len(series) - WINDOW)])
y = np.array([series[i + WINDOW] for i in range(len(series) - WINDOW)])[:, None]
mix = r.permutation(len(X))
X, y = X[mix].astype(np.float32), y[mix].astype(np.float32)


def layer(n_in, n_out):
    return [
        (r.randn(n_in, n_out) * np.sqrt(2 / n_in)).astype(np.float32),
        np.zeros((1, n_out), np.float32),
    ]


params = layer(WINDOW, 16) + layer(16, 1)
lr, rho, eps, max_norm, DELTA = 1e-6, 0.9, 1e-7, 1.0, 0.3
cache = [np.zeros_like(p) for p in params]


def predict(params, X):
    W1, b1, W2, b2 = params
    return np.maximum(X @ W1 + b1, 0) @ W2 + b2


def huber(err):
    a = np.abs(err)
    return np.where(a <= DELTA, 0.5 * err ** 2, DELTA * (a - 0.5 * DELTA))


def loss(params, X, y):
    return float(huber(predict(params, X) - y).mean())


def backward(params, X, y):
    W1, b1, W2, b2 = params
    z = X @ W1 + b1
    h = np.maximum(z, 0)
    err = h @ W2 + b2 - y
    g = np.clip(err, -DELTA, DELTA) / len(X)
    gh = g @ W2.T
    gh[z <= 0] = 0
    return [X.T @ gh, gh.sum(0, keepdims=True), h.T @ g, g.sum(0, keepdims=True)], err


def step(params, X, y):
    grads, err = backward(params, X, y)
    norm = np.sqrt(sum((g ** 2).sum() for g in grads))
    if norm > max_norm:
        grads = [g * (max_norm / norm) for g in grads]
    new = []
    for i, (p, g) in enumerate(zip(params, grads)):
        cache[i] = rho * cache[i] + (1 - rho) * g * g
        new.append(p - lr * g / (np.sqrt(cache[i]) + eps))
    return new, float(huber(err).mean())


batch_size = 73
n_steps = 1500
