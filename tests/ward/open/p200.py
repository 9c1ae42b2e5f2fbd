import numpy as np


class Tensor:
    def __init__(self, data, children=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self._backward = lambda: None
        self._prev = children

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

    def relu(self):
        out = Tensor(np.maximum(self.data, 0), (self,))

        def _backward():
            self.grad += out.grad

        out._backward = _backward
        return out

    def hinge(self, target):
        margins = 1 - target.reshape(-1, 1) * self.data
        out = Tensor(np.maximum(margins, 0).mean(), (self,))

        def _backward():
            self.grad += -target.reshape(-1, 1) * (margins > 0) / len(target) * out.grad

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


rng = np.random.default_rng(19)
X = rng.uniform(-1.5, 1.5, (260, 2))
y = (np.hypot(X[:, 0], X[:, 1]) < 1.0).astype(int)


def wrap(arrays):
    return [Tensor(a) for a in arrays]


def network(tensors, X):
    h = Tensor(X)
    for i in range(0, len(tensors) - 2, 2):
        h = (h @ tensors[i] + tensors[i + 1]).relu()
    return h @ tensors[-2] + tensors[-1]


def loss(params, X, y):
    return float(network(wrap(params), X).hinge(2 * y - 1).data)


def step(params, X_batch, y_batch):
    tensors = wrap(params)
    objective = network(tensors, X_batch).hinge(2 * y_batch - 1)
    objective.backward()
    return [t.data - rate * t.grad for t in tensors], float(objective.data)


widths = [2, 14, 14, 1]
params = []
for fan_in, fan_out in zip(widths, widths[1:]):
    params += [rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)), np.zeros(fan_out)]
rate = 0.1
batch_size = 26
n_steps = 1000
