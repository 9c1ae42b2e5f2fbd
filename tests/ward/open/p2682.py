"""Small framework: layers keep their own gradients, the optimiser walks over them."""
import numpy as np
from sklearn.datasets import load_wine

np.random.seed(42)
wine = load_wine()
perm = np.random.permutation(len(wine.data))
X = wine.data[perm]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.eye(3)[wine.target[perm]]


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros(n_out)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad_out):
        self.dW = self.x.T @ grad_out
        self.db = grad_out.sum(axis=0)
        return grad_out @ self.W.T


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, 0.0)

    def backward(self, grad_out):
        return grad_out * self.mask


class Momentum:
    def __init__(self, layers, lr=0.01, mu=0.9):
        self.layers = layers
        self.lr, self.mu = lr, mu
        self.v = {}

    def update(self):
        for l in self.layers:
            for name in ("W", "b"):
                p, g = getattr(l, name), getattr(l, "d" + name)
                v = self.v.get(p.shape, np.zeros_like(p))
                v = self.mu * v - self.lr * g
                self.v[p.shape] = v
                setattr(l, name, p + v)


network = [Dense(13, 13), ReLU(), Dense(13, 13), ReLU(), Dense(13, 3)]
dense = [l for l in network if isinstance(l, Dense)]
optimizer = Momentum(dense, lr=0.02, mu=0.9)
params = [[l.W, l.b] for l in dense]


def put(params):
    for l, (W, b) in zip(dense, params):
        l.W, l.b = W, b


def forward(x):
    for l in network:
        x = l.forward(x)
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def predict(params, x):
    put(params)
    return forward(x)


def loss(params, x, t):
    return -np.mean(np.sum(t * np.log(predict(params, x) + 1e-12), axis=1))


def step(params, x, t):
    put(params)
    p = forward(x)
    value = -np.mean(np.sum(t * np.log(p + 1e-12), axis=1))
    g = (p - t) / len(x)
    for l in reversed(network):
        g = l.backward(g)
    optimizer.update()
    return [[l.W, l.b] for l in dense], value


batch_size = 16
n_steps = 250
