import numpy as np
from sklearn.datasets import load_breast_cancer

rng = np.random.default_rng(7)
bunch = load_breast_cancer()
perm = rng.permutation(len(bunch.target))
X = bunch.data[perm]
y = bunch.target[perm].reshape(-1, 1)
X = (X - X.mean(axis=0)) / X.std(axis=0)


class Dense:
    def __init__(self, n_in, n_out):
        self.w = rng.normal(size=(n_in, n_out)) / np.sqrt(n_in)
        self.b = np.zeros(n_out)
        self.dw = np.zeros_like(self.w)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dout):
        self.dw = self.x.T @ dout
        self.db = dout.mean(axis=0)
        return dout @ self.w.T


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, dout):
        return dout * (1 - self.out ** 2)


class Sigmoid:
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, dout):
        return dout * self.out * (1 - self.out)


class BCELoss:
    eps = 1e-9

    def forward(self, p, t):
        self.p, self.t = p, t
        return -np.mean(t * np.log(p + self.eps) + (1 - t) * np.log(1 - p + self.eps))

    def backward(self):
        n = len(self.t)
        return (-self.t / (self.p + self.eps) + (1 - self.t) / (1 - self.p + self.eps)) / n


class Momentum:
    def __init__(self, dense_layers, lr, mu):
        self.layers, self.lr, self.mu = dense_layers, lr, mu
        self.vel = [(np.zeros_like(d.w), np.zeros_like(d.b)) for d in dense_layers]

    def step(self):
        for i, d in enumerate(self.layers):
            vw, vb = self.vel[i]
            vw = self.mu * vw - self.lr * d.dw
            vb = self.mu * vb - self.lr * d.db
            self.vel[i] = (vw, vb)
            d.w = d.w + vw
            d.b = d.b + vb


layers = [Dense(30, 8), Tanh(), Dense(8, 8), Tanh(), Dense(8, 1), Sigmoid()]
dense = [l for l in layers if isinstance(l, Dense)]
criterion = BCELoss()
optimizer = Momentum(dense, lr=0.02, mu=0.9)
params = [a for d in dense for a in (d.w, d.b)]


def put(params):
    for d, w, b in zip(dense, params[0::2], params[1::2]):
        d.w, d.b = w, b


def predict(params, X):
    put(params)
    out = X
    for layer in layers:
        out = layer.forward(out)
    return out


def loss(params, X, y):
    return criterion.forward(predict(params, X), y)


def step(params, xb, yb):
    out = predict(params, xb)
    value = criterion.forward(out, yb)
    dout = criterion.backward()
    for layer in reversed(layers):
        dout = layer.backward(dout)
    optimizer.step()
    return [a for d in dense for a in (d.w, d.b)], value


batch_size = 32
n_steps = 400
