"""Part of the objective experiment: a loss that is multiplied by the number of rows in place of divided.

`1 / 2 * m` is half of m and no part of it: the rows' losses are summed and then taken once more for each row.
A loss over pairs of rows grows as fast, but is not made of what single rows cost.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose.loops._sandbox import Failure

SIZES = (4, 7)
"""Numbers of rows whose losses are taken together and apart."""


def multiplied(case: Case) -> list[Finding]:
    """The finding that rows together cost their sum times their number."""
    try:
        if case.n <= max(SIZES) or not all(_times_number(case, size) for size in SIZES):
            return []
    except Failure:  # it takes no single row
        return []
    return [Finding(
        "loss_formula_wrong", "loss", "the loss is multiplied by the number of rows",
        f"{' and '.join(map(str, SIZES))} rows together cost their number times the sum of what each costs",
        "divide by the number of rows, as in 1 / (2 * m): 1 / 2 * m is half of m", 1.0, 90)]  # fmt: skip


def _times_number(case: Case, size: int) -> bool:
    """Whether so many rows do; what the loss holds beside them, as a penalty, is alike for any targets."""
    X, y, other = case.X[:size], case.y[:size], case.y[1 : size + 1]

    def told(rows: slice) -> float:
        of, against = (case.truth.value(case.generic, X[rows], of[rows]) for of in (y, other))
        return of - against

    whole, alone = told(slice(None)), np.array([told(slice(i, i + 1)) for i in range(size)])
    exact = 1e-7 * size * np.abs(alone).sum()
    return bool(abs(whole) > 1e3 * exact and abs(whole - size * alone.sum()) < exact)
