import numpy as np
from sklearn.datasets import load_digits

np.random.seed(2718)


class Module:
    def parameters(self):
        return []

    def gradients(self):
        return []

    def load(self, values):
        pass

    def zero_grad(self):
        for g in self.gradients():
            g[...] = 0.0


class Linear(Module):
    def __init__(self, fan_in, fan_out):
        self.weight = np.random.randn(fan_in, fan_out) * np.sqrt(2.0 / fan_in)
        self.bias = np.zeros(fan_out)
        self.weight_grad = np.zeros_like(self.weight)
        self.bias_grad = np.zeros_like(self.bias)

    def parameters(self):
        return [self.weight, self.bias]

    def gradients(self):
        return [self.weight_grad, self.bias_grad]

    def load(self, values):
        self.weight, self.bias = values

    def forward(self, x):
        self.x = x
        return x @ self.weight + self.bias

    def backward(self, g):
        self.weight_grad += self.x.T @ g
        self.bias_grad += g.sum(axis=0)
        return g @ self.weight.T


class ReLU(Module):
    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, g):
        return self.on / len(self.on)


class Scale(Module):
    """Pixels come as 0..16."""

    def __init__(self, by):
        self.by = by

    def forward(self, x):
        x = x / self.by
        return x

    def backward(self, g):
        return g / self.by


class Sequential(Module):
    def __init__(self, *modules):
        self.modules = modules

    def parameters(self):
        return [p for mod in self.modules for p in mod.parameters()]

    def gradients(self):
        return [g for mod in self.modules for g in mod.gradients()]

    def load(self, values):
        values = list(values)
        for mod in self.modules:
            n = len(mod.parameters())
            mod.load(values[:n])
            values = values[n:]

    def forward(self, x):
        for mod in self.modules:
            x = mod.forward(x)
        return x

    def backward(self, g):
        for mod in reversed(self.modules):
            g = mod.backward(g)
        return g


class CrossEntropy:
    def forward(self, logits, target):
        z = logits - logits.max(axis=1, keepdims=True)
        self.logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        self.target = target
        return -self.logp[np.arange(len(target)), target].mean()

    def backward(self):
        g = np.exp(self.logp)
        g[np.arange(len(g)), self.target] -= 1
        return g / len(g)


class SGD:
    def __init__(self, model, lr):
        self.model, self.lr = model, lr

    def step(self):
        pairs = zip(self.model.parameters(), self.model.gradients())
        self.model.load([p - self.lr * g for p, g in pairs])


digits = load_digits()
order = np.random.permutation(1200)
X, y = digits.data[order], digits.target[order]

model = Sequential(Scale(16.0), Linear(64, 32), ReLU(), Linear(32, 32), ReLU(), Linear(32, 10))
criterion = CrossEntropy()
optimizer = SGD(model, lr=0.3)
params = model.parameters()


def predict(params, X):
    model.load(params)
    return model.forward(X).argmax(axis=1)


def loss(params, X, y):
    model.load(params)
    return CrossEntropy().forward(model.forward(X), y)


def step(params, X, y):
    model.load(params)
    model.zero_grad()
    value = criterion.forward(model.forward(X), y)
    model.backward(criterion.backward())
    optimizer.step()
    return model.parameters(), value


batch_size = 60
n_steps = 400
