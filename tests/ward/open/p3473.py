import numpy as np

gen = np.random.default_rng(12)
months = np.arange(320)
passengers = 250 + 0.9 * months + 60 * np.sin(2 * np.pi * months / 12) + 25 * np.cos(2 * np.pi * months / 7)
passengers = passengers + gen.normal(0, 8, months.size)
series = (passengers - passengers.mean()) / passengers.std()

WINDOW = 12


def make_windows(s, w):
    Xs = np.zeros((len(s) - w, w))
    ys = np.zeros(len(s) - w)
    for i in range(len(s) - w):
        Xs[i] = s[i:i + w]
        ys[i] = s[i + w]
    return Xs, ys


X, y = make_windows(series, WINDOW)
mix = gen.permutation(len(X))
X, y = X[mix], y[mix]

hidden = 16
W1 = gen.normal(0, 1, (WINDOW, hidden)) / np.sqrt(WINDOW)
b1 = np.zeros(hidden)
W2 = gen.normal(0, 1, hidden) / np.sqrt(hidden)
b2 = np.zeros(1)
params = [W1, b1, W2, b2]
caches = [np.zeros_like(p) for p in params]
lr, rho, delta = 0.00002, 0.9, 1.0


def predict(params, X):
    W1, b1, W2, b2 = params
    return np.tanh(X @ W1 + b1) @ W2 + b2


def huber(e):
    a = np.abs(e)
    return np.where(a < delta, 0.5 * e ** 2, delta * (a - 0.5 * delta))


def loss(params, X, y):
    return np.mean(huber(predict(params, X) - y))


def grad(params, X, y):
    W1, b1, W2, b2 = params
    H = np.tanh(X @ W1 + b1)
    e = H @ W2 + b2 - y
    g = np.clip(e, -delta, delta) / len(y)
    gH = np.outer(g, W2) * (1 - H ** 2)
    return [X.T @ gH, gH.sum(axis=0), H.T @ g, np.array([g.sum()])]


def step(params, xb, yb):
    now = loss(params, xb, yb)
    new = []
    for i, (p, g) in enumerate(zip(params, grad(params, xb, yb))):
        caches[i] = rho * caches[i] + (1 - rho) * g ** 2
        new.append(p - lr * g / (np.sqrt(caches[i]) + 1e-8))
    return new, now


batch_size = 28
n_steps = 600
