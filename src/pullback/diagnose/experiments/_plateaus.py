"""Wrong labels all over: a class is never surer than a plateau, however far from the border rows lie.

Does: ranks rows by forecasts made without them, and fits each class's share along that order by a logistic
curve between 0 and 1, as overlapping classes have it, and by one between two free levels.
Measures: how much likelier the second makes the labels, and the share of labels that its levels call wrong.
Speaks for: labels_wrong.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.labels import columns, forecasts
from pullback.diagnose.experiments.of_objective._task import classes
from pullback.diagnose.network._functions import sigmoid

CLASSES = 5
LIKELIER, WRONG = 18.0, 0.14
"""What weak features and heavy tails never make of classes that overlap, and the share worth a word."""
LEARNT = 0.6
"""The share of a constant's loss that can be lost only where labels are in order, or known by heart."""


def plateaus(case: Case) -> list[Finding]:
    """The finding that no forecast is right more often where rows lie deep in a class."""
    X, y = columns(case)
    if not 2 <= classes(case) <= CLASSES or len(X) < 100 or case.facts.get("room", 0.0) > LEARNT:
        return []
    guesses = sorted(forecasts(case), key=lambda guess: float(np.sum((y - guess) ** 2)))
    own = y.argmax(1)
    if min(np.mean(guess.argmax(1) != own) for guess in guesses) < WRONG:
        return []
    for guess in (guesses[0], (guesses[0] + guesses[1]) / 2):
        likelier, wrong = _of_all(guess, y)
        if likelier < LIKELIER or wrong < WRONG:
            return []
    return [Finding(
        "labels_wrong", "y", "labels are wrong as often deep in a class as near its border",
        f"shares that stop at a plateau make the labels e^{number(likelier)} times likelier than "
        f"classes that overlap; {number(100 * wrong)} % of the labels are then wrong",
        "look at how the labels were made; correct or drop the doubtful ones", 0.75, 55)]  # fmt: skip


def _of_all(guess: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """The sum over classes, and the share of labels wrong: of several classes each one is wrong for two."""
    k = y.shape[1] if y.shape[1] > 2 else 1
    found = np.array([levels(guess[:, j], y[:, j]) for j in range(k)])
    return float(np.clip(found[:, 0], -20, 40).sum()), float(found[:, 1].sum() / min(k, 2))


def levels(score: np.ndarray, hit: np.ndarray) -> tuple[float, float]:
    """How much likelier two free levels make `hit` than 0 and 1, and the share they call wrong."""
    s = (score - score.mean()) / max(float(score.std()), 1e-300)
    middles = np.quantile(s, np.linspace(0.05, 0.95, 19))
    above = np.concatenate([sigmoid(k * (s - middles[:, None])) for k in (1, 4, 10, 40)])
    low, high = np.full((len(above), 1), 0.1), np.full((len(above), 1), 0.9)
    for _ in range(25):
        on, off = above * np.where(hit, high, 1 - high), (1 - above) * np.where(hit, low, 1 - low)
        part = on / np.maximum(on + off, 1e-300)
        high = (part @ hit / np.maximum(part.sum(1), 1e-9))[:, None]
        low = ((1 - part) @ hit / np.maximum((1 - part).sum(1), 1e-9))[:, None]
    likely = _likely(low + (high - low) * above, hit)
    best = int(likely.argmax())
    up, lo, hi = float(above[best].mean()), float(low[best, 0]), float(high[best, 0])
    plain = max(_likely(_logistic(s, hit), hit), float(_likely(above, hit).max()))
    return float(likely[best] - plain), lo * (1 - up) + (1 - hi) * up


def _likely(p: np.ndarray, hit: np.ndarray) -> np.ndarray:
    q = np.clip(p, 1e-9, 1 - 1e-9)
    return np.asarray((hit * np.log(q) + (1 - hit) * np.log(1 - q)).sum(-1))


def _logistic(s: np.ndarray, hit: np.ndarray) -> np.ndarray:
    """The shares of the likeliest logistic curve, by Newton's method."""
    A, w = np.column_stack([s, np.ones_like(s)]), np.zeros(2)
    for _ in range(25):
        p = sigmoid(A @ w)
        curved = (A * (p * (1 - p))[:, None]).T @ A + 1e-6 * np.eye(2)
        w = np.clip(w + np.linalg.solve(curved, A.T @ (hit - p)), -50, 50)
    return sigmoid(A @ w)
