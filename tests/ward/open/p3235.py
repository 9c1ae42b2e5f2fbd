import numpy as np

rng = np.random.RandomState(9)
n = 640
income = rng.gamma(4.0, 1.0, n)
house_age = rng.uniform(1, 52, n)
rooms = rng.normal(5.4, 1.1, n)
people = rng.gamma(3.0, 1.0, n)
lat = rng.uniform(32.5, 42.0, n)
value = (
    42000 * income * (1 + 0.5 * np.cos(lat - 34)) + 900 * house_age - 9000 * people
    + 7000 * rooms + rng.normal(0, 12000, n)
)
table = np.stack([income, house_age, rooms, people, lat], axis=1)
rng.shuffle(table)
X = ((table - table.mean(0)) / table.std(0)).astype(np.float32)
y = value.reshape(-1, 1)
y = ((y - y.mean()) / y.std()).astype(np.float32)


class Linear:
    def __init__(self, n_in, n_out):
        self.w = (rng.randn(n_in, n_out) * np.sqrt(2 / n_in)).astype(np.float32)
        self.b = np.zeros(n_out, dtype=np.float32)
        self.gw, self.gb = np.zeros_like(self.w), np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, g):
        self.gw += self.x.T @ g
        self.gb += g.sum(axis=0)
        return g @ self.w.T


class ReLU:
    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, g):
        return g * self.on


class Sequential:
    def __init__(self, *layers):
        self.layers = layers
        self.linears = [layer for layer in layers if isinstance(layer, Linear)]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, g):
        for layer in reversed(self.layers):
            g = layer.backward(g)

    def zero_grad(self):
        for layer in self.linears:
            layer.gw[...] = 0
            layer.gb[...] = 0

    def state(self):
        return [a.copy() for layer in self.linears for a in (layer.w, layer.b)]

    def load(self, arrays):
        for i, layer in enumerate(self.linears):
            layer.w, layer.b = np.array(arrays[2 * i]), np.array(arrays[2 * i + 1])


class SGD:
    def __init__(self, net, lr, momentum):
        self.net, self.lr, self.momentum = net, lr, momentum
        self.buf = [np.zeros_like(a) for a in net.state()]

    def step(self):
        grads = [g for layer in self.net.linears for g in (layer.gw, layer.gb)]
        weights = [a for layer in self.net.linears for a in (layer.w, layer.b)]
        for buf, a, g in zip(self.buf, weights, grads):
            buf *= self.momentum
            buf += g
            a -= self.lr * buf


class MSELoss:
    def __call__(self, out, target):
        self.diff = out - target
        return float((self.diff ** 2).mean())

    def backward(self):
        return 2 * self.diff / len(self.diff)


model = Sequential(Linear(5, 32), ReLU(), Linear(32, 32), ReLU(), Linear(32, 1))
criterion = MSELoss()
optimizer = SGD(model, lr=0.01, momentum=0.9)
params = model.state()


def predict(params, X):
    model.load(params)
    return model.forward(X)


def loss(params, X, y):
    return criterion(predict(params, X), y)


def step(params, xb, yb):
    model.load(params)
    model.zero_grad()
    value = criterion(model.forward(xb), yb)
    model.backward(criterion.backward())
    optimizer.step()
    return model.state(), value


batch_size = 32
n_steps = 1000
