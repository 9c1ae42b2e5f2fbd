"""Part of the data experiment: whether X, or y, is what a whole division leaves of a table beside the loop.

X alone does not tell pixels that were meant to be black or white from pixels that lost their grey. But the
table X was made of often lies beside it, in the loop's file or in the data set it loaded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose.network._functions import of_numbers

MANY, FEW = 6, 7
"""Values a table has at least, and a column of X at most, where whole numbers are held against it."""
MOST = 100
"""Columns of a table up to which each is held against X by itself."""
KINDS = 8
"""Kinds of rows that are more than chance, where they come as often as in a table."""
LARGEST, DEEPEST, ROWS = 20_000_000, 2, 1000


def what_was_cut(case: Case) -> str:
    """Which table X is the whole part of, or the whole part of its shares of the greatest; else nothing."""
    X = np.asarray(case.X)
    if X.dtype.kind not in "iuf" or X.ndim < 2:
        return ""
    X = X.reshape(case.n, -1)
    column = _standardised_column(X, case.patient.beside)
    if column:
        return column
    rows = np.unique(np.linspace(0, case.n - 1, min(case.n, ROWS)).astype(int))
    if any(len(np.unique(column)) > FEW for column in X[rows].T):
        return ""
    for name, table in _tables(case.patient.beside):
        if table.shape[1] != X.shape[1] or len(table) < len(X) or not np.isfinite(table).all():
            continue
        for how, whole in _wholes(table):
            values = len(np.unique(table)), len(np.unique(whole))
            if values[0] >= max(MANY, 3 * values[1]) and _made_of(X, whole, rows):
                return (f"X holds only the whole part of {how.format(name)}: of {values[0]} different "
                        f"values {values[1]} are left")  # fmt: skip
    return ""


def _standardised_column(X: np.ndarray, beside: Any) -> str:
    """Which column of X is the whole part of a standardised list of numbers: no one means that.

    Rows may have been shuffled since: how often each whole number stands there is enough to know the list by.
    """
    few = [j for j in range(X.shape[1]) if 2 < len(np.unique(X[:, j])) <= FEW and X[:, j].min() < 0]
    for name, v in _lists(beside, len(X)) if few else ():
        values = len(np.unique(v))
        whole = np.trunc((v - v.mean()) / v.std()) if v.std() > 0 else v
        for j in few:
            left = len(np.unique(X[:, j]))
            if values >= max(MANY, 3 * left) and np.array_equal(np.sort(X[:, j]), np.sort(whole)):
                return (f"column {j} of X holds only the whole part of the standardised {name}: of {values} "
                        f"different values {left} are left")  # fmt: skip
    return ""


def what_targets_were(case: Case) -> str:
    """Which list, divided by one number, targets are the whole part of where a loss measures distances.

    A column of X that is cut so makes classes of it by a rule.
    """
    y, head = np.asarray(case.y), case.head
    if head is None or head.output != "identity" or not of_numbers(head.objective):
        return ""
    kinds = np.unique(y)
    if (
        y.dtype.kind not in "if"
        or y.size != case.n
        or not np.array_equal(kinds, np.arange(len(kinds)))
        or not 2 < len(kinds) <= FEW
    ):
        return ""
    X = np.asarray(case.X).reshape(case.n, -1)
    for name, v in _lists(case.patient.beside, case.n):
        values = len(np.unique(v))
        if values < max(MANY, 3 * len(kinds)) or not _is_whole_part(np.ravel(y), v):
            continue
        if not any(np.array_equal(_ranks(v), _ranks(x)) for x in X[:, :MOST].T):
            return (f"y holds only the whole part of {name}, divided by one number: of {values} different "
                    f"values {len(kinds)} are left")  # fmt: skip
    return ""


def _is_whole_part(y: np.ndarray, v: np.ndarray) -> bool:
    """Whether one number divides a list so that the targets are left, which part it where it has no gap.

    Groups of rows lie apart, and the rows' numbers evenly: either may be cut into classes on purpose.
    """
    if v.min() < 0 or (v[y > 0] == 0).any():
        return False
    least, most = (v / (y + 1)).max(), (v[y > 0] / y[y > 0]).min()
    order = np.argsort(v)
    gaps, parted = np.diff(v[order]), np.diff(y[order]) > 0
    even = np.ptp(gaps) < 1e-6 * gaps.max()
    return bool(least < most and not even and gaps[parted].max() <= gaps[~parted].max())


def _lists(x: Any, n: int, name: str = "", depth: int = 0) -> Iterator[tuple[str, np.ndarray]]:
    """The lists of n numbers in reach of a name, and the columns of tables of n rows."""
    if isinstance(x, np.ndarray):
        if x.dtype.kind in "iuf" and 0 < x.ndim < 3 and len(x) == n and 0 < x.size <= MOST * n:
            columns = x.reshape(n, -1).T.astype(float)
            yield from ((name, column) for column in columns if np.isfinite(column).all())
    elif depth <= DEEPEST and isinstance(x, Mapping) and len(x) < 1000:
        for key, part in x.items():
            yield from _lists(part, n, f"{name}[{key!r}]" if name else str(key), depth + 1)


def _tables(x: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, np.ndarray]]:
    """The arrays of numbers in reach of a name, each row as one line."""
    if isinstance(x, np.ndarray):
        if x.dtype.kind in "iuf" and x.ndim > 1 and 0 < x.size <= LARGEST:
            yield name, x.reshape(len(x), -1)
    elif depth <= DEEPEST and isinstance(x, (Mapping, list, tuple)) and len(x) < 1000:
        parts = x.items() if isinstance(x, Mapping) else enumerate(x)
        for key, part in parts:
            inner = f"{name}[{key!r}]" if name else str(key)
            yield from _tables(part, inner, depth + 1)


def _wholes(table: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Whole parts of a table as it is, of its shares of the greatest, and of each column from 0 to 1."""
    yield "{}", np.trunc(table)
    top, least, span = table.max(), table.min(0), np.ptp(table, axis=0)
    if top > 0:
        yield f"{{}} / {top:g}", np.trunc(table / top)
    yield "{}, each column from 0 to 1", np.trunc((table - least) / np.where(span > 0, span, 1))


def _made_of(X: np.ndarray, whole: np.ndarray, rows: np.ndarray) -> bool:
    """Whether columns of whole numbers, shifted and scaled at most, are X, or its rows are among theirs."""
    if len(whole) == len(X):
        alike = (_ranks(a) == _ranks(b) for a, b in zip(X[rows].T, whole[rows].T, strict=True))
        if all(same.all() for same in alike):
            return bool(np.ptp(X) > 0 or not X.any())
    left = np.unique(X)
    if not 1 < len(left) <= FEW:
        return False
    apart = np.diff(left).min()
    return _among(np.round((X - left[0]) / apart), whole - whole.min())


def _ranks(column: np.ndarray) -> np.ndarray:
    return np.unique(column, return_inverse=True)[1]


def _among(X: np.ndarray, table: np.ndarray) -> bool:
    """Whether every row of X is a row of the table too, and they are not all alike.

    Of as many rows in another order each has to be there as often: then a few kinds of them are enough.
    """
    own, others = (Counter(row.tobytes() for row in np.ascontiguousarray(a.astype(np.int16)))
                   for a in (X, table))  # fmt: skip
    return own.keys() <= others.keys() and len(own) > (KINDS if own == others else len(X) // 4)
