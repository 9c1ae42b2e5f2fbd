"""Equal rows made one, in an order of their own, so that a weight of two is a row given twice.

It also keeps a row's copy out of the validation rows and out of its own neighbours, and makes a fit
independent of the order in which its rows come.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pullback.typing import Array

_PRIME = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: spreads every bit over the word


class Distinct(NamedTuple):
    """Rows that differ, by the number of one of each, and what they weigh together.

    Attributes
    ----------
    index : `(n_distinct,)` int array
    weights : `(n_distinct,)` float64 array
        Of mean one.
    """

    index: Array
    weights: Array


def distinct(columns: list[Array], Y: Array, weights: Array) -> Distinct:
    """Find the rows that differ, leaving out those of weight zero.

    Parameters
    ----------
    columns : list of `(n_rows,)` arrays
        float64, or objects that are categories.
    Y : `(n_rows, n_outputs)` array
    weights : `(n_rows,)` array

    Examples
    --------
    >>> column = np.array([3.0, 5.0, 3.0, 7.0])
    >>> found = distinct([column], np.zeros((4, 1)), np.array([1.0, 2.0, 1.0, 0.0]))
    >>> sorted(column[found.index].tolist()), found.weights
    ([3.0, 5.0], array([1., 1.]))
    """
    kept = np.flatnonzero(weights > 0)
    words = [_words(c[kept]) for c in (*columns, *np.asarray(Y, np.float64).T)]
    key = np.zeros(len(kept), np.uint64)
    for word in words:
        key = (key ^ word) * _PRIME
        key ^= key >> np.uint64(29)
    order = np.argsort(key, kind="stable")
    new = np.ones(len(order), bool)
    new[1:] = np.any([word[order[1:]] != word[order[:-1]] for word in words], axis=0)
    group = np.cumsum(new) - 1
    total = np.bincount(group, weights[kept][order])
    return Distinct(kept[order[new]], total * (len(total) / total.sum()))


def split_rows(n: int, share: float, seed: int) -> tuple[Array, Array]:
    """Numbers of the rows to train and to validate on; fewer than 200 are trained on whole.

    Examples
    --------
    >>> [len(rows) for rows in split_rows(1000, 0.15, seed=0)]
    [850, 150]
    """
    if n < 200 or not share:
        return np.arange(n), np.arange(0)
    order = np.random.default_rng(seed).permutation(n)
    n_val = min(n - 1, round(n * share))
    return np.sort(order[n_val:]), np.sort(order[:n_val])


def _words(column: Array) -> Array:
    """A number for each value: its bits, or its category's place in the alphabet."""
    if column.dtype.kind != "f":
        texts = np.array([f"{type(x).__name__}:{x}" for x in column])
        return np.unique(texts, return_inverse=True)[1].astype(np.uint64)
    values = np.where(np.isnan(column), np.nan, column + 0.0)  # one NaN, and no negative zero
    return np.ascontiguousarray(values, np.float64).view(np.uint64)
