"""A table as it comes: columns of numbers with gaps, and columns of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.typing import Array


@dataclass(frozen=True, eq=False, repr=False)
class Frame:
    """Columns of one length: what `read_frame` makes of a file, and what the estimators take.

    Attributes
    ----------
    columns : tuple of str
    arrays : tuple of `(n_rows,)` arrays
        float64 with NaN for a missing number, or objects: texts, and None for a missing one.
    name : str
    rows : `(n_rows,)` int array or None
        The rows' numbers in the file, from 1, where they are not simply 1, 2, 3, ...

    Examples
    --------
    >>> frame = Frame(("age", "kind"), (np.array([3.0, np.nan]), np.array(["a", "b"], object)))
    >>> frame.shape, frame["kind"].tolist(), frame.take([1])["kind"].tolist()
    ((2, 2), ['a', 'b'], ['b'])
    """

    columns: tuple[str, ...]
    arrays: tuple[Array, ...]
    name: str = "table"
    rows: Array | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return len(self), len(self.columns)

    def __len__(self) -> int:
        return len(self.arrays[0]) if self.arrays else 0

    def __getitem__(self, name: str) -> Array:
        return self.arrays[self.columns.index(name)]

    def __repr__(self) -> str:
        return f"Frame {self.name!r}: {len(self)} rows, {len(self.columns)} columns"

    def take(self, rows: Any) -> Frame:
        """These rows, by their places or a mask."""
        numbers = None if self.rows is None else self.rows[rows]
        return Frame(self.columns, tuple(a[rows] for a in self.arrays), self.name, numbers)

    def select(self, names: Sequence[str]) -> Frame:
        """These columns, in this order."""
        return Frame(tuple(names), tuple(self[name] for name in names), self.name, self.rows)

    def row_number(self, place: int) -> int:
        """The number in the file, from 1, of the row at a place."""
        return int(place + 1 if self.rows is None else self.rows[place])


def missing(column: Array) -> Array:
    """Which cells of a column have no value, `(n_rows,)` bool."""
    if column.dtype.kind == "f":
        return np.isnan(column)
    return np.array([cell is None for cell in column], bool)
