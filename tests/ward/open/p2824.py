import numpy as np
from sklearn.datasets import load_wine

rng = np.random.default_rng(7)
wine = load_wine()
perm = rng.permutation(len(wine.target))
X = wine.data[perm].astype(np.float32)
X = (X - X.mean(0)) / X.std(0)
y = wine.target[perm]


class Linear:
    def __init__(self, fan_in, fan_out):
        bound = 1 / np.sqrt(fan_in)
        self.weight = rng.uniform(-bound, bound, (fan_out, fan_in)).astype(np.float32)
        self.bias = rng.uniform(-bound, bound, fan_out).astype(np.float32)

    def __call__(self, x):
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, dout):
        self.dweight = dout.T @ self.x
        self.dbias = dout.sum(0)
        return dout @ self.weight


class ReLU:
    def __call__(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)

    def linears(self):
        return [l for l in self.layers if isinstance(l, Linear)]

    def parameters(self):
        return [p for l in self.linears() for p in (l.weight, l.bias)]

    def grads(self):
        return [g for l in self.linears() for g in (l.dweight, l.dbias)]


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


class CrossEntropyLoss:
    def __call__(self, logits, target):
        self.p, self.t = softmax(logits), target
        return float(np.mean(-np.log(self.p[np.arange(len(target)), target] + 1e-9)))

    def backward(self):
        d = self.p.copy()
        d[np.arange(len(self.t)), self.t] -= 1
        return d / len(self.t)


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.lr, self.betas, self.eps, self.t = lr, betas, eps, 0
        self.m = [np.zeros(p.shape) for p in params]
        self.v = [np.zeros_like(p) for p in params]

    def step(self, params, grads):
        self.t += 1
        b1, b2 = self.betas
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = b1 * self.m[i] + (1 - b1) * g
            self.v[i] = b2 * self.v[i] + (1 - b2) * g * g
            m_hat = self.m[i] / (1 - b1 ** self.t)
            v_hat = self.v[i] / (1 - b2 ** self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


model = Sequential(Linear(13, 16), ReLU(), Linear(16, 16), ReLU(), Linear(16, 3))
criterion = CrossEntropyLoss()
params = [p.copy() for p in model.parameters()]
optimizer = Adam(params, lr=0.002)


def load(params):
    for p, value in zip(model.parameters(), params):
        p[...] = value


def logits(params, X):
    load(params)
    return model(X)


def loss(params, X, y):
    return criterion(logits(params, X), y)


def step(params, xb, yb):
    value = loss(params, xb, yb)
    model.backward(criterion.backward())
    optimizer.step(model.parameters(), model.grads())
    return [p.copy() for p in model.parameters()], value


batch_size = 32
n_steps = 350
