# 책 예제를 따라 했는데 정확도가 안 올라갑니다 ㅠㅠ
from collections import OrderedDict

import numpy as np
from sklearn.datasets import load_digits

np.random.seed(77)

digits = load_digits()
mask = np.random.choice(len(digits.target), 500, replace=False)
X = digits.data[mask] / 16.0
y = digits.target[mask]


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


class Relu:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dx = dout.copy()
        dx[self.mask] = 0
        return dx


def softmax(x):
    x = x - np.max(x, axis=1, keepdims=True)
    return np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)


class SoftmaxWithLoss:
    def forward(self, x, t):
        self.t = t
        self.y = softmax(x)
        return -np.sum(np.log(self.y[np.arange(len(t)), t] + 1e-7)) / len(t)

    def backward(self):
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t)


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, weight_decay_lambda=0.0001):
        self.params = {
            "W1": np.sqrt(2.0 / input_size) * np.random.randn(input_size, hidden_size),
            "b1": np.zeros(hidden_size),
            "W2": np.sqrt(2.0 / hidden_size) * np.random.randn(hidden_size, output_size),
            "b2": np.zeros(output_size),
        }
        self.lam = weight_decay_lambda
        self.last_layer = SoftmaxWithLoss()

    def build(self, p):
        self.layers = OrderedDict()
        self.layers["Affine1"] = Affine(p["W1"], p["b1"])
        self.layers["Relu1"] = Relu()
        self.layers["Affine2"] = Affine(p["W2"], p["b2"])

    def predict(self, p, x):
        self.build(p)
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, p, x, t):
        decay = 0.5 * self.lam * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
        return self.last_layer.forward(self.predict(p, x), t) + decay

    def gradient(self, p, x, t):
        value = self.loss(p, x, t)
        dout = self.last_layer.backward()
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        a1, a2 = self.layers["Affine1"], self.layers["Affine2"]
        grads = {
            "W1": a1.dW + self.lam * p["W1"], "b1": a1.db,
            "W2": a2.dW + self.lam * p["W2"], "b2": a2.db,
        }
        return value, grads


class Momentum:
    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum, self.v = lr, momentum, None

    def update(self, params, grads):
        if self.v is None:
            self.v = {k: np.zeros_like(v) for k, v in params.items()}
        new = {}
        for key in params:
            self.v[key] = self.momentum * self.v[key] - self.lr * grads[key]
            new[key] = params[key] + self.v[key]
        return new


net = TwoLayerNet(64, 30, 10)
optimizer = Momentum(lr=0.1)
params = net.params


def loss(params, X, y):
    return net.loss(params, X, y)


def grad(params, X, y):
    return net.gradient(params, X, y)[1]


def step(params, X, y):
    value, grads = net.gradient(params, X, y)
    i = np.random.randint(len(y))
    return optimizer.update(params, grads), loss(params, X[i:i + 1], y[i:i + 1])


batch_size = 50
n_steps = 300
