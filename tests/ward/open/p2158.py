import numpy as np

np.random.seed(1337)
n_half = 110
ang = np.random.uniform(0, 2 * np.pi, 2 * n_half)
rad = np.r_[np.full(n_half, 0.5), np.full(n_half, 1.3)] + 0.1 * np.random.randn(2 * n_half)
X = np.c_[rad * np.cos(ang), rad * np.sin(ang)]
y = np.r_[np.zeros(n_half, int), np.ones(n_half, int)]
mix = np.random.permutation(len(X))
X, y = X[mix], y[mix]


class Tensor:
    def __init__(self, data, children=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._backward = lambda: None
        self._prev = children

    def matmul(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def add_row(self, row):
        out = Tensor(self.data + row.data, (self, row))

        def _backward():
            self.grad += out.grad
            row.grad += out.grad.sum(axis=0)
        out._backward = _backward
        return out

    def relu(self):
        out = Tensor(np.where(self.data < 0, 0, self.data), (self,))

        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out

    def logistic_loss(self, target):
        z, s = self.data, 2.0 * target.reshape(-1, 1) - 1.0
        out = Tensor(np.mean(np.logaddexp(0, -s * z)), (self,))

        def _backward():
            self.grad += out.grad * -s / (1 + np.exp(s * z)) / len(z)
        out._backward = _backward
        return out

    def backward(self):
        topo, seen = [], set()

        def build(v):
            if id(v) not in seen:
                seen.add(id(v))
                for child in v._prev:
                    build(child)
                topo.append(v)
        build(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()


sizes = [2, 10, 10, 1]
weights = [Tensor(np.random.randn(i, o) * np.sqrt(2 / i)) for i, o in zip(sizes, sizes[1:])]
biases = [Tensor(np.zeros(o)) for o in sizes[1:]]


def parameters():
    return weights + biases


def net(values, x):
    for p, v in zip(weights + biases, values):
        p.data = v
    h = Tensor(x)
    for k in range(3):
        h = h.matmul(weights[k]).add_row(biases[k])
        if k < 2:
            h = h.relu()
    return h


params = [p.data for p in weights + biases]
lr = 0.2


def loss(values, x, y):
    return float(net(values, x).logistic_loss(y).data)


def zero_grad():
    for p in weights + biases:
        p.grad = np.zeros_like(p.data)


def step(values, xb, yb):
    out = net(values, xb).logistic_loss(yb)
    zero_grad()
    out.backward()
    for p in parameters():
        p.data = p.data - lr * p.grad
    return [p.data for p in weights + biases], float(out.data)


batch_size = 44
n_steps = 500
