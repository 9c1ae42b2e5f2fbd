"""What a fit is about: targets, weights and objective; and its rows once columns have become numbers."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from pullback.tabular._losses import Objective
from pullback.typing import Array


class Task(NamedTuple):
    """What is to be learned.

    Attributes
    ----------
    Y : `(n_rows, n_targets)` float64 array
        Targets in their own units, or classes as columns of 0 and 1.
    weights : `(n_rows,)` float64 array
    objective : Objective
    n_outputs : int
        Of the network: quantiles of one target are several.
    """

    Y: Array
    weights: Array
    objective: Objective
    n_outputs: int


class Encoded(NamedTuple):
    """Rows as networks are trained on them.

    Attributes
    ----------
    numbers, plain : `(n_rows, ...)` arrays
    Y : `(n_rows, n_targets)` float64 array
        Scaled.
    targets : `(n_rows, n_targets + 1)` float32 array
        `Y`, and the weights.
    """

    numbers: Array
    plain: Array
    Y: Array
    targets: Array

    def rows(self, chosen: Any) -> Self:
        """Some of them."""
        return type(self)(*(x[chosen] for x in self))
