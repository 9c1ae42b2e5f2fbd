"""Recurrences whose steps leave something for the next one in several ways."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(4)
STEPS, UNITS = 4, 5
X = rng.standard_normal((30, STEPS, 2))
y = np.cumsum(X[:, :, 0], axis=1)
start = [rng.standard_normal((UNITS + 2, UNITS)) / 2, rng.standard_normal((UNITS + 2, UNITS)) / 2]
start += [rng.standard_normal((UNITS, 1))]


def gated(p, X):
    """A unit that keeps a share of its state, step by step, and what it was made of."""
    h, made = np.zeros((len(X), UNITS)), []
    for t in range(STEPS):
        z = np.concatenate([h, X[:, t]], axis=1)
        kept, new = 1 / (1 + np.exp(-(z @ p[0]))), np.tanh(z @ p[1])
        h, before = kept * h + (1 - kept) * new, h
        made.append((z, kept, new, before, h))
    return made


def loss(p, X, y):
    out = np.concatenate([h @ p[2] for *_, h in gated(p, X)], axis=1)
    return float(np.mean((out - y) ** 2))


def back(by_gates=True, by_state=True):
    def grad(p, X, y):
        g, d = [np.zeros_like(w) for w in p], 0.0
        for t, (z, kept, new, before, h) in reversed(list(enumerate(gated(p, X)))):
            e = 2 * (h @ p[2] - y[:, t : t + 1]) / y.size
            g[2] += h.T @ e
            d = e @ p[2].T + d
            d0, d1 = d * (before - new) * kept * (1 - kept), d * (1 - kept) * (1 - new**2)
            g[0] += z.T @ d0
            g[1] += z.T @ d1
            down = (d0 @ p[0].T + d1 @ p[1].T)[:, :UNITS]
            d = (down if by_gates else 0.0) + (d * kept if by_state else 0.0)
        return g

    return grad


@pytest.mark.parametrize(
    ("grad", "expected"),
    [(back(), []), (back(by_gates=False, by_state=False), [("grad_drops_upstream", 0, 1.0)])],
)
def test_steps_that_hand_nothing_to_the_step_before_are_told(grad, expected):
    given = {"params": start, "X": X, "y": y, "loss": loss, "grad": grad, "batch_size": 30}
    found = gradient.experiment(Case(Patient(given), 10.0))
    assert [(f.id, f.where, f.confidence) for f in found[:1]] == expected


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


CELL = [rng.standard_normal((UNITS + 2, 4 * UNITS)) / 2, np.zeros(4 * UNITS), rng.standard_normal((UNITS, 1))]


def cell(p, X):
    """A cell with four gates in one matrix: those of forgetting, input, candidates and output."""
    h, c, made = np.zeros((len(X), UNITS)), np.zeros((len(X), UNITS)), []
    for t in range(STEPS):
        z = np.concatenate([h, X[:, t]], axis=1)
        sums = z @ p[0] + p[1]
        f, i, o = (sigmoid(sums[:, k * UNITS : (k + 1) * UNITS]) for k in range(3))
        g = np.tanh(sums[:, 3 * UNITS :])
        c, before = f * c + i * g, c
        h = o * np.tanh(c)
        made.append((z, f, i, o, g, before, c))
    return h, made


def loss_of_cell(p, X, y):
    return float(np.mean((cell(p, X)[0] @ p[2] - y[:, -1:]) ** 2))


def grad_of_cell(forgets):
    def grad(p, X, y):
        h, made = cell(p, X)
        e, g = 2 * (h @ p[2] - y[:, -1:]) / len(y), [np.zeros_like(w) for w in p]
        g[2], dh, dc = h.T @ e, e @ p[2].T, 0.0
        for z, f, i, o, new, before, c in reversed(made):
            dc = dc + dh * o * (1 - np.tanh(c) ** 2)
            d = [dc * before * forgets(f), dc * new * i * (1 - i), dh * np.tanh(c) * o * (1 - o)]
            d = np.concatenate([*d, dc * i * (1 - new**2)], axis=1)
            g[0] += z.T @ d
            g[1] += d.sum(0)
            dh, dc = (d @ p[0].T)[:, :UNITS], dc * f
        return g

    return grad


@pytest.mark.parametrize(
    ("forgets", "expected"),
    [
        (lambda f: f * (1 - f), []),
        (lambda f: 1 - f**2, ["grad_activation_derivative_wrong"]),
        (sigmoid, ["grad_activation_derivative_wrong"]),
        (lambda f: 1.0, ["grad_missing_activation_derivative"]),
    ],
)
def test_the_slope_of_a_gate_inside_the_cell_is_told(forgets, expected):
    given = {"params": CELL, "X": X, "y": y, "loss": loss_of_cell, "grad": grad_of_cell(forgets)}
    found = gradient.experiment(Case(Patient({**given, "batch_size": 30}), 10.0))
    assert [f.id for f in found if f.confidence == 1.0] == expected
