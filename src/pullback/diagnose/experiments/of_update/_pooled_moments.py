"""Part of the update experiment: moments of an adaptive rule that only some parameters share.

What keeps its moments under a key that two layers have in common mixes these two; all others are right.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pullback.diagnose._case import Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments.of_gradient._sharing import one_buffer
from pullback.diagnose.updates._adaptive import pooled, simulate
from pullback.diagnose.updates._moves import Moves, chosen


def pooled_moments(moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Finding]:
    """Whether parameters of one shape share moments, where others follow an adaptive rule of their own."""
    of_shape: dict[tuple[int, ...], list[int]] = {}
    for k in moving:
        of_shape.setdefault(np.shape(grads[0][k]), []).append(k)
    groups = [same for same in of_shape.values() if len(same) > 1]
    if not groups or len(moves.after) < 3:
        return []
    odd = {k for k in moving if not _alone(moves, grads, k)}
    if not odd or odd == set(moving):
        return []
    for same in _pairs(groups, odd):
        rule = pooled(moves.of(same), chosen(grads, same))
        if rule is not None and rule.gap < 1e-4 and rule.lr > 0:
            return [one_buffer(same[0], same[1])]
    return []


def _alone(moves: Moves, grads: list[Leaves], k: int) -> bool:
    rule = simulate(moves.of([k]), chosen(grads, [k]), only_right=True)
    return rule is not None and rule.gap < 1e-4 and rule.lr > 0


def _pairs(groups: list[list[int]], odd: set[int]) -> Iterator[list[int]]:
    """The odd ones of each shape together, where there are two or more."""
    for same in groups:
        some = [k for k in same if k in odd]
        if len(some) > 1:
            yield some
