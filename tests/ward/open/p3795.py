import numpy as np

np.random.seed(11)


class T:
    """A numpy array that remembers how it was made."""

    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._parents = parents
        self._backward = lambda: None

    def __matmul__(self, other):
        out = T(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def __add__(self, other):
        out = T(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad.sum(axis=0)
        out._backward = _backward
        return out

    def tanh(self):
        t = np.tanh(self.data)
        out = T(t, (self,))

        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def bce_with_logits(self, target):
        z = self.data
        out = T(np.mean(np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z)))), (self,))

        def _backward():
            self.grad += (1 / (1 + np.exp(-z)) - target) / target.size * out.grad
        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for parent in v._parents:
                    visit(parent)
                order.append(v)
        visit(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(order):
            v._backward()


n = 150
a = np.random.rand(n) * np.pi
X = np.vstack([np.c_[np.cos(a), np.sin(a)], np.c_[1 - np.cos(a), 0.5 - np.sin(a)]])
X += 0.1 * np.random.randn(*X.shape)
y = np.repeat([0.0, 1.0], n).reshape(-1, 1)
mix = np.random.permutation(2 * n)
X, y = X[mix], y[mix]

W1, b1 = T(np.random.randn(2, 16)), T(np.zeros(16))
W2, b2 = T(np.random.randn(16, 1) * 0.3), T(np.zeros(1))
leaves = [W1, b1, W2, b2]
params = [p.data for p in leaves]
lr = 0.0005


def score(params, X):
    W1, b1, W2, b2 = params
    return np.tanh(X @ W1 + b1) @ W2 + b2


def loss(params, X, y):
    z = score(params, X)
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


def step(params, X, y):
    for p, value in zip(leaves, params):
        p.data = value.copy()
        p.grad = np.zeros_like(value)
    hidden = (T(X) @ W1 + b1).tanh()
    out = (hidden @ W2 + b2).bce_with_logits(y)
    out.backward()
    for p in leaves:
        p.data = p.data - lr * p.grad
    return [p.data for p in leaves], float(out.data)


batch_size = 60
n_steps = 1500
