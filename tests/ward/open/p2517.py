"""Bike rentals an hour, counted: Poisson regression with a small net in front of the log link."""
import numpy as np

np.random.seed(21)
n = 500
hour = np.random.randint(0, 24, n)
temp = np.random.uniform(-5, 35, n)
rain = (np.random.rand(n) < 0.25).astype(float)
weekend = (np.random.rand(n) < 2 / 7).astype(float)
log_rate = 1.6 + 0.8 * np.sin((hour - 9) / 24 * 2 * np.pi) + 0.03 * (temp - 15) - 0.8 * rain + 0.3 * weekend
y = np.random.poisson(np.exp(log_rate)).astype(float)
X = np.column_stack([
    np.sin(hour / 24 * 2 * np.pi),
    np.cos(hour / 24 * 2 * np.pi),
    (temp - temp.mean()) / temp.std(),
    rain,
    weekend,
])


class CountNet:
    def __init__(self, n_in, n_hidden):
        self.W = np.random.randn(n_in, n_hidden) * 0.4
        self.b = np.zeros(n_hidden)
        self.u = np.random.randn(n_hidden) * 0.3
        self.c = np.array(np.log(y.mean()))
        self.lr0 = 0.05
        self.epoch = 0

    def hidden(self, params, X):
        z = X @ params[0] + params[1]
        return z, np.log1p(np.exp(z))

    def rate(self, params, X):
        z, h = self.hidden(params, X)
        return np.exp(h @ params[2] + params[3])

    def nll(self, params, X, y):
        mu = self.rate(params, X)
        return np.mean(mu - np.log(mu))

    def gradients(self, params, X, y):
        z, h = self.hidden(params, X)
        mu = np.exp(h @ params[2] + params[3])
        err = (mu - 1) / len(y)
        du = h.T @ err
        dc = np.array(err.sum())
        dz = np.outer(err, params[2]) / (1 + np.exp(-z))
        return [X.T @ dz, dz.sum(axis=0), du, dc]

    def train_epoch(self, params, X, y):
        lr = self.lr0 / (1 + 0.0002 * self.epoch)
        self.epoch += 1
        grads = self.gradients(params, X, y)
        return [p - lr * g for p, g in zip(params, grads)]


model = CountNet(5, 8)
params = [model.W, model.b, model.u, model.c]
loss = model.nll
grad = model.gradients


def step(params, X_batch, y_batch):
    value = model.nll(params, X_batch, y_batch)
    return model.train_epoch(params, X_batch, y_batch), value


n_steps = 1500
