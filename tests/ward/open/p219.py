import numpy as np
from sklearn.datasets import make_moons

X, y = make_moons(200, noise=0.1, random_state=11)
r = np.random.default_rng(12)
params = [r.normal(size=(2, 10)), np.zeros(10), r.normal(size=10) * 0.3, np.zeros(1)]
delta = [np.full(p.shape, 0.02) for p in params]
last = [np.zeros(p.shape) for p in params]
batch_size, n_steps = 200, 200


def logit(p, X):
    return np.tanh(X @ p[0] + p[1]) @ p[2] + p[3]


def loss(p, X, y):
    s = logit(p, X)
    return np.mean(np.maximum(s, 0) - y * s + np.log1p(np.exp(-abs(s))))


def grad(p, X, y):
    h = np.tanh(X @ p[0] + p[1])
    e = (1 / (1 + np.exp(-logit(p, X))) - y) / len(y)
    d = np.outer(e, p[2]) * (1 - h**2)
    return [X.T @ d, d.sum(0), h.T @ e, np.array([e.sum()])]


def step(p, X, y):
    out = []
    for i, g in enumerate(grad(p, X, y)):
        same = g * last[i]
        delta[i] = np.clip(np.where(same > 0, delta[i] * 1.2, np.where(same < 0, delta[i] * 0.5, delta[i])), 1e-6, 0.5)
        g = np.where(same < 0, 0, g)
        last[i] = g
        out.append(p[i] - np.sign(g) * delta[i])
    return out, loss(p, X, y)
