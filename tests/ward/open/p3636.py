import numpy as np

np.random.seed(1000)
n_hidden = 20
lr = 0.03

X = np.random.uniform(-np.pi, np.pi, size=150)
y = np.sin(X)

w1 = np.random.randn(n_hidden) * 1.0
b1 = np.random.randn(n_hidden) * 1.0
w2 = np.random.randn(n_hidden) / np.sqrt(n_hidden)
b2 = np.zeros(1)
params = [w1, b1, w2, b2]


def predict(params, x):
    w1, b1, w2, b2 = params
    h = np.tanh(w1 * x + b1)
    out = h @ w2 + b2[0]
    return out


def error(out, target):
    return (out - target) ** 2


def loss(params, X, y):
    return float(np.mean([error(predict(params, xi), yi) for xi, yi in zip(X, y)]))


def step(params, X, y):
    w1, b1, w2, b2 = [p.copy() for p in params]
    total_error = 0.0
    for x, target in zip(X, y):
        # forward
        h = np.tanh(w1 * x + b1)
        out = h @ w2 + b2[0]
        total_error += error(out, target)

        # backward
        d_out = 2 * (out - target)
        d_w2 = d_out * h
        d_b2 = d_out
        d_h = d_out * w2 * (1 - h ** 2)
        d_w1 = d_h * x
        d_b1 = d_h

        # update
        w2 -= lr * d_w2
        b2 -= lr * d_b2
        w1 -= lr * d_w1
        b1 -= lr * d_b1
    return [w1, b1, w2, b2], total_error / len(X)


batch_size = 1
n_steps = 12000
