"""Part of the update experiment: moves by the mean of the last few gradients, which leave in turn.

Six steps of a table with a place for every batch look like a sum that nobody clears; what tells them apart is
that the oldest gradient leaves once the table is full.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._moves import norm, watch

SHORTEST, CLOSED, MOST = 3, 3, 60
"""A mean is of as many gradients at least; so many steps see its oldest leave; more steps are not made."""


def mean_of_last(case: Case, moving: list[int]) -> bool:
    """Whether each move goes by the mean of the last gradients, as many as there are places for."""
    epoch = -(-case.patient.n // case.patient.batch_size)
    steps = min(max(epoch, SHORTEST) + CLOSED, MOST)
    try:
        moves = watch(case.patient, case.generic, steps)
    except Failure:
        return False
    u, g = (
        np.stack([np.concatenate([x[k].ravel() for k in moving]) for x in xs])
        for xs in ([moves.move(t) for t in range(len(moves.after))], case.gradients(moves))
    )
    return any(_follows(u, g, places) for places in range(SHORTEST, len(u) - CLOSED + 1))


def _follows(u: np.ndarray, g: np.ndarray, places: int) -> bool:
    """Whether moves are a rate times the mean of so many gradients, a table's empty places counted or not."""
    upto = np.cumsum(g, 0)
    upto[places:] -= upto[:-places].copy()
    held = np.minimum(np.arange(1, len(g) + 1), places)[:, None]
    for made in (upto, upto / held):
        rate = -float(np.sum(u * made)) / float(np.sum(made * made) or 1.0)
        if rate > 0 and norm([u + rate * made]) < 1e-6 * norm([u]):
            return True
    return False
