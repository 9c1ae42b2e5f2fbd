"""Rows of X that are there several times over, each time with another row's target.

`random.shuffle` exchanges the rows of a two-dimensional array by views of them, so that many are lost and
others doubled, and it leaves the targets where they were. Rows drawn on purpose bring their targets along.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._columnwise import pieces
from pullback.diagnose._findings import Finding
from pullback.diagnose.network._functions import labels

MANY, ROWS = 0.2, 40
"""The share of rows that share their numbers with another, and how many rows tell chance from more."""
APART = 0.7
"""The share of the targets' whole spread that is found among equal rows, where they are no guide at all."""


def doubled(case: Case) -> list[Finding]:
    """A finding where rows of measurements repeat at random and equal ones have unlike targets."""
    X, y = case.X, np.asarray(case.y)
    known = X.ndim == 2 and X.dtype.kind == "f" and y.dtype.kind in "fiub" and case.n >= ROWS
    if not known or not np.isfinite(X).all() or not np.isfinite(y).all():
        return []
    _, first, group, sizes = np.unique(_in_short(X), True, True, True)
    again = sizes[group] > 1
    if again.mean() < MANY or len(set(sizes)) < 3 or not _measured(X[first]):
        return []
    within, whole = _spreads(_as_numbers(y)[again], np.unique(group[again], return_inverse=True)[1])
    if not within > APART * whole > 0:
        return []
    return [Finding(
        "labels_misaligned", "data", "rows of X are there several times, each time with another row's target",
        f"{int(again.sum())} of {case.n} rows are equal to another; {100 * within / whole:.0f} % of the "
        "spread of their targets is among equal rows",
        "shuffle by one permutation, X[order] and y[order]: random.shuffle doubles rows of an array",
        0.9, 91)]  # fmt: skip


def _in_short(X: np.ndarray) -> np.ndarray:
    """A whole number for each row, alike where rows are: sorting thousands of columns would take seconds."""
    odd = np.random.default_rng(0).integers(0, 2**63, X.shape[1], np.uint64) * np.uint64(2) + np.uint64(1)
    bits = ((rows + 0.0).view(np.uint64) for rows in pieces(X))  # no zero below zero
    return np.concatenate([(some ^ (some >> np.uint64(32))) @ odd for some in bits])


def _measured(rows: np.ndarray) -> bool:
    """Whether most columns are measurements: as many values, nearly, as there are rows."""
    return bool(np.median([len(np.unique(column)) for column in rows.T]) > len(rows) / 2)


def _as_numbers(y: np.ndarray) -> np.ndarray:
    """Targets as columns, classes as one column each."""
    flat = y.reshape(len(y), -1).astype(float)
    return (flat == np.unique(flat)).astype(float) if flat.shape[1] == 1 and labels(y) else flat


def _spreads(targets: np.ndarray, group: np.ndarray) -> tuple[float, float]:
    """The variance of targets among rows of one group, and among all."""
    count = np.bincount(group)
    means = np.array([np.bincount(group, column) / count for column in targets.T]).T
    within = ((targets - means[group]) ** 2).sum() / max(len(targets) - len(count), 1)
    return float(within), float(((targets - targets.mean(0)) ** 2).sum() / max(len(targets) - 1, 1))
