"""Part of the update experiment: kept squares of gradients' norms, each parameter's own or shared.

Each moves along its gradient, divided by the root of one number that is kept for it. Where two keep theirs in
one place, each adds its square to what the other has left there, in the turn in which the step comes to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from pullback.diagnose._case import Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments.of_gradient._sharing import one_buffer
from pullback.diagnose.experiments.of_update._meant import factors_along
from pullback.diagnose.updates._moves import Moves, norm

MOST = 12
"""Of more parameters no pairs are tried, only all of them, and all weights or biases."""


def kept_squares(moves: Moves, grads: list[Leaves], moving: list[int]) -> dict[int, np.ndarray] | None:
    """By step the square by whose root each gradient is divided; None where moves are not along it."""
    if len(grads) < 4:
        return None
    found: dict[int, np.ndarray] = {}
    for k in moving:
        factors = factors_along([moves.move(t)[k] for t in range(len(grads))], [g[k] for g in grads])
        if factors is None:
            return None
        found[k] = 1 / factors**2
    return found


def own_norms(moves: Moves, grads: list[Leaves], moving: list[int]) -> bool:
    """Whether each parameter goes by the squares of its own gradient's norms, whatever it begins with."""
    kept = kept_squares(moves, grads, moving) or {}
    shares = [_share(kept, grads, (k,)) for k in kept]
    return bool(shares) and min(shares) > 0 and float(np.ptp(shares)) < 1e-3


def pooled_norms(moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Finding]:
    """Whether parameters whose own squares do not tell how far they go add theirs to one number in turn."""
    kept = kept_squares(moves, grads, moving) or {}
    odd = [k for k in kept if not _share(kept, grads, (k,))]
    turn = next((turn for turn in _turns(odd, kept, grads[0]) if _share(kept, grads, turn)), None)
    return [] if turn is None else [one_buffer(*sorted(turn)[:2])]


def _turns(odd: list[int], kept: dict[int, np.ndarray], like: Leaves) -> Iterator[tuple[int, ...]]:
    """Some parameters in the turn in which a step may come to them: all of a kind, then two.

    Up or down, or down by layers of a weight and its bias; what never fades grows from one to the next.
    """
    wide = [k for k in odd if np.ndim(like[k]) > 1]
    for some in (odd, wide, [k for k in odd if k not in wide]):
        if len(some) > 1:
            by_layer = [k for at in range(len(some) - len(some) % 2, -1, -2) for k in some[at : at + 2]]
            grown = sorted(some, key=lambda k: float(kept[k][0]))
            yield from {tuple(turn): 0 for turn in (some, some[::-1], by_layer, grown)}
    if len(odd) <= MOST:
        yield from permutations(odd, 2)


def _share(kept: dict[int, np.ndarray], grads: list[Leaves], turn: tuple[int, ...]) -> float:
    """The share of each number that stays in the next of this turn, beside the square of a norm; else 0."""
    now = np.array([kept[k][t] for t in range(len(grads)) for k in turn])
    squares = np.array([norm([g[k]]) ** 2 for g in grads for k in turn])
    sizes = np.array([g[k].size for g in grads for k in turn])
    return next(filter(None, (_stays(now, added) for added in (squares, squares / sizes))), 0.0)


def _stays(now: np.ndarray, added: np.ndarray) -> float:
    A = np.stack([now[:-1], added[1:]], 1) / now[1:, None]
    share, weight = np.linalg.lstsq(A, np.ones(len(A)), rcond=None)[0]
    felt = float((A[:, 1] * weight).max()) > 1e-2
    exact = float(np.abs(A @ [share, weight] - 1).max()) < 1e-4
    return float(share) if exact and felt and 0 < share < 1 + 1e-3 else 0.0
