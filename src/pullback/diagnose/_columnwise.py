"""What is said of every column of a table, a piece of its rows at a time.

A table of pictures holds tens of millions of numbers: squares or deviations of all of them at once would take
several times the memory that the loop itself takes, and most of the time there is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

PIECE = 4096
"""So many rows are gone through at a time."""


def pieces(table: np.ndarray) -> Iterator[np.ndarray]:
    """Stretches of rows in float64, (rows, columns)."""
    for i in range(0, len(table), PIECE):
        rows = table[i : i + PIECE]
        yield np.asarray(rows, float).reshape(len(rows), -1)


def mean_squares(table: np.ndarray) -> np.ndarray:
    """The mean square of every column."""
    return np.asarray(sum(np.square(rows).sum(0) for rows in pieces(table)) / len(table))


def means_and_deviations(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean of every column, and its standard deviation."""
    mean = sum(rows.sum(0) for rows in pieces(table)) / len(table)
    return np.asarray(mean), np.sqrt(sum(((rows - mean) ** 2).sum(0) for rows in pieces(table)) / len(table))
