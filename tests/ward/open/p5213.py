"""Behavioural model of a travelling wave tube: drive and bias voltage -> gain and phase shift."""
from dataclasses import dataclass, field

import numpy as np

rng = np.random.default_rng(5150)

# sweep of input level r (normalised) and of the supply, Saleh model
n_points = 480
r = rng.uniform(0.02, 2.0, n_points)
supply = rng.uniform(-1, 1, n_points)
am_am = 2.1587 * r / (1 + 1.1517 * r ** 2) * (1 + 0.15 * supply)
am_pm = 4.0033 * r ** 2 / (1 + (9.104 - 2 * supply) * r ** 2)
am_am = am_am + rng.normal(0, 0.01, n_points)
am_pm = am_pm + rng.normal(0, 0.004, n_points)

X = np.stack([r - 1, supply], axis=1)
y = np.stack([am_am, am_pm], axis=1)
y = (y - y.mean(axis=0)) / y.std(axis=0)

NODES = 18
widths = [2, NODES, NODES, 2]
params = [(rng.normal(0, 1 / np.sqrt(a), (a, b)), np.zeros(b)) for a, b in zip(widths[:-1], widths[1:])]


@dataclass
class Adam:
    rate: float
    beta1: float = 0.9
    beta2: float = 0.99
    t: int = 0
    first: list = field(default_factory=lambda: [[np.zeros_like(q) for q in pair] for pair in params])
    second: list = field(default_factory=lambda: [[np.zeros_like(q) for q in pair] for pair in params])

    def change(self, layer, which, g):
        m, v = self.first[layer], self.second[layer]
        m[which] = self.beta1 * m[which] + (1 - self.beta1) * g
        v[which] = self.beta2 * v[which] + (1 - self.beta2) * g ** 2
        m_hat = m[which] / (1 - self.beta1 ** self.t)
        v_hat = v[which] / (1 - self.beta2 ** self.t)
        return -self.rate * m_hat / (np.sqrt(v_hat) + 1e-8)


adam = Adam(rate=0.06)


def model(p, X):
    a1 = np.tanh(X @ p[0][0] + p[0][1])
    a2 = np.tanh(a1 @ p[1][0] + p[1][1])
    out = a2 @ p[2][0] + p[2][1]
    return a1, a2, out


def loss(p, X, y):
    return np.mean(np.sum((model(p, X)[-1] - y) ** 2, axis=1))


def step(p, X, y):
    a1, a2, out = model(p, X)
    value = np.mean(np.sum((out - y) ** 2, axis=1))
    e3 = 2 * (out - y) / len(X)
    e2 = e3 @ p[2][0].T * (1 - a2 ** 2)
    e1 = e2 @ p[1][0].T * (1 - a1 ** 2)
    adam.t += 1
    updated = []
    for layer, (a, e) in enumerate(((X, e1), (a1, e2), (a2, e3))):
        W, b = p[layer]
        updated.append((W + adam.change(layer, 0, a.T @ e), b + adam.change(layer, 1, e.sum(axis=0))))
    return updated, value


batch_size = 1
n_steps = 600
