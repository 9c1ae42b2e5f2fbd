import numpy as np

gen = np.random.default_rng(1337)


class Tensor:
    def __init__(self, data, children=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._prev = children
        self._backward = lambda: None

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(out.grad, self.data.shape)
            other.grad += unbroadcast(out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __sub__(self, other):
        out = Tensor(self.data - other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(out.grad, self.data.shape)
            other.grad -= unbroadcast(out.grad, other.data.shape)
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
            self.grad += np.ones_like(self.data) * out.grad / self.data.size
        out._backward = _backward
        return out

    def backward(self):
        topo, seen = [], set()

        def build(v):
            if id(v) not in seen:
                seen.add(id(v))
                for c in v._prev:
                    build(c)
                topo.append(v)
        build(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for i, s in enumerate(shape):
        if s == 1 and g.shape[i] != 1:
            g = g.sum(axis=i, keepdims=True)
    return g


def moons(n):
    a = np.pi * gen.random(n)
    up = np.c_[np.cos(a), np.sin(a)]
    down = np.c_[1 - np.cos(a), 0.5 - np.sin(a)]
    pts = np.r_[up[: n // 2], down[n // 2:]] + 0.12 * gen.standard_normal((n, 2))
    lab = np.r_[-np.ones(n // 2), np.ones(n - n // 2)]
    mix = gen.permutation(n)
    return pts[mix], lab[mix].reshape(-1, 1)


X, y = moons(160)
weight_scale = 0.6
params = []
for i, o in [(2, 12), (12, 12), (12, 1)]:
    params += [gen.standard_normal((i, o)) * weight_scale, np.zeros(o)]


def mlp(p, x):
    h = (x @ p[0] + p[1]).tanh()
    h = (h @ p[2] + p[3]).tanh()
    return h @ p[4] + p[5]


def loss(params, x, t):
    return float((mlp([Tensor(a) for a in params], Tensor(x)) - Tensor(t)).square().mean().data)


lr = 0.1
P = [Tensor(a) for a in params]


def step(params, x, t):
    for p, a in zip(P, params):
        p.data = a
    out = (mlp(P, Tensor(x)) - Tensor(t)).square().mean()
    out.backward()
    for p in P:
        p.data = p.data - lr * p.grad
    return [p.data for p in P], float(out.data)


batch_size = 160
n_steps = 700
