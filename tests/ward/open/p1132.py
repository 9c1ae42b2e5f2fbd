import numpy as np
from sklearn.datasets import make_moons


class Tensor:
    def __init__(self, data, children=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._backward = lambda: None
        self._prev = children

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            g = out.grad
            if other.data.shape != g.shape:
                g = g.sum(axis=0)
            other.grad += g
        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def _backward():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out._backward = _backward
        return out

    def scale(self, k):
        out = Tensor(self.data * k, (self,))

        def _backward():
            self.grad += out.grad * k
        out._backward = _backward
        return out

    def relu(self):
        out = Tensor(np.where(self.data < 0, 0.0, self.data), (self,))

        def _backward():
            self.grad += np.where(self.data > 0, out.grad, 0.0)
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

    def sum(self):
        out = Tensor(self.data.sum(), (self,))

        def _backward():
            self.grad += out.grad
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


np.random.seed(1337)
X, y = make_moons(n_samples=160, noise=0.1, random_state=1)
y = y * 2 - 1
sizes = [2, 16, 16, 1]
alpha = 1e-4
model = []
for a, b in zip(sizes[:-1], sizes[1:]):
    model.append(Tensor(np.random.uniform(-1, 1, (a, b)) * np.sqrt(2 / a)))
    model.append(Tensor(np.zeros(b)))
params = [t.data.copy() for t in model]
iteration = 0
total_steps = 250


def forward(x):
    h = Tensor(x)
    h = (h @ model[0] + model[1]).relu()
    h = (h @ model[2] + model[3]).relu()
    return h @ model[4] + model[5]


def objective(x, t):
    s = forward(x)
    margin = s.scale(-t.reshape(-1, 1)) + Tensor(np.ones((len(x), 1)))
    total = margin.relu().mean()
    for w in (model[0], model[2], model[4]):
        total = total + w.square().sum().scale(alpha)
    return total


def put(params):
    for t, p in zip(model, params):
        t.data = np.array(p, dtype=float)


def scores(params, X):
    put(params)
    return forward(X).data[:, 0]


def loss(params, X, y):
    put(params)
    return float(objective(X, y).data)


def grad(params, X, y):
    put(params)
    for t in model:
        t.grad = np.zeros_like(t.data)
    objective(X, y).backward()
    return [t.grad.copy() for t in model]


def step(params, xb, yb):
    global iteration
    put(params)
    total = objective(xb, yb)
    for t in model:
        t.grad = np.zeros_like(t.data)
    total.backward()
    learning_rate = 0.5 - 0.45 * min(iteration / total_steps, 1.0)
    for t in model:
        t.data = t.data - learning_rate * t.grad
    iteration += 1
    return [t.data for t in model], float(total.data)


batch_size = 160
n_steps = 250
