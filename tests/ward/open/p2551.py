import numpy as np
from sklearn.datasets import load_digits

np.random.seed(21)
digits = load_digits()
pick = np.random.permutation(len(digits.target))[:800]
X = digits.data[pick].astype(np.float32) / 16
y = digits.target[pick]
gain = 1.41


class Dense:
    def __init__(self, n_in, n_out):
        self.W = (gain * np.random.randn(n_in, n_out) / np.sqrt(n_in)).astype(np.float32)
        self.b = np.zeros(n_out, dtype=np.float32)
        self.vW = np.zeros_like(self.W)
        self.vb = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout, lr):
        dW = self.x.T @ dout
        db = dout.sum(axis=0)
        dx = dout @ self.W.T
        self.vW = 0.9 * self.vW - lr * dW
        self.vb = 0.9 * self.vb - lr * db
        self.W = self.W + self.vW
        self.b = self.b + self.vb
        return dx


class LeakyReLU:
    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, 0.01 * x).astype(np.float32)

    def backward(self, dout, lr):
        return np.where(self.x > 0, dout, 0.01 * dout).astype(np.float32)


class SoftmaxCrossEntropy:
    def forward(self, z, t):
        z = z - z.max(axis=1, keepdims=True)
        e = np.exp(z)
        self.p = e / e.sum(axis=1, keepdims=True)
        self.onehot = np.eye(10, dtype=np.float32)[t]
        return float(-np.mean(np.log(self.p[np.arange(len(t)), t] + 1e-7)))

    def backward(self):
        return (self.p - self.onehot) / len(self.p)


network = [Dense(64, 32), LeakyReLU(), Dense(32, 32), LeakyReLU(), Dense(32, 32), LeakyReLU(), Dense(32, 10)]
criterion = SoftmaxCrossEntropy()
dense = [layer for layer in network if isinstance(layer, Dense)]
params = [a for d in dense for a in (d.W, d.b)]
lr = 0.03


def set_params(params):
    for i, d in enumerate(dense):
        d.W, d.b = params[2 * i], params[2 * i + 1]


def forward(params, X):
    set_params(params)
    out = X
    for layer in network:
        out = layer.forward(out)
    return out


def predict(params, X):
    return forward(params, X).argmax(axis=1)


def loss(params, X, y):
    return criterion.forward(forward(params, X), y)


def step(params, xb, yb):
    value = loss(params, xb, yb)
    dout = criterion.backward()
    for layer in reversed(network):
        dout = layer.backward(dout, lr)
    return [a for d in dense for a in (d.W, d.b)], value


batch_size = 50
n_steps = 500
