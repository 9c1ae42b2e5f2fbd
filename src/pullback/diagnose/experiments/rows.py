"""The rows a step takes by itself, where it does not look at the batch it is given.

Does: changes rows of X, and rows of y, and sees which of them change the first steps.
Measures: by step, the rows of X and the rows of y that took part.
Speaks for: labels_misaligned, batch_indexing_wrong.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding


def experiment(case: Case) -> list[Finding]:
    """Findings about the pairing and the choice of rows."""
    own = case.own_rows
    if own is None:
        return []
    case.tried.append("which rows of X and of y the steps take by themselves")
    for t, (x, y) in enumerate(zip(own.X, own.y, strict=True)):
        if len(np.setdiff1d(x, y)) and len(np.setdiff1d(y, x)):  # a dead unit hides rows, on one side only
            return [Finding(
                "labels_misaligned", "data", "a row of X meets the target of another row",
                f"step {t + 1} takes rows {_some(x)} of X and rows {_some(y)} of y",
                "take X and y by the same indices", 1.0, 84)]  # fmt: skip
    if len(own.X[0]) < case.n and all(np.array_equal(own.X[0], x) for x in (*own.X, *own.y)):
        return [Finding(
            "batch_indexing_wrong", "data", "every step takes the same rows",
            f"steps 1 to {len(own.X)} all take rows {_some(own.X[0])} of {case.n}",
            "go on to the next rows after each step", 1.0, 84)]  # fmt: skip
    return []


def _some(rows: np.ndarray) -> str:
    if len(rows) > 3 and rows[-1] - rows[0] == len(rows) - 1:
        return f"{rows[0]} to {rows[-1]}"
    return ", ".join(map(str, rows[:6])) + (", ..." if len(rows) > 6 else "")
