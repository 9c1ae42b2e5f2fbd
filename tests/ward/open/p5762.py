from dataclasses import dataclass

import numpy as np

rng = np.random.default_rng(66)
SIDE = 6
PICTURES = """
...... ..#... ..#... #..... .####. ##..##
...... ..#... ..#... .#.... #....# ##..##
###### ..#... ###### ..#... #....# ......
...... ..#... ..#... ...#.. #....# ......
...... ..#... ..#... ....#. #....# ##..##
...... ..#... ..#... .....# .####. ##..##
"""


def pictograms(n):
    rows = [line.split() for line in PICTURES.strip().splitlines()]
    shapes = np.array([[[c == "#" for c in rows[r][k]] for r in range(SIDE)] for k in range(6)], float)
    labels = rng.integers(0, 6, n)
    images = []
    for k in labels:
        img = np.roll(shapes[k], rng.integers(-2, 3, 2), axis=(0, 1))
        images.append(img * rng.uniform(0.6, 1.2) + rng.normal(0, 0.25, (SIDE, SIDE)))
    return np.array(images).reshape(n, -1) - 0.3, labels


X, y = pictograms(900)


@dataclass
class Dense:
    weight: np.ndarray
    bias: np.ndarray


@dataclass
class AdamState:
    t: int
    m: list
    v: list


def dense(n_in, n_out):
    return Dense(rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out)), np.zeros(n_out))


WIDTH = SIDE * SIDE
params = [dense(WIDTH, WIDTH), dense(WIDTH, WIDTH), dense(WIDTH, 6)]
zeros = [[np.zeros_like(d.weight), np.zeros_like(d.bias)] for d in params]
adam = AdamState(0, [list(z) for z in zeros], [list(z) for z in zeros])
LR, B1, B2 = 0.003, 0.9, 0.99


def forward(params, x):
    inputs = []
    for d in params[:-1]:
        inputs.append(x)
        x = np.maximum(x @ d.weight + d.bias, 0.0)
    inputs.append(x)
    return inputs, x @ params[-1].weight + params[-1].bias


def logits(params, x):
    return forward(params, x)[1]


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def loss(params, x, y):
    return -log_softmax(logits(params, x))[np.arange(len(y)), y].mean()


def grad(params, x, y):
    inputs, z = forward(params, x)
    delta = np.exp(log_softmax(z))
    delta[np.arange(len(y)), y] -= 1.0
    delta /= len(y)
    grads = []
    for i in reversed(range(len(params))):
        grads.insert(0, Dense(inputs[max(i - 1, 0)].T @ delta, delta.sum(axis=0)))
        if i > 0:
            delta = (delta @ params[i].weight.T) * (inputs[i] > 0)
    return grads


def step(params, x, y):
    value = loss(params, x, y)
    grads = grad(params, x, y)
    adam.t += 1
    new = []
    for i, (d, g) in enumerate(zip(params, grads)):
        moved = []
        for j, (p, dp) in enumerate([(d.weight, g.weight), (d.bias, g.bias)]):
            adam.m[i][j] = B1 * adam.m[i][j] + (1 - B1) * dp
            adam.v[i][j] = B2 * adam.v[i][j] + (1 - B2) * dp ** 2
            m_hat = adam.m[i][j] / (1 - B1 ** adam.t)
            v_hat = adam.v[i][j] / (1 - B2 ** adam.t)
            moved.append(p - LR * m_hat / (np.sqrt(v_hat) + 1e-8))
        new.append(Dense(*moved))
    return new, value


batch_size = 60
n_steps = 450
