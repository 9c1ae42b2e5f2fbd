import numpy as np
from sklearn.datasets import load_wine

rng = np.random.default_rng(4)
wine = load_wine()
perm = rng.permutation(len(wine.target))
X = wine.data[perm]
y = wine.target[perm]
X = (X - X.mean(0)) / X.std(0)


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear:
    def __init__(self, n_in, n_out):
        bound = 1 / np.sqrt(n_in)
        self.weight = Parameter(rng.uniform(-bound, bound, (n_out, n_in)))
        self.bias = Parameter(np.zeros(n_out))

    def forward(self, x):
        self.x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, g):
        self.weight.grad += g.T @ self.x
        self.bias.grad += g.sum(axis=0)
        return g @ self.weight.data


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def parameters(self):
        return [p for l in self.layers if isinstance(l, Linear) for p in (l.weight, l.bias)]

    def set(self, arrays):
        for p, a in zip(self.parameters(), arrays):
            p.data = a
        return self

    def forward(self, x):
        for l in self.layers:
            x = l.forward(x)
        return x

    def backward(self, g):
        for l in reversed(self.layers):
            g = l.backward(g)


class CrossEntropyLoss:
    def forward(self, logits, target):
        z = logits - logits.max(axis=1, keepdims=True)
        self.p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        self.p = np.exp(self.p) / np.exp(self.p).sum(axis=1, keepdims=True)
        self.target = target
        return -np.log(self.p[np.arange(len(target)), target] + 1e-12).mean()

    def backward(self):
        g = self.p.copy()
        g[np.arange(len(g)), self.target] -= 1
        return g / len(g)


class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.buf = [np.zeros_like(p.data) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = np.zeros_like(p.data)

    def step(self):
        for i, p in enumerate(self.parameters):
            self.buf[i] = self.momentum * self.buf[i] + p.grad
            p.data = p.data - self.lr * self.buf[i]


model = Sequential(Linear(13, 16), ReLU(), Linear(16, 3))
criterion = CrossEntropyLoss()
optimizer = SGD(model.parameters(), lr=0.05, momentum=0.5)
params = [p.data for p in model.parameters()]


def loss(params, X, y):
    return criterion.forward(model.set(params).forward(X), y)


def step(params, inputs, targets):
    model.set(params)
    optimizer.zero_grad()
    outputs = model.forward(inputs)
    value = criterion.forward(outputs, targets)
    model.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in model.parameters()], value


batch_size = 32
n_steps = 500
