import numpy as np

rng = np.random.RandomState(5)


class Linear:
    def __init__(self, n_in, n_out):
        self.weight = rng.randn(n_in, n_out) * np.sqrt(1.0 / n_in)
        self.bias = np.zeros(n_out)

    def forward(self, x):
        self.input = x
        return x @ self.weight + self.bias

    def backward(self, grad_out):
        self.grad_weight = self.input.T @ grad_out
        self.grad_bias = grad_out.sum(axis=0)
        return grad_out @ self.weight.T


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad_out):
        return grad_out * (1 - self.out ** 2)


class Sequential:
    def __init__(self, *modules):
        self.modules = modules

    def linears(self):
        return [m for m in self.modules if isinstance(m, Linear)]

    def forward(self, x):
        for m in self.modules:
            x = m.forward(x)
        return x

    def backward(self, g):
        for m in reversed(self.modules):
            g = m.backward(g)

    def parameters(self):
        return [p for m in self.linears() for p in (m.weight, m.bias)]

    def gradients(self):
        return [g for m in self.linears() for g in (m.grad_weight, m.grad_bias)]

    def load(self, params):
        for i, m in enumerate(self.linears()):
            m.weight, m.bias = params[2 * i], params[2 * i + 1]


class BCEWithLogits:
    def forward(self, logits, target):
        self.p = 1 / (1 + np.exp(-logits))
        self.target = target
        return np.mean(np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))

    def backward(self):
        return (self.p - self.target) / self.p.size


class Momentum:
    def __init__(self, params, lr, beta):
        self.params = params
        self.lr, self.beta = lr, beta
        self.buf = [np.zeros_like(p) for p in params]

    def step(self, params, grads):
        for p, g, v in zip(params, grads, self.buf):
            v *= self.beta
            v += g
            p -= self.lr * v / len(X)


# 900 songs, 20 audio features, 6 moods that may go together
n_moods = 6
X = rng.randn(900, 20)
mix = rng.randn(20, 5)
latent = np.tanh(X @ mix / 3)
scores = latent @ rng.randn(5, n_moods) + 0.2 * rng.randn(900, n_moods)
y = (scores > np.percentile(scores, 60, axis=0)).astype(float)

model = Sequential(Linear(20, 16), Tanh(), Linear(16, n_moods))
criterion = BCEWithLogits()
params = [p.copy() for p in model.parameters()]
optimizer = Momentum(model.parameters(), lr=0.6, beta=0.9)


def predict(params, X):
    model.load(params)
    return 1 / (1 + np.exp(-model.forward(X)))


def loss(params, X, y):
    model.load(params)
    return BCEWithLogits().forward(model.forward(X), y)


def step(params, X, y):
    model.load([p.copy() for p in params])
    value = criterion.forward(model.forward(X), y)
    model.backward(criterion.backward())
    optimizer.step(model.parameters(), model.gradients())
    return model.parameters(), value


batch_size = 60
n_steps = 600
