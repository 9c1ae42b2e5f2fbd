import numpy as np

rng = np.random.default_rng(2024)
n = 800
income = rng.gamma(4.0, 1.0, n)
rooms = rng.normal(5.3, 1.1, n)
house_age = rng.uniform(1, 52, n)
lat = rng.uniform(32.5, 42.0, n)
lon = -124 + (42 - lat) * 0.9 + rng.normal(0, 1.2, n)
X = np.stack([income, rooms, house_age, lat, lon], axis=1)
value = 0.4 * income + 0.15 * rooms * (income > 4) + np.exp(-((lat - 34) ** 2)) + np.exp(-((lat - 37.7) ** 2))
value = value + 0.004 * house_age + rng.normal(0, 0.15, n)
y = value.reshape(-1, 1)
y = (y - y.mean()) / y.std()


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = None


class Linear:
    def __init__(self, i, o):
        self.weight = Parameter(rng.normal(0, np.sqrt(1.0 / i), (i, o)))
        self.bias = Parameter(np.zeros((1, o)))

    def __call__(self, x):
        self.x = x
        return x @ self.weight.data + self.bias.data

    def backward(self, g):
        self.weight.grad = self.x.T @ g
        self.bias.grad = g.sum(0, keepdims=True)
        return g @ self.weight.data.T

    def parameters(self):
        return [self.weight, self.bias]


class Softplus:
    def __call__(self, x):
        self.x = x
        return np.logaddexp(0, x) - np.log(2)

    def backward(self, g):
        return g / (1 + np.exp(-self.x))

    def parameters(self):
        return []


class Sequential:
    def __init__(self, *mods):
        self.mods = mods

    def __call__(self, x):
        for mod in self.mods:
            x = mod(x)
        return x

    def backward(self, g):
        for mod in self.mods[::-1]:
            g = mod.backward(g)

    def parameters(self):
        return [p for mod in self.mods for p in mod.parameters()]

    def load(self, arrays):
        for p, a in zip(self.parameters(), arrays):
            p.data = a


class MSELoss:
    def __call__(self, pred, target):
        self.diff = pred - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size


class SGD:
    def __init__(self, parameters, lr, momentum=0.9, weight_decay=0.0):
        self.parameters = parameters
        self.lr, self.momentum, self.wd = lr, momentum, weight_decay
        self.buf = {}

    def step(self):
        for i, p in enumerate(self.parameters):
            g = p.grad + self.wd * p.data
            v = self.momentum * self.buf.get(i, 0.0) + g
            self.buf[i] = v
            p.data = p.data - self.lr * (g + self.momentum * v)


model = Sequential(Linear(5, 16), Softplus(), Linear(16, 16), Softplus(), Linear(16, 16), Softplus(), Linear(16, 1))
criterion = MSELoss()
optimizer = SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=1e-5)
params = [p.data for p in model.parameters()]


def loss(params, X, y):
    model.load(params)
    return criterion(model(X), y)


def step(params, xb, yb):
    model.load(params)
    value = criterion(model(xb), yb)
    model.backward(criterion.backward())
    optimizer.step()
    return [p.data for p in model.parameters()], value


batch_size = 50
n_steps = 900
