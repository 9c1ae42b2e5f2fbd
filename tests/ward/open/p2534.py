import numpy as np


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    return g


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self._backward = lambda: None

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad = self.grad + unbroadcast(out.grad, self.data.shape)
            other.grad = other.grad + unbroadcast(out.grad, other.data.shape)
        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Tensor(self.data * other.data, (self, other))

        def _backward():
            self.grad = self.grad + other.data * out.grad
            other.grad = other.grad + self.data * out.grad
        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad = self.grad + out.grad @ other.data.T
            other.grad = other.grad + self.data.T @ out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Tensor(np.maximum(self.data, 0), (self,))

        def _backward():
            self.grad = self.grad + (out.data > 0) * out.grad
        out._backward = _backward
        return out

    def softplus(self):
        out = Tensor(np.logaddexp(0, self.data), (self,))

        def _backward():
            self.grad = self.grad + out.grad / (1 + np.exp(-self.data))
        out._backward = _backward
        return out

    def mean(self):
        out = Tensor(self.data.mean(), (self,))

        def _backward():
            self.grad = self.grad + np.ones_like(self.data) * out.grad / self.data.size
        out._backward = _backward
        return out

    def backward(self):
        topo, seen = [], set()

        def build(t):
            if id(t) not in seen:
                seen.add(id(t))
                for q in t.parents:
                    build(q)
                topo.append(t)
        build(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(topo):
            t._backward()


rng = np.random.default_rng(4)
half = 110
angle = rng.uniform(0, 2 * np.pi, 2 * half)
radius = np.r_[np.full(half, 0.5), np.full(half, 1.4)] + 0.12 * rng.standard_normal(2 * half)
X = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
y = np.r_[np.zeros(half, int), np.ones(half, int)].reshape(-1, 1)

sizes = [2, 12, 12, 1]
params = []
for a, b in zip(sizes[:-1], sizes[1:]):
    params.append(rng.standard_normal((a, b)) * np.sqrt(2 / a))
    params.append(rng.standard_normal(b) * 0.05)
weights = [Tensor(p) for p in params]
lr = 0.2


def mlp(w, x):
    h = (x @ w[0] + w[1]).relu()
    h = (h @ w[2] + w[3]).relu()
    return h @ w[4] + w[5]


def objective(w, X, y):
    z = mlp(w, Tensor(X))
    return (z.softplus() + z * Tensor(-y)).mean()


def loss(params, X, y):
    return float(objective([Tensor(p) for p in params], X, y).data)


def step(params, X, y):
    for w, p in zip(weights, params):
        w.data = p
    L = objective(weights, X, y)
    L.backward()
    for w in weights:
        w.data = w.data - lr * w.grad
        w.grad = np.zeros_like(w.data)
    return [w.data for w in weights], float(L.data)


batch_size = 2 * half
n_steps = 300
