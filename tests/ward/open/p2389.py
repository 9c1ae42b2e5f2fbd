"""Good or bad review? Linear classifier on word counts, hinge loss, one review after the other."""
import numpy as np

np.random.seed(31)
vocabulary = "good great fine loved best bad awful boring worst waste film the and actor plot music long".split()
tone = np.array([1, 1.5, 0.7, 1.4, 1.2, -1, -1.5, -0.9, -1.3, -1.1, 0, 0, 0, 0, 0, 0, -0.2])
liked = np.where(np.random.rand(500) < 0.5, 1, -1)
X = np.random.poisson(np.exp(-0.3 + 0.45 * liked[:, None] * tone)).astype(float)
y = np.where(X @ tone + 0.8 >= 0, 1, -1)

w = np.zeros(len(vocabulary))
b = np.zeros(1)
params = [w, b]

reg = 0.001
rate = 0.05
t = 0


def score(params, X):
    w, b = params
    return X @ w + b[0]


def loss(params, X, y):
    margin = y * score(params, X)
    return np.mean(np.maximum(0, 1 - margin)) + 0.5 * reg * np.sum(params[0] ** 2)


def step(params, xs, ys):
    global t
    w, b = params
    value = loss(params, xs, ys)
    eta = rate / 2
    t += 1
    gw, gb = reg * w, np.zeros(1)
    for x, label in zip(xs, ys):
        if label * (x @ w + b[0]) < 1:
            gw = gw - label * x / len(ys)
            gb = gb - label / len(ys)
    return [w - eta * gw, b - eta * gb], value


batch_size = 1
n_steps = 6000
