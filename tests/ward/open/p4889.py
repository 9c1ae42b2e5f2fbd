from collections import OrderedDict

import numpy as np

# 曲げセンサ付き手袋 (指5本) でグー・チョキ・パーを当てる
np.random.seed(7)
kata = np.array([[1, 1, 1, 1, 1], [1, 0, 0, 1, 1], [0, 0, 0, 0, 0]], float)
te = np.random.randint(0, 3, 360)
X = kata[te] * np.random.uniform(0.5, 1.2, (360, 5)) + 0.2 * np.random.randn(360, 5)
y = np.eye(3)[te]

lr = 0.1


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout):
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)


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


class SoftmaxWithLoss:
    def forward(self, x, t):
        x = x - x.max(axis=1, keepdims=True)
        self.p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
        self.t = t
        return -np.mean(np.sum(t * np.log(self.p + 1e-7), axis=1))

    def backward(self):
        return (self.p - self.t) / self.t.shape[0]


class ThreeLayerNet:
    def __init__(self, *haba):
        self.params = {}
        for i, (a, b) in enumerate(zip(haba[:-1], haba[1:]), 1):
            self.params["W%d" % i] = np.sqrt(2 / a) * np.random.randn(a, b)
            self.params["b%d" % i] = np.zeros(b)
        self.last = SoftmaxWithLoss()

    def tsumu(self, params):
        self.layers = OrderedDict()
        self.layers["Affine1"] = Affine(params["W1"], params["b1"])
        self.layers["Relu1"] = Relu()
        self.layers["Affine2"] = Affine(params["W2"], params["b2"])
        self.layers["Relu2"] = Relu()
        self.layers["Affine3"] = Affine(params["W3"], params["b3"])

    def predict(self, params, x):
        self.tsumu(params)
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, params, x, t):
        return self.last.forward(self.predict(params, x), t)

    def gradient(self, params, x, t):
        self.loss(params, x, t)
        dout = self.last.backward()
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        grads = {}
        for i in (1, 2, 3):
            affine = self.layers["Affine%d" % i]
            grads["W%d" % i] = affine.dW
            grads["b%d" % i] = affine.db
        return grads


net = ThreeLayerNet(5, 10, 10, 3)
params = net.params


def loss(params, X, y):
    return net.loss(params, X, y)


def grad(params, X, y):
    return net.gradient(params, X, y)


def step(params, X, y):
    grads = net.gradient(params, X, y)
    atarashii = {}
    for key in params:
        atarashii[key] = params[key] - lr * grads[key]
    return atarashii, net.loss(params, X, y)


batch_size = 30
n_steps = 600
