"""What the estimators are given, looked at before any work: every mistake is named by its argument."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import _check_sample_weight, check_array

from pullback.errors import ArgumentError
from pullback.tabular._losses import Objective
from pullback.tabular._presets import preset_named
from pullback.tabular._regular import check as check_regular
from pullback.train._arguments import choose_schedule
from pullback.typing import Array


def check_settings(model: Any) -> None:
    """Refuse what no estimator can be told, by the argument's name."""
    for name in ("members", "epochs", "batch_size", "patience"):
        value = getattr(model, name)
        if value is not None and not _counts(value):
            raise ArgumentError(f"{name}={value!r}", expected="an integer, 1 or more")
    hidden = model.hidden
    if hidden is not None and not (isinstance(hidden, (tuple, list)) and all(map(_counts, hidden))):
        raise ArgumentError(f"hidden={hidden!r}", expected="widths, each 1 or more, as in (128, 128)")
    for name, least in (("lr", "above 0"), ("weight_decay", "0 or more")):
        value = getattr(model, name)
        if value is not None and not (_is_number(value) and (value > 0 or (value == 0 and name != "lr"))):
            raise ArgumentError(f"{name}={value!r}", expected=f"a finite number, {least}")
    share = model.validation_fraction
    if not (_is_number(share) and 0 <= share < 1):
        raise ArgumentError(f"validation_fraction={share!r}", expected="a share of rows, from 0 to below 1")
    if model.engine not in ("auto", "native", "reference"):
        raise ArgumentError(f"engine={model.engine!r} is not known", expected="auto, native or reference")
    calls = model.callbacks
    if calls is not None and not (isinstance(calls, (list, tuple)) and all(map(callable, calls))):
        raise ArgumentError(f"callbacks={calls!r}", expected="a list of callables")
    if not callable(model.schedule):
        choose_schedule(model.schedule, 1)
    check_regular(model.dropout, model.normalisation)
    preset_named(model.preset)


def check_held(X_val: Any, y_val: Any) -> bool:
    """Whether there are validation rows; one of the two alone is refused."""
    if (X_val is None) != (y_val is None):
        there, missing = ("y_val", "X_val") if X_val is None else ("X_val", "y_val")
        raise ArgumentError(f"{there} without {missing}", expected="both, or neither")
    return X_val is not None


def check_held_target(columns: list[Array], held: Array, Y: Array) -> Array:
    """Targets of validation rows: as many as rows, and of the columns of `y`."""
    if len(columns[0]) != len(held):
        text = "X_val and y_val have different numbers of rows"
        raise ArgumentError(text, expected=f"{len(columns[0])} rows in y_val", got=len(held))
    if held.shape[1:] != Y.shape[1:]:
        text = f"{Y.shape[1]} columns"
        raise ArgumentError("y_val is not shaped like y", expected=text, got=held.shape[1])
    return held


def _counts(x: Any) -> bool:
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool) and bool(x >= 1)


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float, np.number)) and not isinstance(x, bool) and bool(np.isfinite(x))


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
    try:
        Y = check_array(y, ensure_2d=False, dtype=np.float64, input_name=name, allow_nd=False)
    except ValueError as error:
        raise _explained(error, y, name) from error
    return np.asarray(Y.reshape(len(Y), -1))


def _explained(error: ValueError, y: Any, name: str) -> ValueError:
    """What scikit-learn has against a target, with the row where it begins and what to do."""
    values = np.asarray(y)
    if values.dtype.kind in "OUSM":
        texts = [x for x in values.ravel() if isinstance(x, str) and not _is_text_of_number(x)]
        if texts:
            return ArgumentError(
                f"{name} holds text", expected="numbers", got=repr(str(texts[0])),
                hint="MLPClassifier, where these are classes; else leave those rows out",
            )  # fmt: skip
    if values.dtype.kind not in "fO" or values.ndim not in (1, 2):
        return error
    bad = np.flatnonzero(~np.isfinite(values.astype(np.float64).reshape(len(values), -1)).all(axis=1))
    if not len(bad):
        return error
    return ArgumentError(
        str(error).splitlines()[0], expected="a finite number in every row", got=first_rows(bad),
        hint="leave those rows out: keep = np.isfinite(y); fit(X[keep], y[keep])",
    )  # fmt: skip


def _is_text_of_number(x: str) -> bool:
    try:
        float(x)
    except ValueError:
        return False
    return True


def first_rows(bad: Array) -> str:
    """Rows, named by the first of them: "none in row 7, and in 2 more"."""
    return f"none in row {bad[0]}" + (f", and in {len(bad) - 1} more" if len(bad) > 1 else "")


def check_lengths(columns: list[Array], y: Array) -> None:
    """Refuse another number of targets than of rows."""
    if len(columns[0]) != len(y):
        raise ArgumentError(
            "X and y have different numbers of rows",
            expected=f"{len(columns[0])} rows in y, as in X",
            got=len(y),
        )


def refuse_no_columns(X: Any) -> None:
    """Refuse a table of no columns."""
    if X.shape[1] == 0:
        raise ArgumentError(
            f"X has no columns: 0 feature(s) (shape={tuple(X.shape)}) while a minimum of 1 is required.",
            expected="a column or more",
            hint="look at which columns were selected",
        )


def refuse_repeated(X: Any) -> None:
    """Refuse columns that share a name."""
    names = [str(name) for name in X.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(f"X has more than one column named {twice[0]!r}", expected="names of their own")
