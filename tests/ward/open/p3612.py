"""my own little autograd, fitting a bumpy curve with it"""
import numpy as np


class T:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.back = lambda: None

    def __add__(self, other):
        out = T(self.data + other.data, (self, other))

        def back():
            self.grad += shrink(out.grad, self.data.shape)
            other.grad += shrink(out.grad, other.data.shape)

        out.back = back
        return out

    def __sub__(self, other):
        out = T(self.data - other.data, (self, other))

        def back():
            self.grad += shrink(out.grad, self.data.shape)
            other.grad -= shrink(out.grad, other.data.shape)

        out.back = back
        return out

    def __matmul__(self, other):
        out = T(self.data @ other.data, (self, other))

        def back():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad

        out.back = back
        return out

    def tanh(self):
        out = T(np.tanh(self.data), (self,))

        def back():
            self.grad += (1 - out.data ** 2) * out.grad

        out.back = back
        return out

    def square(self):
        out = T(self.data ** 2, (self,))

        def back():
            self.grad += 2 * self.data * out.grad

        out.back = back
        return out

    def mean(self):
        out = T(self.data.mean(), (self,))

        def back():
            self.grad += out.grad / self.data.size

        out.back = back
        return out

    def backward(self):
        order, seen = [], set()

        def visit(t):
            if id(t) not in seen:
                seen.add(id(t))
                for q in t.parents:
                    visit(q)
                order.append(t)

        visit(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(order):
            t.back()


def shrink(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for ax, size in enumerate(shape):
        if size == 1 and g.shape[ax] != 1:
            g = g.sum(axis=ax, keepdims=True)
    return g


rs = np.random.RandomState(8)
X = rs.uniform(-1, 1, (160, 1))
y = np.sin(4 * X) + 0.4 * X + 0.05 * rs.randn(160, 1)

H = 12
params = [
    rs.randn(1, H) * 1.5, rs.randn(1, H) * 0.5,
    rs.randn(H, H) / np.sqrt(H), np.zeros((1, H)),
    rs.randn(H, 1) / np.sqrt(H), np.zeros((1, 1)),
]
lr = 0.1


def forward(ts, X):
    h = (T(X) @ ts[0] + ts[1]).tanh()
    h = (h @ ts[2] + ts[3]).tanh()
    return h @ ts[4] + ts[5]


def criterion(ts, X, y):
    return (forward(ts, X) - T(y)).square().mean()


leaves = [T(p) for p in params]


def zero_grad(ts):
    for t in ts:
        t.grad = np.zeros_like(t.data)


def loss(params, X, y):
    return float(criterion([T(p) for p in params], X, y).data)


def grad(params, X, y):
    ts = [T(p) for p in params]
    criterion(ts, X, y).backward()
    return [t.grad for t in ts]


def step(params, X, y):
    for t, p in zip(leaves, params):
        t.data = np.array(p)
    zero_grad(leaves)
    out = criterion(leaves, X, y)
    out.backward()
    for t in leaves:
        t.data = t.data - lr * t.grad
    return [t.data for t in leaves], float(out.data)


batch_size = 40
n_steps = 1200
