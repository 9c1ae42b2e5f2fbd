"""Part of the gradient experiment: what `grad` gives otherwise than usual, and the step makes good.

Two minuses make a descent: `grad` may hand out the way down, as long as the step goes that way. A sum over
the rows is a mean once the step divides by their number.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._moves import watch


def meant_as_descent(case: Case) -> bool:
    """Whether `grad` gives minus the gradient, and the step goes down."""
    moves = case.moves if case.patient.has_grad else None
    if moves is None or case.own_rows is not None:
        return False
    rows = moves.rows[0]
    body = case.patient.fresh()
    given = body.grad([x.copy() for x in moves.before[0]], body.X[rows], body.y[rows])
    true = case.gradients(moves)[0]
    return _factor(given, true) < 0 and bool(_line(moves.move(0)) @ _line(true) < 0)


def divided_in_step(case: Case) -> bool:
    """Whether the step goes the same multiple of the loss's gradient down on half the rows of a batch."""
    if not case.patient.has_step or case.own_rows is not None or case.size < 4:
        return False
    rates = []
    for size in (case.size, case.size // 2):
        try:
            moves = watch(case.patient, case.generic, 1, size)
        except Failure:  # it takes no fewer rows
            return False
        rates.append(_factor(moves.move(0), case.gradients(moves)[0]))
    return rates[0] < 0 and abs(rates[1] / rates[0] - 1) < 1e-3


def _line(leaves: Leaves) -> np.ndarray:
    return np.concatenate([np.zeros(0) if x is None else np.ravel(x).astype(float) for x in leaves])


def _factor(leaves: Leaves, of: Leaves) -> float:
    """What multiple one is of the other; 0 where it is none."""
    a, b = _line(leaves), _line(of)
    if a.shape != b.shape or not b.any() or not np.isfinite([*a, *b]).all():
        return 0.0
    factor = float(a @ b / (b @ b))
    return factor if np.linalg.norm(a - factor * b) <= 1e-4 * np.linalg.norm(a) else 0.0
