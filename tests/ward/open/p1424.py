import numpy as np
from sklearn.datasets import make_friedman1


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Module:
    def __call__(self, x):
        return self.forward(x)

    def parameters(self):
        return []


class Linear(Module):
    def __init__(self, fan_in, fan_out, rng):
        k = 1 / np.sqrt(fan_in)
        self.weight = Parameter(rng.uniform(-k, k, (fan_out, fan_in)))
        self.bias = Parameter(rng.uniform(-k, k, fan_out))

    def forward(self, x):
        self.x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, g):
        self.weight.grad += g.T @ self.x
        self.bias.grad += g.sum(0)
        return g @ self.weight.data

    def parameters(self):
        return [self.weight, self.bias]


class Tanh(Module):
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, g):
        return g * (1 - self.out ** 2)


class Sequential(Module):
    def __init__(self, *mods):
        self.mods = mods

    def forward(self, x):
        for mod in self.mods:
            x = mod(x)
        return x

    def backward(self, g):
        for mod in self.mods[::-1]:
            g = mod.backward(g)

    def parameters(self):
        return [p for mod in self.mods for p in mod.parameters()]


class MSELoss:
    def __call__(self, pred, target):
        self.diff = pred - target
        return (self.diff ** 2).mean()

    def backward(self):
        return 2 * self.diff / self.diff.size


class SGD:
    def __init__(self, params, lr, momentum=0.9):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.buf = [np.zeros_like(p.data) for p in params]

    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.data)

    def step(self):
        for i, p in enumerate(self.params):
            self.buf[i] = self.momentum * self.buf[i] + p.grad
            p.data = p.data - self.lr * self.buf[i]


X, y = make_friedman1(n_samples=500, n_features=5, noise=0.3, random_state=2)
X = 2 * X - 1
y = (y - y.mean()) / y.std()
y = y.reshape(-1, 1)

rng = np.random.default_rng(2)
model = Sequential(Linear(5, 24, rng), Tanh(), Linear(24, 1, rng))
criterion = MSELoss()
optimizer = SGD(model.parameters(), lr=0.05)
params = [p.data for p in model.parameters()]


def load(values):
    for p, v in zip(model.parameters(), values):
        p.data = v


def loss(params, X, y):
    load(params)
    return criterion(model(X), y)


def step(params, xb, yb):
    load(params)
    optimizer.zero_grad()
    out = criterion(model(xb), yb)
    model.backward(criterion.backward())
    norm = np.sqrt(sum((p.grad ** 2).sum() for p in model.parameters()))
    if norm > 1.0:
        for p in model.parameters():
            p.grad = p.grad / norm
    optimizer.step()
    return [p.data for p in model.parameters()], float(out)


batch_size = 50
n_steps = 1500
