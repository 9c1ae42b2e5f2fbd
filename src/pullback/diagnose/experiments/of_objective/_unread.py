"""Part of the objective experiment: a loss in which no target has a part.

A code, or a cluster, asks nothing of y, and may be learnt from X alone. But a loss that is least at the same
prediction in every row, and there as small in each, is learnt best by a constant: a term with y is lost.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_objective._least import Mover, moved, mover
from pullback.diagnose.loops._sandbox import Failure

ROWS, TIGHT = 6, 1e-9
PLACES = np.unique([0.0, *(s * x for s in (-1, 1) for x in np.geomspace(0.1, 1e3, 30))])
NEAR = (-1.0, 0.0, 0.5, 2.0)


def unread(case: Case) -> list[Finding]:
    """The finding that the targets change nothing, and one prediction is best for every row."""
    y = np.asarray(case.y, float).reshape(case.n, -1)
    if case.n < ROWS or y.shape[1] != 1 or y.std() == 0:
        return []
    rows = np.unique(np.linspace(0, case.n - 1, ROWS).astype(int))
    try:
        way = mover(case) if not _heeds(case, rows) else None
        found = _least(case, way, rows) if way is not None and _alike(case, way, rows) else None
    except Failure:  # a loss that takes no single row
        return []
    if found is None:
        return []
    return [Finding(
        "loss_formula_wrong", "loss",
        "no target has a part in the loss: it is least at one prediction for all rows",
        f"with other targets it is the same, and of {len(rows)} rows each can be brought to {number(found)} "
        "by a shift of its prediction, and no lower",
        "write the formula again, term by term", 1.0, 90)]  # fmt: skip


def _heeds(case: Case, rows: np.ndarray) -> bool:
    """Whether targets of other rows change the loss of these."""
    X, y = case.X[rows], case.y[rows]
    order = np.argsort(case.y.reshape(case.n), kind="stable")
    others = [case.y[np.roll(rows, 1)], case.y[order[: len(rows)]], case.y[order[-len(rows) :]]]
    value = case.truth.value(case.generic, X, y)
    return not np.isfinite(value) or any(case.truth.value(case.generic, X, t) != value for t in others)


def _alike(case: Case, way: Mover, rows: np.ndarray) -> bool:
    """Whether constant predictions cost every row the same; by an equation with the row in it they do not."""
    for c in NEAR:
        leaves = [c * one for one in way(int(rows[0]))]
        costs = [case.truth.value(leaves, case.X[i : i + 1], case.y[i : i + 1]) for i in rows]
        if not np.isfinite(costs).all() or np.ptp(costs) > TIGHT * max(map(abs, costs)):
            return False
    return True


def _least(case: Case, way: Mover, rows: np.ndarray) -> float | None:
    """The least loss of a row over shifts of its prediction, where that is the same for all and a valley."""
    leasts = []
    for i in map(int, rows):
        losses = np.array([moved(case, way, c, i) for c in PLACES])
        losses[~np.isfinite(losses)] = np.inf  # beyond the numbers
        best = int(np.argmin(losses))
        if not 0 < best < len(losses) - 1:
            return None
        low, high = PLACES[best - 1], PLACES[best + 1]
        for _ in range(60):  # thirds: a valley between two places
            a, b = low + (high - low) / 3, high - (high - low) / 3
            low, high = (low, b) if moved(case, way, a, i) < moved(case, way, b, i) else (a, high)
        leasts.append((moved(case, way, (low + high) / 2, i), losses[len(PLACES) // 2]))
    lows = [least for least, _ in leasts]
    start = [value for _, value in leasts]
    if np.ptp(lows) > 1e-6 * np.ptp(start) or not np.ptp(start) > 0:
        return None
    return float(lows[0])
