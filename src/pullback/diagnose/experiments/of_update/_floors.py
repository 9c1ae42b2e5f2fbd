"""Part of the update experiment: gradients of a loss whose logarithm has a floor, by the formula without it.

`log(p + 1e-12)`, or a clipped p, has no slope where p is far below the floor. What people step by, `p - t` at
the output, has one there, and is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.experiments.of_gradient._made_good import meant_as_descent
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.recording._record import pull_back
from pullback.diagnose.updates._moves import Moves, norm

AGREE = 1e-6


def readings(case: Case, moves: Moves, true: list[Leaves], used: list[Leaves]) -> Iterator[list[Leaves]]:
    """The gradients that a step may follow, the likeliest first; those after it only where asked for."""
    same = used is true or all(_gap(x, y) <= 1e-9 for x, y in zip(used, true, strict=True))
    yield from [true] if same or meant_as_descent(case) else [used, true]
    formula = without_floor(case, moves, true)
    if formula is not None:
        yield formula


def without_floor(case: Case, moves: Moves, true: list[Leaves]) -> list[Leaves] | None:
    """The gradients as the formula has them, where the loss is at its floor; None where it is nowhere."""
    gradient = by_formula(case, moves)
    if gradient is None:
        return None
    found = [
        gradient(before, case.X[rows], case.y[rows])
        for before, rows in zip(moves.before, moves.rows, strict=True)
    ]
    gaps = [_gap(a, b) for a, b in zip(found, true, strict=True)]
    return found if max(gaps) > AGREE and np.isfinite(gaps).all() else None


def by_formula(case: Case, moves: Moves) -> Callable[[Leaves, Any, Any], Leaves] | None:
    """The gradient as the formula has it, anywhere; None where the loss is no cross-entropy of this head.

    With a last layer that makes small outputs the two have to agree: then the formula is that of this loss.
    """
    head = case.head
    if head is None or not head.objective.endswith("cross-entropy") or head.output == "identity":
        return None
    times = _calm(case, moves)
    if times is None:
        return None

    def gradient(leaves: Leaves, X: Any, y: Any) -> Leaves:
        made = _by_formula(case, case.tape_at(leaves, X, y), len(X), y, times)
        return case.gradient(leaves, X, y) if made is None else made

    return gradient


def _calm(case: Case, moves: Moves) -> float | None:
    """What the formula is multiplied by to be the loss's gradient; None where it is another's."""
    X, y = case.X[moves.rows[0]], case.y[moves.rows[0]]
    tape = case.tape_at(moves.before[0], X, y)
    z = None if tape is None else _output(tape, len(X))
    if tape is None or z is None or not np.isfinite(z.value).all():
        return None
    size, last = max(float(np.abs(z.value).max()), 1.0), tape.products[-1].leaf
    tape = case.tape_at([x / size if k == last else x for k, x in enumerate(moves.before[0])], X, y)
    whole, none = (_by_formula(case, tape, len(X), y, times) for times in (1.0, 0.0))
    if tape is None or whole is None or none is None:
        return None
    rows, owed = ([a - b for a, b in zip(gs, none, strict=True)] for gs in (whole, tape.true))
    square = sum(float(np.vdot(r, r)) for r in rows)
    times = sum(float(np.vdot(r, o)) for r, o in zip(rows, owed, strict=True)) / (square or 1.0)
    return times if _gap([times * r for r in rows], owed) < AGREE else None


def _by_formula(case: Case, tape: Tape | None, count: int, y: Any, times: float) -> Leaves | None:
    """The gradient with so many times the formula's error signal at the output; the penalty's part stays."""
    z = None if tape is None else _output(tape, count)
    if tape is None or z is None or case.head is None:
        return None
    across = z.value.shape[0] != count  # units in rows
    sums = z.value.T if across else z.value.reshape(count, -1)
    delta = times * fn.slope(case.head.output, case.head.objective, sums, fn.targets(y, sums))
    delta = (delta.T if across else delta).reshape(z.value.shape)
    return tape.rec.gradient(len(tape.leaves), instead={id(z): lambda u: pull_back(z, delta)})


def _output(tape: Tape, rows: int) -> Any:
    """The node of the sums of the last layer, where one holds those of all rows."""
    tops = tape.tops()
    fits = len(tops) == 1 and rows in np.shape(tops[0].value)[:1] + np.shape(tops[0].value)[-1:]
    return tops[0] if fits else None


def _gap(a: Leaves, b: Leaves) -> float:
    return norm([x - y for x, y in zip(a, b, strict=True)]) / (norm(b) or 1.0)
