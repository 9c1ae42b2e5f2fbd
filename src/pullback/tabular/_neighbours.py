"""Features from neighbours: what the targets of the nearest training rows say.

The metric is a weight for every column, found by coordinate search: it is the one under which a training
row's target is best foretold by its neighbours, the row itself left out. Nothing but training rows is
read. Targets that were permuted find no metric, and gain nothing on other rows (a test says so).
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from pullback.tabular._search import search_tree
from pullback.tabular._threads import workers
from pullback.typing import Array

K = 24
"""Neighbours of the widest mean; the narrowest takes a third of them."""

_FACTORS = (0.0, 1 / 3, 3.0)
_FINE = (0.0, 0.6, 1.7)


@dataclasses.dataclass
class Neighbours:
    """Neighbour features under one or more metrics.

    Attributes
    ----------
    points : `(n_rows, n_columns)` float32 array
        The training rows, on a common scale.
    targets : `(n_rows, n_outputs)` float32 array
    weights : `(n_metrics, n_columns)` array
        The metric whole, and its core: the columns of at least half the greatest weight.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((500, 3))
    >>> near = Neighbours.fit(X, np.sin(3 * X[:, :1]), rng)
    >>> int(near.weights[0].argmax()), near.transform(X[:2]).shape
    (0, (2, 3))
    """

    points: Array
    targets: Array
    weights: Array
    trees: list[Any] = dataclasses.field(default_factory=list, repr=False)

    @classmethod
    def fit(
        cls, X: Array, Y: Array, rng: np.random.Generator, *, rounds: int = 4, rows: int = 4000
    ) -> Neighbours | None:
        """Find the metric on training rows `(n_rows, n_columns)`, scaled, with targets `(n_rows, n_outputs)`.

        None where no metric foretells better than the mean, or there are too few rows to ask.
        """
        if len(X) < 4 * K or not X.shape[1]:
            return None
        weights = search_metric(X, Y, rng, rounds=rounds, rows=rows)
        if weights is None:
            return None
        core = np.where(weights >= weights.max() / 2, weights, 0.0)
        metrics = [weights] if np.array_equal(core, weights) else [weights, core]
        return cls(np.asarray(X, np.float32), np.asarray(Y, np.float32), np.array(metrics))

    def transform(self, X: Array) -> Array:
        """Features `(n_rows, n_features)` of rows that were not trained on."""
        return self._features(X, own=False)

    def training_features(self) -> Array:
        """Features of the training rows, each left out of its own neighbours."""
        return self._features(self.points, own=True)

    def _features(self, X: Array, own: bool) -> Array:
        parts = []
        for search in self.searches():
            distance, index = search.nearest(X, K, own)
            for k in (K // 3, K):
                parts.append(_mean(distance[:, :k], self.targets[index[:, :k]]))
            parts.append(np.log(distance[:, K // 3 - 1 :: K] + 1e-9)[:, :1])
        return np.concatenate(parts, axis=1)

    def searches(self) -> list[Any]:
        """For each metric what finds the nearest training rows; made once."""
        self.trees = self.trees or [_Search(self.points, w) for w in self.weights]
        return self.trees

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of metrics and of features."""
        return len(self.weights), len(self.weights) * (2 * self.targets.shape[1] + 1)


class _Search:
    """Nearest rows under one metric; rows are found by themselves, and then left out, by number."""

    def __init__(self, points: Array, weights: Array) -> None:
        self.columns = np.flatnonzero(weights)
        self.weights = weights[self.columns]
        self.tree = search_tree(self._place(points))

    def _place(self, X: Array) -> Array:
        return np.asarray(X, np.float64)[:, self.columns] * self.weights

    def nearest(self, X: Array, k: int, own: bool, rows: Array | None = None) -> tuple[Array, Array]:
        """Distances and row numbers `(n_rows, k)`; with `own`, X are the rows of the tree (or `rows`)."""
        distance, index = self.tree.query(self._place(X), k + own, workers=workers())
        if not own:
            return distance, index
        mine = index == (np.arange(len(X)) if rows is None else rows)[:, None]
        mine[~mine.any(axis=1), -1] = True  # among many equal rows, the furthest goes instead
        return distance[~mine].reshape(-1, k), index[~mine].reshape(-1, k)


def search_metric(
    X: Array, Y: Array, rng: np.random.Generator, *, rounds: int = 4, rows: int = 4000, columns: int = 24
) -> Array | None:
    """Column weights `(n_columns,)` of the metric under which neighbours foretell best, or None.

    Starts from tree importances; the `columns` of greatest importance take part. In each round every
    weight is tried at nothing and at two other sizes, and what lowers the leave-one-out error over
    `rows` of the training rows, among four times as many, is kept.
    """
    weights = importances(X, Y)
    weights[np.argsort(-weights)[columns:]] = 0.0
    if not weights.any():
        return None
    pool = rng.permutation(len(X))[: 4 * rows]  # neighbours come from these, which bounds the time
    X, Y, asked = X[pool], Y[pool], np.arange(min(rows, len(pool)))
    scale = np.mean((Y - Y.mean(axis=0)) ** 2)
    best = loo_error(X, Y, weights, asked)
    for number in range(rounds):
        before = best
        for column in np.argsort(-weights)[: np.count_nonzero(weights)]:
            for factor in _FACTORS if number < 2 else _FINE:
                tried = weights.copy()
                tried[column] *= factor
                error = loo_error(X, Y, tried, asked)
                if error < best:
                    best, weights = error, tried
        if best > 0.998 * before:
            break
    return weights / weights.max() if best < 0.97 * scale else None


def loo_error(X: Array, Y: Array, weights: Array, rows: Array) -> float:
    """The mean squared error of these rows' targets by their neighbours', themselves left out."""
    if not weights.any():
        return np.inf
    k = 2 * K // 3
    distance, index = _Search(X, weights).nearest(X[rows], k, True, rows)
    return float(np.mean((_mean(distance, Y[index]) - Y[rows]) ** 2))


def importances(X: Array, Y: Array) -> Array:
    """The square roots of the columns' importances in a few random trees, `(n_columns,)`."""
    from sklearn.ensemble import ExtraTreesRegressor

    trees = ExtraTreesRegressor(10, min_samples_leaf=5, max_features=None, random_state=0)
    rows = slice(None) if len(X) <= 20_000 else np.random.default_rng(0).permutation(len(X))[:20_000]
    target = Y[rows, 0] if Y.shape[1] == 1 else Y[rows]
    found: Array = trees.fit(X[rows], target).feature_importances_
    return np.sqrt(found)


def _mean(distance: Array, targets: Array) -> Array:
    """Means over neighbours, weighted by inverse distance: `(n, k)` and `(n, k, m)` to `(n, m)`."""
    floor = 1e-3 * distance[:, -1:] + 1e-12  # a row's own, so that no other row changes its prediction
    weight = 1.0 / (distance + floor)
    return np.einsum("nk,nkm->nm", weight / weight.sum(axis=1, keepdims=True), targets)
