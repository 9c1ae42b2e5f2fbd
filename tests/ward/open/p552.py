import numpy as np


class Tensor:
    def __init__(self, data, _prev=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._backward = lambda: None
        self._prev = _prev

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def __add__(self, other):
        # other is a bias of shape (1, k), broadcast over the rows
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad.sum(axis=0, keepdims=True)
        out._backward = _backward
        return out

    def tanh(self):
        t = np.tanh(self.data)
        out = Tensor(t, (self,))

        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def hinge(self, target):
        margin = 1 - target * self.data
        out = Tensor(np.maximum(0, margin).mean(), (self,))

        def _backward():
            self.grad += -target * (margin > 0) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if id(v) not in visited:
                visited.add(id(v))
                for child in v._prev:
                    build(child)
                topo.append(v)
        build(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()


rng = np.random.RandomState(1337)
n = 100
t = rng.uniform(0, np.pi, n)
up = np.c_[np.cos(t), np.sin(t)]
down = np.c_[1 - np.cos(t), 0.4 - np.sin(t)]
X = np.r_[up, down] + rng.normal(0, 0.1, (2 * n, 2))
y = np.r_[np.ones(n), -np.ones(n)].reshape(-1, 1)
perm = rng.permutation(2 * n)
X, y = X[perm], y[perm]

h = 12
W = [Tensor(rng.randn(2, h) * 0.7), Tensor(np.zeros((1, h))),
     Tensor(rng.randn(h, h) / np.sqrt(h)), Tensor(np.zeros((1, h))),
     Tensor(rng.randn(h, 1) / np.sqrt(h)), Tensor(np.zeros((1, 1)))]
params = [w.data for w in W]
lr = 0.2


def mlp(params, X):
    for w, value in zip(W, params):
        w.data = value
    a = (Tensor(X) @ W[0] + W[1]).tanh()
    a = (a @ W[2] + W[3]).tanh()
    return a @ W[4] + W[5]


def loss(params, X, y):
    return float(mlp(params, X).hinge(y).data)


def step(params, X, y):
    L = mlp(params, X).hinge(y)
    for w in W:
        w.grad = np.zeros_like(w.data)
    L.backward()
    for w in W:
        w.data = w.data - lr * w.grad
    return [w.data for w in W], float(L.data)


batch_size = 50
n_steps = 1000
