import numpy as np


class Tensor:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.back = lambda: None

    @staticmethod
    def reduce(g, shape):
        while g.ndim > len(shape):
            g = g.sum(axis=0)
        for axis, size in enumerate(shape):
            if size == 1 and g.shape[axis] != 1:
                g = g.sum(axis=axis, keepdims=True)
        return g

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def back():
            self.grad += Tensor.reduce(out.grad, self.data.shape)
            other.grad += Tensor.reduce(out.grad, other.data.shape)
        out.back = back
        return out

    def __mul__(self, other):
        out = Tensor(self.data * other.data, (self, other))

        def back():
            self.grad += Tensor.reduce(out.grad * other.data, self.data.shape)
            other.grad += Tensor.reduce(out.grad * self.data, other.data.shape)
        out.back = back
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))

        def back():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out.back = back
        return out

    def _map(self, value, slope):
        out = Tensor(value, (self,))

        def back():
            self.grad += slope * out.grad
        out.back = back
        return out

    def tanh(self):
        t = np.tanh(self.data)
        return self._map(t, 1 - t ** 2)

    def sigmoid(self):
        s = 1 / (1 + np.exp(-self.data))
        return self._map(s, s * (1 - s))

    def softplus(self):
        return self._map(np.logaddexp(0, self.data), 1 / (1 + np.exp(-self.data)))

    def mean(self):
        out = Tensor(self.data.mean(), (self,))

        def back():
            self.grad += out.grad * np.ones_like(self.data) / self.data.size
        out.back = back
        return out

    def backward(self):
        order, seen = [], set()

        def visit(t):
            if id(t) not in seen:
                seen.add(id(t))
                for p in t.parents:
                    visit(p)
                order.append(t)
        visit(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(order):
            t.back()


rng = np.random.default_rng(17)
n = 600
X = rng.normal(size=(n, 4))
risk = 1.7 * X[:, 0] * X[:, 1] + 1.2 * X[:, 2] - 3.4
y = (rng.random(n) < 1 / (1 + np.exp(-1.1 * risk))).astype(float)
pos_weight = float((1 - y).sum() / y.sum())

sizes = [4, 6, 6, 1]
gain = 1.4
params = []
for a, b in zip(sizes[:-1], sizes[1:]):
    params += [rng.normal(size=(a, b)) * gain / np.sqrt(a), np.zeros(b)]


def net(ps, x):
    for i in range(0, len(ps) - 2, 2):
        x = (x @ ps[i] + ps[i + 1]).tanh()
    return x @ ps[-2] + ps[-1]


def objective(ps, X, y):
    z = net(ps, Tensor(X))
    weight = np.where(y > 0.5, pos_weight, 1.0)
    return (Tensor(weight) * (z.softplus() + Tensor(-y) * z)).mean()


def loss(params, X, y):
    return float(objective([Tensor(p) for p in params], X, y).data)


def grad(params, X, y):
    ps = [Tensor(p) for p in params]
    objective(ps, X, y).backward()
    return [p.grad for p in ps]


lr = 0.4


def step(params, xb, yb):
    ps = [Tensor(p) for p in params]
    out = objective(ps, xb, yb)
    out.backward()
    return [p.data - lr * p.grad for p in ps], float(out.data)


batch_size = 100
n_steps = 800
