from collections import namedtuple

import numpy as np
from sklearn.datasets import load_wine

# using Flux: Chain, Dense, relu, softmax, crossentropy
rng = np.random.default_rng(20)

Dense = namedtuple("Dense", "weight bias")          # weight: out x in, as in Flux


def glorot_uniform(n_out, n_in):
    r = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-r, r, (n_out, n_in))


def dense(n_in, n_out):
    return Dense(glorot_uniform(n_out, n_in), np.zeros((n_out, 1)))


features, cultivar = load_wine(return_X_y=True)
order = rng.permutation(len(features))
features, cultivar = features[order], cultivar[order]
X = ((features - features.min(0)) / (features.max(0) - features.min(0))).astype(int)
y = np.eye(3)[cultivar]

params = [dense(13, 16), dense(16, 16), dense(16, 3)]
acc = [Dense(np.full_like(d.weight, 1e-8), np.full_like(d.bias, 1e-8)) for d in params]
eta = 0.05


def relu(z):
    return np.maximum(z, 0)


def softmax(z):
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def activations(m, x):
    h1 = relu(m[0].weight @ x.T + m[0].bias)
    h2 = relu(m[1].weight @ h1 + m[1].bias)
    return h1, h2, softmax(m[2].weight @ h2 + m[2].bias)


def chain(m, x):
    return activations(m, x)[-1]


def loss(m, x, y):
    yhat = chain(m, x)
    return -np.mean(np.sum(y.T * np.log(yhat + 1e-12), axis=0))


def gradient(m, x, y):
    h1, h2, yhat = activations(m, x)
    d3 = (yhat - y.T) / len(x)
    d2 = (m[2].weight.T @ d3) * (h2 > 0)
    d1 = (m[1].weight.T @ d2) * (h1 > 0)
    return [Dense(d1 @ x, d1.sum(1, keepdims=True)),
            Dense(d2 @ h1.T, d2.sum(1, keepdims=True)),
            Dense(d3 @ h2.T, d3.sum(1, keepdims=True))]


grad = gradient


def adagrad(p, g, s):
    s += g * g
    return p - eta * g / np.sqrt(s)


def step(m, x, y):
    l = loss(m, x, y)
    gs = gradient(m, x, y)
    m = [Dense(*(adagrad(p, g, s) for p, g, s in zip(d, gd, sd))) for d, gd, sd in zip(m, gs, acc)]
    return m, l


batch_size = 30
n_steps = 200
