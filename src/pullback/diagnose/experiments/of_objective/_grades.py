"""Part of the objective experiment: whether the numbers of several classes stand in an order.

Counts, grades and ratings are few whole numbers too, and a distance from them is what is meant. Rows that are
mistaken for each other have near numbers then; names of kinds are mistaken whatever their numbers are.
"""

from __future__ import annotations

from itertools import islice, permutations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose.experiments.labels import columns, foretold

LEAST, ORDERS = 20, 720
"""The mistakes that say something of an order, and the orders of the classes that are held against theirs."""


def in_order(case: Case) -> bool:
    """Whether forecasts of the classes mistake near numbers for each other, more than in any other order."""
    X, _ = columns(case)
    values, own = np.unique(np.ravel(case.y)[case.judged], return_inverse=True)
    if len(values) < 3 or len(own) < 60 or X.shape[1] == 0:
        return False
    guesses = (guess.argmax(1) for guess in foretold(X, np.eye(len(values))[own]))
    guess = max(guesses, key=lambda guess: float(np.mean(guess == own)))
    wrong = guess != own
    return bool(wrong.sum() >= LEAST and near(own[wrong], guess[wrong], len(values)))


def near(own: np.ndarray, guess: np.ndarray, k: int) -> bool:
    """Whether mistakes among k classes span less by their numbers than by next to any others.

    Of three classes there are three orders only: the numbers' has to be a good deal the best.
    """
    apart = [float(np.abs(order[own] - order[guess]).mean()) for order in _orders(k)]
    least, others = apart[0], sorted(apart)
    return bool(least <= np.quantile(apart, 0.01) and least < 0.85 * np.median(apart) and (
        k > 3 or least < 0.8 * others[2]))  # fmt: skip


def _orders(k: int) -> list[np.ndarray]:
    """Orders of k classes, the usual one first: all of them, or some."""
    if k <= 6:
        return [np.array(order) for order in islice(permutations(range(k)), ORDERS)]
    rng = np.random.default_rng(0)
    return [np.arange(k), *(rng.permutation(k) for _ in range(ORDERS))]
