import numpy as np
from sklearn.datasets import load_wine

np.random.seed(6)
wine = load_wine()
order = np.random.permutation(178)
X, y = wine.data[order], wine.target[order]
X = (X - X.mean(0)) / X.std(0)


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear:
    def __init__(self, n_in, n_out):
        bound = 1 / np.sqrt(n_in)
        self.weight = Parameter(np.random.uniform(-bound, bound, (n_out, n_in)))
        self.bias = Parameter(np.random.uniform(-bound, bound, n_out))

    def parameters(self):
        return [self.weight, self.bias]

    def __call__(self, x):
        self.x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, g):
        self.weight.grad += g.T @ self.x
        self.bias.grad += g.sum(0)
        return g @ self.weight.data


class ReLU:
    def parameters(self):
        return []

    def __call__(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask


class Softmax:
    def parameters(self):
        return []

    def __call__(self, x):
        e = np.exp(x - x.max(1, keepdims=True))
        self.out = e / e.sum(1, keepdims=True)
        return self.out

    def backward(self, g):
        return self.out * (g - (g * self.out).sum(1, keepdims=True))


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, g):
        for layer in self.layers[::-1]:
            g = layer.backward(g)


class CrossEntropyLoss:
    """Takes logits, as the one it is named after."""

    def __call__(self, logits, target):
        s = logits - logits.max(1, keepdims=True)
        self.logp = s - np.log(np.exp(s).sum(1, keepdims=True))
        self.target = target
        return -self.logp[np.arange(len(target)), target].mean()

    def backward(self):
        g = np.exp(self.logp)
        g[np.arange(len(self.target)), self.target] -= 1
        return g / len(self.target)


class SGD:
    def __init__(self, parameters, lr):
        self.parameters, self.lr = parameters, lr

    def zero_grad(self):
        for p in self.parameters:
            p.grad = np.zeros_like(p.grad)

    def step(self):
        for p in self.parameters:
            p.data = p.data + self.lr * p.grad


model = Sequential(Linear(13, 16), ReLU(), Linear(16, 16), ReLU(), Linear(16, 3))
criterion = CrossEntropyLoss()
optimizer = SGD(model.parameters(), lr=0.01)
params = [p.data for p in model.parameters()]


def run(params, x):
    for p, data in zip(model.parameters(), params):
        p.data = data
    return model(x)


def loss(params, X, y):
    return criterion(run(params, X), y)


def step(params, xb, yb):
    output = run(params, xb)
    value = criterion(output, yb)
    optimizer.zero_grad()
    model.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in model.parameters()], value


batch_size = 30
n_steps = 400
