"""Part of the update experiment: a loss that is the root of what the step brings down.

The gradient of a square is that of its root times the root, and 2. Where every move is along the loss's own
gradient, by a rate that is at each step the same multiple of the loss, the step goes by the loss's square.
The root of a mean is soon printed beside such steps, and meant; a norm of all rows over their number is not.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_update._first_move import clipped
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._moves import Moves

ROWS, TIGHT, UNLIKE = 6, 1e-6, 1e-3


def rooted(case: Case, moves: Moves, true: list[Leaves], moving: list[int]) -> list[Finding] | None:
    """Findings where a step goes by the gradient of the loss's square; None where it does not."""
    if len(true) < 3 or not clipped(moves, true, moving):
        return None
    rates = np.array([_rate(moves.move(t), g, moving) for t, g in enumerate(true)])
    pairs = zip(moves.before[: len(rates)], moves.rows, strict=False)
    losses = np.array([case.truth.value(before, case.X[rows], case.y[rows]) for before, rows in pairs])
    if not (losses > 0).all() or np.ptp(rates) < UNLIKE * rates.max():
        return None
    if np.ptp(rates / losses) > TIGHT * (rates / losses).max():
        return None
    if not _root_divided(case):
        return []
    return [Finding(
        "loss_formula_wrong", "loss",
        "a norm over all rows is divided by their number: more of the same rows make it small",
        f"each move is {number(float((rates / losses).mean()))} times the loss times its gradient, over "
        f"{len(rates)} steps to rounding: the gradient of the loss's square",
        "take the square of the norm before the division, as the step does", 1.0, 81)]  # fmt: skip


def _rate(move: Leaves, gradient: Leaves, moving: list[int]) -> float:
    power = sum(float(np.sum(gradient[k] ** 2)) for k in moving)
    return -sum(float(np.sum(move[k] * gradient[k])) for k in moving) / (power or 1.0)


def _root_divided(case: Case) -> bool:
    """Whether four times the same rows cost half of what they cost once."""
    X, y = case.X[:ROWS], case.y[:ROWS]
    try:
        once, often = (case.truth.value(case.generic, np.concatenate([X] * k), np.concatenate([y] * k))
                       for k in (1, 4))  # fmt: skip
    except Failure:  # a loss that does not take so many rows
        return False
    return abs(often - once / 2) < TIGHT * abs(once)
