"""Parts of the update experiment: biases that come back from a step in a larger shape than they went in.

NumPy stretches a bias of shape (h, 1) to (h, n) where a gradient of that shape is taken from it. The loss
still runs, on as many rows: each row has a bias of its own then, by which it is learned by heart.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments.gradient import FIXES
from pullback.diagnose.loops._leaves import flatten
from pullback.diagnose.loops._sandbox import Failure


def outgrown(case: Case) -> list[Finding]:
    """The first bias that a step stretches by the number of its rows.

    One that starts as a single number, and becomes one for each unit, has the same shape after any rows.
    """
    if not case.patient.has_step or case.size < 2:
        return []
    shapes = _shapes_after(case, case.size)
    pairs = enumerate(zip(shapes, (x.shape for x in case.leaves), strict=False))
    larger = [(k, a, b) for k, (a, b) in pairs if case.is_bias(k) and _stretched(b, a)]
    fewer = _shapes_after(case, case.size - 1) if larger else []
    for k, a, b in larger:
        if k < len(fewer) and fewer[k] != a:
            return [Finding(
                "grad_bias_wrong", k, "the bias gradient is not reduced: the bias is stretched to its shape",
                f"parameter {k} has shape {b} before a step on {case.size} rows and {a} after it",
                FIXES["grad_bias_wrong"], 1.0, 82)]  # fmt: skip
    return []


def _shapes_after(case: Case, size: int) -> list[tuple[int, ...]]:
    """The shapes of what a step on so many rows makes of the first parameters; none where it cannot."""
    body, rows = case.patient.begun(), case.patient.batch(0, size)
    try:
        return [np.shape(x) for x in flatten(body.step(body.params, body.X[rows], body.y[rows]))]
    except Failure:
        return []


def _stretched(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether an array of one shape is made one of another, with more entries, as arithmetic stretches it."""
    try:
        met = np.broadcast_shapes(before, after)
    except ValueError:
        return False
    return bool(met == after and np.prod(after) > np.prod(before))
