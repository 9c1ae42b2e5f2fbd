"""Steps that give each output the target of another."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import update
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(8)
X = rng.random((60, 3))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def output(p, X):
    h = sigmoid(X @ p[0] + p[1])
    return h, sigmoid(h @ p[2] + p[3])


def loss(p, X, y):
    return float(np.mean((output(p, X)[1] - y) ** 2))


def patient(outputs, order, size):
    """A network of so many outputs, whose step takes their targets in this order."""
    y = np.stack([0.2 + 0.6 * np.abs(X[:, k % 3] - 0.1 * k) for k in range(outputs)], 1)

    def step(p, X, y):
        h, o = output(p, X)
        d = (o - y[:, order]) * o * (1 - o) / len(y)
        down = d @ p[2].T * h * (1 - h)
        g = [X.T @ down, down.sum(0), h.T @ d, d.sum(0)]
        return [w - 0.5 * v for w, v in zip(p, g, strict=True)], loss(p, X, y)

    shapes = [(3, 5), (5,), (5, outputs), (outputs,)]
    start = [np.random.default_rng(2).uniform(-1, 1, shape) for shape in shapes]
    return Patient({"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": size})


@pytest.mark.parametrize("size", [1, 20])
@pytest.mark.parametrize(
    ("outputs", "order", "found"),
    [
        (2, [0, 1], []),
        (2, [1, 0], [("labels_misaligned", "data")]),
        (3, [1, 2, 0], [("labels_misaligned", "data")]),
        (6, [5, 4, 3, 2, 1, 0], [("labels_misaligned", "data")]),
    ],
)
def test_outputs_and_targets_go_in_one_order(outputs, order, found, size):
    case = Case(patient(outputs, order, size), 10.0)
    assert [(f.id, f.where) for f in update.experiment(case)] == found
