"""Parts of the update experiment: how far a step goes against the number of its rows.

Where the loss is a mean, moves against its gradient that grow with the rows are made of a sum, and moves that
shrink as the rows grow are divided by them once more.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.updates._kept import numbers_named
from pullback.diagnose.updates._moves import Moves, norm, watch_part

SUMMED = "the step sums over the rows, where the loss is their mean"


def shrinks(case: Case) -> bool:
    """Whether moves against the true gradient go as 1/rows, where the loss is a mean already."""
    return _by_rows(case, case.size / (case.size // 2) if case.size > 1 else 0.0)


def grows(case: Case) -> bool:
    """Whether moves against the true gradient go as the rows, where the loss is a mean."""
    return _by_rows(case, (case.size // 2) / case.size)


def _by_rows(case: Case, expected: float) -> bool:
    """Whether half the rows make the moves, against the true gradient, larger by this factor."""
    if case.size < 4 or case.per_row > 1 or (case.own_rows is not None and case.n < 8):
        return False
    ratios = []
    for size in (case.size, case.size // 2):
        moves = watch_part(case.patient, case.generic, 1, size)
        if moves is None:
            return False
        true = case.gradients(moves)[0]
        ratios.append(norm(moves.move(0)) / max(norm(true), 1e-300))
    return abs(ratios[1] / max(ratios[0], 1e-300) - expected) < 0.05 * expected


def by_rows(case: Case) -> list[Finding]:
    """The fault of a rate that is one within the step's reach times the rows, or divided by them.

    Both that number and the law of growth are asked for. A loop may still learn so: it is no fault by itself.
    """
    own = case.own_rows
    n, rate = case.size if own is None else max(map(len, own.both)), case.rate
    if case.rule is not None:
        rate = case.rule.lr if case.rule.name == "linear" else 0.0
    elif rate <= 0:
        rate = _first_rate(case)
    if rate <= 0 or n < 4:
        return []
    named = [abs(x) for x in numbers_named(case.patient)]
    if _among(rate, named):
        return []
    told = f"it takes {n} rows by itself" if own is not None else "with twice the rows it goes {} as far"
    if _among(rate / n, named) and _follows(case, n, grows):
        return [_found("grad_reduction_sum", SUMMED, f"{told.format('twice')}: its rate "
                       f"{number(rate)} is {n} rows times {number(rate / n)}",
                       f"divide the gradient by the {n} rows")]  # fmt: skip
    if _among(rate * n, named) and _follows(case, n, shrinks):
        return [_found("grad_averaged_twice", "the step is divided by the number of rows once more",
                       f"{told.format('half')}: its rate {number(rate)} is "
                       f"{number(rate * n)} divided by {n} rows",
                       "divide by the number of rows once, in the loss or in the step")]  # fmt: skip
    return []


def _follows(case: Case, n: int, law: Callable[[Case], bool]) -> bool:
    """Whether moves follow the law; of a step that draws as many rows as it likes it cannot be asked.

    There the two numbers have to do: of few rows a rate may be a multiple by chance.
    """
    return law(case) if case.own_rows is None else n >= 8 and case.per_row <= 1


def _first_rate(case: Case) -> float:
    """What the first move is of the true gradient, the same in all parameters; else 0.

    Later moves of a loop that runs away fit nothing, for its gradients are cut off by what it computes.
    """
    moves = case.moves
    if moves is None or not moves.after:
        return 0.0
    true = case.gradients(Moves(moves.before[:1], moves.after[:1], moves.rows[:1]))[0]
    pairs = [(u, g) for u, g in zip(moves.move(0), true, strict=True) if np.any(u) or np.any(g)]
    rates = [-float(np.sum(u * g)) / (norm([g]) ** 2 or 1.0) for u, g in pairs]
    if not rates or not min(rates) > 0 or max(rates) > (1 + 1e-7) * min(rates):
        return 0.0
    follows = all(norm([u + rates[0] * g]) < 1e-6 * norm([u]) for u, g in pairs)
    return rates[0] if follows else 0.0


def _among(x: float, named: list[float]) -> bool:
    return any(abs(x - other) < 1e-6 * x for other in named)


def _found(fault: str, words: str, evidence: str, fix: str) -> Finding:
    return Finding(fault, "step", words, evidence, fix, 0.95, 69.5, alone=False)
