"""tinynn/examples/rings.py -- train a small net on two noisy rings."""
import numpy as np

np.random.seed(404)


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)
        self.velocity = np.zeros_like(data)


class Module:
    def parameters(self):
        return []


class Linear(Module):
    def __init__(self, nin, nout):
        self.weight = Parameter(np.random.randn(nin, nout) * np.sqrt(2.0 / nin))
        self.bias = Parameter(np.zeros(nout))

    def forward(self, x):
        self.input = x
        return x @ self.weight.data + self.bias.data

    def backward(self, grad_out):
        self.weight.grad += self.input.T @ grad_out
        self.bias.grad += grad_out.sum(axis=0)
        return grad_out @ self.weight.data.T

    def parameters(self):
        return [self.weight, self.bias]


class LeakyReLU(Module):
    def __init__(self, slope=0.05):
        self.slope = slope

    def forward(self, x):
        self.local = np.where(x > 0, 1.0, self.slope)
        return x * self.local

    def backward(self, grad_out):
        return grad_out * self.local


class BCEWithLogits:
    def forward(self, logits, target):
        self.logits, self.target = logits, target
        return np.mean(np.logaddexp(0, logits) - target * logits)

    def backward(self):
        return (1 / (1 + np.exp(-self.logits)) - self.target) / len(self.target)


class Sequential(Module):
    def __init__(self, *modules):
        self.modules = modules

    def forward(self, x):
        for m in self.modules:
            x = m.forward(x)
        return x

    def backward(self, grad_out):
        for m in reversed(self.modules):
            grad_out = m.backward(grad_out)

    def parameters(self):
        return [p for m in self.modules for p in m.parameters()]


class SGD:
    def __init__(self, parameters, lr, momentum=0.9, weight_decay=0.0):
        self.parameters = parameters
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay

    def zero_grad(self):
        for p in self.parameters:
            p.grad = np.zeros_like(p.data)

    def step(self):
        for p in self.parameters:
            g = p.grad + self.weight_decay * p.data
            p.velocity = self.momentum * p.velocity + g
            p.data = p.data - self.lr * p.velocity


angle = np.random.uniform(0, 2 * np.pi, 400)
outer = np.arange(400) % 2
radius = np.where(outer == 1, 1.6, 0.8) + 0.14 * np.random.randn(400)
X = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
y = outer.reshape(-1, 1).astype(float)

net = Sequential(Linear(2, 24), LeakyReLU(), Linear(24, 24), LeakyReLU(), Linear(24, 1))
criterion = BCEWithLogits()
optimizer = SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
params = [p.data for p in net.parameters()]

batch_size = 50
n_steps = 300


def load_state(values):
    for p, value in zip(net.parameters(), values):
        p.data = value


def predict(values, X):
    load_state(values)
    return net.forward(X)[:, 0]


def loss(values, X, y):
    load_state(values)
    return criterion.forward(net.forward(X), y)


def step(values, X, y):
    load_state(values)
    value = criterion.forward(net.forward(X), y)
    net.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in net.parameters()], value
