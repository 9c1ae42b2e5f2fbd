import numpy as np
from sklearn.datasets import load_diabetes

gen = np.random.default_rng(99)
data = load_diabetes()
rows = gen.permutation(len(data.target))
X, y = data.data[rows], data.target[rows]
y = (y - y.mean()) / y.std()

n_hidden = 12
params = [
    gen.normal(size=(10, n_hidden)) * 0.3,
    np.zeros(n_hidden),
    gen.normal(size=(n_hidden, 1)) * 0.3,
    np.zeros(1),
]
eta = 0.02
mu = 0.9
decay = 1e-3
delta = 1.0
velocity = [0.0, 0.0, 0.0, 0.0]


def softplus(z):
    return np.logaddexp(0, z)


def d_softplus(z):
    return 1 / (1 + np.exp(-z))


def model(params, X):
    W1, b1, W2, b2 = params
    z1 = X @ W1 + b1
    h1 = softplus(z1)
    out = h1 @ W2 + b2
    return out[:, 0], z1, h1


def huber(e):
    small = np.abs(e) <= delta
    return np.where(small, 0.5 * e ** 2, delta * (np.abs(e) - 0.5 * delta))


def d_huber(e):
    return np.where(np.abs(e) <= delta, e, delta * np.sign(e))


def loss(params, X, y):
    W1, b1, W2, b2 = params
    return huber(model(params, X)[0] - y).mean() + 0.5 * decay * ((W1 ** 2).sum() + (W2 ** 2).sum())


def grad(params, X, y):
    W1, b1, W2, b2 = params
    pred, z1, h1 = model(params, X)
    dout = d_huber(pred - y)[:, None] / len(y)
    dz1 = dout @ W2.T * d_softplus(z1)
    return [X.T @ dz1 + decay * W1, dz1.sum(0), h1.T @ dout + decay * W2, dout.sum(0)]


def step(params, X_batch, y_batch):
    current = loss(params, X_batch, y_batch)
    grads = grad(params, X_batch, y_batch)
    new = []
    for i, (p, g) in enumerate(zip(params, grads)):
        previous = velocity[i]
        velocity[i] = mu * velocity[i] - eta * g
        new.append(p - mu * previous + (1 + mu) * velocity[i])
    return new, current


batch_size = 34
n_steps = 1000
