"""Parts of the update experiment: what a step does when it is given one and the same weights again and again.

Moves that run away soon come where nothing can be read: units are saturated, logarithms cut off. A step that
takes its weights as given is asked from one place; what it keeps goes on from call to call all the same.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.experiments.of_update._first_move import sign_like
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.updates._adaptive import simulate
from pullback.diagnose.updates._moves import Moves, Rule, chosen, watch_part

FAR = 3.0
"""So many times the size of the weights themselves is a move that leads elsewhere."""


def wrong_where_it_stands(case: Case, moves: Moves, moving: list[int]) -> tuple[Rule, Leaves] | None:
    """A wrong adaptive rule that reproduces moves from one place, and its first gradients.

    Only of moves that run away, whose first has one size everywhere, as of adaptive rules.
    """
    first = [moves.move(0)[k] for k in moving]
    far = max(float(np.abs(u).max(initial=0)) for u in first) > FAR * _typical(moves.before[0])
    if not far or not sign_like(first, first) or case.own_rows is not None:
        return None
    size = case.size if case.size < case.n else max(case.n // 6, 1)
    still = watch_part(case.patient, case.generic, 6, size, stay=True)
    if still is None or not all(np.isfinite(x).all() for after in still.after for x in after):
        return None
    grads = chosen(case.gradients(still), moving)
    rule = simulate(still.of(moving), grads)
    return (rule, grads[0]) if rule is not None and rule.gap < 1e-5 and rule.wrong else None


def _typical(leaves: Leaves) -> float:
    return float(np.sqrt(np.mean(np.square(joined(leaves)))))
