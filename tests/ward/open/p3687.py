import numpy as np


def fit_shape(g, shape):
    """Sum a gradient over the axes that were broadcast."""
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for ax, n in enumerate(shape):
        if n == 1 and g.shape[ax] > 1:
            g = g.sum(axis=ax, keepdims=True)
    return g


class Tensor:
    def __init__(self, data, prev=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._prev = prev
        self._backward = lambda: None

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += fit_shape(out.grad, self.data.shape)
            other.grad += fit_shape(out.grad, other.data.shape)

        out._backward = _backward
        return out

    def __sub__(self, other):
        out = Tensor(self.data - other.data, (self, other))

        def _backward():
            self.grad += fit_shape(out.grad, self.data.shape)
            other.grad -= fit_shape(out.grad, other.data.shape)

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

    def square(self):
        out = Tensor(self.data ** 2, (self,))

        def _backward():
            self.grad += 2 * self.data * out.grad

        out._backward = _backward
        return out

    def mean(self):
        out = Tensor(self.data.mean(), (self,))

        def _backward():
            self.grad += out.grad / self.data.size

        out._backward = _backward
        return out

    def backward(self):
        topo, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for u in v._prev:
                    visit(u)
                topo.append(v)

        visit(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()


rng = np.random.default_rng(21)
X = rng.uniform(-1.5, 1.5, (320, 2))
y = X[:, :1] * X[:, 1:] + 0.5 * np.sin(2 * X[:, :1])

H = 12
W1 = Tensor(rng.normal(0, 0.8, (2, H)))
b1 = Tensor(np.zeros((1, H)))
W2 = Tensor(rng.normal(0, 1, (H, H)) / np.sqrt(H))
b2 = Tensor(np.zeros((1, H)))
W3 = Tensor(rng.normal(0, 1, (H, 1)) / np.sqrt(H))
b3 = Tensor(np.zeros((1, 1)))
parameters = [W1, b1, W2, b2, W3, b3]
params = [t.data for t in parameters]
lr = 0.1


def put(arrays):
    for t, a in zip(parameters, arrays):
        t.data = a


def mlp(x):
    h = (x @ W1 + b1).tanh()
    h = (h @ W2 + b2).tanh()
    return h @ W3 + b3


def mse(x, t):
    return (Tensor(t) - mlp(Tensor(x))).square().mean()


def loss(params, X, y):
    put(params)
    return float(mse(X, y).data)


def step(params, xb, yb):
    put(params)
    for t in parameters:
        t.grad = np.zeros_like(t.data)
    out = mse(xb, yb)
    out.backward()
    for t in parameters:
        t.data = t.data - lr * t.grad
    return [t.data for t in parameters], float(out.data)


batch_size = 32
n_steps = 1200
