import numpy as np

torch_like = np.random.default_rng(30)


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear:
    def __init__(self, fan_in, fan_out):
        self.weight = Parameter(torch_like.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)))
        self.bias = Parameter(np.zeros(fan_out))

    def forward(self, x):
        self.x = x
        return x @ self.weight.data + self.bias.data

    def backward(self, g):
        self.weight.grad += self.x.T @ g
        self.bias.grad += g.sum(0)
        return g @ self.weight.data.T

    def parameters(self):
        return [self.weight, self.bias]


class ReLU:
    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, g):
        return g * self.on

    def parameters(self):
        return []


class Sequential:
    def __init__(self, *mods):
        self.mods = list(mods)

    def forward(self, x):
        for mod in self.mods:
            x = mod.forward(x)
        return x

    def backward(self, g):
        for mod in reversed(self.mods):
            g = mod.backward(g)
        return g

    def parameters(self):
        return [p for mod in self.mods for p in mod.parameters()]

    def load(self, arrays):
        for p, a in zip(self.parameters(), arrays):
            p.data = np.array(a)
        return self


class SGD:
    def __init__(self, params, lr, momentum=0.0):
        self.params, self.lr, self.momentum = list(params), lr, momentum
        self.buf = [np.zeros_like(p.data) for p in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.data)

    def step(self):
        for i, p in enumerate(self.params):
            self.buf[i] = self.momentum * self.buf[i] + p.grad
            p.data = p.data - self.lr * self.buf[i]


class MSELoss:
    def __call__(self, out, target):
        self.diff = out - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size


n = 480
X = torch_like.normal(0, 1, (n, 6))
y = (X[:, 0] * X[:, 1] + np.abs(X[:, 2]) + 0.5 * X[:, 3] + 1.5 + torch_like.normal(0, 0.1, n)).reshape(-1, 1)

model = Sequential(Linear(6, 20), ReLU(), Linear(20, 20), ReLU(), Linear(20, 20), ReLU(), Linear(20, 1))
criterion = MSELoss()
optim = SGD(model.parameters(), lr=0.01, momentum=0.8)
params = [p.data for p in model.parameters()]


def loss(params, X, y):
    return MSELoss()(model.load(params).forward(X), y)


def step(params, xb, yb):
    model.load(params)
    optim.zero_grad()
    value = criterion(model.forward(xb), yb)
    model.backward(criterion.backward())
    optim.step()
    return [p.data for p in model.parameters()], value


batch_size = 32
n_steps = 1500
