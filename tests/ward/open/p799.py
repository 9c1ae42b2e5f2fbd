import numpy as np

rng = np.random.default_rng(7)


class Linear:
    def __init__(self, n_in, n_out):
        k = np.sqrt(6 / n_in)
        self.weight = rng.uniform(-k, k, (n_out, n_in))
        self.bias = np.zeros(n_out)
        self.zero_grad()

    def zero_grad(self):
        self.dweight = np.zeros_like(self.weight)
        self.dbias = np.zeros_like(self.bias)

    def forward(self, x):
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, g):
        self.dweight += g.T @ self.x
        self.dbias += g.sum(0)
        return g @ self.weight


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, 0.0)

    def backward(self, g):
        return g * self.mask


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(1, keepdims=True))
        self.p = e / e.sum(1, keepdims=True)
        return self.p

    def backward(self, g):
        return self.p * (g - (g * self.p).sum(1, keepdims=True))


class Sequential:
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, g):
        for layer in reversed(self.layers):
            g = layer.backward(g)

    def linears(self):
        return [layer for layer in self.layers if isinstance(layer, Linear)]


class CrossEntropyLoss:
    """Takes raw scores."""

    def forward(self, scores, target):
        self.target = target
        shifted = scores - scores.max(1, keepdims=True)
        logp = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        self.p = np.exp(logp)
        return -logp[np.arange(len(target)), target].mean()

    def backward(self):
        g = self.p.copy()
        g[np.arange(len(g)), self.target] -= 1
        return g / len(g)


class SGD:
    def __init__(self, model, lr):
        self.model = model
        self.lr = lr

    def zero_grad(self):
        for layer in self.model.linears():
            layer.zero_grad()

    def step(self):
        for layer in self.model.linears():
            layer.weight = layer.weight - self.lr * layer.dweight
            layer.bias = layer.bias - self.lr * layer.dbias


# three rings, one inside the other
counts = [200, 200, 200]
X, y = [], []
for c, n in enumerate(counts):
    angle = rng.uniform(0, 2 * np.pi, n)
    radius = 0.5 + c + rng.normal(0, 0.13, n)
    X.append(np.c_[radius * np.cos(angle), radius * np.sin(angle)])
    y.append(np.full(n, c))
X, y = np.concatenate(X), np.concatenate(y)
order = rng.permutation(len(X))
X, y = X[order], y[order]

model = Sequential(Linear(2, 16), Linear(16, 16), Linear(16, 3))
criterion = CrossEntropyLoss()
optimizer = SGD(model, lr=0.1)


def state(model):
    return [a for layer in model.linears() for a in (layer.weight, layer.bias)]


def load(model, values):
    for i, layer in enumerate(model.linears()):
        layer.weight, layer.bias = values[2 * i], values[2 * i + 1]


params = state(model)


def run(params, X):
    load(model, params)
    return model.forward(X)


def loss(params, X, y):
    return criterion.forward(run(params, X), y)


def step(params, xb, yb):
    load(model, params)
    optimizer.zero_grad()
    value = criterion.forward(model.forward(xb), yb)
    model.backward(criterion.backward())
    optimizer.step()
    return state(model), value


batch_size = 32
n_steps = 900
