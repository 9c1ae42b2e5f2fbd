import numpy as np


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self._backward = lambda: None

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad

        out._backward = _backward
        return out

    def __add__(self, bias):
        out = Tensor(self.data + bias.data, (self, bias))

        def _backward():
            self.grad += out.grad
            bias.grad += out.grad.sum(axis=0)

        out._backward = _backward
        return out

    def relu(self):
        out = Tensor(np.maximum(self.data, 0), (self,))

        def _backward():
            self.grad += out.grad * (self.data > 0)

        out._backward = _backward
        return out

    def bce_with_logits(self, target):
        z = self.data
        out = Tensor(np.mean(np.logaddexp(0, z) - target * z), (self,))

        def _backward():
            self.grad += out.grad * (1 / (1 + np.exp(-z)) - target) / len(z)

        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(t):
            if id(t) not in seen:
                seen.add(id(t))
                for parent in t.parents:
                    visit(parent)
                order.append(t)

        visit(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(order):
            t._backward()


rng = np.random.default_rng(9)
n_in, n_out = 200, 200
inner = rng.normal(0, 0.55, (n_in, 2))
angle = rng.uniform(0, 2 * np.pi, n_out)
outer = np.c_[np.cos(angle), np.sin(angle)] * rng.normal(1.9, 0.3, (n_out, 1))
X = np.concatenate([inner, outer])
y = np.concatenate([np.zeros(n_in), np.ones(n_out)])[:, None]
shuffle = rng.permutation(len(X))
X, y = X[shuffle], y[rng.permutation(len(X))]

H = 12
params = [rng.normal(0, 1, (2, H)), np.zeros(H), rng.normal(0, 1 / np.sqrt(H), (H, 1)), np.zeros(1)]


def mlp(ts, X):
    w1, b1, w2, b2 = ts
    return (Tensor(X) @ w1 + b1).relu() @ w2 + b2


def loss(params, X, y):
    return float(mlp([Tensor(p) for p in params], X).bce_with_logits(y).data)


def grad(params, X, y):
    ts = [Tensor(p) for p in params]
    mlp(ts, X).bce_with_logits(y).backward()
    return [t.grad for t in ts]


lr = 0.1
G = [np.zeros_like(p) for p in params]


def step(params, X, y):
    before = loss(params, X, y)
    out = []
    for p, g, acc in zip(params, grad(params, X, y), G):
        acc += g * g
        out.append(p - lr * g / (np.sqrt(acc) + 1e-8))
    return out, before


batch_size = 40
n_steps = 500
