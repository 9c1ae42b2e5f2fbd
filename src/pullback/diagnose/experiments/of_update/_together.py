"""Parts of the update experiment: the gradient by which the updates within one step go, over all their rows.

Of one row much is a multiple of much: a layer's wrong gradient may be the right one times a number, and
where the row is zero its weights say nothing. So every update is made from the same point, each by a fresh
copy, and their sum is held against the gradient of all their rows, as if a step took them at once.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose._unrolled import fed_singly
from pullback.diagnose.experiments.gradient import FIXES, doubtful, examine_gradient
from pullback.diagnose.experiments.of_gradient._entries import rate_named
from pullback.diagnose.experiments.of_gradient._match import compare, consensus
from pullback.diagnose.experiments.of_update._first_move import sign_like
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._moves import Moves, one_move

MOST = 16
"""So many updates are made from one point at most."""


def together(case: Case, moves: Moves) -> list[Finding]:
    """What is wrong with the gradient of the updates; a guess only where some parameter follows its own."""
    size = len(moves.rows[0])
    count = min(MOST, case.size // size)
    try:
        each = [_move(case, t, size) for t in range(count)]
    except Failure:  # it takes no fewer rows
        return []
    moved = [np.sum(us, axis=0) for us in zip(*each, strict=True)]
    of = fed_singly(case, size * count)
    true = of.gradient(of.generic, *of.batch())
    match = compare(moved, true)
    trusted = [match.factors[k] for k in case.weights if match.gaps[k] < 1e-4 and match.factors[k] > 0]
    rate = rate_named(case, trusted, trusted[0]) if trusted else consensus(match)
    if not np.isfinite(rate) or rate <= 0 or sign_like(moved, true):
        return []
    scaled = [u / rate for u in moved]
    found = examine_gradient(of, scaled, of.tape, true, "step", expect_one=False)
    if not any(map(doubtful, found)):
        return found
    if not any(match.gaps[k] < 1e-4 for k in match.telling()):
        return []
    if size == 1 and _inputs_right(case, each, match.wrong(rate)):
        words = "row by row it is the layer's own input, times another error signal"
        found = [replace(found[0], id="grad_wrong_delta", words=words, fix=FIXES["grad_wrong_delta"],
                         confidence=0.8, weight=80)]  # fmt: skip
    return found


def _inputs_right(case: Case, each: list[Leaves], bad: list[int]) -> bool:
    """Whether single rows move every wrong parameter, a vector, along its true gradient, however far."""
    rights = [case.gradient(case.generic, *(x[t : t + 1] for x in case.batch())) for t in range(len(each))]
    pairs = [(u[k], g[k]) for u, g in zip(each, rights, strict=True) for k in bad]
    along = [compare([u], [g]).gaps[0] < 1e-6 for u, g in pairs if np.count_nonzero(g) > 1]
    return len(along) > len(bad) and all(along) and all(case.generic[k].ndim == 1 for k in bad)


def _move(case: Case, t: int, size: int) -> Leaves:
    """How far the update on some rows goes against the gradient, from the generic point."""
    body, rows = case.patient.fresh(), case.patient.batch(0)[t * size : (t + 1) * size]
    return [-u for u in one_move(body, case.generic, body.X[rows], body.y[rows])]
