# How do I let a network predict its own error bars? (self-contained script)
import numpy as np

rng = np.random.RandomState(1907)
n = 360
x = rng.uniform(-3, 3, n)
sd = 0.05 + 0.12 * (x + 3) / 2
y = (1 + 1.5 * np.sin(1.4 * x + 0.8) + 0.3 * x + sd * rng.randn(n)).reshape(n, 1)
X = x.reshape(n, 1) / 3

H = 25
params = [3.0 * rng.randn(1, H), rng.uniform(-2, 2, H),
          0.3 * rng.randn(H, 1), np.zeros(1),       # mean
          0.1 * rng.randn(H, 1), np.zeros(1)]       # log variance
hist = [np.zeros_like(p) for p in params]
eta = 0.1


def mean_and_s(params, X):
    h = np.tanh(X @ params[0] + params[1])
    return h @ params[2] + params[3], h @ params[4] + params[5], h


def nll(mu, s, y):
    return np.mean(0.5 * s + 0.5 * (y - mu) ** 2 * np.exp(-s))


def loss(params, X, y):
    mu, s, _ = mean_and_s(params, X)
    return nll(mu, s, y)


def grad(params, X, y):
    mu, s, h = mean_and_s(params, X)
    n = len(y)
    dmu = (mu - y) * np.exp(-s) / n
    ds = (0.5 - 0.5 * (y - mu) ** 2 * np.exp(-s)) / n
    dh = dmu @ params[2].T + ds @ params[4].T
    dz = dh * (1 - h * h)
    return [X.T @ dz, dz.sum(0), h.T @ dmu, dmu.sum(0), 2 * h.T @ ds, 2 * ds.sum(0)]


def step(params, X, y):
    value = loss(params, X, y)
    grads = grad(params, X, y)
    out = []
    for i in range(6):
        hist[i] += grads[i] ** 2
        out.append(params[i] - eta * grads[i] / (np.sqrt(hist[i]) + 1e-8))
    return out, value


batch_size = 60
n_steps = 3000
