import numpy as np

rng = np.random.default_rng(17)
n0, n1 = 250, 250
a0 = np.pi * rng.random(n0)
a1 = np.pi * rng.random(n1)
upper = np.column_stack([np.cos(a0), np.sin(a0)])
lower = np.column_stack([1 - np.cos(a1), 0.5 - np.sin(a1)])
X = np.vstack([upper, lower]) + rng.normal(0, 0.3, (n0 + n1, 2))
y = np.concatenate([np.zeros(n0), np.ones(n1)]).reshape(-1, 1)
order = rng.permutation(n0 + n1)
X, y = X[order], y[order]


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear:
    def __init__(self, fan_in, fan_out):
        bound = np.sqrt(6 / fan_in)
        self.weight = Parameter(rng.uniform(-bound, bound, (fan_in, fan_out)))
        self.bias = Parameter(np.zeros(fan_out))

    def parameters(self):
        return [self.weight, self.bias]

    def __call__(self, x):
        self.input = x
        return x @ self.weight.data + self.bias.data

    def backward(self, grad):
        self.weight.grad += self.input.T @ grad
        self.bias.grad += grad.sum(0)
        return grad @ self.weight.data.T


class LeakyReLU:
    def parameters(self):
        return []

    def __call__(self, x):
        self.slope = np.where(x > 0, 1.0, 0.01)
        return x * self.slope

    def backward(self, grad):
        return grad * self.slope


class Sequential:
    def __init__(self, *modules):
        self.modules = modules

    def parameters(self):
        return [p for mod in self.modules for p in mod.parameters()]

    def __call__(self, x):
        for mod in self.modules:
            x = mod(x)
        return x

    def backward(self, grad):
        for mod in reversed(self.modules):
            grad = mod.backward(grad)


class SGD:
    def __init__(self, parameters, lr, momentum):
        self.parameters, self.lr, self.momentum = parameters, lr, momentum
        self.buf = [np.zeros_like(p.data) for p in parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = np.zeros_like(p.data)

    def step(self):
        for i, p in enumerate(self.parameters):
            self.buf[i] = self.momentum * self.buf[i] + p.grad
            p.data = p.data - self.lr * (p.grad + self.momentum * self.buf[i])


def to_proba(logits):
    return 1 / (1 + np.exp(-logits))


def bce(p, t):
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


model = Sequential(Linear(2, 16), LeakyReLU(), Linear(16, 16), LeakyReLU(), Linear(16, 1))
optimizer = SGD(model.parameters(), lr=0.02, momentum=0.9)
params = [p.data for p in model.parameters()]


def put(params):
    for p, data in zip(model.parameters(), params):
        p.data = data


def predict_proba(params, X):
    put(params)
    return to_proba(model(X))


def loss(params, X, y):
    return bce(predict_proba(params, X), y)


def step(params, X, y):
    put(params)
    bs = 25
    for k in range(len(X) // bs):
        xb = X[k * bs:(k + 1) * bs]
        yb = y[k * bs:(k + 1) * bs]
        p = to_proba(model(xb))
        model.backward((p - yb) / len(xb))
        optimizer.step()
    params = [p.data for p in model.parameters()]
    return params, loss(params, X, y)


batch_size = len(X)
n_steps = 60
