"""Part of the objective experiment: a loss that does not see which target belongs to which row.

Where predictions and targets are averaged (or sorted, or summed) before they meet, the same targets in any
other order cost the same, and nothing of single rows can be learnt. Only losses are looked at, at one point;
no network has to be known.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._functions import labels

ROWS, TIGHT, LOOSE = 6, 1e-9, 1e-4


def unpaired(case: Case) -> list[Finding]:
    """The finding that a batch costs the same with its targets in any other order."""
    try:
        blind = case.n >= ROWS and all(_blind(case, rows, y) for rows, y in _tables(case))
    except Failure:  # a loss that takes no single row
        return []
    if not blind:
        return []
    rows, y = next(_tables(case))
    value = number(_loss(case, rows, y[rows]))
    return [Finding(
        "loss_formula_wrong", "loss", "the loss does not see which target belongs to which row",
        f"of {ROWS} rows it is {value}, and the same to rounding with their targets in any other order, "
        "though other targets change it",
        "compare each row's prediction with its own target first, then take the mean", 1.0, 90)]  # fmt: skip


def _tables(case: Case) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows of unlike targets, and targets: far ones, all missed one way, are brought near, too."""
    y = case.y
    kinds = np.unique(y.reshape(case.n, -1), axis=0, return_index=True)[1]
    places = kinds[np.unique(np.linspace(0, len(kinds) - 1, ROWS).astype(int))]
    spare = np.setdiff1d(np.linspace(0, case.n - 1, 4 * ROWS).astype(int), places)
    rows = np.concatenate([places, spare])[:ROWS]
    far = y.dtype.kind == "f" and not labels(y)
    for scale in (1.0, 0.1, 10.0):
        yield rows, scale * (y - y.mean(0)) / (y.std() or 1.0) if far else y


def _blind(case: Case, rows: np.ndarray, y: np.ndarray) -> bool:
    """Whether orders of the targets change nothing, though targets do, rows do, and it is no mean of rows."""
    targets, whole = y[rows], _loss(case, rows, y[rows])
    alone = np.array([_loss(case, rows[i : i + 1], targets[i : i + 1]) for i in range(len(rows))])
    unlike = np.array([_loss(case, rows[i : i + 1], targets[:1]) for i in range(len(rows))])
    size = max(abs(whole), np.abs(alone).max())
    if len(rows) < ROWS or not 0 < size < np.inf or np.ptp(unlike) < LOOSE * size:
        return False
    if min(abs(whole - alone.mean()), abs(whole - alone.sum())) < LOOSE * size:
        return False
    orders = [np.roll(np.arange(ROWS), k) for k in range(1, ROWS)] + [np.arange(ROWS)[::-1]]
    if any(abs(_loss(case, rows, targets[order]) - whole) > TIGHT * size for order in orders):
        return False
    others = (_loss(case, rows, np.repeat(targets[i : i + 1], ROWS, 0)) for i in range(ROWS))
    return max(abs(other - whole) for other in others) > LOOSE * size


def _loss(case: Case, rows: np.ndarray, targets: np.ndarray) -> float:
    return case.truth.value(case.generic, case.X[rows], targets)
