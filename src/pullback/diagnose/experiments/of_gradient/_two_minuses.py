"""Part of the gradient experiment: minus the gradient, in a loop whose step adds what it asks for.

Two minuses make a descent: `grad` may hand out the way down, as long as the step that asks it goes that way.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves


def meant_as_descent(case: Case) -> bool:
    """Whether a step asks `grad` for minus the gradient and goes down by it."""
    moves = case.moves if case.patient.has_grad and case.listened is not None else None
    if moves is None or case.own_rows is not None:
        return False
    rows = moves.rows[0]
    body = case.patient.fresh()
    given = _line(body.grad([x.copy() for x in moves.before[0]], body.X[rows], body.y[rows]))
    true, move = _line(case.gradients(moves)[0]), _line(moves.move(0))
    return _opposite(given, true) and bool(move @ true < 0)


def _line(leaves: Leaves) -> np.ndarray:
    return np.concatenate([np.zeros(0) if x is None else np.ravel(x).astype(float) for x in leaves])


def _opposite(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether one is a multiple of the other below zero."""
    if a.shape != b.shape or not b.any() or not np.isfinite([*a, *b]).all():
        return False
    factor = float(a @ b / (b @ b))
    return bool(factor < 0 and np.linalg.norm(a - factor * b) <= 1e-4 * np.linalg.norm(a))
