import numpy as np

np.random.seed(1337)


def half_circles(n, noise=0.12):
    t = np.pi * np.random.rand(n)
    up = np.random.rand(n) < 0.5
    pts = np.where(up[:, None], np.c_[np.cos(t), np.sin(t)], np.c_[1 - np.cos(t), 0.5 - np.sin(t)])
    return pts + noise * np.random.randn(n, 2), np.where(up, 1.0, -1.0)


X, y = half_circles(100)


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

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += fold(out.grad, self.data.shape)
            other.grad += fold(out.grad, other.data.shape)

        out._backward = _backward
        return out

    def __sub__(self, other):
        out = Tensor(self.data - other.data, (self, other))

        def _backward():
            self.grad += fold(out.grad, self.data.shape)
            other.grad += fold(-out.grad, other.data.shape)

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

        def build(v):
            if id(v) not in seen:
                seen.add(id(v))
                for c in v.parents:
                    build(c)
                topo.append(v)

        build(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()


def fold(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and g.shape[axis] != 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


sizes = [2, 16, 8, 1]
params = []
for a, b in zip(sizes, sizes[1:]):
    params += [np.zeros((a, b)), np.zeros((1, b))]
leaves = [Tensor(p) for p in params]


def net(params, X):
    for leaf, p in zip(leaves, params):
        leaf.data = np.asarray(p)
    out = Tensor(X)
    for i in range(0, len(leaves), 2):
        out = out @ leaves[i] + leaves[i + 1]
        if i < len(leaves) - 2:
            out = out.tanh()
    return out


def mse(params, X, y):
    return (net(params, X) - Tensor(y.reshape(-1, 1))).square().mean()


def loss(params, X, y):
    return float(mse(params, X, y).data)


def grad(params, X, y):
    for leaf in leaves:
        leaf.grad = np.zeros_like(leaf.data)
    mse(params, X, y).backward()
    return [leaf.grad.copy() for leaf in leaves]


lr = 0.2


def step(params, X, y):
    before = loss(params, X, y)
    grads = grad(params, X, y)
    return [p - lr * g for p, g in zip(params, grads)], before


batch_size = 100
n_steps = 1000
