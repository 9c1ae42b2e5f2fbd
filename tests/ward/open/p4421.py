import numpy as np

RNG = np.random.default_rng(77)

# quali segmenti accende ogni cifra: a b c d e f g
SEGMENTI = ["abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg"]


def display(n):
    """Due letture rumorose dei sette segmenti."""
    cifre = RNG.integers(0, 10, n)
    acceso = np.array([[float(s in SEGMENTI[c]) for s in "abcdefg"] for c in cifre])
    letture = np.hstack([acceso, 1.0 - acceso]) + 0.3 * RNG.standard_normal((n, 14))
    return letture - 0.5, cifre


class Layer:
    params, grads = (), ()


class Dense(Layer):
    def __init__(self, n_in, n_out):
        self.params = [np.zeros((n_in, n_out)), np.zeros(n_out)]
        self.grads = [np.zeros_like(p) for p in self.params]

    def forward(self, x):
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, g):
        self.grads[0] += self.x.T @ g
        self.grads[1] += g.sum(axis=0)
        return g @ self.params[0].T


class ReLU(Layer):
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask


class Softmax(Layer):
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.out = e / e.sum(axis=1, keepdims=True)
        return self.out

    def backward(self, g):
        return self.out * (g - (g * self.out).sum(axis=1, keepdims=True))


class CrossEntropyFromLogits:
    def forward(self, z, t):
        s = z - z.max(axis=1, keepdims=True)
        logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
        self.p, self.t = np.exp(logp), t
        return -logp[np.arange(len(t)), t].mean()

    def backward(self):
        g = self.p.copy()
        g[np.arange(len(g)), self.t] -= 1
        return g / len(g)


class Sequential:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, g):
        for layer in reversed(self.layers):
            g = layer.backward(g)

    def dense(self):
        return [layer for layer in self.layers if layer.params]


class SGD:
    def __init__(self, layers, lr, momentum=0.9):
        self.layers, self.lr, self.momentum = layers, lr, momentum
        self.v = [[np.zeros_like(p) for p in layer.params] for layer in layers]

    def zero_grad(self):
        for layer in self.layers:
            layer.grads = [np.zeros_like(p) for p in layer.params]

    def step(self):
        for layer, v in zip(self.layers, self.v):
            for k in range(len(v)):
                v[k] = self.momentum * v[k] + layer.grads[k]
                layer.params[k] = layer.params[k] - self.lr * v[k]


X, y = display(600)

model = Sequential()
model.add(Dense(14, 24))
model.add(ReLU())
model.add(Dense(24, 16))
model.add(ReLU())
model.add(Dense(16, 10))
criterion = CrossEntropyFromLogits()
optimizer = SGD(model.dense(), lr=0.05)

params = [list(layer.params) for layer in model.dense()]


def scores(params, X):
    for layer, p in zip(model.dense(), params):
        layer.params = list(p)
    return model.forward(X)


def loss(params, X, y):
    return float(criterion.forward(scores(params, X), y))


def step(params, X, y):
    value = loss(params, X, y)
    optimizer.zero_grad()
    model.backward(criterion.backward())
    optimizer.step()
    return [list(layer.params) for layer in model.dense()], value


batch_size = 30
n_steps = 500
