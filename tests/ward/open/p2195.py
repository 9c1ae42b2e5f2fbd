import numpy as np
from sklearn.datasets import load_digits

np.random.seed(17)


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Module:
    def parameters(self):
        return []


class Linear(Module):
    def __init__(self, n_in, n_out):
        bound = 1 / np.sqrt(n_in)
        self.weight = Parameter(np.random.uniform(-bound, bound, (n_out, n_in)))
        self.bias = Parameter(np.random.uniform(-bound, bound, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, g):
        self.weight.grad += g.T @ self.x
        self.bias.grad += g.sum(0)
        return g @ self.weight.data

    def parameters(self):
        return [self.weight, self.bias]


class ReLU(Module):
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask


class Softmax(Module):
    def forward(self, x):
        e = np.exp(x - x.max(1, keepdims=True))
        self.out = e / e.sum(1, keepdims=True)
        return self.out

    def backward(self, g):
        return self.out * (g - (g * self.out).sum(1, keepdims=True))


class LogSoftmax(Module):
    def forward(self, x):
        x = x - x.max(1, keepdims=True)
        self.out = x - np.log(np.exp(x).sum(1, keepdims=True))
        return self.out

    def backward(self, g):
        return g - np.exp(self.out) * g.sum(1, keepdims=True)


class Sequential(Module):
    def __init__(self, *modules):
        self.modules = modules

    def forward(self, x):
        for module in self.modules:
            x = module.forward(x)
        return x

    def backward(self, g):
        for module in reversed(self.modules):
            g = module.backward(g)

    def parameters(self):
        return [p for module in self.modules for p in module.parameters()]


class NLLLoss:
    def forward(self, logp, target):
        self.logp, self.target = logp, target
        return -logp[np.arange(len(target)), target].mean()

    def backward(self):
        g = np.zeros_like(self.logp)
        g[np.arange(len(g)), self.target] = -1 / len(g)
        return g


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
chosen = np.random.permutation(len(digits.target))[:960]
X = digits.images[chosen].reshape(len(chosen), -1) / 16
y = digits.target[chosen]

model = Sequential(Linear(64, 48), ReLU(), Linear(48, 24), ReLU(), Linear(24, 10), LogSoftmax())
criterion = NLLLoss()
lr = 0.05
optimizer = SGD(model.parameters(), lr, momentum=0.9)
weights = model.parameters()
params = [p.data for p in weights]


def predict(params, X):
    for p, value in zip(weights, params):
        p.data = value
    return model.forward(X)


def loss(params, X, y):
    return criterion.forward(predict(params, X), y)


def step(params, data, target):
    optimizer.zero_grad()
    output = predict(params, data)
    running = criterion.forward(output, target)
    model.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in weights], running


batch_size = 1
n_steps = 2400
