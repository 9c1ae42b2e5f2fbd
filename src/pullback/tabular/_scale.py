"""Columns to a common scale by their quartiles, with far values drawn in smoothly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pullback.typing import Array

_NORMAL_QUARTILES = 1.3489795003921634  # the distance between the quartiles of a normal distribution


def smooth_clip(z: Array, bound: float = 3.0) -> Array:
    """`z / sqrt(1 + (z / bound)^2)`: near zero it is `z`, far out it tends to `bound`.

    Examples
    --------
    >>> smooth_clip(np.array([0.0, 4.0, 1e9])).round(3)
    array([0. , 2.4, 3. ])
    """
    return z / np.sqrt(1.0 + (z / bound) ** 2)


class RobustScaler(NamedTuple):
    """What takes each column's median to 0 and its quartiles to those of a normal distribution.

    A column whose quartiles coincide is scaled by its standard deviation, a constant one by 1.

    Attributes
    ----------
    center, scale : `(n_columns,)` float64 arrays

    Examples
    --------
    >>> scaler = RobustScaler.fit(np.array([[1.0], [2.0], [3.0]]))
    >>> scaler.transform(np.array([[2.0]]))
    array([[0.]])
    """

    center: Array
    scale: Array

    @classmethod
    def fit(cls, X: Array) -> RobustScaler:
        """Learn the quartiles of finite rows `(n_rows, n_columns)`, the training rows only."""
        X = np.asarray(X, np.float64)
        low, center, high = np.quantile(X, [0.25, 0.5, 0.75], axis=0)
        spread = (high - low) / _NORMAL_QUARTILES
        largest = np.max(np.abs(X - center), axis=0)
        unit = np.where(largest > 0, largest, 1.0)
        deviation = unit * np.sqrt(np.mean(((X - center) / unit) ** 2, axis=0))
        scale = np.where(spread > 0, spread, np.where(deviation > 0, deviation, 1.0))
        return cls(center, scale)

    def transform(self, X: Array) -> Array:
        """Rows `(n_rows, n_columns)` on the common scale, far values drawn in; float64."""
        return smooth_clip((np.asarray(X, np.float64) - self.center) / self.scale)

    def slope(self, X: Array) -> Array:
        """The derivative of `transform`, elementwise."""
        z = (np.asarray(X, np.float64) - self.center) / self.scale
        return (1.0 + (z / 3.0) ** 2) ** -1.5 / self.scale
