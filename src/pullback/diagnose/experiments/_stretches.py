"""Part of the splits experiment: a stretch of rows whose targets belong to other rows.

As where one of several lists was shuffled, sorted or filtered without its labels before they were joined: the
other rows foretell each other well, and nothing foretells those of the stretch, though their targets are of
the same sizes and their inputs of the same kind.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.labels import (
    chance,
    columns,
    correlation,
    forecasts,
    foretold,
    from_others,
)

LEAST, PARTS = 40, 10
"""Rows of a stretch at least, and the parts of all rows that stretches are made of."""
CLEAR, GAP = 0.45, 0.3
"""The correlation that forecasts of other rows have at least, and how far it lies above the stretch's."""


def stretch(case: Case) -> list[Finding]:
    """Rows one after another whose targets nothing foretells, where the rest foretells itself."""
    X, y = columns(case)
    if len(X) < 2 * LEAST or not X.shape[1] or not np.ptp(y, axis=0).any():
        return []
    case.tried.append("stretches of rows that no others foretell")
    guesses, widest, found = forecasts(case), GAP, None
    for start, stop in _stretches(len(X)):
        inside = (np.arange(len(X)) >= start) & (np.arange(len(X)) < stop)
        there, elsewhere = (max(correlation(g[own], y[own]) for g in guesses) for own in (inside, ~inside))
        if elsewhere - there > widest:
            widest, found = elsewhere - there, np.flatnonzero(inside)
    return _judged(case, X, y, found) if found is not None else []


def _stretches(n: int) -> Iterator[tuple[int, int]]:
    """Where rows may lie that one cut or two cuts keep from the others."""
    ends = np.unique(np.linspace(0, n, PARTS + 1).astype(int))
    for i, start in enumerate(ends):
        for stop in ends[i + 1 :]:
            if stop - start >= LEAST and n - (stop - start) >= LEAST:
                yield int(start), int(stop)


def _judged(case: Case, X: np.ndarray, y: np.ndarray, part: np.ndarray) -> list[Finding]:
    """Whether a stretch is foretold neither by itself nor by the rest, which foretells itself."""
    rest = np.setdiff1d(np.arange(len(X)), part)
    if not of_a_kind(X, part, rest) or not of_a_kind(y, part, rest):
        return []
    elsewhere = max(correlation(g, y[rest]) for g in foretold(X[rest], y[rest]))
    within = max(correlation(g, y[part]) for g in foretold(X[part], y[part]))
    across = max(correlation(g, y[part]) for g in next(from_others(X, y, [part])))
    known = max(within, across)
    if elsewhere < CLEAR or known > 2.5 * chance(y[part]) or known > 0.35 * elsewhere:
        return []
    return [Finding(
        "labels_misaligned", "data", "a stretch of rows has the targets of other rows",
        f"forecasts from other rows correlate with the targets by {number(elsewhere)}, from row "
        f"{case.judged[part[0]]} to {case.judged[part[-1]]} by {number(known)}, though inputs "
        "and targets there are of the same kind",
        "look at where these rows came from: X and y must be shuffled, sorted and filtered together",
        0.8, 66)]  # fmt: skip


def of_a_kind(table: np.ndarray, part: np.ndarray, rest: np.ndarray) -> bool:
    """Whether two parts have columns of like means and deviations: rows of one source, not of two."""
    a, b = table[part], table[rest]
    spread = np.sqrt((a.var(0) + b.var(0)) / 2) + 1e-12
    far = np.abs(a.mean(0) - b.mean(0)) / spread
    wide = (a.std(0) + 1e-12) / (b.std(0) + 1e-12)
    return bool(np.median(far) < 0.4 and far.max() < 1.0 and 0.5 < np.median(wide) < 2)
