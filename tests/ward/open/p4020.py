import numpy as np
from sklearn.datasets import load_digits

gen = np.random.default_rng(77)


class Parameter:
    def __init__(self, data):
        self.data = data.astype(np.float32)
        self.grad = np.zeros_like(self.data)


class Linear:
    def __init__(self, n_in, n_out):
        bound = np.sqrt(6 / n_in)
        self.weight = Parameter(gen.uniform(-bound, bound, (n_out, n_in)))
        self.bias = Parameter(np.zeros(n_out))

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


class Softmax:
    def __call__(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, g):
        return self.p * (g - (g * self.p).sum(axis=1, keepdims=True))

    def parameters(self):
        return []


class Sequential:
    def __init__(self, *modules):
        self.modules = modules

    def __call__(self, x):
        for m in self.modules:
            x = m(x)
        return x

    def backward(self, g):
        for m in reversed(self.modules):
            g = m.backward(g)

    def parameters(self):
        return [p for m in self.modules for p in m.parameters()]


class CrossEntropyLoss:
    """Takes raw scores and class indices."""

    def __call__(self, scores, target):
        self.n, self.target = len(target), target
        z = scores - scores.max(axis=1, keepdims=True)
        self.logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return -self.logp[np.arange(self.n), target].mean()

    def backward(self):
        g = np.exp(self.logp)
        g[np.arange(self.n), self.target] -= 1
        return g / self.n


class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = parameters, lr, momentum
        self.buf = [np.zeros_like(p.data) for p in parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = np.zeros_like(p.data)

    def step(self):
        for i, p in enumerate(self.parameters):
            self.buf[i] = self.momentum * self.buf[i] + p.grad
            p.data = p.data - self.lr * self.buf[i]


digits = load_digits()
keep = gen.permutation(1797)[:800]
X = (digits.data[keep] / 16).astype(np.float32)
y = digits.target[keep]

model = Sequential(Linear(64, 32), ReLU(), Linear(32, 10))
criterion = CrossEntropyLoss()
optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9)
params = [p.data for p in model.parameters()]


def run(params, X):
    for p, value in zip(model.parameters(), params):
        p.data = value
    return model(X)


def loss(params, X, y):
    return criterion(run(params, X), y)


def step(params, xb, yb):
    optimizer.zero_grad()
    xb += gen.normal(0, 0.25, xb.shape)      # a bit of augmentation
    out = run(params, xb)
    value = criterion(out, yb)
    model.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in model.parameters()], value


batch_size = 40
n_steps = 600
