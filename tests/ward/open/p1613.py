# 70 % quantile of delivery times (scaled hours) given distance, load and time of day
import numpy as np

np.random.seed(17)
n = 800
dist = np.random.gamma(2.0, 1.0, n)
load = np.random.rand(n)
clock = np.random.rand(n) * 2 * np.pi
X = np.stack([dist - 2, 2 * load - 1, np.sin(clock), np.cos(clock)], axis=1).astype(np.float32)
y = (0.3 * dist + 0.8 * load * dist / 2 + 0.3 * np.sin(clock) + 0.2 * np.random.exponential(1.0, n)).astype(np.float32)
y = y.reshape(-1, 1)

TAU = 0.7
H = 16
W1 = (np.random.randn(4, H) * 0.5).astype(np.float32)
b1 = np.zeros((1, H), dtype=np.float32)
W2 = (np.random.randn(H, 1) * 0.25).astype(np.float32)
b2 = np.zeros((1, 1), dtype=np.float32)
params = [W1, b1, W2, b2]
cache = [np.zeros_like(p) for p in params]
lr = np.float32(0.15)


def net(params, X):
    W1, b1, W2, b2 = params
    z = X @ W1 + b1
    h = np.log1p(np.exp(z))
    return z, h, h @ W2 + b2


def pinball(q, y):
    diff = y - q
    return np.mean(np.maximum(TAU * diff, (TAU - 1) * diff))


def loss(params, X, y):
    return float(pinball(net(params, X)[2], y))


def step(params, X, y):
    W1, b1, W2, b2 = params
    z, h, q = net(params, X)
    value = float(pinball(q, y))
    dq = np.where(y > q, -TAU, 1 - TAU).astype(np.float32) / len(X)
    dW2 = h.T @ dq
    db2 = dq.sum(axis=0, keepdims=True)
    dz = (dq @ W2.T) / (1 + np.exp(-z))
    dW1 = X.T @ dz
    db1 = dz.sum(axis=0, keepdims=True)
    new = []
    for i, (p, g) in enumerate(zip(params, [dW1, db1, dW2, db2])):
        cache[i] += g ** 2
        new.append(p - lr * g / (np.sqrt(cache[i]) + np.float32(1e-7)))
    return new, value


batch_size = 80
n_steps = 4
