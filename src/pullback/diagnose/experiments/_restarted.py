"""Part of the purity experiment: a step that writes its own weights over those it is given, every time anew.

Whatever the weights before, one step ends in the same place, and ten steps come no further than one.
A step that keeps its weights by itself comes further; one that solves for them in one go leaves no slope.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose.loops._leaves import flatten

STEPS, FURTHER, LEFT = 10, 1.5, 0.1


def restarted(case: Case) -> list[Finding]:
    """The finding that every step begins at the same weights, not at those that the last one left."""
    if not case.patient.has_step:
        return []
    start = [np.array(x, float) for x in case.patient.leaves]
    once = _after(case, start, 1)
    if _apart(once, start) == 0 or _apart(once, _after(case, [x + 1 for x in start], 1)) != 0:
        return []
    last = _after(case, start, STEPS)
    stays = _apart(last, start) <= FURTHER * _apart(once, start)
    if not stays or _slope(case, last) < LEFT * _slope(case, start):
        return []
    return [Finding(
        "inplace_mutation", "step", "every step begins at the same weights, not at those it is given",
        f"one step ends in the same place with 1 added to every weight; {STEPS} come no further than one",
        "initialise the weights once, before the loop", 1.0, 91)]  # fmt: skip


def _after(case: Case, leaves: list[np.ndarray], steps: int) -> list[np.ndarray]:
    """The weights after steps from these, on one batch, from a fresh state."""
    body, rows = case.patient.begun(), case.patient.batch(0)
    kinds = [np.asarray(x).dtype for x in case.patient.leaves]
    params: Any = body.tree([x.astype(kind) for x, kind in zip(leaves, kinds, strict=True)])
    for _ in range(steps):
        params = body.step(params, body.X[rows], body.y[rows])
    return [np.array(x, float) for x in flatten(params)]


def _apart(a: list[np.ndarray], b: list[np.ndarray]) -> float:
    if [x.shape for x in a] != [x.shape for x in b]:
        return np.inf
    return max((float(np.abs(x - z).max(initial=0)) for x, z in zip(a, b, strict=True)), default=0.0)


def _slope(case: Case, leaves: list[np.ndarray]) -> float:
    return max(float(np.abs(g).max(initial=0)) for g in case.gradient(leaves, *case.batch()))
