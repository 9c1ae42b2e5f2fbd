"""Part of the splits experiment: every second, third ... row has a target that its inputs tell nothing of.

As where y[::3] was overwritten, or two lists were joined in turn of which one is no good: the other rows
foretell each other well, and nothing foretells these, though their inputs are of the same kind.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._stretches import CLEAR, LEAST, of_a_kind
from pullback.diagnose.experiments.labels import chance, columns, correlation, foretold, from_others
from pullback.diagnose.experiments.of_objective._task import classes

LARGEST, MOST = 10, 1000
"""The largest distance of two such rows, and the rows that are looked at."""
FAR = 5.0
"""Deviations by which their errors are the larger; one of all the fifty-odd combs is in a million loops."""


def every_kth(case: Case) -> list[Finding]:
    """The finding that rows at even distances have targets that nothing foretells."""
    X, y = columns(case, np.arange(min(case.n, MOST)))
    if len(X) < 2 * LEAST or not X.shape[1] or not np.ptp(y, axis=0).any():
        return []
    case.tried.append("every second to tenth row against the others")
    guess = max(foretold(X, y), key=lambda guess: correlation(guess, y))
    place = np.abs(y - guess).sum(1).argsort(kind="stable").argsort(kind="stable")
    far, part, words = max(_combs(place), key=lambda comb: comb[0], default=(0.0, place, ""))
    return _judged(case, X, y, part, words) if far > FAR else []


def _combs(place: np.ndarray) -> Iterator[tuple[float, np.ndarray, str]]:
    """By how many deviations the errors of every k-th row stand after the others', in the order of size."""
    n = len(place)
    for k in range(2, LARGEST + 1):
        for first in range(k if n >= k * LEAST else 0):
            part = np.arange(first, n, k)
            spread = np.sqrt((n + 1) * (n - len(part)) / 12 / len(part))
            yield float(place[part].mean() - (n - 1) / 2) / spread, part, f"{k} rows from row {first} on"


def _judged(case: Case, X: np.ndarray, y: np.ndarray, part: np.ndarray, words: str) -> list[Finding]:
    """Whether a comb is foretold neither by itself nor by the rest, which foretells itself."""
    rest = np.setdiff1d(np.arange(len(X)), part)
    alike = of_a_kind(X, part, rest) and (not classes(case) or of_a_kind(y, part, rest))
    if not alike or not np.ptp(y[part], axis=0).any():
        return []
    elsewhere = max(correlation(g, y[rest]) for g in foretold(X[rest], y[rest]))
    across = next(from_others(X, y, [part]))
    known = max(correlation(g, y[part]) for g in (*across, *foretold(X[part], y[part])))
    if elsewhere < CLEAR or known > 2.5 * chance(y[part]) or known > 0.35 * elsewhere:
        return []
    evidence = (
        f"of every {words} forecasts correlate with the targets by {number(known)}, of the rows between them "
        f"by {number(elsewhere)}, though the inputs are of the same kind"
    )
    if any(correlation(g, t) > 0.7 * elsewhere for t in _orders(y[part]) for g in across):
        return [Finding(
            "labels_misaligned", "data", "every few rows one has the target of another row", evidence,
            "look at how these rows were joined to the others, X and y", 0.8, 66)]  # fmt: skip
    return [Finding(
        "labels_wrong", "y", "every few rows one has a target that says nothing", evidence,
        "look at where the targets of these rows came from; correct or drop them", 0.8, 57)]  # fmt: skip


def _orders(y: np.ndarray) -> Iterator[np.ndarray]:
    """The targets in the orders in which slips leave them."""
    yield y[::-1]
    for k in (-3, -2, -1, 1, 2, 3):
        yield np.roll(y, k, axis=0)
