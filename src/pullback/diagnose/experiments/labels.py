"""Whether X tells anything about y, and whether the labels can be believed: rows foretold by other rows.

Does: predicts every row's target from two thirds of the other rows, by its nearest rows, by a linear fit,
by a fit to random features, and where all of these fail by a small network.
Measures: the share of the targets' variation foretold, and the correlation against what chance gives; how
often the forecast errs where it is surest.
Speaks for: labels_misaligned, labels_wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._dependence import ORDERS, beyond_chance
from pullback.diagnose.experiments._fitted import fit
from pullback.diagnose.experiments._tables import inputs, targets
from pullback.diagnose.experiments.of_objective._task import classes
from pullback.diagnose.network._anatomy import Layer, Net
from pullback.diagnose.network._functions import kinds

FOLDS, TRACE, MOST = 3, 2.2, 1000


def learnable(case: Case) -> bool:
    """Whether the rows tell anything of their targets."""
    X, y = columns(case)
    if len(X) < 30 or X.shape[1] == 0 or np.ptp(y, axis=0).max() == 0:
        return True
    return any(_foretells(guess, y) for guess in forecasts(case)) or _network_foretells(X, y)


def explained(case: Case) -> float:
    """The largest share of the targets' variation that rows of other folds foretell."""
    X, y = columns(case)
    if X.shape[1] == 0:
        return 0.0  # no row of X differs from another
    if len(X) < 30:
        return 1.0
    total = max(float(np.sum((y - y.mean(0)) ** 2)), 1e-300)
    return float(max(1 - np.sum((y - guess) ** 2) / total for guess in forecasts(case)))


def _foretells(guess: np.ndarray, y: np.ndarray) -> bool:
    """More than a twentieth of the variation, or a correlation beyond chance's."""
    off, mean = y - guess, y - y.mean(0)
    if 1 - np.sum(off**2) / np.sum(mean**2) > 0.05:
        return True
    return correlation(guess, y) > max(3.5 * chance(y), 0.06)


def correlation(guess: np.ndarray, y: np.ndarray) -> float:
    """Of forecasts and targets, over all columns."""
    g, mean = guess - guess.mean(0), y - y.mean(0)
    size = np.sqrt(np.sum(g**2) * np.sum(mean**2))
    return float(np.sum(g * mean) / size) if size > 0 else 0.0


def chance(y: np.ndarray) -> float:
    """The deviation of a correlation with targets in a random order."""
    return float(1 / np.sqrt(len(y) * max(y.shape[1] - 1, 1)))


def trace(case: Case) -> list[Finding]:
    """Labels of which X tells too little to learn from, but more than of labels of other rows."""
    X, y = columns(case, np.unique(np.linspace(0, case.n - 1, min(case.n, MOST)).astype(int)))
    if not classes(case) or len(X) < 30 or X.shape[1] == 0:
        return []
    clear = beyond_chance(X, y)
    if clear <= 0:
        return []
    return [Finding(
        "labels_wrong", "y", "most of what X would tell of the labels is lost: many must be wrong",
        f"labels of like rows are more alike, by {number(clear)} deviations, than in the luckiest of "
        f"{ORDERS} random orders; labels of other rows would not be",
        "look at how the labels were made; correct or drop the doubtful ones", 0.5, 66.5)]  # fmt: skip


