"""A tiny reverse-mode engine over arrays, and a small MLP on two rings."""
import numpy as np

rng = np.random.default_rng(12)
n = 200
angle = rng.uniform(0, 2 * np.pi, n)
radius = np.where(np.arange(n) % 2 == 0, 0.6, 1.5) + rng.normal(0, 0.12, n)
X = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
y = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)[:, None]


class Tensor:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = np.zeros_like(data)
        self.parents = parents
        self._backward = lambda: None

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def __add__(self, bias):
        out = Tensor(self.data + bias.data, (self, bias))

        def _backward():
            self.grad += out.grad
            bias.grad += out.grad.sum(axis=0)
        out._backward = _backward
        return out

    def tanh(self):
        out = Tensor(np.tanh(self.data), (self,))

        def _backward():
            self.grad += (1 - out.data ** 2) * out.grad
        out._backward = _backward
        return out

    def mse(self, target):
        diff = self.data - target
        out = Tensor(np.mean(diff ** 2), (self,))

        def _backward():
            self.grad += 2 * diff / diff.size * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(node):
            if id(node) not in visited:
                visited.add(id(node))
                for parent in node.parents:
                    build(parent)
                topo.append(node)
        build(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(topo):
            node._backward()


sizes = [2, 10, 10, 1]
weights = [Tensor(rng.normal(0, 1 / np.sqrt(a), (a, b))) for a, b in zip(sizes, sizes[1:])]
biases = [Tensor(np.zeros(b)) for b in sizes[1:]]
params = [w.data for w in weights] + [b.data for b in biases]


def parameters():
    return weights + biases


def put(values):
    for p, value in zip(weights + biases, values):
        p.data = np.array(value)


def forward(values, X):
    put(values)
    out = Tensor(X)
    for i, (w, b) in enumerate(zip(weights, biases)):
        out = out @ w + b
        if i < 2:
            out = out.tanh()
    return out


def loss(values, X, y):
    return float(forward(values, X).mse(y).data)


lr = 0.2


def step(values, X, y):
    objective = forward(values, X).mse(y)
    objective.backward()
    for p in parameters():
        p.data = p.data - lr * p.grad
    for p in parameters():
        p.grad = np.zeros_like(p.data)
    return [p.data for p in weights + biases], float(objective.data)


n_steps = 800
