import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

rng = np.random.RandomState(0)


def make_signals(n, length=32):
    t = np.arange(length)
    X, y = np.zeros((n, length)), np.zeros(n, dtype=int)
    for i in range(n):
        kind = i % 3
        freq, phase = rng.uniform(0.9, 1.1), rng.uniform(0, 2 * np.pi)
        slow, fast = np.sin(0.4 * freq * t + phase), np.sin(1.6 * freq * t + phase)
        X[i] = (slow, fast, np.sign(slow) * np.abs(fast))[kind] + 0.15 * rng.randn(length)
        y[i] = kind
    return X, y


X, y = make_signals(450)
mix = rng.permutation(len(X))
X, y = X[mix], y[mix]


class Conv1d:
    def __init__(self, n_filters, width):
        self.width = width
        self.params = [rng.randn(width, n_filters) * np.sqrt(2 / width), np.zeros(n_filters)]
        self.grads = [np.zeros_like(p) for p in self.params]

    def forward(self, x):
        self.patches = sliding_window_view(x, self.width, axis=1)
        return self.patches @ self.params[0] + self.params[1]

    def backward(self, dout):
        self.grads[0] += np.einsum("nlw,nlf->wf", self.patches, dout)
        self.grads[1] += dout.sum(axis=(0, 1))


class ReLU:
    params, grads = [], []

    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


class MeanPool:
    params, grads = [], []

    def forward(self, x):
        self.length = x.shape[1]
        return x.mean(axis=1)

    def backward(self, dout):
        return np.repeat(dout[:, None, :], self.length, axis=1) / self.length


class Dense:
    def __init__(self, n_in, n_out):
        self.params = [rng.randn(n_in, n_out) * np.sqrt(1 / n_in), np.zeros(n_out)]
        self.grads = [np.zeros_like(p) for p in self.params]

    def forward(self, x):
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, dout):
        self.grads[0] += self.x.T @ dout
        self.grads[1] += dout.sum(axis=0)
        return dout @ self.params[0].T


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def parameters(self):
        return [p for layer in self.layers for p in layer.params]

    def gradients(self):
        return [g for layer in self.layers for g in layer.grads]

    def load(self, values):
        for mine, new in zip(self.parameters(), values):
            mine[...] = new

    def __call__(self, x, values):
        self.load(values)
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)

    def zero_grad(self):
        for g in self.gradients():
            g[...] = 0


class SGD:
    def __init__(self, params, lr, momentum=0.9):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.bufs = [np.zeros_like(p) for p in params]

    def step(self, grads):
        for p, buf, g in zip(self.params, self.bufs, grads):
            buf *= self.momentum
            buf += g
            p -= self.lr * buf


class CrossEntropy:
    def forward(self, logits, labels):
        shifted = logits - logits.max(axis=1, keepdims=True)
        self.logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        self.labels = labels
        return -self.logp[np.arange(len(labels)), labels].mean()

    def backward(self):
        d = np.exp(self.logp)
        d[np.arange(len(d)), self.labels] -= 1
        return d / len(d)


net = Sequential(Conv1d(8, 5), ReLU(), MeanPool(), Dense(8, 3))
criterion = CrossEntropy()
rate = 0.03
optimizer = SGD(net.parameters(), lr=rate)
params = [p.copy() for p in net.parameters()]


def loss(params, X, y):
    return criterion.forward(net(X, params), y)


def step(params, inputs, labels):
    value = loss(params, inputs, labels)
    net.backward(criterion.backward())
    optimizer.step(net.gradients())
    net.zero_grad()
    return [p.copy() for p in net.parameters()], value


batch_size = 30
n_steps = 600
