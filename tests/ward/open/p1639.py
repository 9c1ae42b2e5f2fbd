import numpy as np


class Tensor:
    def __init__(self, data, parents=(), op=""):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._backward = lambda: None
        self._parents = parents
        self.op = op

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other), "@")

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad

        out._backward = _backward
        return out

    def __add__(self, row):
        out = Tensor(self.data + row.data, (self, row), "+")

        def _backward():
            self.grad += out.grad
            row.grad += out.grad.sum(axis=0, keepdims=True)

        out._backward = _backward
        return out

    def relu(self):
        out = Tensor(self.data * (self.data > 0), (self,), "relu")

        def _backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def bce(self, target):
        z = self.data
        out = Tensor(np.mean(np.logaddexp(0, z) - target * z), (self,), "bce")

        def _backward():
            s = 1 / (1 + np.exp(-z))
            self.grad += (s - target) / len(z) * out.grad

        out._backward = _backward
        return out

    def backward(self):
        order, seen = [], set()

        def visit(t):
            if id(t) not in seen:
                seen.add(id(t))
                for q in t._parents:
                    visit(q)
                order.append(t)

        visit(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(order):
            t._backward()


rng = np.random.default_rng(8)
angle = rng.uniform(0, np.pi, 300)
side = np.arange(300) % 2
X = np.where(side[:, None] == 0,
             np.c_[np.cos(angle), np.sin(angle)],
             np.c_[1 - np.cos(angle), 0.4 - np.sin(angle)]) + rng.normal(0, 0.1, (300, 2))
y = side.reshape(-1, 1).astype(float)

shapes = [(2, 12), (1, 12), (12, 12), (1, 12), (12, 1), (1, 1)]
params = [rng.normal(0, np.sqrt(2 / s[0]), s) if s[0] > 1 else np.zeros(s) for s in shapes]
tensors = [Tensor(p) for p in params]
lr = 0.4


def mlp(t, x):
    h = (x @ t[0] + t[1]).relu()
    h = (h @ t[2] + t[3]).relu()
    return h @ t[4] + t[5]


def loss(params, X, y):
    return float(mlp([Tensor(p) for p in params], Tensor(X)).bce(y).data)


def step(params, xb, yb):
    for t, p in zip(tensors, params):
        t.data = p
        t.grad = np.zeros_like(p)
    out = mlp(tensors, Tensor(xb)).bce(yb)
    out.backward()
    return [t.data - lr * t.grad for t in tensors], float(out.data)


batch_size = 30
n_steps = 700
