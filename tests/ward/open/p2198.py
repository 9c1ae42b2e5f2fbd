"""A micro autograd over numpy arrays, trained on two moons."""
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

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad.sum(axis=0)

        out._backward = _backward
        return out

    def tanh(self):
        t = np.tanh(self.data)
        out = Tensor(t, (self,))

        def _backward():
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out

    def log_softmax(self):
        shifted = self.data - self.data.max(axis=1, keepdims=True)
        logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        out = Tensor(logp, (self,))

        def _backward():
            self.grad += out.grad - np.exp(logp) * out.grad.sum(axis=1, keepdims=True)

        out._backward = _backward
        return out

    def exp(self):
        e = np.exp(self.data)
        out = Tensor(e, (self,))

        def _backward():
            self.grad += e * out.grad

        out._backward = _backward
        return out

    def nll(self, target):
        rows = np.arange(len(target))
        out = Tensor(-self.data[rows, target].mean(), (self,))

        def _backward():
            self.grad[rows, target] -= out.grad / len(target)

        out._backward = _backward
        return out

    def backward(self):
        topo, seen = [], set()

        def build(v):
            if id(v) not in seen:
                seen.add(id(v))
                for p in v.parents:
                    build(p)
                topo.append(v)

        build(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()


rng = np.random.RandomState(1)
half = 150
a = rng.uniform(0, np.pi, half)
upper = np.column_stack([np.cos(a), np.sin(a)])
lower = np.column_stack([1 - np.cos(a), 0.5 - np.sin(a)])
X = np.vstack([upper, lower]) + rng.normal(0, 0.12, (2 * half, 2))
y = np.repeat([0, 1], half)
mix = rng.permutation(2 * half)
X, y = X[mix], y[mix]

H = 16
model = [
    Tensor(rng.randn(2, H)),
    Tensor(np.zeros(H)),
    Tensor(rng.randn(H, 2) / np.sqrt(H)),
    Tensor(np.zeros(2)),
]
params = [t.data for t in model]


def network(X):
    w1, b1, w2, b2 = model
    return (Tensor(X) @ w1 + b1).tanh() @ w2 + b2


def load(params):
    for t, p in zip(model, params):
        t.data = p


def scores(params, X):
    load(params)
    return network(X).data


def loss(params, X, y):
    load(params)
    return float(network(X).log_softmax().exp().log_softmax().nll(y).data)


def zero_grad():
    for t in model:
        t.grad = np.zeros_like(t.data)


learning_rate = 0.5


def step(params, xb, yb):
    load(params)
    zero_grad()
    out = network(xb).log_softmax().exp().log_softmax().nll(yb)
    out.backward()
    for t in model:
        t.data = t.data - learning_rate * t.grad
    return [t.data for t in model], float(out.data)


batch_size = 50
n_steps = 700
