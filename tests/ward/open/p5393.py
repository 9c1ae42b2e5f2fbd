import numpy as np
from sklearn.datasets import load_iris

np.random.seed(12)

iris = load_iris()
idx = np.random.permutation(150)
X = ((iris.data - iris.data.mean(0)) / iris.data.std(0))[idx]
y = iris.target[idx]


class Linear:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)
        self.b = np.zeros(n_out)
        self.zero_grad()

    def zero_grad(self):
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW += self.x.T @ dout
        self.db += dout.sum(axis=0)
        self.W = self.W - lr * self.dW
        self.b = self.b - lr * self.db
        return dout @ self.W.T


class ReLU:
    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, 0.0)

    def backward(self, dout):
        return dout * (self.x > 0)


class SoftmaxCrossEntropy:
    def forward(self, z, y):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        self.y = y
        return -np.mean(np.log(self.p[np.arange(len(y)), y] + 1e-12))

    def backward(self):
        d = self.p.copy()
        d[np.arange(len(d)), self.y] -= 1
        return d / len(d)


layers = [Linear(4, 10), ReLU(), Linear(10, 10), ReLU(), Linear(10, 3)]
linear = [s for s in layers if isinstance(s, Linear)]
criterion = SoftmaxCrossEntropy()
params = [p for s in linear for p in (s.W, s.b)]
lr = 0.3


def load(params):
    # кладём веса в слои
    for i, s in enumerate(linear):
        s.W, s.b = params[2 * i], params[2 * i + 1]


def predict(params, X):
    load(params)
    for s in layers:
        X = s.forward(X)
    return X


def loss(params, X, y):
    return criterion.forward(predict(params, X), y)


def step(params, X, y):
    value = loss(params, X, y)
    for s in linear:
        s.zero_grad()
    d = criterion.backward()
    for s in reversed(layers):
        d = s.backward(d)
    # шаг градиентного спуска
    new = []
    for s in linear:
        new += [s.W, s.b]
    return new, value


batch_size = 30
n_steps = 900
