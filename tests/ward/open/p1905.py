import numpy as np
from sklearn.datasets import load_digits

rng = np.random.RandomState(0)
d = load_digits()
keep = rng.permutation(len(d.target))[:640]
X = (d.data[keep] / 16).astype(np.float32)
y = d.target[keep]


class Parameter:
    def __init__(self, data):
        self.data = data.astype(np.float32)
        self.grad = np.zeros_like(self.data)


class Linear:
    def __init__(self, n_in, n_out):
        k = 1 / np.sqrt(n_in)
        self.weight = Parameter(rng.uniform(-k, k, (n_out, n_in)))
        self.bias = Parameter(rng.uniform(-k, k, n_out))

    def __call__(self, x):
        self.x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, g):
        self.weight.grad += g.T @ self.x
        self.bias.grad += g.sum(axis=0)
        return g @ self.weight.data

    def parameters(self):
        return [self.weight, self.bias]


class ReLU:
    def __call__(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask

    def parameters(self):
        return []


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Softmax:
    def __call__(self, x):
        self.s = softmax(x)
        return self.s

    def backward(self, g):
        return self.s * (g - (g * self.s).sum(axis=1, keepdims=True))

    def parameters(self):
        return []


class Sequential:
    def __init__(self, *mods):
        self.mods = mods

    def __call__(self, x):
        for mod in self.mods:
            x = mod(x)
        return x

    def backward(self, g):
        for mod in self.mods[::-1]:
            g = mod.backward(g)

    def parameters(self):
        return [p for mod in self.mods for p in mod.parameters()]


class CrossEntropyLoss:
    """Takes logits and class numbers."""

    def __call__(self, logits, target):
        self.logits, self.target = logits, target
        rows = np.arange(len(target))
        z = logits - logits.max(axis=1, keepdims=True)
        return float((np.log(np.exp(z).sum(axis=1)) - z[rows, target]).mean())

    def backward(self):
        g = softmax(self.logits.T).T
        g[np.arange(len(self.target)), self.target] -= 1
        return g / len(self.target)


class SGD:
    def __init__(self, parameters, lr):
        self.parameters, self.lr = parameters, lr

    def zero_grad(self):
        for p in self.parameters:
            p.grad = np.zeros_like(p.data)

    def step(self):
        for p in self.parameters:
            p.data = p.data - np.float32(self.lr) * p.grad


net = Sequential(Linear(64, 32), ReLU(), Linear(32, 10))
criterion = CrossEntropyLoss()
opt = SGD(net.parameters(), lr=0.3)
params = [p.data for p in net.parameters()]


def run(params, x):
    for p, value in zip(net.parameters(), params):
        p.data = value
    return net(x)


def loss(params, X, y):
    return criterion(run(params, X), y)


def step(params, xb, yb):
    opt.zero_grad()
    value = criterion(run(params, xb), yb)
    net.backward(criterion.backward())
    opt.step()
    return [p.data for p in net.parameters()], value


batch_size = 32
n_steps = 500
