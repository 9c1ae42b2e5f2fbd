import numpy as np
from sklearn.datasets import load_digits

# $ python examples/digits.py


class Dropout:
    def __init__(self, keep, seed):
        self.keep = keep
        self.rng = np.random.default_rng(seed)

    def __call__(self, h):
        self.mask = (self.rng.random(h.shape) < self.keep) / self.keep
        return h * self.mask

    def backward(self, g):
        return g * self.mask


class MLP:
    def __init__(self, sizes, keep=0.5, seed=0):
        rng = np.random.default_rng(seed)
        self.init = [rng.standard_normal((sizes[0], sizes[1])) * np.sqrt(2 / sizes[0]), np.zeros(sizes[1]),
                     rng.standard_normal((sizes[1], sizes[2])) * np.sqrt(1 / sizes[1]), np.zeros(sizes[2])]
        self.dropout = Dropout(keep, seed + 1)

    def forward(self, w, x, train):
        self.x = x
        self.h = np.maximum(x @ w[0] + w[1], 0)
        self.d = self.dropout(self.h) if train else self.h
        z = self.d @ w[2] + w[3]
        z = z - z.max(1, keepdims=True)
        e = np.exp(z)
        return e / e.sum(1, keepdims=True)

    def backward(self, w, p, y):
        g = p.copy()
        g[np.arange(len(y)), y] -= 1
        g = g / len(y)
        gh = self.dropout.backward(g @ w[2].T) * (self.h > 0)
        return [self.x.T @ gh, gh.sum(0), self.d.T @ g, g.sum(0)]

    def predict(self, w, x):
        return self.forward(w, x, train=False).argmax(1)

    def nll(self, w, x, y):
        p = self.forward(w, x, train=False)
        return float(-np.log(p[np.arange(len(y)), y] + 1e-12).mean())


class Momentum:
    def __init__(self, lr, mu):
        self.lr, self.mu, self.buf = lr, mu, None

    def __call__(self, w, g):
        if self.buf is None:
            self.buf = [np.zeros_like(a) for a in w]
        self.buf = [self.mu * b + d for b, d in zip(self.buf, g)]
        return [a - self.lr * b for a, b in zip(w, self.buf)]


digits = load_digits()
images, labels = digits.data / 16.0, digits.target
perm = np.random.default_rng(42).permutation(len(images))[:1000]
train, held = perm[:700], perm[700:]
train = train[np.argsort(labels[train])]      # for the contact sheet
X, y = images[train], labels[train]
X_val, y_val = images[held], labels[held]

model = MLP([64, 40, 10])
params = model.init
optimise = Momentum(lr=0.08, mu=0.9)


def loss(w, x, y):
    return model.nll(w, x, y)


def step(w, x, y):
    value = model.nll(w, x, y)
    p = model.forward(w, x, train=True)
    return optimise(w, model.backward(w, p, y)), value


batch_size = 50
n_steps = 350