def at_odds(case: Case) -> list[Finding]:
    """Rows of which each part foretells itself, and the one part the opposite of the other.

    As where two lists are joined whose labels mean the contrary.
    """
    X, y = columns(case)
    for cut in (len(X) // 2, len(X) // 3, 2 * len(X) // 3):
        parts = (np.arange(cut), np.arange(cut, len(X)))
        if min(map(len, parts)) < 30 or any(not np.ptp(y[part], axis=0).any() for part in parts):
            continue
        within = min(max(correlation(g, y[part]) for g in foretold(X[part], y[part])) for part in parts)
        fits = [_ridge(X, y, *parts, 0.01), _ridge(X, y, *parts[::-1], 0.01)]
        across = max(correlation(g, y[part]) for g, part in zip(fits, parts[::-1], strict=True))
        if within < 0.4 or across > -0.5 * within:
            continue
        return [Finding(
            "labels_wrong", "y", "one part of the rows says the contrary of the other",
            f"before row {case.judged[cut]} and after it forecasts correlate with the labels by "
            f"{number(within)} and more, from one part to the other by {number(across)}",
            "look at where the two parts came from, and give their labels one meaning",
            0.8, 66.5)]  # fmt: skip
    return []


def _network_foretells(X: np.ndarray, y: np.ndarray) -> bool:
    """Two layers of 32 units on two thirds of the rows, judged on the rest."""
    rng = np.random.default_rng(2)
    d, out = X.shape[1], y.shape[1]
    t = (y - y.mean(0)) / np.where(y.std(0) > 0, y.std(0), 1)
    first, second = rng.standard_normal((d, 32)) / np.sqrt(d), rng.standard_normal((32, 32)) / 6
    leaves = [first, np.zeros(32), second, np.zeros(32), np.zeros((32, out)), np.zeros(out)]
    layers = [Layer(0, 1, "io"), Layer(2, 3, "io", "tanh"), Layer(4, 5, "io", "tanh")]
    order = np.random.default_rng(1).permutation(len(X))
    test, train = order[: len(X) // 3], order[len(X) // 3 :]
    best = fit(
        Net(layers, "identity", "squared", 1.0), leaves, (X[train], t[train], X[test], t[test]), 600, 0.01
    )
    return bool(best < 0.92 * np.mean(np.sum(t[test] ** 2, 1)))


def columns(case: Case, rows: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The judged rows, or others, standardised, and their targets: one column each, or a column a class."""
    rows = case.judged if rows is None else rows
    if "columns" not in case.kept:
        case.kept["columns"] = inputs(case), targets(case) if not classes(case) else by_class(case)
    X, y = (x[rows] for x in case.kept["columns"])
    deviation = X.std(0)
    return (X - X.mean(0))[:, deviation > 0] / deviation[deviation > 0], y


def by_class(case: Case) -> np.ndarray:
    """Whether a row is of a class, one column a class."""
    y = np.asarray(case.y, float).reshape(case.n, -1)
    return (y == (np.unique(y)[None, :] if y.shape[1] == 1 else y.max())).astype(float)


def forecasts(case: Case) -> list[np.ndarray]:
    """The guesses of the judged rows' targets, made once."""
    if "forecasts" not in case.kept:
        case.kept["forecasts"] = foretold(*columns(case))
    found: list[np.ndarray] = case.kept["forecasts"]
    return found


def foretold(X: np.ndarray, y: np.ndarray, folds: int = FOLDS) -> list[np.ndarray]:
    """Targets of all rows, each foretold from the folds it is not in, in four ways."""
    order = np.random.default_rng(0).permutation(len(X))
    parts = [order[i::folds] for i in range(folds)]
    out = [np.zeros(y.shape) for _ in range(4)]
    for part, found in zip(parts, from_others(X, y, parts), strict=True):
        for whole, guess in zip(out, found, strict=True):
            whole[part] = guess
    return out


def from_others(X: np.ndarray, y: np.ndarray, parts: list[np.ndarray]) -> Iterator[list[np.ndarray]]:
    """Targets of each part of the rows, foretold from all rows that are not in it, in four ways."""
    main, features = _main(X), _features(X)
    for part in parts:
        rest = np.setdiff1d(np.arange(len(X)), part)
        yield [*_by_neighbours(main, y, rest, part), _ridge(X, y, rest, part, 0.01),
               _ridge(features, y, rest, part, 0.1)]  # fmt: skip


def _by_neighbours(X: np.ndarray, y: np.ndarray, rest: np.ndarray, part: np.ndarray) -> list[np.ndarray]:
    """The mean of the five and of the twenty nearest rows."""
    squares = (X**2).sum(1)
    distance = squares[part][:, None] + squares[rest][None] - 2 * X[part] @ X[rest].T
    near = np.argsort(distance, 1)
    return [y[rest][near[:, :k]].mean(1) for k in (5, min(20, max(len(rest) // 8, 5)))]


def _main(X: np.ndarray) -> np.ndarray:
    """Rows of many columns along their main directions."""
    return X if X.shape[1] <= 20 else np.asarray(X @ np.linalg.svd(X, full_matrices=False)[2][:12].T)


def _ridge(A: np.ndarray, y: np.ndarray, rest: np.ndarray, part: np.ndarray, weight: float) -> np.ndarray:
    A = np.column_stack([A, np.ones(len(A))])
    gram = A[rest].T @ A[rest] + weight * len(rest) * np.eye(A.shape[1])
    return np.asarray(A[part] @ np.linalg.solve(gram, A[rest].T @ y[rest]))


def _features(X: np.ndarray) -> np.ndarray:
    """Cosines of random projections, as wide as the rows are apart."""
    rng = np.random.default_rng(3)
    W = rng.standard_normal((X.shape[1], 150)) / np.sqrt(X.shape[1])
    return np.asarray(np.cos(1.5 * X @ W + rng.uniform(0, 2 * np.pi, 150)))


def rare(case: Case) -> bool:
    """Whether one class has so few rows that neighbours say nothing of it."""
    if not classes(case):
        return False
    return bool(np.unique(kinds(case.y), return_counts=True)[1].min() < 0.05 * case.n)


def contradicted(case: Case) -> list[Finding]:
    """Labels that are foretold wrongly as often where the forecast is surest as anywhere else.

    Where classes overlap, the errors of a forecast thin out away from the border; exchanged labels lie
    everywhere alike. Of several labels a row, half have to be so, and all together.
    """
    X, _ = columns(case)
    asked = list(_questions(case)) if len(X) >= 60 else []
    if not asked:
        return []
    case.tried.append("each row's label against a forecast made without it")
    often, there, odd = np.mean([_errs(X, y, guesses) for y, guesses in asked], axis=0)
    if odd < 0.5 or there < 0.6 * often:
        return []
    return [Finding("labels_wrong", "y", "many labels contradict what all rows around them say",
                    f"a forecast made without the row errs on {number(100 * often)} % of the labels, and on "
                    f"{number(100 * there)} % where it is surest",
                    "look at these rows and correct or drop them", 0.8, 55)]  # fmt: skip


def _questions(case: Case) -> Iterator[tuple[np.ndarray, list[np.ndarray]]]:
    """What is asked of each row, as tables of a column a class, and the forecasts of it.

    Bits that rise to a level are one question, the level's upper half or its lower: neighbouring levels
    overlap, and forecasts of each for itself err all over. Other bits are as many questions.
    """
    X, y = columns(case)
    if classes(case):
        yield y, forecasts(case)
        return
    if y.shape[1] < 2 or len(np.unique(y)) != 2:
        return
    bits = (y == y.max()).astype(float)
    steps = np.diff(bits, axis=1)
    if (steps <= 0).all() or (steps >= 0).all():
        bits = bits[:, [int(np.abs(bits.mean(0) - 0.5).argmin())]]
    guesses = foretold(X, bits)
    for j in range(bits.shape[1]):
        yield _two(bits, j), [_two(guess, j) for guess in guesses]


def _two(bits: np.ndarray, j: int) -> np.ndarray:
    return np.column_stack([1 - bits[:, j], bits[:, j]])


def _errs(X: np.ndarray, y: np.ndarray, guesses: list[np.ndarray]) -> tuple[float, float, bool]:
    """How often the best forecast errs, how often where it is surest, and whether labels must be wrong."""
    own = y.argmax(1)
    guess = max(guesses, key=lambda guess: float(np.mean(guess.argmax(1) == own)))
    wrong, ranked = guess.argmax(1) != own, np.sort(guess, 1)
    surest = np.argsort(ranked[:, -2] - ranked[:, -1], kind="stable")[: int(0.3 * len(own))]
    often, there, most = float(wrong.mean()), float(wrong[surest].mean()), float(y.mean(0).max())
    thinner = 0.6 * often + 1.65 * np.sqrt(0.6 * often * (1 - 0.6 * often) / len(surest))
    if _all_over(wrong, ranked[:, -1] - ranked[:, -2], y.mean(0)):
        return often, there, True
    if there < 0.14 or there < thinner:
        return often, there, False
    clear = 1 - often >= most + 0.1
    if often > 0.36:
        clear &= often <= 0.6 and len(surest) >= 90 and there >= 0.85 * often and 1 - often >= 1.6 * most
    return often, there, bool(clear or _hardly(X, y, often, there))


def _all_over(wrong: np.ndarray, sure: np.ndarray, shares: np.ndarray) -> bool:
    """Whether errors lie as often among surer forecasts as among others, by the order of all rows.

    Of two overlapping classes an error is less sure than a hit with the chance that is taken from here: of
    normal ones, foretold as well as can be; more classes hide fewer of theirs. Few rows spread it.
    """
    often = float(wrong.mean())
    as_of_two = often * 0.5 / max(float(1 - np.sum(shares**2)), 0.5)
    if often < 0.14 or as_of_two > 0.27 or 1 - often < shares.max() + 0.1 or wrong.sum() < 25:
        return False
    ahead = sure[wrong][:, None] - sure[~wrong][None]
    below = float(np.mean((ahead < 0) + 0.5 * (ahead == 0)))
    spread = np.sqrt((1 / wrong.sum() + 1 / (~wrong).sum()) / 12)
    return bool(below < 0.86 - 0.75 * as_of_two - 2.5 * spread)


def _hardly(X: np.ndarray, y: np.ndarray, often: float, there: float) -> bool:
    """Whether what X tells is next to nothing, and no surer anywhere: too little for classes that overlap."""
    guesses = foretold(X, y)
    share = 1 - min(np.sum((y - guess) ** 2) for guess in guesses) / np.sum((y - y.mean(0)) ** 2)
    some = max(correlation(guess, y) for guess in guesses) >= TRACE * chance(y)
    usual = np.sqrt(often * (1 - often) / (0.3 * len(y)))
    return some and len(y) >= 300 and share < 0.05 and there > often - usual
