"""Backward pass of a spectrum classifier, to be compared with finite differences."""
import numpy as np

rng = np.random.default_rng(64100)

WIDTH = 100
grid = np.linspace(0, 1, 64)
species = rng.integers(0, 5, 120)
lines = np.array([[0.15, 0.5], [0.25, 0.7], [0.35, 0.55], [0.45, 0.9], [0.1, 0.8]])
strength = rng.uniform(0.5, 1.5, (120, 2, 1))
peaks = np.exp(-((grid - lines[species][:, :, None]) / 0.03) ** 2)
X = (strength * peaks).sum(axis=1) + 0.05 * rng.normal(size=(120, 64))
y = np.eye(5)[species]


class Net:
    def __init__(self, sizes):
        self.weights = [
            [rng.normal(size=(i, o)) * np.sqrt(1.5 / i), 0.1 * rng.normal(size=o)]
            for i, o in zip(sizes, sizes[1:])
        ]
        self.l2 = 1e-3

    def forward(self, params, X):
        (Wa, ba), (Wb, bb), (Wc, bc), (Wd, bd) = params
        self.ha = np.tanh(X @ Wa + ba)
        self.hb = 1 / (1 + np.exp(-(self.ha @ Wb + bb)))
        self.hc = np.tanh(self.hb @ Wc + bc)
        s = self.hc @ Wd + bd
        s = s - s.max(axis=1, keepdims=True)
        return s - np.log(np.exp(s).sum(axis=1, keepdims=True))

    def backward(self, params, X, y):
        n = len(X)
        (Wa, ba), (Wb, bb), (Wc, bc), (Wd, bd) = params
        dd = (np.exp(self.forward(params, X)) - y) / n
        dc = dd @ Wd.T * (1 - self.hc ** 2)
        db = dc @ Wc.T * self.hb * (1 - self.hb)
        da = db @ Wb.T * (1 - self.ha ** 2)
        return [
            [X.T @ da + self.l2 * Wa, da.sum(axis=0)],
            [self.ha.T @ db + self.l2 * Wb, db.mean(axis=0)],
            [self.hb.T @ dc + self.l2 * Wc, dc.sum(axis=0)],
            [self.hc.T @ dd + self.l2 * Wd, dd.sum(axis=0)],
        ]


net = Net([64, WIDTH, WIDTH, WIDTH, 5])
params = net.weights


def loss(params, X, y):
    log_q = net.forward(params, X)
    penalty = 0.5 * net.l2 * sum((W ** 2).sum() for W, _ in params)
    return -(log_q * y).sum() / len(X) + penalty


def grad(params, X, y):
    return net.backward(params, X, y)
