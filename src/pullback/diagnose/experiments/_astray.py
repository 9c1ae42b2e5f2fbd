"""Part of the splits experiment: targets that are numbers, of which a part does not belong to its rows.

A fit that heeds the nearest three fifths of the rows only is not drawn away by the rest. Noise thins out on
either side of it. Targets that were lost, filled in or exchanged lie far off in a heap of their own, with few
rows between, and whatever X says.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.labels import chance, correlation, foretold
from pullback.diagnose.network._functions import labels

HEEDED, ROUNDS = 0.6, 12
NEAR, FAR = 3.0, 6.0
"""Deviations up to which a target counts as noise, and from which as astray."""
FEWEST, MOST = 0.08, 0.4
"""The share of the rows that are astray, at least and at most."""


def astray(case: Case) -> list[Finding]:
    """The finding that many targets lie far from what X says, while the rest keep close to it."""
    head = case.head
    if labels(case.y) or case.y.size != case.n or case.n < 60 or head is None or head.objective != "squared":
        return []
    case.tried.append("each target against a fit that heeds the nearest three fifths of the rows")
    X, y = np.asarray(case.X, float).reshape(case.n, -1)[case.judged], np.asarray(case.y, float).ravel()
    y = y[case.judged]
    off = deviations_off(X, y)
    far = np.abs(off) > FAR
    if not scattered(off) or _told(X, far):
        return []
    power = float(np.sum((y[far] - y[~far].mean()) ** 2) / np.sum((y - y.mean()) ** 2))
    if not case.user.final > 0.3 * power * case.base:  # the loop has learnt these as well
        return []
    between = int(((np.abs(off) > NEAR) & ~far).sum())
    values, counts = np.unique(y[far], return_counts=True)
    same = f" ({counts.max()} are {number(float(values[counts.argmax()]))})" if counts.max() > 4 else ""
    return [Finding(
        "labels_wrong", "y", "many targets contradict what X says of all the others",
        f"{int(far.sum())} of {len(y)} targets{same} lie more than {FAR:g} deviations off a fit that the "
        f"others keep to, and only {between} lie between {NEAR:g} and {FAR:g}",
        "look at how these targets were made; correct or drop them", 0.8, 55)]  # fmt: skip


def deviations_off(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How many deviations each target lies off the best of the fits; none do where it tells too little."""
    fits = [_off(A, y) for A in _tables(X)]
    return min(fits, key=lambda fit: fit[0])[1] if fits else np.zeros(len(y))


def _tables(X: np.ndarray) -> list[np.ndarray]:
    """What the fits are made of: the columns, and with rows enough their squares and products as well."""
    Z = X[:, X.std(0) > 0]
    Z = (Z - Z.mean(0)) / Z.std(0)
    out = [np.column_stack([np.ones(len(Z)), Z])]
    d = Z.shape[1]
    if d * (d + 3) // 2 + d < len(Z) // 6:
        pairs = [Z[:, i] * Z[:, j] for i in range(d) for j in range(i, d)]
        out.append(np.column_stack([out[0], *pairs, *(Z**3).T]))
    return [A for A in out if A.shape[1] < len(Z) // 5]


def _off(A: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """The deviation of the rows a fit keeps to, and how many of those each target lies off it."""
    off = np.abs(y - y.mean())
    for _ in range(ROUNDS):
        near = np.argsort(off, kind="stable")[: int(HEEDED * len(y))]
        rest = y - A @ np.linalg.lstsq(A[near], y[near], rcond=None)[0]
        off = np.abs(rest)
    deviation = float(np.quantile(off, 0.4)) / 0.524  # of what is normally distributed
    for _ in range(2):
        noise = off < NEAR * deviation
        deviation = float(np.sqrt(np.mean(off[noise] ** 2))) if noise.any() else 0.0
    if not 0 < deviation < 0.45 * y[noise].std():
        return np.inf, np.zeros(len(y))
    return deviation, np.asarray(rest / deviation)


def scattered(off: np.ndarray) -> bool:
    """Whether the rows that are far off are many, with few between them and the rest, and off by unlike ways.

    A group of which X says nothing is off by one and the same amount.
    """
    size = np.abs(off)
    far, between = size > FAR, float(np.mean((size > NEAR) & (size <= FAR)))
    return bool(FEWEST <= far.mean() <= MOST and between < 0.35 * far.mean() and off[far].std() > 2)


def _told(X: np.ndarray, far: np.ndarray) -> bool:
    """Whether X, or the order of the rows, tells which are astray: then it is the fit that is."""
    t = far.astype(float)[:, None]
    Z = X[:, X.std(0) > 0]
    guesses = foretold((Z - Z.mean(0)) / Z.std(0), t)
    follow = np.corrcoef(t[1:, 0], t[:-1, 0])[0, 1]
    return bool(follow > 0.4 or max(correlation(g, t) for g in guesses) > max(3.5 * chance(t), 0.15))
