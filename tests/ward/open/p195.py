import numpy as np

rng = np.random.default_rng(4)
X = rng.normal(size=(100, 3))
y = X @ [1.0, -0.5, 0.25] + 0.3 + 0.1 * rng.normal(size=100)
params = [np.zeros(3), np.zeros(1)]
k = 0
batch_size = 100
n_steps = 1500


def loss(p, X, y):
    return float(np.mean((X @ p[0] + p[1] - y) ** 2))


def step(p, X, y):
    global k
    k += 1
    a, c = 0.1 / k**0.3, 0.05 / k**0.1
    d = [rng.choice([-1.0, 1.0], w.shape) for w in p]
    rise = loss([w + c * e for w, e in zip(p, d)], X, y) - loss([w - c * e for w, e in zip(p, d)], X, y)
    return [w - a * rise / (2 * c) / e for w, e in zip(p, d)], loss(p, X, y)
