"""Parts of the update experiment: parameters that move the loss in steps only, with no gradient anywhere.

A sign, a comparison or a rounding on the way is flat wherever it has a slope at all. What lies before it
stays for ever, though the loss rests on it.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.loops._sandbox import Failure

PLACES = 6
LEAST = 1e-3
"""The share of itself by which the loss changes from place to place, where it rests on a parameter."""


def staircase(case: Case, still: list[int], true: list[Leaves]) -> list[Finding]:
    """The finding that some parameters that do not move change the loss, and have no gradient anywhere."""
    flat = [k for k in still if not any(np.any(g[k]) for g in true)]
    if not flat or len(flat) == len(case.leaves):
        return []
    try:
        found = {k: change for k in flat if (change := _rises_in_steps(case, k)) > LEAST}
    except Failure:  # a loss that breaks at other weights
        return []
    if not found:
        return []
    first, names = min(found), ", ".join(map(str, sorted(found)))
    return [Finding(
        "layer_not_updated", first,
        f"a step function stands behind parameter {names}: no gradient reaches it",
        f"at {PLACES} places its gradient is zero in every entry, though from one to the next the loss "
        f"changes by up to {number(100 * found[first])} %",
        "take a function with a slope in place of the sign, comparison or rounding behind it",
        1.0, 85)]  # fmt: skip


def _rises_in_steps(case: Case, k: int) -> float:
    """By what share the loss changes along places of one parameter; 0 where it has a gradient at any."""
    rng, (X, y) = np.random.default_rng(0), case.batch()
    leaves, x = list(case.generic), case.generic[k]
    size = max(float(np.std(x)), 0.5)
    values = []
    for _ in range(PLACES):
        leaves[k] = x + size * rng.standard_normal(x.shape)
        if np.any(case.gradient(leaves, X, y)[k]):
            return 0.0
        values.append(case.truth.value(leaves, X, y))
    change = float(np.ptp(values)) / max(float(np.abs(values).max()), 1e-300)
    return change if np.isfinite(change) else 0.0
