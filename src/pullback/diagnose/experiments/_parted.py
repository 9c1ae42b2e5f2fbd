"""Part of the rows experiment: a step that draws an order of its rows, and brings X and y apart by it.

Every draw of an order is answered. A step that leaves its rows as they stand then ends somewhere; given X in
another order, y as it is, it ends elsewhere. Where the same comes of X and y as they are, of which one draw,
or every one, is answered by that very order, X alone goes by it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.loops._orders import Answer, Orders, in_order
from pullback.diagnose.loops._sandbox import Failure, Stopwatch
from pullback.diagnose.updates._moves import norm, one_move

SHARE = 0.02
"""The share of the time at which one step is too dear for all that are made here."""
SAME, OTHER = 1e-8, 1e-3


def parted(case: Case) -> list[Finding]:
    """The finding that inputs and targets are brought into orders of their own."""
    if not case.patient.has_step or case.size < 4:
        return []
    orders, clock = Orders(in_order), Stopwatch()
    try:
        usual = _way(case, orders)
        n = max(orders.asked, default=0)
        if n not in (case.size, case.n) or clock.seconds() > SHARE * case.budget:
            return []
        return _compared(case, usual, np.random.default_rng(0).permutation(n))
    except (Failure, TypeError, ValueError, IndexError):  # rows in another order are too much for it
        return []


def _compared(case: Case, usual: Leaves, turn: np.ndarray) -> list[Finding]:
    case.tried.append("whether inputs and targets go by the same order, where a step draws one")
    both = _way(case, Orders(in_order), turn, "Xy")
    for name in "Xy":
        apart = _way(case, Orders(in_order), turn, name)
        if min(_gap(apart, usual), _gap(apart, both)) < OTHER:
            return []
        for drawn, turned in _TURNED.items():
            if _gap(_way(case, Orders(_answer(turn, turned))), apart) < SAME:
                return [Finding(
                    "labels_misaligned", "data", "the step brings X and y into orders of their own",
                    f"where {drawn} of an order is answered by another, it ends as where {name} alone "
                    "is given in that order", "draw one order, and take X and y by it", 1.0, 84)]  # fmt: skip
    return []


_TURNED: dict[str, Callable[[int], bool]] = {
    "every draw": lambda k: True, "every second draw": lambda k: k % 2 == 1,
    "the first of every two draws": lambda k: k % 2 == 0,
}  # fmt: skip


def _answer(turn: np.ndarray, turned: Callable[[int], bool]) -> Answer:
    return lambda k, n: turn if n == len(turn) and turned(k) else in_order(k, n)


def _way(case: Case, orders: Orders, turn: np.ndarray | None = None, names: str = "") -> Leaves:
    """How far the first step goes from the generic point, with X, y or both in another order."""
    body, rows = case.patient.answered(orders), case.patient.batch(0)
    np.random.set_state(case.patient.random)
    given = {"X": body.X[rows], "y": body.y[rows]}
    for name in names:
        if turn is not None and len(turn) == case.n:  # it may take all rows by itself
            whole = getattr(body, name)
            whole[...] = whole[turn]
            given[name] = whole[rows]
        else:
            given[name] = given[name][turn]
    return one_move(body, case.generic, given["X"], given["y"])


def _gap(a: Leaves, b: Leaves) -> float:
    return norm([x - z for x, z in zip(a, b, strict=True)]) / max(norm(b), 1e-300)
