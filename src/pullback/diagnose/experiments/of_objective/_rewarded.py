"""Part of the objective experiment: a penalty that is taken off the loss, which so pays for large weights."""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number


def rewarded(case: Case) -> list[Finding]:
    """The finding that what the loss holds beside the rows falls without end as weights grow.

    Its slope is then one negative multiple of each weight, here and at weights twice as large.
    """
    here, there = (_multiples(case, [scale * w for w in case.generic]) for scale in (1.0, 2.0))
    if not here or not there or here.keys() != there.keys():
        return []
    if not all(here[k] < 0 and abs(there[k] - here[k]) < 1e-6 * -here[k] for k in here):
        return []
    k = min(here)
    return [Finding(
        "loss_formula_wrong", "loss", "the penalty is subtracted: the loss falls without end as weights grow",
        f"beside the rows' part, the loss's slope by parameter {k} is {number(here[k])} times the parameter",
        "add the penalty to the rows' loss; if it is added to what a minus stands before, subtract it there",
        1.0, 90)]  # fmt: skip


def _multiples(case: Case, leaves: Leaves) -> dict[int, float]:
    """By parameter the multiple of itself that is the loss's slope beside the rows; none if one is not."""
    out = {}
    parts = case.truth.penalty_grad(leaves, *case.batch()) or []
    for k, (part, w) in enumerate(zip(parts, leaves, strict=False)):
        if not np.any(part):
            continue
        share = float(np.sum(part * w)) / (float(np.sum(w * w)) or 1.0)
        if w.size < 2 or not np.abs(part - share * w).max() <= 1e-9 * np.abs(part).max():
            return {}
        out[k] = share
    return out
