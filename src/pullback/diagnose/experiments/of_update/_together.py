"""Parts of the update experiment: the gradient by which the updates within one step go, over all their rows.

Of one row much is a multiple of much: a layer's wrong gradient may be the right one times a number, and
where the row is zero its weights say nothing. So every update is made from the same point, each by a fresh
copy, and their sum is held against the gradient of all their rows, as if a step took them at once.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose._unrolled import fed_singly
from pullback.diagnose.experiments.gradient import doubtful, examine_gradient
from pullback.diagnose.experiments.of_gradient._match import compare, consensus
from pullback.diagnose.experiments.of_update._first_move import sign_like
from pullback.diagnose.loops._patient import flatten
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._moves import Moves

MOST = 16
"""So many updates are made from one point at most."""


def together(case: Case, moves: Moves) -> list[Finding]:
    """What is wrong with the gradient of the updates; a guess only where some parameter follows its own."""
    size = len(moves.rows[0])
    count = min(MOST, case.size // size)
    try:
        moved = _sum_of_moves(case, size, count)
    except Failure:  # it takes no fewer rows
        return []
    of = fed_singly(case, size * count)
    true = of.gradient(of.generic, *of.batch())
    match = compare(moved, true)
    rate = consensus(match)
    if not np.isfinite(rate) or rate <= 0 or sign_like(moved, true):
        return []
    scaled = [u / rate for u in moved]
    found = examine_gradient(of, scaled, of.tape, true, "step", expect_one=False)
    plain = any(match.gaps[k] < 1e-4 for k in match.telling())
    return found if plain or not any(map(doubtful, found)) else []


def _sum_of_moves(case: Case, size: int, count: int) -> Leaves:
    """How far so many updates go against the gradient, all from the generic point."""
    total = [np.zeros(np.shape(x)) for x in case.generic]
    rows = case.patient.batch(0)
    for t in range(count):
        body, some = case.patient.fresh(), rows[t * size : (t + 1) * size]
        after = flatten(body.step(body.parameters(case.generic), body.X[some], body.y[some]))
        total = [u + x - np.reshape(np.asarray(a, float), u.shape)
                 for u, x, a in zip(total, case.generic, after, strict=True)]  # fmt: skip
    return total
