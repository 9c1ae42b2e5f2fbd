"""A table of numbers: features, a target, and their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.errors import DataError
from pullback.typing import Array


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Rows of features with one target each; refused when made if no work on it could end well.

    Attributes
    ----------
    X : (n_rows, n_features) float64 array
        A constant column is allowed; standardising leaves it at zero.
    y : (n_rows,) float64 array
        The target, in `target_unit`.
    feature_names : tuple of str
        One for each column of `X`, all different.
    target_name, name : str
        What the target and the table are called.
    target_unit : str
        As in "100,000 dollars"; empty where none is known.
    note : str
        What whoever reads a result must know about the data; empty where there is nothing.

    Raises
    ------
    DataError
        For NaN and inf (named by column and row, rows counted from 1), shapes or names that do
        not fit, fewer than two rows, no features, or a target that is the same in every row.

    Examples
    --------
    >>> Table(np.eye(3), np.arange(3.0), ("a", "b", "c"), "price", name="houses")
    Table 'houses': 3 rows, 3 features -> price
    """

    X: Array
    y: Array
    feature_names: tuple[str, ...]
    target_name: str = "target"
    name: str = "table"
    target_unit: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "X", _floats(self.X, f"{self.name}: X"))
        object.__setattr__(self, "y", _floats(self.y, f"{self.name}: y"))
        object.__setattr__(self, "feature_names", tuple(self.feature_names))
        _check_shapes(self)
        _check_names(self)
        check_finite(self.X, self.feature_names, self.name)
        check_finite(self.y[:, None], (self.target_name,), self.name)
        if np.all(self.y == self.y[0]):
            raise DataError(
                f"{self.name}: the target {self.target_name!r} is the same in every row",
                expected="a target that varies",
                got=f"{self.y[0]:g} in all {len(self.y)} rows",
                hint="name another column as the target",
            )

    def __repr__(self) -> str:
        rows, features = self.X.shape
        return f"Table {self.name!r}: {rows} rows, {features} features -> {self.target_name}"


def check_finite(X: Array, names: tuple[str, ...], title: str) -> None:
    """Refuse NaN and inf, naming the first by its column and row."""
    bad = np.argwhere(~np.isfinite(X))
    if len(bad):
        row, column = bad[0]
        more = f" (and {len(bad) - 1} more such cells)" if len(bad) > 1 else ""
        raise DataError(
            f"{title}: column {names[column]!r} is not finite in row {row + 1}",
            expected="a finite number in every cell",
            got=f"{X[row, column]}{more}",
            hint="fill in or drop such rows first",
        )


def check_unique(names: tuple[str, ...], title: str) -> None:
    """Refuse a name that stands for two columns."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            f"{title}: two columns have one name",
            expected="a different name for every column",
            got=", ".join(map(repr, twice)),
        )


def _floats(values: Any, title: str) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{title} is not an array of numbers", got=error) from None


def _check_shapes(table: Table) -> None:
    X, y, title = table.X, table.y, table.name
    if X.ndim != 2 or y.ndim != 1 or len(X) != len(y):
        raise DataError(
            f"{title}: X and y do not fit together",
            expected="X (n_rows, n_features) and y (n_rows,)",
            got=f"X {X.shape} and y {y.shape}",
        )
    if len(X) < 2:
        rows = "one row" if len(X) else "no rows"
        raise DataError(f"{title} has {rows}", expected="two rows at the least")
    if X.shape[1] == 0:
        raise DataError(f"{title} has no features", expected="one column at the least besides the target")


def _check_names(table: Table) -> None:
    if len(table.feature_names) != table.X.shape[1]:
        raise DataError(
            f"{table.name}: the names do not fit the columns",
            expected=f"{table.X.shape[1]} names, one for each column of X",
            got=f"{len(table.feature_names)} names",
        )
    check_unique((*table.feature_names, table.target_name), table.name)
