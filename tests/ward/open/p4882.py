"""Four-parameter logistic fits (bottom, top, log EC50, Hill slope) for a plate of five compounds."""
from dataclasses import dataclass

import numpy as np

rng = np.random.default_rng(96)

COMPOUNDS = 5
DOSES = np.repeat(np.linspace(-3, 2.5, 12), 3)          # log10 uM, in triplicate

true_bottom = rng.uniform(0.02, 0.12, COMPOUNDS)
true_top = rng.uniform(0.75, 1.1, COMPOUNDS)
true_logec50 = np.array([-1.6, -0.9, 0.1, 0.6, 1.2])
true_hill = np.array([0.8, 1.6, 1.1, 0.9, 1.9])

compound = np.repeat(np.arange(COMPOUNDS), len(DOSES))
log_dose = np.tile(DOSES, COMPOUNDS)
signal = true_bottom[compound] + (true_top - true_bottom)[compound] / (
    1 + 10 ** (true_hill[compound] * (true_logec50[compound] - log_dose)))
signal = signal + rng.normal(0, 0.03, signal.size)      # fraction of the control

X = np.column_stack([compound, log_dose])
y = signal
wells = rng.permutation(len(X))
X, y = X[wells], y[wells]


@dataclass
class Curves:
    bottom: np.ndarray
    top: np.ndarray
    logec50: np.ndarray
    hill: np.ndarray


params = Curves(np.zeros(COMPOUNDS), np.ones(COMPOUNDS), np.zeros(COMPOUNDS), np.ones(COMPOUNDS))

RATE = 0.35
MOMENTUM = 0.9
LN10 = np.log(10)
velocity = [np.zeros(COMPOUNDS) for _ in range(4)]
buffers = [np.zeros(COMPOUNDS) for _ in range(4)]


def occupancy(p, X):
    c = X[:, 0].astype(int)
    return 1 / (1 + 10 ** (p.hill[c] * (p.logec50[c] - X[:, 1]))), c


def response(p, X):
    f, c = occupancy(p, X)
    return p.bottom[c] + (p.top[c] - p.bottom[c]) * f


def loss(p, X, y):
    return float(np.mean((response(p, X) - y) ** 2))


def accumulate(p, X, y):
    f, c = occupancy(p, X)
    r = 2 * (response(p, X) - y) / len(y)
    for g in buffers:
        g[:] = 0
    du = (p.top[c] - p.bottom[c]) * f * (1 - f) * LN10
    np.add.at(buffers[0], c, r * (1 - f))
    np.add.at(buffers[1], c, r * f)
    np.add.at(buffers[2], c, -r * du * p.hill[c])
    np.add.at(buffers[3], c, r * du * (X[:, 1] - p.logec50[c]))
    return buffers


def step(p, X, y):
    sse = loss(p, X, y)
    grads = accumulate(p, X, y)
    new = []
    for v, value, g in zip(velocity, (p.bottom, p.top, p.logec50, p.hill), grads):
        v[:] = MOMENTUM * v - RATE * g
        new.append(value + v)
    return p, sse


n_steps = 400
