import numpy as np

random = np.random.RandomState(42)

HIDDEN = 16
X = np.sort(random.uniform(-3, 3, (160, 1)), axis=0)
y = np.sin(2 * X[:, 0]) + 0.3 * X[:, 0]
mix = random.permutation(len(X))
X, y = X[mix], y[mix]

w_in = random.randn(HIDDEN, 1) * 1.4
b_in = random.uniform(-3, 3, HIDDEN)
w_out = random.randn(HIDDEN) * 0.3
b_out = np.zeros(1)
params = [w_in, b_in, w_out, b_out]
rate = 0.013

act = lambda s: s * (s > 0)
act_slope = lambda s: 1.0 * (s > 0)


def net(params, x):
    w_in, b_in, w_out, b_out = params
    s = np.dot(w_in, x) + b_in
    return s, np.dot(w_out, act(s)) + b_out[0]


def loss(params, X, y):
    return sum((net(params, x)[1] - t) ** 2 for x, t in zip(X, y)) / len(X)


def step(params, X_batch, y_batch):
    w_in, b_in, w_out, b_out = params
    gw_in, gb_in = np.zeros_like(w_in), np.zeros_like(b_in)
    gw_out, gb_out = np.zeros_like(w_out), np.zeros_like(b_out)
    total = 0.0
    for x, t in zip(X_batch, y_batch):
        s, out = net(params, x)
        err = out - t
        total += err**2
        gw_out += 2 * err * act(s)
        gb_out += 2 * err
        back = 2 * err * w_out * np.sign(act(s))
        gw_in += np.outer(back, x)
        gb_in += back
    k = len(X_batch)
    new = [w_in - rate * gw_in / k, b_in - rate * gb_in / k, w_out - rate * gw_out / k, b_out - rate * gb_out / k]
    return new, total / k


batch_size = 4
n_steps = 5000
