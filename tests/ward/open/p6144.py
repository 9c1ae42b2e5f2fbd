"""brickwork: tiny neural nets on numpy.  examples/three_arcs.py"""
import numpy as np

np.random.seed(24)


class Param:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)


class Layer:
    params = ()

    def __call__(self, x):
        return self.forward(x)


class Affine(Layer):
    def __init__(self, fan_in, fan_out):
        self.w = Param(np.random.randn(fan_in, fan_out) * np.sqrt(2.0 / fan_in))
        self.b = Param(np.zeros(fan_out))
        self.params = (self.w, self.b)

    def forward(self, x):
        self.x = x
        return x @ self.w.value + self.b.value

    def backward(self, dout):
        self.w.grad += self.x.T @ dout
        self.b.grad += dout.sum(axis=0)
        return dout @ self.w.value.T


class Rectify(Layer):
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return self.mask.astype(float)


class SoftmaxLoss:
    def forward(self, s, t):
        self.t = t
        e = np.exp(s - s.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return -np.log(self.p[np.arange(len(t)), t] + 1e-12).mean()

    def backward(self):
        d = self.p.copy()
        d[np.arange(len(self.t)), self.t] -= 1
        return d / len(self.t)


class RMSprop:
    def __init__(self, params, lr=0.01, decay=0.9):
        self.params, self.lr, self.decay = params, lr, decay
        self.cache = [np.zeros_like(p.value) for p in params]

    def zero_grad(self):
        for p in self.params:
            p.grad = np.zeros_like(p.value)

    def apply(self):
        for i, p in enumerate(self.params):
            self.cache[i] = self.decay * self.cache[i] + (1 - self.decay) * p.grad ** 2
            p.value = p.value - self.lr * p.grad / (np.sqrt(self.cache[i]) + 1e-6)


class Wall:
    def __init__(self, *layers):
        self.layers = layers
        self.params = [p for layer in layers for p in layer.params]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, d):
        for layer in reversed(self.layers):
            d = layer.backward(d)


# three arcs around each other
per = 150
angle = np.tile(np.linspace(0, 1.25 * np.pi, per), 3)
y = np.repeat(np.arange(3), per)
r = 0.4 + 0.25 * angle
phi = angle + y * 2 * np.pi / 3
X = np.c_[r * np.cos(phi), r * np.sin(phi)] + 0.05 * np.random.randn(3 * per, 2)
deal = np.random.permutation(3 * per)
X, y = X[deal], y[deal]

net = Wall(Affine(2, 24), Rectify(), Affine(24, 24), Rectify(), Affine(24, 3))
criterion = SoftmaxLoss()
opt = RMSprop(net.params, lr=0.01)
params = [p.value for p in net.params]


def predict(values, X):
    for p, v in zip(net.params, values):
        p.value = v
    return net.forward(X)


def loss(values, X, y):
    return criterion.forward(predict(values, X), y)


def step(values, X, y):
    opt.zero_grad()
    before = loss(values, X, y)
    net.backward(criterion.backward())
    opt.apply()
    return [p.value for p in net.params], before


batch_size = 45
n_steps = 500
