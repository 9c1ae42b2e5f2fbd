"""From the networks' outputs to what is foretold: one way for the estimators and for `Predictor`.

Outputs are `(members, n_rows, n_outputs)`, of all networks together; `target` undoes the target's scaling.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pullback.data import Standardizer
from pullback.tabular._recipe import probabilities
from pullback.typing import Array


def regression(outputs: Array, target: Standardizer, link: str, levels: Any, flat: bool) -> Array:
    """Predictions `(n_rows, n_outputs)`, or `(n_rows,)` where `flat`; of quantiles the one nearest 1/2."""
    out = (np.exp(outputs) if link == "exp" else outputs).mean(axis=0)
    if levels is not None:
        middle = nearest_middle(levels)
        out = np.sort(out, axis=1)[:, middle : middle + 1]
    values = target.inverse(out)
    return values[:, 0] if flat else values


def nearest_middle(levels: Sequence[float]) -> int:
    """The place, among the quantiles in their order, of the one nearest the median."""
    return int(np.argmin(np.abs(np.sort(np.asarray(levels, np.float64)) - 0.5)))


def quantiles(outputs: Array, target: Standardizer, levels: Any) -> Array:
    """Quantiles `(n_rows, n_levels)` in the order of `levels`; they never cross."""
    order = np.argsort(np.argsort(levels))
    out = np.sort(outputs.mean(axis=0), axis=1)
    return np.asarray(out * target.scale[0] + target.mean[0])[:, order]


def classification(outputs: Array) -> Array:
    """Class probabilities `(n_rows, n_classes)`: the mean of the members'."""
    return probabilities(outputs)
