import numpy as np
from sklearn.datasets import load_wine

rng = np.random.default_rng(12)
wine = load_wine()
X = (wine.data - wine.data.mean(0)) / wine.data.std(0)
y = np.eye(3)[wine.target]
perm = rng.permutation(len(X))
X = X[perm]
y = y[perm]


class Dense:
    def __init__(self, n_in, n_out):
        self.W = rng.normal(size=(n_in, n_out)) * np.sqrt(2.0 / n_in)
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, g):
        self.dW = self.x.T @ g
        self.db = g.sum(axis=0)
        return g @ self.W.T


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, g):
        return g * self.mask


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.out = e / e.sum(axis=1, keepdims=True)
        return self.out

    def backward(self, g):
        return self.out * (g - (g * self.out).sum(axis=1, keepdims=True))


class Adam:
    def __init__(self, shapes, lr):
        self.lr, self.t = lr, 0
        self.m = [np.zeros(s) for s in shapes]
        self.v = [np.zeros(s) for s in shapes]

    def update(self, params, grads):
        self.t += 1
        out = []
        for i, (p, g) in enumerate(zip(params, grads)):
            self.m[i] = 0.9 * self.m[i] + 0.1 * g
            self.v[i] = 0.999 * self.v[i] + 0.001 * g ** 2
            m_hat = self.m[i] / (1 - 0.9 ** self.t)
            v_hat = self.v[i] / (1 - 0.999 ** self.t)
            out.append(p - self.lr * m_hat / (np.sqrt(v_hat) + 1e-8))
        return out


net = [Dense(13, 16), ReLU(), Dense(16, 16), ReLU(), Dense(16, 3), Softmax()]
trainable = [l for l in net if isinstance(l, Dense)]
params = [a for l in trainable for a in (l.W, l.b)]
opt = Adam([p.shape for p in params], lr=0.005)


def run(params, x):
    for l, W, b in zip(trainable, params[::2], params[1::2]):
        l.W, l.b = W, b
    for l in net:
        x = l.forward(x)
    return x


def cross_entropy(p, t):
    q = Softmax().forward(p)
    return -np.mean(np.sum(t * np.log(q + 1e-9), axis=1))


def cross_entropy_grad(p, t):
    return (Softmax().forward(p) - t) / len(t)


def loss(params, X, y):
    return cross_entropy(run(params, X), y)


def grad(params, X, y):
    g = cross_entropy_grad(run(params, X), y)
    for l in reversed(net):
        g = l.backward(g)
    return [a for l in trainable for a in (l.dW, l.db)]


def step(params, X, y):
    value = loss(params, X, y)
    return opt.update(params, grad(params, X, y)), value


batch_size = 16
n_steps = 300
