"""Wrong labels all over, of few rows: a share of the labels is any class whatever, wherever their rows lie.

Does: forecasts each row from nearly all the others, and fits the labels by a softmax of the forecasts, alone
and with a share of labels that is spread evenly over the classes.
Measures: how much likelier that share makes the labels, and how many of them it calls wrong.
Speaks for: labels_wrong.

One number more is worth half a chi-square of one degree: what overlapping classes reach by chance is known.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._plateaus import LEARNT
from pullback.diagnose.experiments.labels import columns, foretold, rare
from pullback.diagnose.experiments.of_objective._task import classes
from pullback.diagnose.network._functions import sigmoid, softmax

FOLDS, ROWS, COLUMNS, CLASSES = 20, 150, 64, 12
LIKELIER, WRONG, TOLD = 6.0, 0.25, 0.1
"""What chance reaches once in 4000, a share that tails do not look like, and hits beyond a constant's."""
TAIL = 3.5
"""Deviations from which a row lies in a tail; a normal column has one such row in two thousand."""
HELD = 0.02
"""The weight of the squared coefficients: without it classes that do not overlap have none that are best."""


def any_class(case: Case) -> list[Finding]:
    """The finding that many labels are no more likely to be their rows' own than any other."""
    X, y = columns(case)
    fits = len(X) >= ROWS and 0 < X.shape[1] <= COLUMNS and 2 <= classes(case) <= CLASSES
    if not fits or y.shape[1] < 2 or rare(case) or case.facts.get("room", 0.0) > LEARNT:
        return []
    guess = np.mean(foretold(X, y, FOLDS), axis=0)
    if np.mean(guess.argmax(1) == y.argmax(1)) < y.mean(0).max() + TOLD:
        return []
    inner = _inner(X)
    likelier, wrong = spread(guess[inner], y[inner])
    if likelier < LIKELIER or wrong < WRONG:
        return []
    return [Finding(
        "labels_wrong", "y", "many labels are any class whatever, deep in a class as near its border",
        f"{number(100 * wrong)} % of labels that are wrong all over make them e^{number(likelier)} times "
        "likelier than classes that overlap",
        "look at how the labels were made; correct or drop the doubtful ones", 0.7, 55)]  # fmt: skip


def _inner(X: np.ndarray) -> np.ndarray:
    """The rows that lie in no heavy tail, where classes that overlap lie evenly mixed as well."""
    off = np.abs(X - np.median(X, 0))
    usual = 1.483 * np.median(off, 0)
    return np.asarray((off <= np.where(usual > 0, TAIL * usual, np.inf)).all(1))


def spread(guess: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """How much likelier an evenly spread share makes labels (n, classes), in logs, and how many are wrong."""
    table = (guess - guess.mean(0)) / np.maximum(guess.std(0), 1e-9)
    table = np.column_stack([table[:, : 1 if y.shape[1] == 2 else None], np.ones(len(y))])
    plain, weights = _least(table, y, np.zeros(table.shape[1] * y.shape[1]))
    found = [_least(table, y, np.append(k * weights, odds)) for k in (1, 4, 12) for odds in (-1.0, 0.5)]
    mixed, fit = min(found, key=lambda each: each[0])
    return plain - mixed, float(sigmoid(fit[-1])) * (1 - 1 / y.shape[1])


def _least(table: np.ndarray, y: np.ndarray, start: np.ndarray) -> tuple[float, np.ndarray]:
    from scipy.optimize import minimize

    found = minimize(_unlikely, start, (table, y), "L-BFGS-B", jac=True, options={"maxiter": 200})
    return float(found.fun), np.asarray(found.x)


def _unlikely(at: np.ndarray, table: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """The labels' negative log-likelihood and its slope; a last number more is the log odds of the share."""
    k, size = y.shape[1], table.shape[1] * y.shape[1]
    weights = at[:size].reshape(-1, k)
    share = float(sigmoid(at[size])) if len(at) > size else 0.0
    p = softmax(table @ weights, -1)
    own = (p * y).sum(1)
    seen = (1 - share) * own + share / k + 1e-12
    down = ((1 - share) * own / seen)[:, None] * (p - y)
    slope = [np.ravel(table.T @ down + 2 * HELD * weights)]
    if len(at) > size:
        slope.append(np.array([share * (1 - share) * np.sum((own - 1 / k) / seen)]))
    return float(HELD * np.sum(weights**2) - np.log(seen).sum()), np.concatenate(slope)
