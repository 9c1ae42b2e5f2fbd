"""House values (a table like the Californian one) with a home-made torch."""
import numpy as np

gen = np.random.default_rng(99)
n = 640
income = gen.gamma(4, 1, n)
rooms = gen.normal(5.4, 1.2, n)
lat = gen.uniform(32, 42, n)
lon = gen.uniform(-124, -114, n)
occup = gen.lognormal(1, 0.25, n)
coast = np.exp(-0.5 * ((lat - 37) + (lon + 120)) ** 2)
value = 0.45 * income + 1.2 * coast - 0.25 * occup * (rooms < 5) + 0.15 * gen.standard_normal(n)
X = np.column_stack([income, rooms, lat, lon, occup])
X = ((X - X.mean(0)) / X.std(0)).astype(np.float32)
y = ((value - value.mean()) / value.std()).astype(np.float32).reshape(-1, 1)


class Parameter:
    def __init__(self, data):
        self.data = data.astype(np.float32)
        self.grad = np.zeros_like(self.data)


class Linear:
    def __init__(self, fan_in, fan_out):
        bound = np.sqrt(6 / fan_in)
        self.weight = Parameter(gen.uniform(-bound, bound, (fan_in, fan_out)))
        self.bias = Parameter(np.zeros(fan_out))

    def __call__(self, x):
        self.x = x
        return x @ self.weight.data + self.bias.data

    def backward(self, g):
        self.weight.grad += self.x.T @ g
        self.bias.grad += g.sum(axis=0)
        return g @ self.weight.data.T


class Relu:
    def __call__(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, g):
        for layer in reversed(self.layers):
            g = layer.backward(g)

    def parameters(self):
        return [p for layer in self.layers if isinstance(layer, Linear) for p in (layer.weight, layer.bias)]


class SGD:
    def __init__(self, params, lr, momentum=0.9, weight_decay=0.0):
        self.params = params
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay
        self.buf = [np.zeros_like(p.data) for p in params]

    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.data)

    def step(self):
        for i, p in enumerate(self.params):
            g = p.grad + self.weight_decay * p.data
            self.buf[i] = self.momentum * self.buf[i] + (1 - self.momentum) * g
            p.data = p.data - np.float32(self.lr) * self.buf[i]


model = Sequential(Linear(5, 16), Relu(), Linear(16, 16), Relu(), Linear(16, 16), Relu(), Linear(16, 1))
opt = SGD(model.parameters(), lr=0.2, weight_decay=0.0)
params = [p.data for p in model.parameters()]


def load(values):
    for p, v in zip(model.parameters(), values):
        p.data = v


def predict(values, X):
    load(values)
    return model(X)


def loss(values, X, y):
    pred = predict(values, X)
    return float(np.mean((pred - y) ** 2))


def step(values, xb, yb):
    load(values)
    opt.zero_grad()
    pred = model(xb)
    diff = pred - yb
    model.backward(2 * diff / len(xb))
    opt.step()
    return [p.data for p in model.parameters()], float(np.mean(diff ** 2))


batch_size = 32
n_steps = 900
