"""Whether a model is linear in its inputs though it is no single layer, by values of its loss alone.

What a loss says of one row under one target, less what it says under another, is linear in the model's sums
for every usual loss: squares, once the equal parts cancel; cross-entropies, whose difference is one of
logits; absolute and quantile losses, under targets that lie far to either side. So no recording is needed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._functions import labels

LINES, FAR = 10, 1e3
"""Lines through the inputs along which is looked, and how many deviations far targets are away."""
STRAIGHT = 1e-5
"""How far from the mean of two ends the middle of a straight line may lie, as a share of their distance."""

Told = Callable[[Leaves, np.ndarray], float]


def linear_layers(case: Case) -> bool:
    """Whether the predictions follow straight lines through X, but not in the size of the parameters."""
    if "linear layers" not in case.kept:
        with np.errstate(all="ignore"):
            case.kept["linear layers"] = _measured(case)
    return bool(case.kept["linear layers"])


def through_origin(case: Case) -> bool:
    """Whether the predictions follow straight lines through X, and say nothing of a row of zeros."""
    told, points = _difference(case), [case.generic, [-x for x in case.generic]]
    row = np.zeros_like(case.X[:1])
    try:
        return told is not None and all(
            abs(told(p, row)) < 1e-9 and _straight_in_rows(case, told, p) for p in points
        )
    except (Failure, ValueError, TypeError, IndexError, ArithmeticError):
        return False


def _measured(case: Case) -> bool:
    if case.X.dtype.kind != "f" or case.n < 2:
        return False
    told = _difference(case)
    points = [case.generic, [-x for x in case.generic]]
    try:
        return told is not None and all(_straight_in_rows(case, told, p) for p in points) and any(
            _bent_in_size(case, told, p) for p in points)  # fmt: skip
    except (Failure, ValueError, TypeError, IndexError, ArithmeticError):
        return False


def _difference(case: Case) -> Told | None:
    """The loss of a row under one target, less that under another."""
    y = case.y
    if labels(y):
        other = np.flatnonzero((y != y[:1]).reshape(case.n, -1).any(1))
        if not len(other):
            return None
        pair = y[:1], y[other[:1]]
    elif y.dtype.kind == "f" and np.isfinite(y).all():
        shift = FAR * float(np.std(y))
        pair = y[:1] + shift, y[:1] - shift
    else:
        return None

    def told(leaves: Leaves, x: np.ndarray) -> float:
        copies = [w.copy() for w in leaves]
        one, two = (np.ravel(case.loss(copies, x.copy(), t.copy()))[0] for t in pair)
        return float(one - two)

    return told


def _straight_in_rows(case: Case, told: Told, leaves: Leaves) -> bool:
    """Along lines through two rows each, far beyond both: no unit keeps to one side of its kink there."""
    rng, slopes = np.random.default_rng(7), 0
    for _ in range(LINES):
        i, j = rng.choice(case.n, 2, replace=False)
        one, two = case.X[i : i + 1], case.X[j : j + 1]
        way = 3 * (two - one)
        low, middle, high = (told(leaves, one + s * way) for s in (-1, 0.2, 1.4))
        gap, width = abs(low + high - 2 * middle), abs(high - low)
        if not gap <= STRAIGHT * width + 1e-9 * abs(middle):
            return False
        slopes += width > 1e-4 * abs(middle)
    return slopes >= LINES // 2


def _bent_in_size(case: Case, told: Told, leaves: Leaves) -> bool:
    """Whether parameters twice and three times as large do not say so much more: they multiply each other."""
    rows = (case.X[k : k + 1] for k in (0, case.n // 2, case.n - 1))
    for x in rows:
        low, middle, high = (told([s * w for w in leaves], x) for s in (1, 2, 3))
        if abs(low + high - 2 * middle) > 1e-3 * abs(high - low) > 0:
            return True
    return False


__all__ = ["linear_layers", "through_origin"]
