import numpy as np


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for i, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=i, keepdims=True)
    return g


class Tensor:
    def __init__(self, data, _children=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._prev = _children
        self._backward = lambda: None

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(out.grad, self.data.shape)
            other.grad += unbroadcast(out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Tensor(self.data * other.data, (self, other))

        def _backward():
            self.grad += unbroadcast(other.data * out.grad, self.data.shape)
            other.grad += unbroadcast(self.data * out.grad, other.data.shape)
        out._backward = _backward
        return out

    def matmul(self, other):
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
            self.grad += (1 - t**2) * out.grad
        out._backward = _backward
        return out

    def sigmoid(self):
        s = 1 / (1 + np.exp(-self.data))
        out = Tensor(s, (self,))

        def _backward():
            self.grad += s * (1 - s) * out.grad
        out._backward = _backward
        return out

    def log(self):
        out = Tensor(np.log(self.data + 1e-9), (self,))

        def _backward():
            self.grad += out.grad / (self.data + 1e-9)
        out._backward = _backward
        return out

    def mean(self):
        out = Tensor(self.data.mean(), (self,))

        def _backward():
            self.grad += out.grad * np.ones_like(self.data) / self.data.size
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


class MLP:
    def __init__(self, rng, nin, nhid):
        self.w1 = Tensor(rng.normal(0, 1, (nin, nhid)))
        self.b1 = Tensor(np.zeros((1, nhid)))
        self.w2 = Tensor(rng.normal(0, 1 / np.sqrt(nhid), (nhid, 1)))
        self.b2 = Tensor(np.zeros((1, 1)))

    def parameters(self):
        return [self.w1, self.b1, self.w2, self.b2]

    def zero_grad(self):
        for p in self.parameters():
            p.grad = np.zeros_like(p.data)

    def __call__(self, values, x):
        for p, value in zip([self.w1, self.b1, self.w2, self.b2], values):
            p.data = value
        hidden = x.matmul(self.w1) + self.b1
        return hidden.matmul(self.w2) + self.b2


rng = np.random.default_rng(3)
n = 150
ang = rng.uniform(0, np.pi, 2 * n)
upper = np.c_[np.cos(ang[:n]), np.sin(ang[:n])]
lower = np.c_[1 - np.cos(ang[n:]), 0.4 - np.sin(ang[n:])]
X = np.r_[upper, lower] + rng.normal(0, 0.13, (2 * n, 2))
y = np.r_[np.zeros((n, 1)), np.ones((n, 1))]
perm = rng.permutation(2 * n)
X, y = X[perm], y[perm]

model = MLP(rng, 2, 12)
params = [p.data for p in model.parameters()]
lr = 1.0


def criterion(logits, y):
    prob = logits.sigmoid()
    one, minus, t = Tensor(1.0), Tensor(-1.0), Tensor(y)
    pos = t * prob.log()
    neg = (one + minus * t) * (one + minus * prob).log()
    return minus * (pos + neg).mean()


def loss(values, X, y):
    return float(criterion(model(values, Tensor(X)), y).data)


def step(values, xb, yb):
    out = criterion(model(values, Tensor(xb)), yb)
    model.zero_grad()
    out.backward()
    new = []
    for p in [model.w1, model.b1, model.w2, model.b2]:
        new.append(p.data - lr * p.grad)
    return new, float(out.data)


batch_size = 50
n_steps = 900
