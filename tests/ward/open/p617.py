import numpy as np


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self._backward = lambda: None

    @staticmethod
    def fit(g, shape):
        while g.ndim > len(shape):
            g = g.sum(axis=0)
        for axis, size in enumerate(shape):
            if size == 1 and g.shape[axis] != 1:
                g = g.sum(axis=axis, keepdims=True)
        return g

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad = self.grad + Tensor.fit(out.grad, self.data.shape)
            other.grad = other.grad + Tensor.fit(out.grad, other.data.shape)

        out._backward = _backward
        return out

    def __sub__(self, other):
        out = Tensor(self.data - other.data, (self, other))

        def _backward():
            self.grad = self.grad + Tensor.fit(out.grad, self.data.shape)
            other.grad = other.grad - Tensor.fit(out.grad, other.data.shape)

        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad = self.grad + out.grad @ other.data.T
            other.grad = other.grad + self.data.T @ out.grad

        out._backward = _backward
        return out

    def tanh(self):
        t = np.tanh(self.data)
        out = Tensor(t, (self,))

        def _backward():
            self.grad = self.grad + out.grad * (1 - t ** 2)

        out._backward = _backward
        return out

    def square_mean(self):
        out = Tensor(np.mean(self.data ** 2), (self,))

        def _backward():
            self.grad = self.grad + out.grad * 2 * self.data / self.data.size

        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for u in v.parents:
                    visit(u)
                order.append(v)

        visit(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(order):
            v._backward()


rng = np.random.default_rng(3)
U = rng.random((400, 5))
X = (U - 0.5) * np.sqrt(12)
target = 10 * np.sin(np.pi * U[:, 0] * U[:, 1]) + 20 * (U[:, 2] - 0.5) ** 2 + 10 * U[:, 3] + 5 * U[:, 4]
y = (target / 5).reshape(-1, 1)

gain = 1.0
params = [
    rng.normal(0, gain / np.sqrt(5), (5, 20)),
    np.zeros((1, 20)),
    rng.normal(0, 1 / np.sqrt(20), (20, 1)),
    np.zeros((1, 1)),
]
lr = 0.01


def model(params, X):
    W1, b1, W2, b2 = [p if isinstance(p, Tensor) else Tensor(p) for p in params]
    hidden = Tensor(X) @ W1 + b1
    return hidden @ W2 + b2


def mse(params, X, y):
    return (model(params, X) - Tensor(y)).square_mean()


def loss(params, X, y):
    return float(mse(params, X, y).data)


def step(params, X, y):
    ps = [Tensor(p) for p in params]
    out = mse(ps, X, y)
    out.backward()
    return [p.data - lr * p.grad for p in ps], float(out.data)


batch_size = 40
n_steps = 1600
