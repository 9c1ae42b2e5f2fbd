import numpy as np
from sklearn.datasets import load_wine


class Dense:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.standard_normal((n_in, n_out)) * np.sqrt(2.0 / n_in)
        self.b = np.zeros(n_out)
        self.vW = np.zeros_like(self.W)
        self.vb = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T

    def update(self, lr, beta):
        self.vW = beta * self.vW + self.dW
        self.vb = beta * self.vb + self.db
        self.W = self.W - lr * self.vW
        self.b = self.b - lr * self.vb


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


class SoftmaxCrossEntropy:
    def forward(self, logits, t):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        self.t = t
        return -np.log(self.p[np.arange(len(t)), t] + 1e-10).mean()

    def backward(self):
        d = self.p.copy()
        d[np.arange(len(self.t)), self.t] -= 1
        return d / len(self.t)


rng = np.random.default_rng(5)
wine = load_wine()
X = (wine.data - wine.data.mean(0)) / wine.data.std(0)
y = wine.target
perm = rng.permutation(len(X))
X, y = X[perm], y[perm]

layers = [Dense(13, 16, rng), ReLU(), Dense(16, 16, rng), ReLU(), Dense(16, 3, rng)]
dense = [l for l in layers if isinstance(l, Dense)]
criterion = SoftmaxCrossEntropy()
params = [a for l in dense for a in (l.W, l.b)]
lr, beta = 0.02, 0.9


def put(params):
    for i, l in enumerate(dense):
        l.W, l.b = params[2 * i], params[2 * i + 1]


def model_forward(x):
    for l in layers:
        x = l.forward(x)
    return x


def loss(params, X, y):
    put(params)
    return criterion.forward(model_forward(X), y)


def step(params, X, y):
    put(params)
    value = criterion.forward(model_forward(X), y)
    d = criterion.backward()
    for l in reversed(layers):
        d = l.backward(d)
    for l in dense:
        l.update(lr, beta)
    return [a for l in dense for a in (l.W, l.b)], value


batch_size = 16
n_steps = 250
