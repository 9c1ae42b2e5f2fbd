"""Copies of one model among the parameters: whether they stay alike.

Does: looks for parameters that start as two or more equal copies of one set, and runs some steps.
Measures: how far the copies are apart, and whether the loss tells them from one another.
Speaks for: replica_desync.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.updates._moves import norm


def experiment(case: Case) -> list[Finding]:
    """Findings about copies that drift apart."""
    copies = _copies(case.leaves)
    if copies < 2 or case.first is None or not _alike(case, copies):
        return []
    case.tried.append(f"whether {copies} copies of the model stay alike")
    size = len(case.leaves) // copies
    for t, after in enumerate(case.first.after):
        groups = [after[i : i + size] for i in range(0, len(after), size)]
        apart = max(norm([a - b for a, b in zip(groups[0], g, strict=True)]) for g in groups[1:])
        if apart > 1e-9 * norm(groups[0]):
            return [Finding(
                "replica_desync", "step", f"{copies} copies of the model drift apart",
                f"equal at the start, {number(100 * apart / norm(groups[0]))} % apart after step {t + 1}",
                "average the gradients (or the weights) over the copies in every step", 0.9, 84)]  # fmt: skip
    return []


def _copies(leaves: Leaves) -> int:
    """How many equal copies of one set of parameters these are; 1 where they are none."""
    for copies in range(len(leaves), 1, -1):
        size, rest = divmod(len(leaves), copies)
        if rest or not any(x.size > 3 and np.ptp(x) for x in leaves[:size]):
            continue
        if all(np.array_equal(leaves[k], leaves[k % size]) for k in range(len(leaves))):
            return copies
    return 1


def _alike(case: Case, copies: int) -> bool:
    """Whether the loss is blind to which copy is which, or looks at one of them alone; layers are neither."""
    X, y = case.batch()
    size = len(case.leaves) // copies
    here = case.generic
    turned = [*here[size:], *here[:size]]
    value = case.truth.value(here, X, y)
    if abs(case.truth.value(turned, X, y) - value) <= 1e-9 * abs(value):
        return True
    g = case.gradient(here, X, y)
    return norm(g[size:]) <= 1e-9 * norm(g[:size])
