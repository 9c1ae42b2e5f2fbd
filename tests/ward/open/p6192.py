from collections import namedtuple

import numpy as np

rng = np.random.RandomState(192)

Decoder = namedtuple("Decoder", "W c")

FINGERS = ["thumb", "index", "middle", "ring", "little"]
CHANNELS, BANDS = 64, 3

# 1000 trials of log band power, electrode by band
somatotopy = 0.2 * rng.randn(len(FINGERS), CHANNELS * BANDS)
finger = rng.randint(0, len(FINGERS), 1000)
power = somatotopy[finger] + rng.randn(1000, CHANNELS * BANDS)
X = power - power.mean(axis=0)
y = finger

eta0 = 0.2
decay = 1e-3
clock = [0]
params = Decoder(W=0.01 * rng.randn(CHANNELS * BANDS, len(FINGERS)), c=np.zeros(len(FINGERS)))


def scores(p, X):
    return X @ p.W


def softmax(s):
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(p, X, y):
    q = softmax(scores(p, X))
    return -np.log(q[np.arange(len(y)), y] + 1e-12).mean() + decay * (p.W ** 2).sum()


def grad(p, X, y):
    d = softmax(scores(p, X))
    d[np.arange(len(y)), y] -= 1
    d /= len(y)
    return Decoder(W=X.T @ d + 2 * decay * p.W, c=np.zeros(len(FINGERS)))


def step(p, trials, labels):
    before = loss(p, trials, labels)
    g = grad(p, trials, labels)
    eta = eta0 / np.sqrt(1 + 0.02 * clock[0])
    clock[0] += 1
    return Decoder(W=p.W - eta * g.W, c=p.c - eta * g.c), before


batch_size = 50
n_steps = 240
