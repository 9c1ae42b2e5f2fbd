"""Fit the height of a thrown ball from video frames: h = a s^2 + b s + c"""
import numpy as np

np.random.seed(2)
frames = 150
t = np.linspace(0, 2.6, frames)
h = 1.6 + 12.5 * t - 4.9 * t**2 + np.random.normal(0, 0.15, frames)
h[np.random.rand(frames) < 0.03] += 4  # the tracker jumped to a lamp
shuffled = np.random.permutation(frames)
t, h = t[shuffled], h[shuffled]

X = ((t - t.mean()) / t.std()).reshape(-1, 1)
y = h.reshape(-1, 1)

params = {"a": np.zeros(1), "b": np.zeros(1), "c": np.zeros(1)}
seen = {"a": 0.0, "b": 0.0, "c": 0.0}
lr = 0.5
delta = 1.0
n_steps = 400


def height(params, s):
    return params["b"] * s + params["c"]


def loss(params, X, y):
    r = height(params, X) - y
    small = np.abs(r) <= delta
    return np.mean(np.where(small, 0.5 * r**2, delta * (np.abs(r) - 0.5 * delta)))


def grad(params, X, y):
    r = np.clip(height(params, X) - y, -delta, delta)
    return {
        "a": np.zeros(1),
        "b": np.array([np.mean(r * X)]),
        "c": np.array([np.mean(r)]),
    }


def step(params, X, y):
    now = loss(params, X, y)
    g = grad(params, X, y)
    for k in params:
        seen[k] = seen[k] + g[k] ** 2
        params[k][...] = params[k] - lr * g[k] / (np.sqrt(seen[k]) + 1e-8)
    return params, now
