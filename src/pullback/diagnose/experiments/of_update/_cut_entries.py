"""Part of the update experiment: adaptive rules fed with gradients whose entries are cut off at a bound."""

from __future__ import annotations

import numpy as np

from pullback.diagnose.updates._adaptive import simulate
from pullback.diagnose.updates._moves import Leaves, Moves, Rule

BOUNDS = (1.0, 5.0, 0.5, 10.0, 2.0, 3.0, 0.1, 100.0)
"""Where people cut gradients off, the usual ones first."""
EXACT = 1e-5


def of_cut_entries(moves: Moves, grads: list[Leaves]) -> Rule | None:
    """The right rule that divides by squares and makes the moves of gradients cut off at a usual bound.

    Clipping is meant, and nothing is wrong with it; by no wrong gradient is such a rule met to rounding.
    """
    most = max(float(np.abs(g).max(initial=0.0)) for gs in grads for g in gs)
    if len(grads) < 3 or not np.isfinite(most):
        return None
    for bound in (b for b in BOUNDS if b < most):
        rule = simulate(moves, [[np.clip(g, -bound, bound) for g in gs] for gs in grads], only_right=True)
        if rule is not None and rule.gap < EXACT and rule.lr > 0:
            return rule
    return None
