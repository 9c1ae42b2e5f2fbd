"""Labels of one class that bear another's: not filled in, or lost.

Does: ranks rows by a forecast of each class made without them, and cuts the ranking where one share above and
one below tell it best.
Measures: the class's share above and below, and whether it grows towards the top as where classes overlap.
Speaks for: labels_wrong.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.labels import columns, forecasts
from pullback.diagnose.experiments.of_objective._task import classes

TOP = 1.75
"""How many times the whole block's share its first quarter has, where it falls evenly from first to last."""


def one_sided(case: Case) -> list[Finding]:
    """Labels of one class put in place of another's: not filled in, or lost.

    Ranked by a forecast of the class that lost some, its rows and those taken from it stand together at
    the top, mixed alike from first to last, and below them there are next to none. Of classes that overlap
    the top would be pure, and of classes that nothing tells apart neither would be found elsewhere.
    """
    X, y = columns(case)
    if not classes(case) or len(X) < 100 or y.shape[1] < 2:
        return []
    guesses = forecasts(case)
    for j in range(y.shape[1]):
        found = max((_block(guess[:, j], y, j) for guess in guesses), key=lambda block: block[0])
        if _mixed(found[1], y, j):
            names = (
                np.unique(case.y) if np.ndim(case.y) == 1 or np.shape(case.y)[1] == 1 else range(y.shape[1])
            )
            share = float(y[found[1], j].mean())
            return [Finding(
                "labels_wrong", "y", "many rows of one class bear another's label",
                f"the {len(found[1])} rows most like class {list(names)[j]} hold {number(100 * share)} % of "
                "it, and no more where they are most like it; the rest hold hardly any",
                "look at how the labels were made; correct or drop the doubtful ones",
                0.75, 61.5)]  # fmt: skip
    return []


def _block(score: np.ndarray, y: np.ndarray, j: int, least: int = 40) -> tuple[float, np.ndarray]:
    """The rows at the top of a ranking that are best told from the rest by one share of class `j` each."""
    order = np.argsort(-score, kind="stable")
    own, n = np.cumsum(y[order, j]), len(order)
    k = np.arange(least, n - least + 1)
    inside, outside = own[k - 1] / k, (own[-1] - own[k - 1]) / (n - k)
    fits = k * _certainty(inside) + (n - k) * _certainty(outside)
    best = int(fits.argmax())
    return float(fits[best]), order[: k[best]]


def _certainty(p: np.ndarray) -> np.ndarray:
    q = np.clip(p, 1e-12, 1 - 1e-12)
    return np.asarray(q * np.log(q) + (1 - q) * np.log(1 - q))


def _mixed(block: np.ndarray, y: np.ndarray, j: int) -> bool:
    """Whether a block is mixed alike all over, with rows of one class that is found elsewhere too."""
    rest = np.setdiff1d(np.arange(len(y)), block)
    inside, outside = float(y[block, j].mean()), float(y[rest, j].mean())
    if not 0.25 <= inside <= 0.75 or y[block, j].sum() < 15 or outside > 0.03:
        return False
    top = block[: len(block) // 4]
    first, spread = float(y[top, j].mean()), float(np.sqrt(inside * (1 - inside) / len(top)))
    # few rows hide by how much it may grow
    if first > inside + 1.3 * spread or first > TOP * inside - 3 * spread:
        return False
    others = y[block].sum(0) * (np.arange(y.shape[1]) != j)
    taker = int(others.argmax())
    return bool(others[taker] >= 0.9 * others.sum() and y[rest, taker].sum() >= 0.2 * y[:, taker].sum())
