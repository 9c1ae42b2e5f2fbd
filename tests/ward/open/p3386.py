import numpy as np
from sklearn.datasets import load_digits


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T


class Relu:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        return dout


class SoftmaxWithLoss:
    def forward(self, x, t):
        x = x - x.max(axis=1, keepdims=True)
        e = np.exp(x)
        self.y, self.t = e / e.sum(axis=1, keepdims=True), t
        return -np.mean(np.log(self.y[np.arange(len(t)), t] + 1e-7))

    def backward(self):
        dx = self.y.copy()
        dx[np.arange(len(self.t)), self.t] -= 1
        return dx / len(self.t)


class Adam:
    def __init__(self, lr=0.002, beta1=0.9, beta2=0.999):
        self.lr, self.beta1, self.beta2 = lr, beta1, beta2
        self.iter, self.m, self.v = 0, None, None

    def update(self, params, grads):
        if self.m is None:
            self.m = [np.zeros_like(p) for p in params]
            self.v = [np.zeros_like(p) for p in params]
        self.iter += 1
        out = []
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g ** 2
            self.m[i] /= 1 - self.beta1 ** self.iter
            self.v[i] /= 1 - self.beta2 ** self.iter
            out.append(p - self.lr * self.m[i] / (np.sqrt(self.v[i]) + 1e-7))
        return out


np.random.seed(17)
bunch = load_digits()
shuffle = np.random.permutation(len(bunch.target))[:1000]
X = bunch.data[shuffle] / 16.0
y = bunch.target[shuffle]

params = []
for n_in, n_out in [(64, 32), (32, 32), (32, 10)]:
    params += [np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in), np.zeros(n_out)]

optimizer = Adam()


def build(params):
    a, b, c = (Affine(params[i], params[i + 1]) for i in (0, 2, 4))
    return [a, Relu(), b, Relu(), c], SoftmaxWithLoss()


def scores(params, x):
    for layer in build(params)[0]:
        x = layer.forward(x)
    return x


def loss(params, X, y):
    return SoftmaxWithLoss().forward(scores(params, X), y)


def loss_and_grads(params, x, t):
    layers, last = build(params)
    for layer in layers:
        x = layer.forward(x)
    value = last.forward(x, t)
    dout = last.backward()
    for layer in layers[::-1]:
        dout = layer.backward(dout)
    return value, [g for layer in layers[::2] for g in (layer.dW, layer.db)]


def grad(params, X, y):
    return loss_and_grads(params, X, y)[1]


def step(params, x_batch, t_batch):
    value, grads = loss_and_grads(params, x_batch, t_batch)
    params = optimizer.update(params, grads)
    return params, value


batch_size = 50
n_steps = 500
