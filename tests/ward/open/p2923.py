import numpy as np
from sklearn.datasets import load_iris

np.random.seed(4)


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self._backward = lambda: None

    @staticmethod
    def fit(g, shape):
        while g.ndim > len(shape):
            g = g.sum(axis=0)
        for axis, size in enumerate(shape):
            if size == 1:
                g = g.sum(axis=axis, keepdims=True)
        return g

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def _backward():
            self.grad += Tensor.fit(out.grad, self.data.shape)
            other.grad += Tensor.fit(out.grad, other.data.shape)
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
        out = Tensor(np.tanh(self.data), (self,))

        def _backward():
            self.grad += (1 - out.data ** 2) * out.grad
        out._backward = _backward
        return out

    def softmax(self, axis):
        e = np.exp(self.data - self.data.max(axis=axis, keepdims=True))
        out = Tensor(e / e.sum(axis=axis, keepdims=True), (self,))

        def _backward():
            s = (out.grad * out.data).sum(axis=axis, keepdims=True)
            self.grad += out.data * (out.grad - s)
        out._backward = _backward
        return out

    def nll(self, labels):
        rows = np.arange(len(labels))
        out = Tensor(-np.log(np.maximum(self.data[rows, labels], 1e-9)).mean(), (self,))

        def _backward():
            g = np.zeros_like(self.data)
            g[rows, labels] = -1 / np.maximum(self.data[rows, labels], 1e-9) / len(labels)
            self.grad += g * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, seen = [], set()

        def build(v):
            if v not in seen:
                seen.add(v)
                for parent in v.parents:
                    build(parent)
                topo.append(v)
        build(self)
        self.grad = np.ones_like(self.data)
        for v in reversed(topo):
            v._backward()


iris = load_iris()
order = np.random.permutation(150)
X, y = iris.data[order], iris.target[order]

n_hidden = 10
params = [np.random.rand(4, n_hidden), np.zeros(n_hidden),
          np.random.randn(n_hidden, 3) * 0.2, np.zeros(3)]
lr = 0.1
losses = []


def logits(params, X):
    W1, b1, W2, b2 = [p if isinstance(p, Tensor) else Tensor(p) for p in params]
    hidden = (Tensor(X) @ W1 + b1).tanh()
    return hidden @ W2 + b2


def objective(params, X, y):
    return logits(params, X).softmax(axis=1).nll(y)


def loss(params, X, y):
    return float(objective(params, X, y).data)


def step(params, xb, yb):
    tensors = [Tensor(p) for p in params]
    out = objective(tensors, xb, yb)
    out.backward()
    losses.append(float(out.data))
    return [t.data - lr * t.grad for t in tensors], losses[-1]


batch_size = 30
n_steps = 1500
