"""Rows that are there several times: a shuffle that loses some of them, and rows drawn or measured again."""

import random

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments._doubled import doubled
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(0)
X = rng.standard_normal((200, 4))
SUMS = X @ np.array([1.0, 2.0, -1.0, 0.5])
CLASSES = (SUMS > 0).astype(int)


def mixed_up(X):
    """The rows exchanged by views of them."""
    random.seed(0)
    X = X.copy()
    random.shuffle(X)
    return X


DRAWN = rng.integers(0, 200, 200)
ROWS = {
    "shuffled alone, classes": (mixed_up(X), CLASSES, True),
    "shuffled alone, numbers": (mixed_up(X), SUMS[:, None], True),
    "as they are": (X, CLASSES, False),
    "drawn with their targets": (X[DRAWN], CLASSES[DRAWN], False),
    "measured again": (X[DRAWN], SUMS[DRAWN] + 0.8 * rng.standard_normal(200), False),
    "answers to a few questions": (np.round(X), np.sign(rng.standard_normal(200)), False),
    "three answers to each": (np.repeat(X[:66], 3, axis=0), rng.integers(0, 2, 198), False),
}


@pytest.mark.parametrize("name", ROWS)
def test_equal_rows_with_other_rows_targets(name):
    X, y, expected = ROWS[name]
    given = {
        "params": np.zeros(4),
        "X": X,
        "y": y,
        "loss": lambda p, X, y: 0.0,
        "step": lambda p, *_: (p, 0.0),
    }
    found = doubled(Case(Patient(given), 10.0))
    assert [(f.id, f.where) for f in found] == ([("labels_misaligned", "data")] if expected else [])
