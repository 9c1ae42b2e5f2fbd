"""Neurons with a weight vector each, trained row by row: of one row all go along their true gradients."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import update
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(5)
X = rng.uniform(0, 1, (30, 4))
y = np.eye(3)[np.argmax(X[:, :3], axis=1)]
START = [[rng.uniform(-0.7, 0.7, n + 1) for _ in range(m)] for n, m in ((4, 3), (3, 3))]


def squashed(z):
    return 1 / (1 + np.exp(-z))


def right(a):
    return a * (1 - a)


def twice(a):
    return squashed(a) * (1 - squashed(a))


def values(p, x):
    out = [x]
    for layer in p:
        out.append(np.array([squashed(w[:-1] @ out[-1] + w[-1]) for w in layer]))
    return out


def loss(p, X, y):
    return sum(0.5 * np.sum((values(p, x)[-1] - t) ** 2) for x, t in zip(X, y, strict=True)) / len(X)


def trained(hidden, output):
    def step(p, X, y):
        told = loss(p, X, y)
        for x, t in zip(X, y, strict=True):
            _, h, o = values(p, x)
            high = (o - t) * output(o)
            low = np.array(
                [sum(w[j] * d for w, d in zip(p[1], high, strict=True)) for j in range(3)]
            ) * hidden(h)
            p = [[w - 0.5 * d * np.append(a, 1.0) for w, d in zip(layer, ds, strict=True)]
                 for layer, ds, a in zip(p, (low, high), (x, h), strict=True)]  # fmt: skip
        return p, told

    return step


@pytest.mark.parametrize(
    ("hidden", "output", "expected"),
    [
        (right, right, []),
        (twice, twice, [("grad_activation_derivative_wrong", "step")]),
        (right, twice, [("grad_activation_derivative_wrong", "step")]),
        (np.ones_like, np.ones_like, [("grad_missing_activation_derivative", "step")]),
    ],
    ids=["right", "sigmoid twice", "of the output alone", "left out"],
)
def test_a_wrong_slope_of_every_neuron_is_named(hidden, output, expected):
    given = {"params": START, "X": X, "y": y, "loss": loss, "step": trained(hidden, output), "batch_size": 1}
    found = update.experiment(Case(Patient(given), 30.0))
    assert [(f.id, f.where) for f in found[:1]] == expected
