"""A vanilla RNN that must remember the first two inputs of a sequence."""
import numpy as np

rng = np.random.default_rng(8)
T, hidden_size = 12, 10
X = rng.uniform(-1, 1, (240, T))
y = 0.8 * X[:, 0] + 0.6 * X[:, 1] + 0.3 * X[:, -1]
y = y / y.std()

Q, _ = np.linalg.qr(rng.normal(size=(hidden_size, hidden_size)))
Wxh = rng.normal(size=(hidden_size, 1)) * 0.3
Whh = Q * 1.0
Why = rng.normal(size=(1, hidden_size)) * 0.3
bh, by = np.zeros((hidden_size, 1)), np.zeros((1, 1))
params = [Wxh, Whh, Why, bh, by]
mem = [np.zeros_like(p) for p in params]
learning_rate = 0.05


def unroll(params, X):
    Wxh, Whh, Why, bh, by = params
    hs = {-1: np.zeros((hidden_size, len(X)))}
    for t in range(T):
        hs[t] = np.tanh(Wxh @ X[:, t][None, :] + Whh @ hs[t - 1] + bh)
    return hs, Why @ hs[T - 1] + by


def loss(params, X, y):
    _, out = unroll(params, X)
    return float(np.mean((out.ravel() - y) ** 2))


def grad(params, X, y):
    Wxh, Whh, Why, bh, by = params
    hs, out = unroll(params, X)
    dWxh, dWhh, dbh = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(bh)
    dy = 2 * (out - y[None, :]) / len(y)
    dWhy, dby = dy @ hs[T - 1].T, dy.sum(axis=1, keepdims=True)
    dh = Why.T @ dy
    for t in reversed(range(T)):
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw.sum(axis=1, keepdims=True)
        dWxh += dhraw @ X[:, t][:, None]
        dWhh += dhraw @ hs[t - 1].T
        dh = Whh.T @ dhraw
    return [dWxh, dWhh, dWhy, dbh, dby]


def step(params, X_batch, y_batch):
    value = loss(params, X_batch, y_batch)
    new = []
    for p, g, s in zip(params, grad(params, X_batch, y_batch), mem):
        g = np.clip(g, -5, 5)
        s += g * g
        new.append(p - learning_rate * g / np.sqrt(s + 1e-8))
    return new, value


batch_size = 40
n_steps = 600
