"""Columns of X, and of what the model makes of them, that are of very unlike or unusual sizes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._columnwise import means_and_deviations
from pullback.diagnose.experiments._first_inputs import features, first_inputs
from pullback.diagnose.loops._sandbox import Failure

DROWNED = 30
"""How many times larger than the usual column one has to be to drown the others, whatever their sizes."""
FAR_OFF = 3
"""How many times its deviation the usual column's mean is, where columns are little but their means."""


def uneven(case: Case) -> Any:
    """X standardised, where its columns, and what the model makes of them, are of odd sizes; else None."""
    if "uneven" not in case.kept:
        odd = all(_odd(x[features(case)] for x in _columns(of(case))) for of in (_table, first_inputs))
        Z = standardised(case) if odd else None
        case.kept["uneven"] = Z if Z is None or _taken(case, Z) else None
    return case.kept["uneven"]


def _taken(case: Case, Z: np.ndarray) -> bool:
    """Whether the loss takes rows with fractions, as one that looks numbers up in a table does not."""
    first = slice(0, case.size)
    try:
        case.loss(case.generic, Z[first], case.y[first])
    except Failure:
        return False
    return True


def _odd(columns: Iterable[np.ndarray]) -> bool:
    """Whether columns are of very unlike or unusual sizes."""
    mean, deviation, moving = columns
    mean, deviation = mean[moving], deviation[moving]
    scales = np.sqrt(deviation**2 + mean**2)
    if not len(scales):
        return False
    top = float(scales.max())
    drowned = top > DROWNED * np.median(scales)  # as a whole table divided by its largest entry
    unlike = top / np.quantile(scales, 0.3) >= 15 and top >= 3
    return bool(unlike or not 0.02 < top < 15 or drowned or _unlike_far_off(mean, deviation))


def _unlike_far_off(mean: np.ndarray, deviation: np.ndarray) -> bool:
    """Whether most columns hardly vary beside what they are, and by unlike amounts.

    A table that is standardised by its one mean and deviation has columns of one size that hold a constant.
    """
    far = float(np.median(np.abs(mean) / deviation)) > FAR_OFF
    return far and float(deviation.max() / np.quantile(deviation, 0.3)) > 15


def standardised(case: Case) -> Any:
    """X with mean zero and deviation one in every feature that varies; None where none does."""
    X = _table(case)
    mean, deviation, moving = _columns(X)
    moving &= features(case)
    if not moving.any():
        return None
    Z = np.where(moving, (X - mean) / np.where(moving, deviation, 1.0), X)
    return Z.reshape(case.X.shape)


def column_sizes(case: Case) -> np.ndarray:
    """The root mean squares, nearly, of the columns that are not constant, as the first layer sees them."""
    mean, deviation, moving = _columns(first_inputs(case))
    return np.asarray(np.sqrt(deviation[moving] ** 2 + mean[moving] ** 2))


def _table(case: Case) -> np.ndarray:
    return case.X.reshape(case.n, -1)


def _columns(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The means and deviations of a table's columns, and which of them are not constant."""
    mean, deviation = means_and_deviations(table)
    return mean, deviation, deviation > 1e-12 * (1 + np.abs(mean))
