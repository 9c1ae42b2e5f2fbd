import numpy as np

rng = np.random.RandomState(12)
n = 360
X = rng.randn(n, 10)
y = 1.2 * np.tanh(X[:, 0] + X[:, 1]) - 0.8 * X[:, 2] + 0.6 * X[:, 3] * X[:, 4] + 0.1 * rng.randn(n)
y = ((y - y.mean()) / y.std())[:, None]

W1 = rng.randn(10, 10) / np.sqrt(10)
b1 = np.zeros(10)
W2 = rng.randn(10, 10) / np.sqrt(10)
b2 = np.zeros(10)
W3 = rng.randn(10, 10) / np.sqrt(10)
b3 = np.zeros(10)
W4 = rng.randn(10, 1) / np.sqrt(10)
b4 = np.zeros(1)
params = [W1, b1, W2, b2, W3, b3, W4, b4]

velocity = [np.zeros((10, 10)), np.zeros(10)] * 3 + [np.zeros((10, 1)), np.zeros(1)]
lr = 0.05
mu = 0.9


def forward(params, x):
    W1, b1, W2, b2, W3, b3, W4, b4 = params
    h1 = np.tanh(x @ W1 + b1)
    h2 = np.tanh(h1 @ W2 + b2)
    h3 = np.tanh(h2 @ W3 + b3)
    return h1, h2, h3, h3 @ W4 + b4


def loss(params, x, t):
    return np.mean((forward(params, x)[-1] - t) ** 2)


def gradients(params, x, t):
    W1, b1, W2, b2, W3, b3, W4, b4 = params
    h1, h2, h3, out = forward(params, x)
    d4 = 2 * (out - t) / len(x)
    d3 = d4 @ W4.T * (1 - h3 ** 2)
    d2 = d3 @ W3.T * (1 - h2 ** 2)
    d1 = d2 @ W2.T * (1 - h1 ** 2)
    gW4, gb4 = h3.T @ d4, d4.sum(0)
    gW3, gb3 = h2.T @ d3, d3.sum(0)
    gW2, gb2 = h1.T @ d2, d2.sum(0)
    gW1, gb1 = x.T @ d1, d1.sum(0)
    return [gW1, gb1, gW2, gb2, gW3, gb3, gW4, gb4]


def step(params, x, t):
    value = loss(params, x, t)
    g = gradients(params, x, t)
    new = []
    for i in range(len(params)):
        velocity[i] *= mu
        velocity[i] -= lr * g[i]
        new.append(params[i] + velocity[i])
    return new, value


batch_size = 60
n_steps = 1200
