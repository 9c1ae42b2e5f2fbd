"""What few rows say by themselves: errors that cancel, targets all alike, labels in a random order."""

from itertools import combinations

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._patient import Patient
from pullback.diagnose._rows import never_taken, own_rows
from pullback.diagnose.experiments._cancelling import cancel

E = np.array([0.3, -1.2, 0.8, 2.0, -0.4, -0.9])
TABLE = np.random.default_rng(0).normal(size=(6, 3))
LOSSES = [
    ("averaged", lambda i: E[i].mean() ** 2),
    ("averaged", lambda i: 0.5 * E[i].mean() ** 2 + 0.7),
    ("averaged", lambda i: abs(E[i].mean())),
    ("averaged", lambda i: (TABLE[i].mean(0) ** 2).sum()),
    ("added", lambda i: E[i].sum() ** 2),
    ("added", lambda i: abs(E[i].sum())),
    ("", lambda i: (E[i] ** 2).mean()),
    ("", lambda i: (E[i] ** 2).sum()),
    ("", lambda i: np.sqrt((E[i] ** 2).mean())),
    ("", lambda i: np.abs(E[i]).mean()),
    ("", lambda i: -np.abs(E[i]).sum()),
    ("", lambda i: E[i].var()),
]


@pytest.mark.parametrize(("kind", "loss"), LOSSES)
def test_errors_that_cancel_are_told_from_losses_of_rows(kind, loss):
    groups = [g for size in (1, 2, 3) for g in combinations(range(6), size)]
    assert cancel({g: float(loss(list(g))) for g in groups}) == kind


def line(take=None, y=None, size=40):
    """A line by least squares; `take(t, X, y)` picks the rows of step t out of those that are given."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    y = X @ [1.0, -2.0] + 0.1 if y is None else y
    count = [0]

    def loss(p, X, y):
        return np.mean((X @ p[0] + p[1] - y) ** 2)

    def step(p, X, y):
        if take is not None:
            X, y = take(count[0], X, y)
        count[0] += 1
        d = 2 * (X @ p[0] + p[1] - y) / len(y)
        return [p[0] - 0.1 * X.T @ d, p[1] - 0.1 * d.sum()], loss(p, X, y)

    return {"params": [np.zeros(2), np.zeros(1)], "X": X, "y": y, "loss": loss, "step": step,
            "batch_size": size, "n_steps": 100}  # fmt: skip


def blocks(t, X, y):
    k = 10 * (t % 4)
    return X[k : k + 10], y[k : k + 10]


def half(t, X, y):
    k = 10 * (t % 2)
    return X[k : k + 10], y[k : k + 10]


def drawn(t, X, y):
    rows = np.random.default_rng(t).permutation(len(X))[:10]
    return X[rows], y[rows]


@pytest.mark.parametrize(("take", "own"), [(None, False), (blocks, True), (half, True), (drawn, True)])
def test_rows_picked_out_of_all_that_are_given_are_seen(take, own):
    patient = Patient(line(take))
    start = [np.ones(2), np.ones(1)]
    found = own_rows(patient, start)
    assert (found is not None) == own
    if found is not None:
        assert [len(rows) for rows in found.both] == [10, 10, 10]
        assert len(never_taken(patient, start, 10)) == (10 if take is half else 0)


@pytest.mark.parametrize(("y", "ids"), [(np.full(40, 2.0), ["labels_wrong"]), (None, [])])
def test_targets_all_alike_are_named(y, ids):
    assert [f.id for f in diagnose(**line(y=y)).faults][:1] == ids
