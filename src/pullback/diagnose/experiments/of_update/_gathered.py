"""Part of the update experiment: steps that gather the gradients of several batches before they move."""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_update._fading import judge_memory
from pullback.diagnose.updates._moves import Moves, fit_linear, norm, watch

GROUPS = 5
"""The moves that are looked at: as many as tell a memory from none."""


def gathered(case: Case, moves: Moves, moving: list[int]) -> list[Finding] | None:
    """What the moves make of the sums gathered since the last one; None where they are not made of them."""
    stride = next((t + 1 for t in range(len(moves.after)) if any(map(np.any, moves.move(t)))), 0)
    if stride < 2 or case.own_rows is not None:
        return None
    long = watch(case.patient, case.generic, GROUPS * stride)
    still = [t for t in range(GROUPS * stride) if (t + 1) % stride]
    if any(np.any(x) for t in still for x in long.move(t)):
        return None
    firsts = range(0, GROUPS * stride, stride)
    whole = Moves([long.before[t] for t in firsts], [long.after[t + stride - 1] for t in firsts])
    grads = case.gradients(long)
    sums = [_sum(grads[t : t + stride]) for t in firsts]
    if not np.isfinite([norm(x) for x in (*sums, *whole.after)]).all():
        return None
    rule = fit_linear(whole, sums, moving)
    weights = np.array(rule.coefficients[:GROUPS])
    scale = float(np.abs(weights).max())
    if rule.gap > 1e-4 or not scale:
        return None
    if weights[0] < 0 and (np.abs(weights[1:]) < 1e-3 * scale).all():
        return [Finding(
            "grad_sign_flipped", "step", "the step goes uphill: the update is added",
            f"every {stride} steps {number(scale)} times the sum of their gradients is added",
            "subtract the update", 1.0, 82)]  # fmt: skip
    return judge_memory(weights / scale, scale)


def _sum(grads: list[Leaves]) -> Leaves:
    return [np.sum(parts, axis=0) for parts in zip(*grads, strict=True)]
