"""Part of the update experiment: adaptive rules fed with gradients that are cut off at a bound.

Entries may be cut off one by one, or all be made smaller together where their norm is above the bound.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose.updates._adaptive import simulate
from pullback.diagnose.updates._moves import Leaves, Moves, Rule, norm

BOUNDS = (1.0, 5.0, 0.5, 10.0, 2.0, 3.0, 0.1, 100.0)
"""Where people cut gradients off, the usual ones first."""
EXACT = 1e-5


def of_cut_gradients(moves: Moves, grads: list[Leaves]) -> Rule | None:
    """The right rule that divides by squares and makes the moves of gradients cut off at a usual bound.

    Clipping is meant, and nothing is wrong with it; by no wrong gradient is such a rule met to rounding.
    """
    if len(grads) < 3:
        return None
    for cut, size in (_entries, _largest), (_together, norm):
        most = max(map(size, grads))
        for bound in (b for b in BOUNDS if b < most < np.inf):
            rule = simulate(moves, [cut(gs, bound) for gs in grads], only_right=True)
            if rule is not None and rule.gap < EXACT and rule.lr > 0:
                return rule
    return None


def _entries(grads: Leaves, bound: float) -> Leaves:
    return [np.clip(g, -bound, bound) for g in grads]


def _together(grads: Leaves, bound: float) -> Leaves:
    share = min(bound / (norm(grads) or 1.0), 1.0)
    return [share * g for g in grads]


def _largest(grads: Leaves) -> float:
    return max(float(np.abs(g).max(initial=0.0)) for g in grads)
