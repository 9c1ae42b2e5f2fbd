"""Two-link robot arm: where is the tip for these two joint angles? Sine layer, warm-up and cosine decay."""
import numpy as np

rng = np.random.default_rng(16)
N = 1000
angles = rng.uniform(-np.pi, np.pi, (N, 2))
tip_x = 1.0 * np.cos(angles[:, 0]) + 0.7 * np.cos(angles.sum(axis=1))
tip_y = 1.0 * np.sin(angles[:, 0]) + 0.7 * np.sin(angles.sum(axis=1))
X = (angles / np.pi)
y = np.stack([tip_x, tip_y], axis=1)

OMEGA = 4.0
HID = 48
params = [
    [rng.uniform(-1, 1, (2, HID)), rng.uniform(-0.5, 0.5, HID)],
    [rng.normal(0, 1, (HID, 2)) / HID**0.5, np.zeros(2)],
]

base_lr = 0.8
warmup = 50
total = 2000
clock = {"t": 0}
batch_size = 40
n_steps = 2000


def tip(params, X):
    (W1, b1), (W2, b2) = params
    return np.sin(OMEGA * (X @ W1 + b1)) @ W2 + b2


def loss(params, X, y):
    return np.mean(np.sum((tip(params, X) - y) ** 2, axis=1))


def grad(params, X, y):
    (W1, b1), (W2, b2) = params
    z = OMEGA * (X @ W1 + b1)
    a = np.sin(z)
    d_out = 2 * (a @ W2 + b2 - y) / len(X)
    d_z = (d_out @ W2.T) * np.cos(z) * OMEGA
    return [[X.T @ d_z, d_z.sum(axis=0)], [a.T @ d_out, d_out.sum(axis=0)]]


def schedule(t):
    if t < warmup:
        return base_lr * (t + 1) / warmup
    return base_lr * 0.5 * (1 + np.cos(np.pi * min(1.0, (t - warmup) / (total - warmup))))


def step(params, X_batch, y_batch):
    cost = loss(params, X_batch, y_batch)
    lr = schedule(clock["t"])
    clock["t"] += 1
    g = grad(params, X_batch, y_batch)
    return [[p - lr * d for p, d in zip(layer, slopes)] for layer, slopes in zip(params, g)], cost
