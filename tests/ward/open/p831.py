import numpy as np


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self._backward = lambda: None

    @staticmethod
    def unbroadcast(g, shape):
        while g.ndim > len(shape):
            g = g.sum(axis=0)
        for ax, size in enumerate(shape):
            if size == 1 and g.shape[ax] != 1:
                g = g.sum(axis=ax, keepdims=True)
        return g

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += Tensor.unbroadcast(out.grad, self.data.shape)
            other.grad += Tensor.unbroadcast(out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Tensor(self.data * other.data, (self, other))

        def _backward():
            self.grad += Tensor.unbroadcast(out.grad * other.data, self.data.shape)
            other.grad += Tensor.unbroadcast(out.grad * self.data, other.data.shape)
        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = np.tanh(self.data)
        out = Tensor(t, (self,))

        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def sigmoid(self):
        s = 1 / (1 + np.exp(-self.data))
        out = Tensor(s, (self,))

        def _backward():
            self.grad += s * (1 - s) * out.grad
        out._backward = _backward
        return out

    def log(self):
        out = Tensor(np.log(self.data), (self,))

        def _backward():
            self.grad += out.grad / self.data
        out._backward = _backward
        return out

    def clip(self, low, high):
        inside = (self.data > low) & (self.data < high)
        out = Tensor(np.clip(self.data, low, high), (self,))

        def _backward():
            self.grad += out.grad * inside
        out._backward = _backward
        return out

    def mean(self):
        out = Tensor(self.data.mean(), (self,))

        def _backward():
            self.grad += np.ones_like(self.data) * out.grad / self.data.size
        out._backward = _backward
        return out

    def backward(self):
        topo, seen = [], set()

        def build(v):
            if v not in seen:
                seen.add(v)
                for p in v.parents:
                    build(p)
                topo.append(v)
        build(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()


# two half moons
rs = np.random.RandomState(1)
half = 120
t = rs.uniform(0, np.pi, half)
upper = np.column_stack([np.cos(t), np.sin(t)])
lower = np.column_stack([1 - np.cos(t), 0.4 - np.sin(t)])
X = np.vstack([upper, lower]) + rs.normal(0, 0.1, (2 * half, 2))
y = np.hstack([np.zeros(half), np.ones(half)])
shuffle = rs.permutation(2 * half)
X, y = X[shuffle], y[shuffle]

W1 = rs.randn(2, 12)
b1 = np.zeros((1, 12))
W2 = rs.randn(12, 1) * 0.3
b2 = np.zeros((1, 1))
params = [W1, b1, W2, b2]
lr = 0.5


def model(x, ps):
    W1, b1, W2, b2 = ps
    hidden = (Tensor(x) @ W1 + b1).tanh()
    return (hidden @ W2 + b2).sigmoid()


def criterion(out, y):
    out = out.clip(1e-9, 1 - 1e-9)
    one = Tensor(1.0)
    minus = Tensor(-1.0)
    t = Tensor(y)
    rest = one + minus * t
    ll = t * out.log() + rest * (one + minus * out).log()
    return (minus * ll).mean()


def loss(params, X, y):
    return float(criterion(model(X, [Tensor(p) for p in params]), y).data)


def step(params, X, y):
    ps = [Tensor(p) for p in params]
    L = criterion(model(X, ps), y)
    L.backward()
    for p in ps:
        p.data = p.data - lr * p.grad
    return [p.data for p in ps], float(L.data)


batch_size = 60
n_steps = 900
