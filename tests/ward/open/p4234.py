import numpy as np
from sklearn.datasets import load_wine

F = np.float32
gen = np.random.default_rng(21)
TAPE = []


class Parameter:
    def __init__(self, value):
        self.value = value.astype(F)
        self.grad = np.zeros_like(self.value)


class Var:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)


def linear(x, w, b):
    out = Var(x.value @ w.value + b.value)

    def back():
        x.grad += out.grad @ w.value.T
        w.grad += x.value.T @ out.grad
        b.grad += out.grad.sum(0)
    TAPE.append(back)
    return out


def relu(x):
    out = Var(np.maximum(x.value, F(0)))

    def back():
        x.grad += out.grad * (x.value > 0)
    TAPE.append(back)
    return out


def softmax(s):
    e = np.exp(s - s.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def nll(scores, labels):
    probs = softmax(scores.value)
    rows = np.arange(len(labels))

    def back():
        d = probs.copy()
        d[rows, labels] -= 1
        scores.grad += d / F(len(labels))
    TAPE.append(back)
    return -np.log(probs[rows, labels]).mean()


class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = parameters, F(lr), F(momentum)
        self.velocity = [np.zeros_like(p.value) for p in parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = np.zeros_like(p.value)

    def step(self):
        for p, v in zip(self.parameters, self.velocity):
            v *= self.momentum
            v += p.grad
            p.value = p.value - self.lr * v


wine = load_wine()
mix = gen.permutation(len(wine.target))
z = (wine.data - wine.data.mean(0)) / wine.data.std(0)
X, y = z[mix].astype(F), wine.target[mix]

SIZES = [13, 16, 16, 3]
net = []
for i, o in zip(SIZES, SIZES[1:]):
    net.append((Parameter(gen.standard_normal((i, o)) * np.sqrt(2 / i)), Parameter(np.zeros(o))))
flat = [p for layer in net for p in layer]
optim = SGD(flat, lr=0.02, momentum=0.9)
params = [p.value for p in flat]


def model(params, X):
    h = X
    for k in range(0, len(params), 2):
        h = h @ params[k] + params[k + 1]
        if k < len(params) - 2:
            h = np.maximum(h, F(0))
    return h


def loss(params, X, y):
    return -np.log(softmax(model(params, X))[np.arange(len(y)), y]).mean()


def step(params, X, y):
    for p, value in zip(flat, params):
        p.value = value
    TAPE.clear()
    h = Var(X)
    for k, (w, b) in enumerate(net):
        h = linear(h, w, b)
        if k < len(net) - 1:
            h = relu(h)
    value = nll(h, y)
    for back in reversed(TAPE):
        back()
    optim.step()
    optim.zero_grad()
    return [p.value for p in flat], float(value)


batch_size = 32
n_steps = 200
