import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import StandardScaler

np.random.seed(42)
bc = load_breast_cancer()
idx = np.random.permutation(len(bc.target))
X = bc.data[idx]
y = bc.target[idx].astype(float).reshape(-1, 1)


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear:
    def __init__(self, fan_in, fan_out):
        bound = 1 / np.sqrt(fan_in)
        self.weight = Parameter(np.random.uniform(-bound, bound, (fan_out, fan_in)))
        self.bias = Parameter(np.random.uniform(-bound, bound, fan_out))

    def parameters(self):
        return [self.weight, self.bias]

    def forward(self, x):
        self.x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, dout):
        self.weight.grad += dout.T @ self.x
        self.bias.grad += dout.sum(0)
        return dout @ self.weight.data


class Relu:
    def parameters(self):
        return []

    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


class Sequential:
    def __init__(self, *modules):
        self.modules = modules

    def parameters(self):
        return [p for mod in self.modules for p in mod.parameters()]

    def forward(self, x):
        for mod in self.modules:
            x = mod.forward(x)
        return x

    def backward(self, dout):
        for mod in self.modules[::-1]:
            dout = mod.backward(dout)


class BCEWithLogitsLoss:
    def forward(self, z, t):
        self.z, self.t = z, t
        return np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))

    def backward(self):
        return (1 / (1 + np.exp(-self.z)) - self.t) / len(self.t)


class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = parameters
        self.lr = lr
        self.momentum = momentum
        self.buf = [np.zeros_like(p.data) for p in parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad[...] = 0

    def step(self):
        for i, p in enumerate(self.parameters):
            self.buf[i] = self.momentum * self.buf[i] + p.grad
            p.data = p.data - self.lr * self.buf[i]


model = Sequential(Linear(30, 16), Relu(), Linear(16, 1))
criterion = BCEWithLogitsLoss()
lr = 0.01
optimizer = SGD(model.parameters(), lr, momentum=0.9)
params = [p.data for p in model.parameters()]


def load_state(params):
    for p, a in zip(model.parameters(), params):
        p.data = a


def predict(params, X):
    load_state(params)
    return (model.forward(X) > 0).astype(float)


def loss(params, X, y):
    load_state(params)
    return criterion.forward(model.forward(X), y)


def step(params, inputs, labels):
    load_state(params)
    optimizer.zero_grad()
    out = criterion.forward(model.forward(inputs), labels)
    model.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in model.parameters()], out


batch_size = 32
n_steps = 400
