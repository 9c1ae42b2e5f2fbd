"""What the estimators are given, looked at before any work: every mistake is named by its argument."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import _check_sample_weight, check_array

from pullback.errors import ArgumentError
from pullback.tabular._losses import Objective
from pullback.typing import Array


def refuse_weights(weights: Array, objective: Objective) -> None:
    """Refuse weights under a loss that cannot heed them."""
    if not objective.weighted and not (weights == weights[0]).all():
        raise ArgumentError(
            "rows have weights, and loss gives one number for all rows",
            expected="a loss that gives a number for each row",
        )


def checked_weights(weights: Any, Y: Array) -> Array:
    """Sample weights `(n_rows,)`, of any scale."""
    if weights is None:
        return np.ones(len(Y))
    checked = _check_sample_weight(weights, np.empty((len(Y), 1)), dtype=np.float64, ensure_non_negative=True)
    if not checked.sum() > 0:
        raise ArgumentError("sample_weight sums to zero", expected="a weight above 0 for some row")
    return np.asarray(checked)


def checked_target(y: Any, name: str = "y") -> Array:
    """Targets `(n_rows, n_outputs)` float64, finite."""
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    Y = check_array(y, ensure_2d=False, dtype=np.float64, input_name=name, allow_nd=False)
    return np.asarray(Y.reshape(len(Y), -1))


def refuse_repeated(X: Any) -> None:
    """Refuse columns that share a name."""
    names = [str(name) for name in X.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(f"X has more than one column named {twice[0]!r}", expected="names of their own")
