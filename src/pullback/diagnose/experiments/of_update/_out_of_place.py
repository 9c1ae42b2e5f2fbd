"""Parts of the update experiment: numbers that a step moves from another's place, or out of turn.

What a loop writes out number by number, or name by name, is soon written with one name for another, or into
the array that the next number's gradient is still to be taken from.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.updates._moves import Moves, norm

TIGHT = 1e-6
"""How nearly moves have to be what is claimed of them, as a share of their size."""
MOST, MOST_IN_TURN = 64, 16
"""Of a parameter of more entries none is looked at by itself; in turn each of them costs a gradient."""


def out_of_place(case: Case, moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Finding]:
    """What is wrong with moves that follow their gradients from another place, or after others have moved."""
    if len(grads) < 3:
        return []
    return _from_another(moves, grads, moving) or _one_by_one(case, moves, grads, moving)


def _from_another(moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Finding]:
    """Whether one goes by its own gradient, at the others' rate, but from where another one was."""
    for k, names, olds, news, slopes in _alike(moves, grads, moving):
        rates = [_rate(new - old, g) for old, new, g in zip(olds, news, slopes, strict=True)]
        known = [r for r in rates if r is not None]
        if not known or np.ptp(known) > TIGHT * max(known):
            continue
        for i, own in enumerate(rates):
            if own is not None:
                continue
            for j, old in enumerate(olds):
                if j == i or old.shape != slopes[i].shape:
                    continue
                if _near(news[i], old - known[0] * slopes[i], news[i] - olds[i]):
                    return [_taken_from(k if k >= 0 else moving[i], names[i], names[j], known[0])]
    return []


def _taken_from(where: int, own: str, other: str, rate: float) -> Finding:
    return Finding(
        "inplace_mutation", where, f"{own} is overwritten: every step moves it from where {other} was",
        f"after each step it is {other} less {number(rate)} times the gradient of {own}",
        f"start from {own} itself", 1.0, 82)  # fmt: skip


Alike = tuple[int, list[str], list[np.ndarray], list[np.ndarray], list[np.ndarray]]
"""A parameter, or -1 for several; its entries' names, or theirs; of each the values before all steps, those
after them, and the gradients."""


def _alike(moves: Moves, grads: list[Leaves], moving: list[int]) -> Iterator[Alike]:
    """The entries of each small parameter; then all parameters."""
    tables = moves.before[: len(grads)], moves.after[: len(grads)], grads
    for k in moving:
        if 2 < grads[0][k].size <= MOST:
            olds, news, slopes = (
                list(np.stack([np.ravel(leaves[k]) for leaves in table], 1)) for table in tables
            )
            yield k, [f"entry {i}" for i in range(len(olds))], olds, news, slopes
    if len(moving) > 1:
        olds, news, slopes = ([np.stack([leaves[k] for leaves in table]) for k in moving] for table in tables)
        yield -1, [f"parameter {k}" for k in moving], olds, news, slopes


def _rate(u: np.ndarray, g: np.ndarray) -> float | None:
    """The rate at which moves follow their own gradients; None where they do not."""
    power = float(np.sum(g * g))
    rate = -float(np.sum(u * g)) / power if power > 0 else 0.0
    return rate if rate > 0 and norm([u + rate * g]) < TIGHT * norm([u]) else None


def _near(a: np.ndarray, b: np.ndarray, move: np.ndarray) -> bool:
    return norm([a - b]) < TIGHT * norm([move])


def _one_by_one(case: Case, moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Finding]:
    """Whether each entry of the one parameter goes by its gradient at those before it as moved already."""
    if len(moving) != 1 or not 1 < grads[0][moving[0]].size <= MOST_IN_TURN:
        return []
    k, size = moving[0], grads[0][moving[0]].size
    for turn in (range(size), range(size - 1, -1, -1)):
        u, g = (np.array([np.ravel(x[k])[turn[0]] for x in xs]) for xs in (
            [moves.move(t) for t in range(len(grads))], grads))  # fmt: skip
        rate = _rate(u, g)
        if rate is not None and all(_in_turn(case, moves, t, k, turn, rate) for t in range(3)):
            return [Finding(
                "update_order", "step", "numbers are changed before the others' gradients are taken",
                f"of parameter {k} each entry goes {number(rate)} times its gradient at those before it as "
                "they are after the step", "write into a copy, and take all gradients at the old values",
                1.0, 80)]  # fmt: skip
    return []


def _in_turn(case: Case, moves: Moves, t: int, k: int, turn: range, rate: float) -> bool:
    """Whether one step is what entries give that are moved one after the other."""
    leaves = [x.copy() for x in moves.before[t]]
    X, y = case.X[moves.rows[t]], case.y[moves.rows[t]]
    for i in turn:
        leaves[k].flat[i] -= rate * np.ravel(case.gradient(leaves, X, y)[k])[i]
    return _near(moves.after[t][k], leaves[k], moves.move(t)[k])
