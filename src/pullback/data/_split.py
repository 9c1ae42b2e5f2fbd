"""Which rows train, which choose between models, and which are looked at once, at the end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pullback.errors import ArgumentError
from pullback.typing import Array

CALIFORNIA_ROWS = 20_640


class Split(NamedTuple):
    """Row numbers, int64 arrays that share none: `train`, `val` and `test`."""

    train: Array
    val: Array
    test: Array


def research_split(n: int = CALIFORNIA_ROWS) -> Split:
    """The split behind every accuracy figure of ours: always the same for the same `n`.

    Of `n` rows a fifth (rounded up) is for testing and a fifth of the rest (rounded up) for
    validation; for California Housing 4,128, 3,303 and 13,209 for training. It is drawn by
    NumPy's frozen `RandomState`, so it stays what it is in later versions.

    Examples
    --------
    >>> [len(rows) for rows in research_split()]
    [13209, 3303, 4128]
    """
    _refuse_few(n)
    order = np.random.RandomState(0).permutation(n)
    test, rest = np.split(order, [_fifth(n)])
    val, train = np.split(np.random.RandomState(1).permutation(len(rest)), [_fifth(len(rest))])
    return Split(rest[train], rest[val], test)


def stratified_split(labels: Array) -> Split:
    """As `research_split`, class by class: every class has rows to train on.

    Of the rows of a class a fifth is for testing and a fifth of the rest for validation, one row each at the
    least; a class of fewer than three rows is only trained on.

    Parameters
    ----------
    labels : `(n_rows,)` array
        The classes.

    Raises
    ------
    ArgumentError
        Where no class has three rows.

    Examples
    --------
    >>> [len(rows) for rows in stratified_split(np.repeat(["a", "b"], [10, 5]))]
    [9, 3, 3]
    """
    order = np.random.RandomState(0).permutation(len(labels))
    codes = np.unique(labels, return_inverse=True)[1][order]
    parts: list[list[Array]] = [[], [], []]
    for code in range(codes.max() + 1 if len(codes) else 0):
        rows = order[codes == code]
        n_test = max(1, round(len(rows) / 5)) if len(rows) >= 3 else 0
        n_val = max(1, round((len(rows) - n_test) / 5)) if len(rows) >= 3 else 0
        for part, some in zip(parts, np.split(rows, [len(rows) - n_test - n_val, len(rows) - n_test])):
            part.append(some)
    if not parts or not any(len(rows) for rows in parts[2]):
        raise ArgumentError(
            "no class has three rows",
            expected="a class of three rows or more: to train, validate and test on",
        )
    mix = np.random.RandomState(1)
    train, val, test = (mix.permutation(np.concatenate(part)) for part in parts)
    return Split(train, val, test)


def split(
    n: int, *, test: float = 0.2, val: float = 0.2, rng: np.random.Generator | int | None = None
) -> Split:
    """Split `n` rows at random.

    Parameters
    ----------
    n : int
        How many rows there are, three or more.
    test : float
        The share of the `n` rows to test on, from 0 up to but not including 1.
    val : float
        The share of the rows that are left to validate on, in the same range.
    rng : Generator or int, optional
        Where the order comes from; an int is a seed. Without one, each call differs.

    Raises
    ------
    ArgumentError
        For a share out of range, or where no row would be left to train on.

    Examples
    --------
    >>> [len(rows) for rows in split(100, rng=0)]
    [64, 16, 20]
    """
    _refuse_few(n)
    for name, share in (("test", test), ("val", val)):
        if not 0 <= share < 1:
            raise ArgumentError(f"{name}={share} is not a share of rows", expected="0 <= share < 1")
    n_test = round(test * n)
    n_val = round(val * (n - n_test))
    if n_test + n_val >= n:
        raise ArgumentError(
            f"test={test} and val={val} leave none of {n} rows to train on", hint="take smaller shares"
        )
    order = np.random.default_rng(rng).permutation(n)
    return Split(order[n_test + n_val :], order[n_test : n_test + n_val], order[:n_test])


def _fifth(n: int) -> int:
    """A fifth, rounded up, in whole numbers."""
    return -(-n // 5)


def _refuse_few(n: int) -> None:
    if n < 3:
        raise ArgumentError(f"{n} rows cannot be split", expected="three rows at the least")
