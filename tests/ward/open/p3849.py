import numpy as np

np.random.seed(12)

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
y = np.array([[0], [1], [1], [0]], dtype=float)

n_hidden = 4
w1 = np.random.uniform(-1, 1, (n_hidden, 2))
b1 = np.random.uniform(-1, 1, (n_hidden, 1))
w2 = np.random.uniform(-1, 1, (1, n_hidden))
b2 = np.random.uniform(-1, 1, (1, 1))
params = [w1, b1, w2, b2]


def sig(x):
    return 1 / (1 + np.exp(-x))


def run(params, X):
    w1, b1, w2, b2 = params
    out1 = sig(w1 @ X.T + b1)
    return sig(w2 @ out1 + b2).T


def loss(params, X, y):
    return 0.5 * np.mean((run(params, X) - y) ** 2)


alpha = 1.0


def step(params, Xs, ys):
    w1, b1, w2, b2 = params
    k = np.random.randint(0, len(Xs))
    x = Xs[k].reshape(2, 1)
    t = ys[k].reshape(1, 1)

    # forward
    net1 = w1 @ x + b1
    out1 = sig(net1)
    net2 = w2 @ out1 + b2
    pred = sig(net2)

    # backward
    err = pred - t
    s2 = err * pred * (1 - pred)
    s1 = (w2.T @ s2) * out1 * (1 - out1)

    w2 = w2 - alpha * s2 @ out1.T
    b2 = b2 - alpha * s2
    w1 = w1 - alpha * s1 @ x.T
    b1 = b1 - alpha * s1
    params = [w1, b1, w2, b2]
    return params, loss(params, Xs, ys)


batch_size = 4
n_steps = 6000
