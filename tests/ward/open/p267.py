import numpy as np
from sklearn.datasets import load_wine


class Linear:
    def __init__(self, n_in, n_out, rng):
        self.W0 = rng.normal(scale=np.sqrt(1.0 / n_in), size=(n_in, n_out))
        self.b0 = np.zeros(n_out)
        self.gW = np.zeros_like(self.W0)
        self.gb = np.zeros_like(self.b0)

    def forward(self, W, b, x):
        self.W, self.x = W, x
        return x @ W + b

    def backward(self, g):
        self.gW += self.x.T @ g
        self.gb += g.sum(axis=0)
        return g @ self.W.T


class Sigmoid:
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, g):
        return g * self.out * (1 - self.out)


class Net:
    def __init__(self, sizes, seed):
        rng = np.random.default_rng(seed)
        self.linears = [Linear(a, b, rng) for a, b in zip(sizes, sizes[1:])]
        self.acts = []

    def initial(self):
        return [p for layer in self.linears for p in (layer.W0, layer.b0)]

    def forward(self, params, x):
        for i, layer in enumerate(self.linears):
            x = layer.forward(params[2 * i], params[2 * i + 1], x)
            if i < len(self.acts):
                x = self.acts[i].forward(x)
        return x

    def zero_grad(self):
        for layer in self.linears:
            layer.gW[:] = 0
            layer.gb[:] = 0

    def backward(self, g):
        for i in reversed(range(len(self.linears))):
            if i < len(self.acts):
                g = self.acts[i].backward(g)
            g = self.linears[i].backward(g)

    def grads(self):
        return [g.copy() for layer in self.linears for g in (layer.gW, layer.gb)]


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


data = load_wine()
rows = np.random.default_rng(2).permutation(len(data.target))
rs = np.random.default_rng(2)
X = rs.normal(size=(180, 13))
r = np.sqrt((X[:, :2] ** 2).sum(1))
y = np.digitize(r, np.quantile(r, [1 / 3, 2 / 3]))
net = Net([13, 10, 10, 3], seed=3)
params = net.initial()
lr = 0.8


def loss(params, X, y):
    return -log_softmax(net.forward(params, X))[np.arange(len(y)), y].mean()


def step(params, X_batch, y_batch):
    net.zero_grad()
    logp = log_softmax(net.forward(params, X_batch))
    value = -logp[np.arange(len(y_batch)), y_batch].mean()
    g = np.exp(logp)
    g[np.arange(len(y_batch)), y_batch] -= 1
    net.backward(g / len(y_batch))
    return [p - lr * g for p, g in zip(params, net.grads())], value


batch_size = 32
n_steps = 900
