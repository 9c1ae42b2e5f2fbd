import numpy as np
from sklearn.datasets import load_wine

wine = load_wine()
r = np.random.default_rng(2)
perm = r.permutation(len(wine.target))
X = ((wine.data - wine.data.mean(0)) / wine.data.std(0))[perm]
y = wine.target[perm]
n_in, n_hid, n_cls = 13, 12, 3

params = [
    r.normal(0, np.sqrt(2 / n_in), (n_in, n_hid)), np.zeros(n_hid),
    r.normal(0, np.sqrt(1 / n_hid), (n_hid, n_cls)), np.zeros(n_cls),
]
cache = [np.zeros_like(p) for p in params]
lr = 0.05
batch_size = 16


def softmax(z):
    z = np.exp(z - z.max(1, keepdims=True))
    return z / z.sum(0, keepdims=True)


def model(params, xb):
    z1 = xb @ params[0] + params[1]
    a1 = np.where(z1 > 0, z1, 0.01 * z1)
    logits = a1 @ params[2] + params[3]
    return z1, a1, logits


def crossentropy(logits, yb):
    p = softmax(logits)
    return -np.log(p[np.arange(len(yb)), yb]).mean()


def crossentropy_grad(logits, yb):
    d = softmax(logits)
    d[np.arange(len(yb)), yb] -= 1
    return d / len(yb)


def loss(params, X, y):
    return crossentropy(model(params, X)[-1], y)


def grad(params, xb, yb):
    z1, a1, logits = model(params, xb)
    d2 = crossentropy_grad(logits, yb)
    d1 = d2 @ params[2].T * np.where(z1 > 0, 1, 0.01)
    return [xb.T @ d1, d1.sum(0), a1.T @ d2, d2.sum(0)]


def step(params, xb, yb):
    value = loss(params, xb, yb)
    new = []
    for i, g in enumerate(grad(params, xb, yb)):
        cache[i] += g ** 2
        new.append(params[i] - lr * g / (np.sqrt(cache[i]) + 1e-8))
    return new, value


n_steps = 300
