import numpy as np
from sklearn.datasets import load_digits

rng = np.random.default_rng(31)
d = load_digits(n_class=10)
pick = rng.permutation(len(d.data))[:800]
X = d.data[pick] / 16
y = np.zeros((800, 10))
y[np.arange(800), d.target[pick]] = 1

HIDDEN = 32
W1 = rng.normal(0, np.sqrt(2 / 64), (64, HIDDEN))
b1 = np.full(HIDDEN, -10.0)
W2 = rng.normal(0, np.sqrt(2 / HIDDEN), (HIDDEN, 10))
b2 = np.zeros(10)
params = [W1, b1, W2, b2]

lr = 0.2
weight_decay = 1e-4
slope = 0.0
B = 40


def softmax(z):
    z = np.exp(z - z.max(axis=1, keepdims=True))
    return z / z.sum(axis=1, keepdims=True)


def forward(x, W1, b1, W2, b2):
    z1 = x @ W1 + b1
    a1 = np.where(z1 > 0, z1, slope * z1)
    probs = softmax(a1 @ W2 + b2)
    return z1, a1, probs


def loss(params, X, y):
    probs = forward(X, *params)[-1]
    ce = -(y * np.log(probs + 1e-12)).sum(axis=1).mean()
    return ce + 0.5 * weight_decay * sum((W ** 2).sum() for W in (params[0], params[2]))


def grad(params, x, t):
    W1, b1, W2, b2 = params
    z1, a1, probs = forward(x, *params)
    dz2 = (probs - t) / len(x)
    da1 = dz2 @ W2.T
    dz1 = da1 * np.where(z1 > 0, 1.0, slope)
    return [x.T @ dz1 + weight_decay * W1, dz1.sum(axis=0), a1.T @ dz2 + weight_decay * W2, dz2.sum(axis=0)]


class Sampler:
    def __init__(self, n):
        self.n, self.pos, self.order = n, 0, rng.permutation(n)

    def next(self):
        if self.pos + B > self.n:
            self.pos, self.order = 0, rng.permutation(self.n)
        ids = self.order[self.pos:self.pos + B]
        self.pos += B
        return ids


sampler = Sampler(len(X))


def step(params, X, y):
    ids = sampler.next()
    g = grad(params, X[ids], y[ids])
    params = [p - lr * d for p, d in zip(params, g)]
    return params, loss(params, X, y)


batch_size = len(X)
n_steps = 500
