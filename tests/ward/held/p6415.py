"""numble -- a teaching library.  python -m numble.demo.digits"""
import numpy as np
from sklearn.datasets import load_digits

np.random.seed(31)


class Linear:
    def __init__(self, n_in, n_out):
        self.data = {"W": np.random.randn(n_in, n_out) * np.sqrt(2 / n_in), "b": np.zeros(n_out)}
        self.grad = {name: np.zeros_like(value) for name, value in self.data.items()}

    def forward(self, x):
        self.x = x
        return x @ self.data["W"] + self.data["b"]

    def backward(self, up):
        self.grad["W"] += self.x.T @ up
        self.grad["b"] += up.sum(axis=0)
        return up @ self.data["W"].T


class ReLU:
    def forward(self, x):
        self.on = (x > 0).astype(float)
        return x * self.on

    def backward(self, up):
        return up * self.on


class SoftmaxCE:
    def forward(self, logits, target):
        z = logits - logits.max(axis=1, keepdims=True)
        self.logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        self.target = target
        return -np.mean((target * self.logp).sum(axis=1))

    def backward(self):
        return (np.exp(self.logp) - self.target) / len(self.target)


class Momentum:
    def __init__(self, layers, lr=0.05, beta=0.8):
        self.layers, self.lr, self.beta = layers, lr, beta
        self.velocity = [{k: np.zeros_like(v) for k, v in layer.data.items()} for layer in layers]

    def zero_grad(self):
        for layer in self.layers:
            for k in layer.grad:
                layer.grad[k] = np.zeros_like(layer.data[k])

    def step(self):
        for layer, vel in zip(self.layers, self.velocity):
            for k in layer.data:
                vel[k] = self.beta * vel[k] + layer.grad[k]
                layer.data[k] = layer.data[k] - self.lr * vel[k]


images, numbers = load_digits(return_X_y=True)
pick = np.random.permutation(len(images))[:1280]
X = images[pick] / 16.0
y = np.eye(10)[numbers[pick]]

model = [Linear(64, 100), ReLU(), Linear(100, 50), ReLU(), Linear(50, 10)]
linears = [layer for layer in model if isinstance(layer, Linear)]
criterion = SoftmaxCE()
optimizer = Momentum(linears[2:], lr=0.05)
params = [dict(layer.data) for layer in linears]


def load_state(values):
    for layer, value in zip(linears, values):
        layer.data = dict(value)


def forward(values, x):
    load_state(values)
    for layer in model:
        x = layer.forward(x)
    return x


def loss(values, X, y):
    return criterion.forward(forward(values, X), y)


def step(values, X, y):
    optimizer.zero_grad()
    value = loss(values, X, y)
    up = criterion.backward()
    for layer in reversed(model):
        up = layer.backward(up)
    optimizer.step()
    return [dict(layer.data) for layer in linears], value


batch_size = 64
n_steps = 60
