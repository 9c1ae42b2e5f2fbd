"""Part of the objective experiment: errors that are averaged before they are squared, and cancel.

The loss of many rows is the mean, or the sum, of what each row costs, whatever that is. Of `mean(p - y) ** 2`
it is not: a row too high and a row too low cost nothing together. No network has to be known for that, only
the losses of a few rows one by one, in pairs and in threes, at one point.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._functions import labels

ROWS, TIGHT = 6, 1e-6
Losses = dict[tuple[int, ...], float]


def cancelling(case: Case) -> list[Finding]:
    """The finding that the loss is of the rows' mean error, where errors of unlike sign cancel."""
    if case.n < 3:
        return []
    numbers = case.y.dtype.kind == "f" and not labels(case.y)
    targets = [case.y, case.y - case.y.mean()] if numbers else [case.y]  # far ones are all missed one way
    try:
        kind = next(filter(None, (cancel(_losses(case, y)) for y in targets)), "")
    except Failure:  # a loss that takes no single row
        return []
    if not kind:
        return []
    return [Finding(
        "loss_formula_wrong", "loss",
        f"the errors of the rows are {kind} before they are squared or their sizes taken: they cancel",
        f"on {ROWS} rows, their pairs and threes the loss is that of their {kind} errors, to rounding",
        "take the square or the size of each row's error first, then the mean", 1.0, 90)]  # fmt: skip


def _losses(case: Case, y: np.ndarray) -> Losses:
    """The losses of a few rows from all over the data: one by one, in pairs, in threes."""
    rows = np.unique(np.linspace(0, case.n - 1, ROWS).astype(int))
    groups = [group for size in (1, 2, 3) for group in combinations(range(len(rows)), size)]
    return {g: case.truth.value(case.generic, case.X[rows[list(g)]], y[rows[list(g)]]) for g in groups}


def cancel(losses: Losses) -> str:
    """Whether losses of groups of rows are those of their errors averaged, or added; else nothing.

    A square of a mean of errors e, of one number or of many, has
    9 L(a, b, c) = 4 (L(a, b) + L(a, c) + L(b, c)) - L(a) - L(b) - L(c), whatever constant stands beside it,
    and a size of a mean of single numbers 2 L(a, b) = L(a) + L(b) or |L(a) - L(b)|. Both hold of usual means
    too, but for pairs that cost less together than either alone: no mean of rows' losses does.
    """
    pairs, threes = ([g for g in losses if len(g) == k] for k in (2, 3))
    size = max(map(abs, losses.values()))
    if not threes or not 0 < size < np.inf:
        return ""
    less = sum(losses[a, b] < min(losses[a,], losses[b,]) - 0.01 * size for a, b in pairs)
    more = np.ptp([losses[0, b] - losses[b,] for a, b in pairs if a == 0]) > 0.01 * size
    if less < 2 or not more:  # a sum of losses below zero is less than each: by the same number everywhere
        return ""
    if any(np.ptp([losses[a, b] - k * (losses[a,] + losses[b,]) for a, b in pairs]) < 0.001 * size
           for k in (0.5, 1)):  # fmt: skip
        return ""  # a penalty divided by the number of rows is less for two of them, whichever
    for word, whole, part, times in (("averaged", 9, 4, 2), ("added", 1, 1, 1)):
        if max(abs(_square(losses, g, whole, part)) for g in threes) < TIGHT * size * whole:
            return word
        if max(_apart(losses, g, times) for g in pairs) < TIGHT * size:
            return word
    return ""


def _square(losses: Losses, three: tuple[int, ...], whole: int, part: int) -> float:
    within = sum(losses[pair] for pair in combinations(three, 2))
    return whole * losses[three] - part * within + sum(losses[i,] for i in three)


def _apart(losses: Losses, pair: tuple[int, ...], times: int) -> float:
    a, b = (losses[i,] for i in pair)
    return min(abs(times * losses[pair] - (a + b)), abs(times * losses[pair] - abs(a - b)))
