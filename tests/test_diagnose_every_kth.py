"""Tests of rows at even distances whose targets nothing foretells."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments._every_kth import every_kth
from pullback.diagnose.loops._patient import Patient


def line(p, X, y):
    return np.mean((X @ p[0] + p[1] - y) ** 2)


def slopes(p, X, y):
    off = 2 * (X @ p[0] + p[1] - y) / len(y)
    return [X.T @ off, off.sum()]


def rows(n=300):
    """Rows, numbers that hang on them, and draws."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, 3))
    return X, X @ [1.0, -2.0, 0.5] + 0.3 * rng.standard_normal(n), rng


def said(X, y):
    given = {"params": [np.zeros(X.shape[1]), 0.0], "X": X, "y": y, "loss": line, "grad": slopes}
    return [f.id for f in every_kth(Case(Patient(given), 10.0))]


@pytest.mark.parametrize("k", [2, 3, 5])
@pytest.mark.parametrize("classes", [False, True])
def test_every_kth_target_that_was_overwritten_is_wrong(k, classes):
    X, y, rng = rows()
    y = (y > 0).astype(float) if classes else y
    assert said(X, y) == []
    y[::k] = rng.integers(0, 2, len(y[::k])) if classes else rng.uniform(-9, 9, len(y[::k]))
    assert said(X, y) == ["labels_wrong"]


@pytest.mark.parametrize("order", [np.flip, lambda y: np.roll(y, 1)])
def test_every_kth_target_of_another_row_like_it_is_misaligned(order):
    X, y, _ = rows(400)
    y[1::2] = order(y[1::2])
    assert said(X, y) == ["labels_misaligned"]


def test_rows_that_stand_in_turn_and_are_noisier_than_others_are_none():
    X, y, rng = rows()
    noisy = y.copy()
    noisy[::4] += 3 * rng.standard_normal(75)
    in_turn = np.arange(300) % 3
    overlapping = (in_turn - 1)[:, None] + rng.standard_normal((300, 2))
    lasting = np.sin(np.arange(300) / 9)[:, None]
    assert said(X, noisy) == said(overlapping, in_turn) == said(lasting, lasting[:, 0] ** 2) == []


def test_a_loop_on_such_rows_is_no_healthy_one():
    X, y, rng = rows()
    y[::3] = rng.uniform(-9, 9, 100)
    step = lambda p, X, y: ([w - 0.1 * g for w, g in zip(p, slopes(p, X, y), strict=True)], line(p, X, y))
    found = diagnose(params=[np.zeros(3), 0.0], X=X, y=y, loss=line, step=step, batch_size=300, n_steps=200)
    assert [f.id for f in found.faults[:1]] == ["labels_wrong"]
