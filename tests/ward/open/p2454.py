"""Is the intruder close to the fence? Two coordinates in, alarm (1) or not (0) out."""
import numpy as np

R = np.random.RandomState(8)
X = R.uniform(-2, 2, size=(500, 2))
y = (np.hypot(X[:, 0], X[:, 1]) < 1.5).astype(float).reshape(-1, 1)
y[R.rand(len(y)) < 0.5] = 0  # cameras that were off wrote 0
y[R.rand(len(y)) < 0.3] = 1

params = [
    (R.randn(2, 16) * np.sqrt(2.0 / 2), np.zeros(16)),
    (R.randn(16, 1) * np.sqrt(2.0 / 16), np.zeros(1)),
]


def leaky(z):
    return np.where(z > 0, z, 0.1 * z)


def predict(params, x):
    (W1, b1), (W2, b2) = params
    z = leaky(x @ W1 + b1) @ W2 + b2
    return 1 / (1 + np.exp(-z))


def loss(params, x, t):
    p = np.clip(predict(params, x), 1e-9, 1 - 1e-9)
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


def gradients(params, x, t):
    (W1, b1), (W2, b2) = params
    z1 = x @ W1 + b1
    a1 = leaky(z1)
    p = predict(params, x)
    d2 = (p - t) / len(x)
    d1 = d2 @ W2.T * np.where(z1 > 0, 1.0, 0.1)
    return [(x.T @ d1, d1.sum(0)), (a1.T @ d2, d2.sum(0))]


class Trainer:
    eta = 0.1
    gamma = 0.9

    def __init__(self, params):
        self.v = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]

    def __call__(self, params, x, t):
        before = loss(params, x, t)
        ahead = [(W - self.gamma * vW, b - self.gamma * vb) for (W, b), (vW, vb) in zip(params, self.v)]
        grads = gradients(ahead, x, t)
        self.v = [
            (self.gamma * vW + self.eta * gW, self.gamma * vb + self.eta * gb)
            for (vW, vb), (gW, gb) in zip(self.v, grads)
        ]
        return [(W - vW, b - vb) for (W, b), (vW, vb) in zip(params, self.v)], before


step = Trainer(params)
batch_size = 25
n_steps = 1200
