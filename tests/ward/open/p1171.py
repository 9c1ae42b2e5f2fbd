import numpy as np
from sklearn.datasets import make_moons

X, y = make_moons(n_samples=200, noise=0.12, random_state=4)
rng = np.random.default_rng(1)


class T:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._back = lambda: None
        self._parents = parents

    def __add__(self, other):
        out = T(self.data + other.data, (self, other))

        def back():
            self.grad = self.grad + out.grad
            extra = out.grad.ndim - other.data.ndim
            other.grad = other.grad + (out.grad[0] if extra else out.grad)
        out._back = back
        return out

    def __matmul__(self, other):
        out = T(self.data @ other.data, (self, other))

        def back():
            self.grad = self.grad + out.grad @ other.data.T
            other.grad = other.grad + self.data.T @ out.grad
        out._back = back
        return out

    def tanh(self):
        out = T(np.tanh(self.data), (self,))

        def back():
            self.grad = self.grad + (1 - out.data ** 2) * out.grad
        out._back = back
        return out

    def bce_with_logits(self, target):
        z, t = self.data[:, 0], target
        value = np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))
        out = T(value, (self,))

        def back():
            p = 1 / (1 + np.exp(-z))
            self.grad = self.grad + out.grad * ((p - t) / len(t))[:, None]
        out._back = back
        return out

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if id(v) not in seen:
                seen.add(id(v))
                for u in v._parents:
                    visit(u)
                order.append(v)
        visit(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(order):
            v._back()


params = [rng.normal(size=(2, 16)), np.zeros(16), rng.normal(size=(16, 1)) * 0.25, np.zeros(1)]
leaves = [T(p) for p in params]
lr = 0.5


def model(params, x):
    for leaf, p in zip(leaves, params):
        leaf.data = p
    w1, b1, w2, b2 = leaves
    hidden = (T(x) @ w1 + b1).tanh()
    return hidden @ w2 + b2, hidden


def loss(params, X, y):
    return float(model(params, X)[0].bce_with_logits(y).data)


def step(params, X, y):
    out = model(params, X)[0].bce_with_logits(y)
    for leaf in leaves:
        leaf.grad = np.zeros_like(leaf.data)
    out.backward()
    return [leaf.data - lr * leaf.grad for leaf in leaves], float(out.data)


batch_size = 50
n_steps = 1000
