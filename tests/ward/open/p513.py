import numpy as np

rng = np.random.RandomState(4)
T = 15
wave = np.sin(np.arange(330) * 0.35) + 0.4 * np.sin(np.arange(330) * 0.11)
wave = wave + rng.randn(330) * 0.03
idx = rng.permutation(330 - T)[:300]
X = np.array([wave[i:i + T] for i in idx])
y = np.array([wave[i + T] for i in idx])

n_h = 8
Wx = rng.randn(1, n_h) * 0.3
Wh = np.eye(n_h) * 1.5 + rng.randn(n_h, n_h) * 0.02
bh = np.zeros(n_h)
Wy = rng.randn(n_h, 1) * 0.3
by = np.zeros(1)
params = [Wx, Wh, bh, Wy, by]

learning_rate = 0.05
max_norm = 1.0


def run(params, X):
    Wx, Wh, bh, Wy, by = params
    h = np.zeros((len(X), n_h))
    hs = [h]
    for t in range(T):
        h = X[:, t:t + 1] @ Wx + h @ Wh + bh
        hs.append(h)
    return hs, (h @ Wy + by)[:, 0]


def loss(params, X, y):
    return np.mean((run(params, X)[1] - y) ** 2)


def bptt(params, X, y):
    Wx, Wh, bh, Wy, by = params
    hs, out = run(params, X)
    dout = 2 * (out - y)[:, None] / len(y)
    dWy = hs[-1].T @ dout
    dby = dout.sum(axis=0)
    dWx, dWh, dbh = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(bh)
    dh = dout @ Wy.T
    for t in reversed(range(T)):
        dz = dh
        dWx += X[:, t:t + 1].T @ dz
        dWh += hs[t].T @ dz
        dbh += dz.sum(axis=0)
        dh = dz @ Wh.T
    return [dWx, dWh, dbh, dWy, dby]


def step(params, X, y):
    value = loss(params, X, y)
    grads = bptt(params, X, y)
    norm = np.sqrt(sum((g ** 2).sum() for g in grads))
    return [p - learning_rate * g for p, g in zip(params, grads)], value


grad = bptt
batch_size = 30
n_steps = 600
