"""examples/letters.py - train a classifier on a 5x7 dot matrix display."""
import numpy as np

GLYPHS = {
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "B": "11110 10001 10001 11110 10001 10001 11110",
    "C": "01110 10001 10000 10000 10000 10001 01110",
    "D": "11110 10001 10001 10001 10001 10001 11110",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "F": "11111 10000 10000 11110 10000 10000 10000",
    "H": "10001 10001 10001 11111 10001 10001 10001",
    "O": "01110 10001 10001 10001 10001 10001 01110",
}


def make_letters(per_letter, rng):
    clean = np.array([[int(c) for c in rows.replace(" ", "")] for rows in GLYPHS.values()], dtype=float)
    labels = rng.permutation(np.repeat(np.arange(len(clean)), per_letter))
    flips = rng.random((len(labels), 35)) < 0.06
    pixels = np.abs(clean[labels] - flips)
    return pixels + rng.normal(0, 0.2, pixels.shape), labels


class Linear:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
        self.b = np.zeros(n_out)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW += self.x.T @ dout
        self.db += dout.sum(axis=0)
        return dout @ self.W.T


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, dout):
        return dout * (self.x > 0)


class SoftmaxCrossEntropy:
    def forward(self, scores, target):
        shifted = scores - scores.max(axis=1, keepdims=True)
        exp = np.exp(shifted)
        self.p = exp / exp.sum(axis=1, keepdims=True)
        self.target = target
        return -np.mean(np.log(self.p[np.arange(len(target)), target] + 1e-12))

    def backward(self):
        d = self.p.copy()
        d[np.arange(len(d)), self.target] -= 1
        return d / len(d)


class Network:
    def __init__(self, *layers):
        self.layers = layers
        self.linear = [layer for layer in layers if isinstance(layer, Linear)]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)

    def dump(self):
        return [[layer.W, layer.b] for layer in self.linear]

    def load(self, weights):
        for layer, (W, b) in zip(self.linear, weights):
            layer.W, layer.b = W, b
        return self

    def zero_grad(self):
        for layer in self.linear:
            layer.dW[...] = 0
            layer.db[...] = 0


class Adam:
    def __init__(self, net, lr, betas=(0.9, 0.99), eps=1e-8):
        self.net, self.lr, self.betas, self.eps, self.t = net, lr, betas, eps, 0
        self.m = [[np.zeros_like(a) for a in pair] for pair in net.dump()]
        self.v = [[np.zeros_like(a) for a in pair] for pair in net.dump()]

    def step(self):
        self.t += 1
        b1, b2 = self.betas
        weights = []
        for i, layer in enumerate(self.net.linear):
            pair = []
            for j, (p, g) in enumerate(((layer.W, layer.dW), (layer.b, layer.db))):
                m = self.m[i][j] = b1 * self.m[i][j] + (1 - b1) * g
                v = self.v[i][j] = b2 * self.v[i][j] + (1 - b2) * g * g
                mh, vh = m / (1 - b1 ** self.t), v / (1 - b2 ** self.t)
                pair.append(p - self.lr * mh / (np.sqrt(vh) + self.eps))
            weights.append(pair)
        self.net.load(weights)


rng = np.random.default_rng(35)
X, y = make_letters(80, rng)
net = Network(Linear(35, 24, rng), ReLU(), Linear(24, 16, rng), ReLU(), Linear(16, 8, rng))
criterion = SoftmaxCrossEntropy()
optimizer = Adam(net, lr=0.01)
params = net.dump()
batch_size = 32
n_steps = 300


def loss(params, X, y):
    return criterion.forward(net.load(params).forward(X), y)


def step(params, X, y):
    value = loss(params, X, y)
    net.zero_grad()
    net.backward(criterion.backward())
    optimizer.step()
    return net.dump(), value
