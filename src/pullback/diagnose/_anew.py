"""The same loop with what it is given mended, to be examined once more: its rows, or its first weights.

Rows of NaN, weights that no signal passes, or that are kept in whole numbers, hide what else is wrong. In the
place of a row of NaN stands the nearest whole row; a column that is NaN in most rows, as after taking the
logarithm of zero, is filled with noise.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import Failure

LEAST = 0.5
"""The share of the rows that have to be whole for the rest to be made of them; of a column too."""


def mended(case: Case, fault: str) -> tuple[Patient, bool] | None:
    """The loop without this fault, and whether it is given all that it needs; None for faults of its own."""
    if fault == "nan_in_data":
        return on_whole_rows(case.patient)
    if fault == "dtype_truncation" and any(x.dtype.kind in "iu" for x in case.patient.leaves):
        return case.patient.begun_at(case.leaves), True
    if fault.startswith("init_") and case.patient.has_step:
        return case.patient.begun_at(case.reborn()), True
    return None


def on_whole_rows(patient: Patient) -> tuple[Patient, bool] | None:
    """The same loop on whole rows, and whether they hold all that X told.

    None where too few rows are whole, or where what the loop made of them before stays NaN.
    """
    out = patient.changed(lambda step: None)
    out.X, out.y = X, y = out.get("X"), out.get("y")
    lost = _lost(X)
    if lost.any() and not lost.all():
        X[:, lost] = np.random.default_rng(0).standard_normal((len(X), *X.shape[1:]))[:, lost]
    whole = _whole(X) & _whole(y)
    good = np.flatnonzero(whole)
    if len(good) < LEAST * len(whole):
        return None
    for i in np.flatnonzero(~whole):
        near = good[np.argmin(np.abs(good - i))]
        X[i], y[i] = X[near], y[near]
    return (out, not lost.any()) if _begins_well(out) else None


def _lost(X: np.ndarray) -> np.ndarray:
    """The columns of a table that hold numbers in too few rows."""
    table = X.dtype.kind == "f" and X.ndim == 2
    return np.isfinite(X).mean(0) < LEAST if table else np.zeros(1, bool)


def _whole(x: np.ndarray) -> np.ndarray:
    """Which rows hold nothing but numbers."""
    return np.isfinite(x).reshape(len(x), -1).all(1) if x.dtype.kind == "f" else np.ones(len(x), bool)


def _begins_well(patient: Patient) -> bool:
    """Whether the loss of all its rows is a number at the start."""
    body = patient.fresh()
    try:
        return bool(np.isfinite(body.loss(patient.leaves, body.X, body.y)))
    except Failure:
        return False
