import numpy as np
from sklearn.datasets import load_wine

np.random.seed(22)
wine = load_wine()
idx = np.random.permutation(len(wine.target))
X = wine.data[idx]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = np.eye(3)[wine.target[idx]]


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.b = np.zeros((1, n_out))

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.W + self.b

    def backward(self, dvalues):
        self.dW = self.inputs.T @ dvalues
        self.db = dvalues.sum(axis=0, keepdims=True)
        return dvalues @ self.W.T


class ReLU:
    def forward(self, inputs):
        self.inputs = inputs
        return np.maximum(0, inputs)

    def backward(self, dvalues):
        return dvalues * (self.inputs > 0)


class Softmax:
    def forward(self, inputs):
        e = np.exp(inputs - inputs.max(axis=1, keepdims=True))
        self.output = e / e.sum(axis=1, keepdims=True)
        return self.output

    def backward(self, dvalues):
        s = self.output
        return s * (dvalues - (dvalues * s).sum(axis=1, keepdims=True))


class CategoricalCrossentropy:
    def calculate(self, pred, true):
        pred = np.clip(pred, 1e-7, 1 - 1e-7)
        return -np.mean(np.sum(true * np.log(pred), axis=1))

    def backward(self, pred, true):
        return -true / np.clip(pred, 1e-7, 1 - 1e-7) / len(true)


class Adam:
    def __init__(self, lr=0.01, beta1=0.9, beta2=0.999, eps=1e-7):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.v, self.t = {}, {}, 0

    def update(self, key, p, g):
        if key not in self.m:
            self.m[key] = np.zeros_like(p)
            self.v[key] = np.zeros_like(p)
        self.m[key] = self.beta1 * self.m[key] + (1 - self.beta1) * g
        self.v[key] = self.beta2 * self.v[key] + (1 - self.beta2) * g ** 2
        self.m[key] /= 1 - self.beta1 ** self.t
        m_hat = self.m[key]
        self.v[key] /= 1 - self.beta2 ** self.t
        v_hat = self.v[key]
        return p - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


layers = [Dense(13, 16), ReLU(), Dense(16, 16), ReLU(), Dense(16, 3), Softmax()]
trainable = [l for l in layers if isinstance(l, Dense)]
criterion = CategoricalCrossentropy()
opt = Adam(lr=0.003)
params = [a for l in trainable for a in (l.W, l.b)]


def set_params(params):
    for i, l in enumerate(trainable):
        l.W, l.b = params[2 * i], params[2 * i + 1]


def forward(params, X):
    set_params(params)
    out = X
    for l in layers:
        out = l.forward(out)
    return out


def loss(params, X, y):
    return criterion.calculate(forward(params, X), y)


def grad(params, X, y):
    d = criterion.backward(forward(params, X), y)
    for l in reversed(layers):
        d = l.backward(d)
    return [a for l in trainable for a in (l.dW, l.db)]


def step(params, X, y):
    value = loss(params, X, y)
    grad(params, X, y)
    opt.t += 1
    for i, l in enumerate(trainable):
        l.W = opt.update(f"W{i}", l.W, l.dW)
        l.b = opt.update(f"b{i}", l.b, l.db)
    return [a for l in trainable for a in (l.W, l.b)], value


batch_size = 32
n_steps = 300
