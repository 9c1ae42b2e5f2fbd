"""Prices of flats from five facts about each."""
import numpy as np

gen = np.random.default_rng(41)
n = 240
area, floor, year, metro, noise = gen.normal(size=(5, n))
price = 3.2 + 0.9 * area - 0.5 * metro + 0.45 * np.tanh(2 * area) * (year > 0) + 0.3 * floor * area + 0.1 * noise
X = np.stack([area, floor, year, metro, gen.normal(size=n)], axis=1)
y = (price - price.mean()) / price.std()

sizes = [5, 14, 1]
weights = [gen.normal(size=(b, a)) / np.sqrt(a) for a, b in zip(sizes[:-1], sizes[1:])]
biases = [np.zeros((b, 1)) for b in sizes[1:]]
params = weights + biases
eta = 0.12
batch_size, n_steps = 12, 1400


def cols(X):
    return [row.reshape(-1, 1) for row in X]


def feedforward(params, a):
    hidden = np.tanh(params[0] @ a + params[2])
    return params[1] @ hidden + params[3]


def loss(params, X, y):
    return np.mean([(feedforward(params, x)[0, 0] - t) ** 2 / 2 for x, t in zip(cols(X), y)])


def backprop(params, x, t):
    hidden = np.tanh(params[0] @ x + params[2])
    delta = params[1] @ hidden + params[3] - t
    nabla_w1, nabla_b1 = delta @ hidden.T, delta
    delta = (params[1].T @ delta) * (1 - hidden**2)
    return [0.02 * delta @ x.T, nabla_w1, delta, nabla_b1]


def grad(params, X, y):
    nabla = [np.zeros(p.shape) for p in params]
    for x, t in zip(cols(X), y):
        delta_nabla = backprop(params, x, t)
        nabla = [nb + dnb for nb, dnb in zip(nabla, delta_nabla)]
    return [nb / len(X) for nb in nabla]


def step(params, X_batch, y_batch):
    value = loss(params, X_batch, y_batch)
    nabla = grad(params, X_batch, y_batch)
    return [w - eta * nb for w, nb in zip(params, nabla)], value
