"""Numbers that say which row of a table is meant: words, users, letters, of which the next is no likelier.

Does: asks the loss of inputs, and of targets, that are not whole.
Measures: whether it refuses them, or is blind to what they have beyond the whole number.
Speaks for: no fault; such inputs foretell, and such targets are foretold, by a column for each number.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case

MOST = 400
"""The columns that a forecast still bears."""


def inputs(case: Case) -> np.ndarray:
    """X in columns, as many for each of its numbers as it says rows of a table."""
    X = np.asarray(case.X, float).reshape(case.n, -1)
    return _each(X) if _many(X) and _as_index(case, case.X + 0.25, case.y) else X


def targets(case: Case) -> np.ndarray:
    """The targets, in the same way; few kinds are classes, which are known without being asked for."""
    y = np.asarray(case.y, float).reshape(case.n, -1)
    return _each(y) if y.shape[1] == 1 and _many(y) and _as_index(case, case.X, case.y + 0.25) else y


def _each(numbers: np.ndarray) -> np.ndarray:
    """A column of 0 and 1 for each number in each column."""
    return np.hstack([column[:, None] == np.unique(column) for column in numbers.T]).astype(float)


def _many(numbers: np.ndarray) -> bool:
    """Whether these are whole numbers, of more than two kinds a column and not too many in all."""
    if numbers.shape[1] > MOST // 3 or not np.array_equal(numbers, np.round(numbers)):
        return False
    return 2 * numbers.shape[1] < sum(len(np.unique(column)) for column in numbers.T) <= MOST


def _as_index(case: Case, X: np.ndarray, y: np.ndarray) -> bool:
    """Whether the loss takes numbers that are not whole as an index takes them."""
    as_given, between = case.judge_on(case.leaves, case.X, case.y), case.judge_on(case.leaves, X, y)
    return bool(np.isfinite(as_given) and (np.isnan(between) or between == as_given))
