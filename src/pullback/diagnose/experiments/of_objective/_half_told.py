"""Part of the objective experiment: a loss in which the rows of one of two labels have no part.

In `y * log(p) + y * log(1 - p)` rows of zero cost nothing, whatever is predicted. Where the prediction is a
sum written out term by term no slope by it can be had; the loss of such a row, less that of another, is still
nothing for all parameters.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._functions import labels

ROWS = 12
SCALES = (1.0, -1.0, 0.3, -0.3, 3.0, -3.0)
"""Places: a loss with a margin is flat past it, but not with every weight the other way round."""


def half_told(case: Case) -> list[Finding]:
    """The finding that rows of one of two labels cost the same, whatever the parameters and the row."""
    if labels(case.y) != 2 or case.y.size != case.n:
        return []
    y = np.ravel(case.y)
    kinds = [np.flatnonzero(y == value) for value in np.unique(y)]
    if min(map(len, kinds)) < ROWS:
        return []
    few = [rows[np.linspace(0, len(rows) - 1, ROWS).astype(int)] for rows in kinds]
    try:
        unlike = [_unlike(case, rows, case.y[rows]) for rows in few]
        if sorted(unlike, key=bool) != [False, True] or None in unlike:
            return []
        untold = unlike.index(False)
        if not _unlike(case, few[untold], case.y[few[1 - untold]]):
            return []  # all these rows look the same
    except Failure:  # a loss that takes no single row
        return []
    label = number(float(np.unique(y)[untold]))
    return [Finding(
        "loss_formula_wrong", "loss", f"rows labelled {label} have no part in the loss",
        f"{ROWS} of them cost the same at {len(SCALES)} places far apart; the others do not",
        "write the formula again, term by term: each label needs one that grows as the prediction leaves it",
        0.9, 90)]  # fmt: skip


def _unlike(case: Case, rows: np.ndarray, y: np.ndarray) -> bool | None:
    """Whether the losses of rows under these labels differ at every place; None where at some places only."""
    spread = {bool(np.ptp(_costs(case, s, rows, y)) > 0) for s in SCALES}
    return spread.pop() if len(spread) == 1 else None


def _costs(case: Case, scale: float, rows: np.ndarray, y: np.ndarray) -> list[float]:
    """What each row costs by itself."""
    place = [scale * x for x in case.generic]
    return [case.truth.value(place, case.X[i : i + 1], y[k : k + 1]) for k, i in enumerate(rows)]


def never_free(case: Case) -> bool:
    """Whether no two rows of the larger label cost the same, one way or the other: no margin is ever kept."""
    rows = np.flatnonzero(np.ravel(case.y) == case.y.max())[: 2 * ROWS]
    try:
        return all(len(set(_costs(case, s, rows, case.y[rows]))) == len(rows) for s in SCALES)
    except Failure:
        return False
