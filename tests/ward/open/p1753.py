import numpy as np

rng = np.random.default_rng(0)


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class Linear:
    def __init__(self, n_in, n_out):
        k = 1 / np.sqrt(n_in)
        self.weight = Parameter(rng.uniform(-k, k, (n_out, n_in)))
        self.bias = Parameter(rng.uniform(-k, k, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.weight.data.T + self.bias.data

    def backward(self, grad_out):
        self.weight.grad += grad_out.T @ self.x
        self.bias.grad += grad_out.sum(axis=0)
        return grad_out @ self.weight.data

    def parameters(self):
        return [self.weight, self.bias]


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad_out):
        return grad_out * self.mask

    def parameters(self):
        return []


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]


class SGD:
    def __init__(self, params, lr, momentum=0.9):
        self.params = params
        self.lr = lr
        self.momentum = momentum
        self.velocity = [np.zeros_like(p.data) for p in params]

    def zero_grad(self):
        for p in self.params:
            p.grad[...] = 0

    def step(self):
        for i, p in enumerate(self.params):
            self.velocity[i] = self.momentum * self.velocity[i] + p.grad
            p.data = p.data - self.lr * self.velocity[i]


class MSELoss:
    def __call__(self, pred, target):
        self.diff = pred - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size


X = rng.normal(size=(440, 5))
y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.5 * X[:, 3] + 0.1 * rng.normal(size=440)
y = (y / y.std()).reshape(-1, 1)

model = Sequential(Linear(5, 24), ReLU(), Linear(24, 24), ReLU(), Linear(24, 24), ReLU(), Linear(24, 1))
params = [p.data for p in model.parameters()]
criterion = MSELoss()
optimizer = SGD(model.parameters(), lr=0.02)


def predict(params, X):
    for p, value in zip(model.parameters(), params):
        p.data = value
    return model.forward(X)


def loss(params, X, y):
    return MSELoss()(predict(params, X), y)


def step(params, xb, yb):
    optimizer.zero_grad()
    out = predict(params, xb)
    value = criterion(out, yb)
    model.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in model.parameters()], value


batch_size = 44
n_steps = 2000
