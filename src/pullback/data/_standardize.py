"""Zero mean and unit scale, by the training rows' mean and scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.errors import ArgumentError
from pullback.typing import Array


@dataclass(frozen=True, eq=False)
class Standardizer:
    """What takes a column to mean 0 and standard deviation 1, and back.

    Fit it on the training rows and on nothing else: what validation and test rows say about the
    scale is not known when a model is used. A column that is constant there has scale 1.

    Attributes
    ----------
    mean, scale : (n_columns,) float64 arrays, or shape () for a target
        In the column's own unit; the scale is the standard deviation with divisor n.

    Examples
    --------
    >>> scaler = Standardizer.fit(np.array([[1.0, 5.0], [3.0, 5.0]]))
    >>> scaler.transform(np.array([[3.0, 5.0]]))
    array([[1., 0.]])
    >>> scaler.inverse(np.array([[1.0, 0.0]]))
    array([[3., 5.]])
    """

    mean: Array
    scale: Array

    @classmethod
    def fit(cls, rows: Array) -> Standardizer:
        """Learn mean and scale from the training rows.

        Parameters
        ----------
        rows : (n_rows, n_columns) or (n_rows,) array
            Finite numbers, at least one row.

        Raises
        ------
        ArgumentError
            For no rows, another shape, or NaN and inf (named by row and column).
        """
        rows = np.asarray(rows, dtype=np.float64)
        _refuse_unfit(rows)
        constant = rows.max(axis=0) == rows.min(axis=0)
        mean = np.where(constant, rows[0], rows.mean(axis=0))
        # Divided by the largest before squaring, so that tiny and huge units neither vanish nor overflow.
        largest = np.where(constant, 1.0, np.abs(rows - mean).max(axis=0))
        spread = largest * np.sqrt(np.mean(((rows - mean) / largest) ** 2, axis=0))
        scale = np.where(constant, 1.0, np.maximum(spread, np.nextafter(0.0, 1.0)))
        return cls(mean, scale)

    def transform(self, rows: Array, dtype: Any = np.float64) -> Array:
        """Standardise rows; computed in float64, given as `dtype` (float32 or float64)."""
        rows = np.asarray(rows, dtype=np.float64)
        self._refuse_other_columns(rows)
        return np.asarray((rows - self.mean) / self.scale, dtype=dtype)

    def inverse(self, rows: Array) -> Array:
        """Undo `transform`: the rows in their own units, float64."""
        rows = np.asarray(rows, dtype=np.float64)
        self._refuse_other_columns(rows)
        return rows * self.scale + self.mean

    def to_arrays(self) -> dict[str, Array]:
        """The arrays that a file keeps: `mean` and `scale`."""
        return {"mean": np.asarray(self.mean), "scale": np.asarray(self.scale)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Standardizer:
        """The standardiser that `to_arrays` described."""
        return cls(arrays["mean"], arrays["scale"])

    def _refuse_other_columns(self, rows: Array) -> None:
        fitted = np.shape(self.mean)
        if fitted and (rows.ndim == 0 or rows.shape[-1] != fitted[0]):
            raise ArgumentError(
                "the rows have other columns than those the standardiser was fitted on",
                expected=f"{fitted[0]} columns",
                got=f"shape {rows.shape}",
            )


def _refuse_unfit(rows: Array) -> None:
    if rows.ndim not in (1, 2) or len(rows) == 0:
        raise ArgumentError(
            "a standardiser cannot be fitted on this array",
            expected="shape (n_rows, n_columns) or (n_rows,), one row at the least",
            got=f"shape {rows.shape}",
        )
    bad = np.argwhere(~np.isfinite(rows))
    if len(bad):
        raise ArgumentError(
            "a standardiser cannot be fitted on NaN or inf",
            expected="finite numbers",
            got=f"{rows[tuple(bad[0])]} at index {tuple(map(int, bad[0]))}",
        )
