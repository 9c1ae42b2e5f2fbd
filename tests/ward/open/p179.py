import numpy as np

rng = np.random.default_rng(606)
X = rng.normal(size=(320, 5))
y = np.tanh(X[:, 0] * X[:, 1]) + 0.5 * X[:, 2] - 0.2 * X[:, 3] ** 2
y = (y - y.mean()) / y.std()
widths = [5, 24, 24, 24, 1]
params = [[rng.normal(0, 1.4 / np.sqrt(i), (i, o)), np.zeros(o)] for i, o in zip(widths, widths[1:])]
m = [[0.0, 0.0] for _ in params]
v = [[0.0, 0.0] for _ in params]
t = 0
lr, b1, b2, wd = 3e-3, 0.9, 0.99, 0.01
batch_size, n_steps = 32, 1000


def sig(a):
    return 1 / (1 + np.exp(-a))


def model(params, X):
    saved, h = [], X
    for W, b in params[:-1]:
        a = h @ W + b
        saved.append((h, a))
        h = a * sig(a)
    W, b = params[-1]
    return (h @ W + b)[:, 0], saved + [(h, None)]


def loss(params, X, y):
    return 0.5 * np.mean((model(params, X)[0] - y) ** 2)


def grad(params, X, y):
    out, saved = model(params, X)
    d = (out - y)[:, None] / len(y)
    grads = []
    for (W, b), (h, a) in zip(params[::-1], saved[::-1]):
        if a is not None:
            s = sig(a)
            d = d * (s + a * s * (1 - s))
        grads.append([h.T @ d, d.sum(0)])
        d = d @ W.T
    return grads[::-1]


def step(params, X, y):
    global t
    t += 1
    value, g, new = loss(params, X, y), grad(params, X, y), []
    for l in range(len(params)):
        layer = []
        for j in range(2):
            m[l][j] = b1 * m[l][j] + (1 - b1) * g[l][j]
            v[l][j] = b2 * v[l][j] + (1 - b2) * g[l][j] ** 2
            update = m[l][j] / (1 - b1**t) / (np.sqrt(v[l][j] / (1 - b2**t)) + 1e-8)
            layer.append(params[l][j] - lr * (update + (wd * params[l][j] if j == 0 else 0)))
        new.append(layer)
    return new, value
