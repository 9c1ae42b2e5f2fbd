"""Part of the objective experiment: a loss that is divided by the number of rows in one of its terms alone.

In `-y @ log(p) - (1 - y) @ log(1 - p) / n` the rows of one label are summed and those of the other averaged:
each of the first counts as much as all of the others. Row by row nothing is wrong with such a loss.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose.network._functions import labels

SIZES = (12, 17)
"""Numbers of rows whose losses are taken together and apart."""


def half_reduced(case: Case) -> list[Finding]:
    """The finding that the rows of one label are summed where those of the other are averaged."""
    if labels(case.y) != 2 or case.y.size != case.n or case.net is None or case.net.shift:
        return []
    kinds = [np.flatnonzero(np.ravel(case.y) == value) for value in np.unique(case.y)]
    if len(kinds) != 2 or min(map(len, kinds)) < max(SIZES) // 2:
        return []
    ways = {_way(case, np.concatenate([kinds[0][: n // 3], kinds[1][: n - n // 3]]), n // 3) for n in SIZES}
    summed = ways.pop()
    if ways or summed is None:
        return []
    return [Finding(
        "loss_formula_wrong", "loss", "one of the loss's two terms alone is divided by the number of rows",
        f"several rows have the sum of those labelled {np.unique(case.y)[summed]:g}, and the others "
        "over the number of rows", "divide both terms: put them in one bracket, or take the mean of each",
        1.0, 90)]  # fmt: skip


def _way(case: Case, rows: np.ndarray, first: int) -> int | None:
    """Which label's rows are summed, the other's divided by their common number; None where neither is."""
    X, y, n = case.X[rows], case.y[rows], len(rows)
    each = np.array([case.truth.value(case.generic, X[i : i + 1], y[i : i + 1]) for i in range(n)])
    whole, parts = case.truth.value(case.generic, X, y), (each[:first].sum(), each[first:].sum())
    for k in (0, 1):
        apart = min(abs(parts[1 - k]), abs(parts[k])) > 1e-3 * abs(whole)
        if apart and abs(whole - parts[k] - parts[1 - k] / n) < 1e-7 * abs(whole):
            return k
    return None
