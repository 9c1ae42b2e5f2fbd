import numpy as np

rng = np.random.RandomState(42)


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self._parents = parents
        self._backward = lambda: None

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def add_row(self, other):
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
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def bce(self, y):
        p = 1 / (1 + np.exp(-self.data))
        out = Tensor(-np.mean(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12)), (self,))

        def _backward():
            self.grad += (p - y) / y.size * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, seen = [], set()

        def build(v):
            if id(v) not in seen:
                seen.add(id(v))
                for c in v._parents:
                    build(c)
                topo.append(v)
        build(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()


class MLP:
    def __init__(self, sizes):
        self.parameters = []
        for a, b in zip(sizes, sizes[1:]):
            self.parameters.append(Tensor(rng.randn(a, b) / np.sqrt(a)))
            self.parameters.append(Tensor(np.zeros(b)))

    def load(self, values):
        for p, v in zip(self.parameters, values):
            p.data = v

    def zero_grad(self):
        for p in self.parameters:
            p.grad = np.zeros_like(p.data)

    def __call__(self, x, values=None):
        if values is not None:
            self.load(values)
        w1, b1, w2, b2, w3, b3 = self.parameters
        x = (x @ w1).add_row(b1).tanh()
        x = (x @ w2).add_row(b2).tanh()
        return (x @ w3).add_row(b3)


n0, n1 = 150, 150
a0, a1 = rng.uniform(0, np.pi, n0), rng.uniform(0, np.pi, n1)
X = np.vstack([np.c_[np.cos(a0), np.sin(a0)], np.c_[1 - np.cos(a1), 0.5 - np.sin(a1)]])
X += 0.28 * rng.randn(*X.shape)
y = np.r_[np.zeros(n0), np.ones(n1)].reshape(-1, 1)
mix = rng.permutation(len(X))
X, y = X[mix], y[mix]

net = MLP([2, 12, 12, 1])
params = [p.data for p in net.parameters]
lr = 0.3


def loss(values, X, y):
    return float(net(Tensor(X), values).bce(y).data)


def step(values, xb, yb):
    net.load(values)
    net.zero_grad()
    L = net(Tensor(xb)).bce(yb)
    L.backward()
    for p in net.parameters:
        p.data -= lr * p.grad
    return [p.data for p in net.parameters], float(L.data)


batch_size = 50
n_steps = 1200
