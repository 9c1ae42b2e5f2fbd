import numpy as np

np.random.seed(77)
# signal of seven access points (dBm) in four rooms
centre = np.random.uniform(-75, -45, (4, 7))
y = np.random.randint(0, 4, 500)
X = (centre[y] + np.random.randn(500, 7) * 7.0) / 20.0
rooms = y.copy()
y = np.where(np.random.rand(500) < 0.6, np.random.randint(0, 4, 500), y)  # people forgot to tap the new room


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear:
    def __init__(self, n_in, n_out):
        k = np.sqrt(1 / n_in)
        self.weight = Parameter(np.random.uniform(-k, k, (n_in, n_out)))
        self.bias = Parameter(np.random.uniform(-k, k, n_out))

    def __call__(self, x):
        self.x = x
        return x @ self.weight.data + self.bias.data

    def backward(self, g):
        self.weight.grad += self.x.T @ g
        self.bias.grad += g.sum(0)
        return g @ self.weight.data.T

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


class Sequential:
    def __init__(self, *modules):
        self.modules = modules

    def __call__(self, x):
        for module in self.modules:
            x = module(x)
        return x

    def backward(self, g):
        for module in self.modules[::-1]:
            g = module.backward(g)

    def parameters(self):
        return [p for module in self.modules for p in module.parameters()]


class CrossEntropyLoss:
    def __call__(self, logits, target):
        z = logits - logits.max(1, keepdims=True)
        self.log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
        self.target = target
        return -self.log_p[np.arange(len(target)), target].mean()

    def backward(self):
        g = np.exp(self.log_p)
        g[np.arange(len(g)), self.target] -= 1
        return g / len(g)


class SGD:
    def __init__(self, parameters, lr):
        self.parameters = parameters
        self.lr = lr

    def zero_grad(self):
        for p in self.parameters:
            p.grad = np.zeros_like(p.grad)

    def step(self):
        for p in self.parameters:
            p.data = p.data - self.lr * p.grad


model = Sequential(Linear(7, 24), ReLU(), Linear(24, 4))
criterion = CrossEntropyLoss()
optimizer = SGD(model.parameters(), lr=0.1)
params = [p.data for p in model.parameters()]


def scores(params, X):
    for p, value in zip(model.parameters(), params):
        p.data = value
    return model(X)


def loss(params, X, y):
    return criterion(scores(params, X), y)


def step(params, xb, yb):
    optimizer.zero_grad()
    out = scores(params, xb)
    value = criterion(out, yb)
    model.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in model.parameters()], value


batch_size = 32
n_steps = 1200
