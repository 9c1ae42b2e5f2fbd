"""Steps whose velocity or gradient loses its fraction, and others that move by whole multiples, and may."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import data, update
from pullback.diagnose.experiments._whole_moves import whole_moves
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(4)
X = rng.standard_normal((80, 6))
COUNTS = rng.integers(-3, 4, (80, 6)).astype(float)
y = np.where(X[:, 0] * X[:, 1] + X[:, 2] > 0, 1.0, -1.0)
START = [rng.standard_normal((6, 9)) / 2, np.zeros(9), rng.standard_normal(9) / 2]
LINE = [rng.standard_normal((6, 3)) / 2]
RATE = 0.02


def loss(p, X, y):
    return float(np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] - y) ** 2))


def grad(p, X, y):
    h = np.tanh(X @ p[0] + p[1])
    e = 2 * (h @ p[2] - y) / len(y)
    low = np.outer(e, p[2]) * (1 - h * h)
    return [X.T @ low, low.sum(0), h.T @ e]


def hinges(p, X, y):
    return float(np.maximum(0, -(X @ p[0]) * y[:, None]).sum())


def hinges_grad(p, X, y):
    return [-X.T @ (((X @ p[0]) * y[:, None] < 0) * y[:, None])]


def case_of(made_of, params=START, X=X, loss=loss, grad=grad):
    """A loop that moves by what it makes of its gradients."""

    def step(p, X, y):
        moves = [made_of(g) for g in grad(p, X, y)]
        return [w - RATE * m for w, m in zip(p, moves, strict=True)], loss(p, X, y)

    given = {"params": params, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 40}
    return Case(Patient(given), 10.0)


def in_whole_numbers(g):
    v = np.zeros(g.shape, int)
    v[...] = 1.0 * g
    return v


@pytest.mark.parametrize(
    ("made_of", "found"),
    [
        (in_whole_numbers, [("dtype_truncation", "step")]),
        (lambda g: in_whole_numbers(20 * g), [("dtype_truncation", "step")]),
        (lambda g: g, []),
        (np.sign, []),
        (lambda g: np.sign(g) * (np.abs(g) > 0.1), []),
        (lambda g: g * (np.abs(g) > 0.1), []),
        (lambda g: np.round(20 * g), []),
    ],
    ids=["whole parts", "of larger ones", "plain", "signs", "signs of large ones", "large ones", "rounded"],
)
def test_steps_that_keep_whole_parts_of_their_gradients_are_named(made_of, found):
    assert [(f.id, f.where) for f in data.experiment(case_of(made_of))] == found


def test_counts_move_a_line_by_whole_numbers():
    assert whole_moves(case_of(lambda g: g, LINE, COUNTS, hinges, hinges_grad)) == ""


@pytest.mark.parametrize(
    ("kinds", "moves", "expected"),
    [
        ((int, int, int), True, [("dtype_truncation", "step")]),
        ((float, int, float), True, [("dtype_truncation", 1)]),
        ((float, float, float), True, []),
        ((int, int, int), False, [("params_not_updated", "step")]),
        ((float, int, float), False, [("layer_not_updated", 1)]),
    ],
)
def test_velocities_in_whole_numbers_hold_still_what_fractions_would_move(kinds, moves, expected):
    """Where the step looks away from them, too, they are not to blame."""
    velocities = [np.zeros(w.shape, kind) for w, kind in zip(START, kinds, strict=True)]
    used = [moves or kind is float for kind in kinds]

    def step(p, X, y):
        new = []
        for w, v, g, is_used in zip(p, velocities, grad(p, X, y), used, strict=True):
            v[...] = 0.9 * v - RATE * g
            new.append(w + is_used * v)
        return new, loss(p, X, y)

    given = {"params": START, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 40}
    found = update.experiment(Case(Patient(given), 10.0))
    assert [(f.id, f.where) for f in found] == expected
