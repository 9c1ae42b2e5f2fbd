"""Part of the update experiment: wrong gradients behind a rule that divides by the root of their squares.

The first move of such a rule tells of a gradient the signs alone. But a mistake whose gradients have these
signs, and that put through a right rule make all of the first moves to rounding, is what the step does.
So are gradients taken while some weights are new already, which are told by the weights after each move.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.backward._spoiled import mistakes
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.experiments.of_gradient._orders import orders
from pullback.diagnose.updates._adaptive import own_rates, simulate
from pullback.diagnose.updates._moves import Moves, chosen

MOVES, AGREE, EXACT, EXACT_SINGLE, MOST = 3, 0.98, 1e-6, 2e-4, 12


def behind_squares(case: Case, moves: Moves, true: list[Leaves], moving: list[int]) -> Leaves | None:
    """The first gradient of the mistake that makes these moves; None where no known one does."""
    count = min(MOVES, len(moves.after))
    if count < 2 or case.tape is None:
        return None
    first = _claims(case.tape, true[0], moves.after[0])
    move = _joined(moves.move(0), moving)
    alike = [i for i, grads in enumerate(first) if _agree(-move, grads, moving)][:MOST]
    if not alike:
        return None
    claims, most = [first], alike[-1] + 1
    for t in range(1, count):
        tape = case.tape_at(moves.before[t], case.X[moves.rows[t]], case.y[moves.rows[t]])
        claims.append([] if tape is None else _claims(tape, true[t], moves.after[t], most))
    if any(len(several) < most for several in claims):
        return None
    made = moves.on(moves.rows[:count]).of(moving)
    exact = EXACT_SINGLE if all(np.array_equal(x, x.astype(np.float32)) for x in moves.after[0]) else EXACT
    grads = [chosen([several[i] for several in claims], moving) for i in alike]
    for i, gs in zip(alike, grads, strict=True):
        rule = simulate(made, gs, only_right=True)
        if rule is not None and rule.gap < exact and rule.lr > 0:
            return first[i]
    if own_rates(made, chosen(true[:count], moving)) < 10 * exact:  # right ones, by a schedule
        return None
    return next((first[i] for i, gs in zip(alike, grads, strict=True) if own_rates(made, gs) < exact), None)


def _claims(tape: Tape, true: Leaves, after: Leaves, most: int | None = None) -> list[Leaves]:
    """The gradients of every mistake, or of the first few; right ones where it claims none."""
    claims = chain(orders(tape, after), mistakes(tape))
    return list(islice((made for claim in claims for made in _either_way(claim.grads, true)), most))


def _either_way(grads: list[Any], true: Leaves) -> Iterator[Leaves]:
    """The gradients of one mistake: of a square weight it may claim several, a product either way round."""
    ways = [
        [t] if g is None else list(g) if np.ndim(g) > t.ndim else [g]
        for g, t in zip(grads, true, strict=True)
    ]
    for i in range(max(map(len, ways))):
        yield [way[min(i, len(way) - 1)] for way in ways]


def _agree(move: np.ndarray, grads: Leaves, moving: list[int]) -> bool:
    """Whether all but a few entries have the sign of the move."""
    g = _joined(grads, moving)
    some = move != 0
    return g.shape == move.shape and bool(np.mean(np.sign(g[some]) == np.sign(move[some])) >= AGREE)


def _joined(leaves: Leaves, moving: list[int]) -> np.ndarray:
    return np.concatenate([np.ravel(leaves[k]) for k in moving])


__all__ = ["behind_squares"]
