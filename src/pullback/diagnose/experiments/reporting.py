"""The loss that `step` reports against the losses it may mean.

Does: takes six steps and compares each reported number with the loss of the batch and of all rows,
before and after the step, with and without the penalty.
Speaks for: loss_reporting_wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number


def experiment(case: Case) -> list[Finding]:
    """Findings about the number that is logged."""
    moves = case.first
    if moves is None or any(r is None for r in moves.reported):
        return []
    case.tried.append("the reported loss against the loss of the batch and of all rows")
    told = np.array([float(np.asarray(r).reshape(-1)[0]) for r in moves.reported])
    if not np.isfinite(told).all():
        return []
    meant: dict[str, list[float]] = {}
    for before, after, rows in zip(moves.before, moves.after, moves.rows, strict=True):
        for words, value in _candidates(case, before, after, rows).items():
            meant.setdefault(words, []).append(value)
    lists = {words: np.array(values) for words, values in meant.items()}
    if any(_agrees(told, values, case.size) for values in lists.values()):
        return []
    return _finding(case, told, lists, moves)


def _candidates(case: Case, before: Leaves, after: Leaves, rows: Any) -> dict[str, float]:
    out = {}
    for when, leaves in (("before", before), ("after", after)):
        batch = (case.X[rows], case.y[rows])
        out[f"batch {when}"] = case.truth.value(leaves, *batch)
        out[f"all {when}"] = case.truth.value(leaves, case.X, case.y)
        if case.net is not None and case.net.objective != "unknown":
            out[f"batch {when}, data term"] = float(case.net.row_losses(leaves, *batch).mean())
    return out


def _agrees(told: np.ndarray, values: np.ndarray, size: int) -> bool:
    if not np.isfinite(values).all():
        return True
    scale = np.abs(values).max() or 1.0
    for factor in {1.0, 2.0, 0.5, float(size)}:
        if np.allclose(told, factor * values, rtol=1e-4, atol=1e-6 * scale):
            return True
    running = np.cumsum(values) / np.arange(1, len(values) + 1)
    if np.allclose(told, running, rtol=1e-4):
        return True
    shift = told - values  # a penalty or a constant beside the data term
    return bool(np.ptp(shift) < 1e-9 * scale and abs(shift[0]) < 0.2 * scale)


def _smoothed(told: np.ndarray, values: np.ndarray) -> bool:
    """An exponential average of the losses, from zero or from the first."""
    if len(told) < 4:
        return False
    A = np.stack([told[:-1], values[1:]], 1)
    c, *_ = np.linalg.lstsq(A, told[1:], rcond=None)
    return bool(np.allclose(A @ c, told[1:], rtol=1e-4) and c[0] > 0.3 and abs(c.sum() - 1) < 1e-2)


def _finding(case: Case, told: np.ndarray, lists: dict[str, np.ndarray], moves: Any) -> list[Finding]:
    batch = lists["batch before"]
    words = _alone(case, told, moves) or _other(case, told, lists)
    if not words:  # a loss under dropout or of rows of its own keeps near; that is no wrong formula
        if (np.abs(told) < 4 * np.abs(batch)).all() and (4 * np.abs(told) > np.abs(batch)).all():
            return []
        words = "it is none of the losses it could mean"
    return [Finding(
        "loss_reporting_wrong", "reported_loss", f"the reported loss is not the batch's loss: {words}",
        f"reported {number(told[0])}, {number(told[1])}; the batches' losses are {number(batch[0])}, "
        f"{number(batch[1])}", "report loss(params, X_batch, y_batch)", 0.95, 40)]  # fmt: skip


def _other(case: Case, told: np.ndarray, lists: dict[str, np.ndarray]) -> str:
    """The loss of the batch or of all rows, by a wrong factor or of a wrong time."""
    n, N = case.size, case.n
    factors = ((1 / n, f"divided by the {n} rows again"), (N, f"times all {N} rows"),
               (1 / N, f"divided by all {N} rows"), (n * n, "summed twice"))  # fmt: skip
    for name, values in lists.items():
        for k, what in factors:
            if k != 1 and np.allclose(told, k * values, rtol=1e-3):
                return f"it is the loss of the {name.split()[0]}, {what}"
        if np.allclose(told, np.cumsum(values), rtol=1e-3):
            return "it accumulates over the steps"
        if len(told) > 3 and np.allclose(told[1:], values[:-1], rtol=1e-3) and np.ptp(values):
            return "it is that of the step before"
    return ""


def _alone(case: Case, told: np.ndarray, moves: Any) -> str:
    """One row's loss, the same place in every batch."""
    if case.size < 2:
        return ""
    for i in range(min(case.size, 64)) if case.size <= 64 else (0, case.size - 1):
        values = [case.truth.value(before, case.X[rows[i : i + 1]], case.y[rows[i : i + 1]])
                  for before, rows in zip(moves.before[:2], moves.rows[:2], strict=True)]  # fmt: skip
        if np.allclose(told[:2], values, rtol=1e-6):
            which = {0: "first", case.size - 1: "last"}.get(i, f"{i + 1}.")
            return f"it is the loss of the batch's {which} row alone"
    return ""
