import numpy as np

np.random.seed(8)
t = np.arange(400)
series = 0.004 * t + 0.7 * np.sin(2 * np.pi * t / 12) + 0.3 * np.sin(2 * np.pi * t / 5) + 0.05 * np.random.randn(400)
series = (series - series.min()) / (series.max() - series.min())

window = 12
xs, ys = [], []
for i in range(len(series) - window):
    xs.append(series[i:i + window])
    ys.append(series[i + window])
X = np.array(xs)
y = np.array(ys).reshape(-1, 1)
shuffled = np.random.permutation(len(X))
X, y = X[shuffled] - 0.5, y - 0.5

W1 = np.random.randn(window, 12) / np.sqrt(window)
b1 = np.zeros(12)
W2 = np.random.randn(12, 1) / np.sqrt(12)
b2 = np.zeros(1)
params = [W1, b1, W2, b2]
velocity = [np.zeros_like(p) for p in params]
lr, mu = 0.02, 0.9


def net(params, X):
    W1, b1, W2, b2 = params
    a = np.tanh(X @ W1 + b1)
    return a, a @ W2 + b2


def loss(params, X, y):
    return np.mean((net(params, X)[1] - y) ** 2)


def backprop(params, X, y):
    a, out = net(params, X)
    d_out = 2 * (out - y) / len(X)
    d_a = d_out @ params[2].T * (1 - a * a)
    return [X.T @ d_a, d_a.sum(0), a.T @ d_out, d_out.sum(0)]


def step(params, bx, by):
    err = loss(params, bx, by)
    ahead = [p + mu * v for p, v in zip(params, velocity)]
    g = backprop(ahead, bx, by)
    for i in range(4):
        velocity[i] = mu * velocity[i] - lr * g[i]
    return [p + v for p, v in zip(params, velocity)], err


batch_size = 20
n_steps = 1200
