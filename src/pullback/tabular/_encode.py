"""Raw tables to numbers: pandas, polars or NumPy, categories and missing values included.

What was learned of the training rows' columns says what later rows become: a category that was never
seen is all zeros, a missing number takes the median and, where some were missing in training, a flag.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from pullback.errors import ArgumentError
from pullback.typing import Array

LEVELS = 64
"""Categories of a column that get a column of their own: those of most rows."""


@dataclasses.dataclass
class Columns:
    """What is known of the columns of the training rows.

    Attributes
    ----------
    names : list of str
    levels : list
        For each column None (numbers) or the categories, as text.
    medians : list of float
    flagged : list of bool
        Whether numbers were missing in training.
    """

    names: list[str]
    levels: list[list[str] | None]
    medians: list[float]
    flagged: list[bool]

    @classmethod
    def fit(cls, columns: list[Array], names: list[str]) -> Columns:
        """Learn from columns as `columns_of` gives them.

        Examples
        --------
        >>> column = np.array(["a", "b", "a"], dtype=object)
        >>> Columns.fit([column], ["kind"]).transform([column])[1]
        array([[1., 0.],
               [0., 1.],
               [1., 0.]], dtype=float32)
        """
        levels: list[list[str] | None] = []
        medians, flagged = [], []
        for column in columns:
            levels.append(None if column.dtype.kind == "f" else _common(column))
            missing = np.isnan(column) if column.dtype.kind == "f" else np.zeros(0, bool)
            known = column[~missing] if len(missing) else missing
            medians.append(float(np.median(known)) if len(known) else 0.0)
            flagged.append(bool(missing.any()))
        return cls(names, levels, medians, flagged)

    def transform(self, columns: list[Array]) -> tuple[Array, Array]:
        """Numbers `(n_rows, n_numbers)` float64, and flags and categories `(n_rows, n_plain)` float32."""
        n = len(columns[0])
        numbers, plain = [], []
        for column, name, levels, median, flagged in zip(
            columns, self.names, self.levels, self.medians, self.flagged, strict=True
        ):
            if levels is not None:
                plain.append(_one_hot(_texts(column), levels))
                continue
            values = _as_numbers(column, name)
            missing = np.isnan(values)
            numbers.append(np.where(missing, median, values))
            if flagged:
                plain.append(missing[:, None].astype(np.float32))
        both = np.stack(numbers, 1) if numbers else np.zeros((n, 0))
        return both, np.concatenate(plain, 1) if plain else np.zeros((n, 0), np.float32)

    @property
    def numeric(self) -> list[int]:
        """The places of the columns that hold numbers."""
        return [i for i, levels in enumerate(self.levels) if levels is None]

    def facts(self) -> dict[str, Any]:
        """What a file keeps."""
        return dataclasses.asdict(self)


def is_frame(X: Any) -> bool:
    """Whether X is a pandas or polars table, or a `data.Frame`."""
    return hasattr(X, "columns") and hasattr(X, "shape")


def columns_of(X: Any) -> list[Array]:
    """The columns of a table or of a 2-d array: float64, or objects where they are categories."""
    if not is_frame(X):
        if X.dtype.kind != "O":
            return list(np.asarray(X, np.float64).T)
        return [_plain(column, f"x{i}") for i, column in enumerate(X.T)]
    if hasattr(X, "iloc"):
        return [_from_pandas(X.iloc[:, i], str(name)) for i, name in enumerate(X.columns)]
    return [_from_named(X[name], str(name)) for name in X.columns]


def check_infinite(columns: list[Array], names: list[str]) -> None:
    """Refuse infinity, naming the column."""
    for column, name in zip(columns, names, strict=True):
        if column.dtype.kind == "f" and np.isinf(column).any():
            raise ArgumentError(
                f"column {name!r} of X contains infinity",
                expected="finite numbers, or NaN where one is missing",
                hint="replace inf by NaN, or drop those rows",
            )


def _from_pandas(series: Any, name: str) -> Array:
    if series.dtype.kind in "iufb":
        return np.asarray(series.to_numpy(np.float64, na_value=np.nan))
    return _plain(series.to_numpy(object), name)


def _from_named(column: Any, name: str) -> Array:
    """A column of a polars table, or of a `data.Frame`, whose columns are arrays."""
    if not isinstance(column, np.ndarray):
        return _plain(np.array(column.to_list(), dtype=object), name)
    return column if column.dtype.kind == "f" else _plain(column, name)


def _plain(column: Array, name: str) -> Array:
    """A column of objects as float64 where every known entry is a number."""
    gaps = missing(column)
    known = column[~gaps]
    numbers = all(isinstance(x, (int, float, np.number, np.bool_)) for x in known)
    if not numbers or not len(known):
        if not len(known):
            return np.full(len(column), np.nan)
        _refuse_nested(known, name)
        return column
    out = np.full(len(column), np.nan)
    out[~gaps] = known.astype(np.float64)
    return out


def _refuse_nested(known: Array, name: str) -> None:
    for x in known:
        if isinstance(x, (dict, list, tuple, set, np.ndarray)):
            raise TypeError(
                f"column {name!r} of X: an argument must be a string or a number, not {type(x).__name__!r}; "
                "spread what it holds over columns of their own"
            )


def missing(column: Array) -> Array:
    """Which entries of a column of objects are unknown: None, NaN, NaT, NA."""
    return np.array([x is None or x != x or str(x) in ("<NA>", "NaT") for x in column], bool)


def _texts(column: Array) -> Array:
    if column.dtype.kind == "f":
        return np.array(["" if x != x else f"{x:g}" for x in column], dtype=object)
    gaps = missing(column)
    return np.array(["" if gap else str(x) for x, gap in zip(column, gaps, strict=True)], dtype=object)


def _common(column: Array) -> list[str]:
    found, counts = np.unique(_texts(column).astype(str), return_counts=True)
    return sorted(str(x) for x in found[np.argsort(-counts, kind="stable")][:LEVELS])


def _one_hot(texts: Array, levels: list[str]) -> Array:
    return np.stack([texts == level for level in levels], 1).astype(np.float32)


def _as_numbers(column: Array, name: str) -> Array:
    if column.dtype.kind == "f":
        return column
    try:
        return np.array([np.nan if m else float(x) for x, m in zip(column, missing(column), strict=True)])
    except (TypeError, ValueError):
        raise ArgumentError(
            f"column {name!r} held numbers when the model was fitted, and holds text now",
            expected="numbers",
            hint="give the columns in the types that fit saw",
        ) from None
