"""Part of the objective experiment: a loss that is the same whatever parameters it is given.

It uses other arrays than its argument, as a function in a notebook does that finds them by their name
outside. All that is told by calling it with parameters of our choosing would be wrong.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.loops._sandbox import Failure

SCALES = (0.1, 1.0, 10.0, 0.1, 1.0, 10.0)


def regardless(case: Case) -> list[Finding]:
    """The finding that no parameters make any difference, where rows are told apart by something."""
    X, y = case.batch(0, min(case.n, 64))
    rng = np.random.default_rng(0)
    drawn = [[s * rng.standard_normal(x.shape) for x in case.leaves] for s in SCALES]
    try:
        found = {case.truth.value(leaves, X, y) for leaves in (case.leaves, case.generic, *drawn)}
    except Failure:
        return []
    value = found.pop()
    if found or not np.isfinite(value) or not np.any(X):
        return []
    return [Finding(
        "exception", "loss", "the loss does not depend on the params it is given",
        f"it is {number(value)} at {len(drawn) + 2} places far apart",
        "compute the loss from the argument params, not from arrays that the function finds outside",
        1.0, 100)]  # fmt: skip
