"""Part of the update experiment: moments of an adaptive rule that parameters of one shape share.

What keeps its moments under a key that two layers have in common mixes these two. The first that a step comes
to finds them empty: its first move has one size everywhere, as it should; those of the others have not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from pullback.diagnose._case import Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments.of_gradient._sharing import one_buffer
from pullback.diagnose.experiments.of_update._first_move import sign_like
from pullback.diagnose.updates._adaptive import pooled, small_numbers
from pullback.diagnose.updates._moves import Moves, chosen


def pooled_moments(
    moves: Moves, grads: list[Leaves], moving: list[int], named: Callable[[], list[float]] = list
) -> list[Finding]:
    """Whether parameters of one shape share moments; `named` gives numbers by which these may fade."""
    of_shape: dict[tuple[int, ...], list[int]] = {}
    for k in moving:
        of_shape.setdefault(np.shape(grads[0][k]), []).append(k)
    if len(moves.after) < 3:
        return []
    for turn in (turn for same in of_shape.values() for turn in _turns(moves, grads, same)):
        if pooled(moves.of(turn), chosen(grads, turn), named()):
            return [one_buffer(*sorted(turn)[:2])]
    return []


def _turns(moves: Moves, grads: list[Leaves], same: list[int]) -> Iterator[list[int]]:
    """Parameters that may share moments, in the turn that a step may take: one that has them to itself at
    first, and before or after it in their order all that have not.
    """
    first = [k for k in same if _by_itself(moves.move(0)[k], grads[0][k])]
    rest = [k for k in same if k not in first]
    for lead in first if rest else []:
        yield [lead, *rest]
        if len(rest) > 1:
            yield [lead, *rest[::-1]]


def _by_itself(move: np.ndarray, grad: np.ndarray) -> bool:
    """Whether a first move is a gradient over the root of its own squares, and a small number maybe."""
    return sign_like([move], [grad]) or bool(small_numbers([move], [grad]))
