import numpy as np

rng = np.random.RandomState(1337)


class Tensor:
    def __init__(self, data, _children=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._backward = lambda: None
        self._prev = _children

    def __add__(self, bias):
        out = Tensor(self.data + bias.data, (self, bias))

        def _backward():
            self.grad += out.grad
            bias.grad += out.grad.sum(axis=0)
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

    def mse(self, target):
        diff = self.data - target
        out = Tensor(np.mean(diff ** 2), (self,))

        def _backward():
            self.grad += 2 * diff * out.grad
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


n = 200
theta = rng.uniform(0, 2 * np.pi, n)
radius = np.where(np.arange(n) % 2 == 0, 1.0, 2.2)
X = np.c_[radius * np.cos(theta), radius * np.sin(theta)] + 0.15 * rng.randn(n, 2)
y = np.where(np.arange(n) % 2 == 0, 1.0, -1.0).reshape(-1, 1)

H = 16
params = [
    rng.randn(2, H) / np.sqrt(2), np.zeros(H),
    rng.randn(H, H) / np.sqrt(H), np.zeros(H),
    rng.randn(H, 1) / np.sqrt(H), np.zeros(1),
]
tensors = [Tensor(p) for p in params]


def model(x):
    w1, b1, w2, b2, w3, b3 = tensors
    h = (Tensor(x) @ w1 + b1).tanh()
    h = (h @ w2 + b2).tanh()
    return h @ w3 + b3


def scores(params, x):
    for t, p in zip(tensors, params):
        t.data = p
    return model(x).data.ravel()


def loss(params, x, target):
    return float(np.mean((scores(params, x).reshape(-1, 1) - target) ** 2))


def step(params, x, target):
    for t, p in zip(tensors, params):
        t.data = p
    for t in tensors:
        t.grad = np.zeros_like(t.data)
    out = model(x).mse(target)
    out.backward()
    for t in tensors:
        t.data = t.data - 0.1 * t.grad
    return [t.data for t in tensors], float(out.data)


batch_size = 50
n_steps = 1500
