"""Part of the update experiment: buffers of gradients of which a step clears some numbers only.

An index that counts parameters where it should count their numbers clears one number of each. Rules go entry
by entry, so each entry shows by itself whether it follows its gradients or the sums of all so far. Those that
are cleared before their turn do not move.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Leaves
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.updates._adaptive import right_rules, sampled
from pullback.diagnose.updates._moves import Moves

TIGHT = 1e-4
"""How nearly an entry has to follow a rule in every step, as a share of its moves."""
ENOUGH = 8
"""So many entries at least have to follow the sums, and not their gradients."""


def partly_cleared(moves: Moves, grads: list[Leaves]) -> list[int]:
    """The parameters of which entries follow the sums, where one right rule moves all by either."""
    if len(grads) < 4:
        return []
    moves, grads = sampled(moves, grads)
    sums = [[sum(gs) for gs in zip(*grads[: t + 1], strict=True)] for t in range(len(grads))]
    u = _columns([moves.move(t) for t in range(len(grads))])
    stirs = u.any(0)
    owner = np.concatenate([np.full(x.size, k) for k, x in enumerate(grads[0])])
    for of_grads, of_sums in zip(right_rules(grads, moves), right_rules(sums, moves), strict=True):
        d = _columns(of_grads[:1])[0]
        some = stirs & (d != 0)
        rate = float(np.median(-u[0, some] / d[some])) if some.any() else 0.0
        if not rate > 0:
            continue
        cleared, kept = (_follow(u, rate, deltas) for deltas in (of_grads, of_sums))
        if (cleared | kept | ~stirs).all() and (kept & ~cleared).sum() >= ENOUGH:
            return sorted({int(k) for k in owner[kept & ~cleared]})
    return []


def _columns(lists: list[Leaves]) -> np.ndarray:
    """By step all numbers in one row."""
    return np.stack([joined(leaves) for leaves in lists])


def _follow(u: np.ndarray, rate: float, deltas: list[Leaves]) -> np.ndarray:
    """Which entries a rule moves so at every step."""
    off = np.sqrt(((u + rate * _columns(deltas)) ** 2).sum(0))
    return np.asarray(off <= TIGHT * np.sqrt((u**2).sum(0)))


__all__ = ["partly_cleared"]
