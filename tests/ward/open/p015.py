import numpy as np
from sklearn.datasets import make_moons


class Network:
    """Deep sigmoid network; data in rows at the door, columns inside."""

    def __init__(self, dims):
        self.dims = dims
        self.L = len(dims) - 1

    def start(self, seed, gain=4.0):
        rand = np.random.RandomState(seed)
        return [rand.randn(self.dims[l + 1], self.dims[l] + 1) * gain / np.sqrt(self.dims[l]) for l in range(self.L)]

    def forward(self, W, X):
        self.a = [np.vstack([X.T, np.ones(len(X))])]
        for l in range(self.L):
            s = 1 / (1 + np.exp(-W[l] @ self.a[l]))
            self.a.append(s if l == self.L - 1 else np.vstack([s, np.ones(len(X))]))
        return self.a[-1]

    def cost(self, W, X, t):
        o = self.forward(W, X)[0]
        return -np.mean(t * np.log(o + 1e-15) + (1 - t) * np.log(1 - o + 1e-15))

    def gradient(self, W, X, t):
        o = self.forward(W, X)
        d = (o - t[None, :]) / len(t)
        G = [None] * self.L
        for l in range(self.L - 1, -1, -1):
            G[l] = d @ self.a[l].T
            if l > 0:
                h = self.a[l][:-1]
                d = (W[l][:, :-1].T @ d) * h * (1 - h)
        return G


X, y = make_moons((6, 320), noise=0.3, random_state=9)
X = (X - X.mean(0)) / X.std(0)
nn = Network([2, 8, 8, 6, 1])
params = nn.start(4)
average = [np.zeros_like(w) for w in params]
beta, eta = 0.8, 0.5
loss, grad = nn.cost, nn.gradient


def step(params, X_batch, y_batch):
    G = nn.gradient(params, X_batch, y_batch)
    for l in range(nn.L):
        average[l] = beta * average[l] + (1 - beta) * G[l]
    return [w - eta * a for w, a in zip(params, average)], nn.cost(params, X_batch, y_batch)


batch_size = 40
n_steps = 1500
