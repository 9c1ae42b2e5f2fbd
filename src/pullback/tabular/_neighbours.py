"""Features from neighbours: what the targets of the nearest training rows say, by their means and by kriging.

The metric is a weight for every column, found by coordinate search: it is the one under which a training
row's target is best foretold by its neighbours, the row itself left out. Nothing but training rows is
read. Targets that were permuted find no metric, and gain nothing on other rows (a test says so).
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from pullback.tabular._kriging import Kernel, fit_kernel, krige
from pullback.tabular._search import Nearest
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
    kernel : Kernel or None
        Of kriging, where that is asked for.
    near : int
        Neighbours that kriging asks.

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
    kernel: Kernel | None = None
    near: int = 0
    trees: list[Any] = dataclasses.field(default_factory=list, repr=False)

    @classmethod
    def fit(
        cls,
        X: Array,
        Y: Array,
        rng: np.random.Generator,
        *,
        rounds: int = 4,
        rows: int = 4000,
        kriging: int = 0,
    ) -> Neighbours | None:
        """Find the metric on training rows `(n_rows, n_columns)`, scaled, with targets `(n_rows, n_outputs)`.

        With `kriging`, its kernel too, which will ask so many neighbours.

        None where no metric foretells better than the mean, or there are too few rows to ask.
        """
        if len(X) < 4 * K or not X.shape[1]:
            return None
        weights = search_metric(X, Y, rng, rounds=rounds, rows=rows)
        if weights is None:
            return None
        core = np.where(weights >= weights.max() / 2, weights, 0.0)
        metrics = [weights] if np.array_equal(core, weights) else [weights, core]
        kernel = fit_kernel(X, Y, importances(X, Y), rng, rows=rows) if kriging else None
        near = min(kriging, len(X) - 1) if kernel is not None else 0
        return cls(np.asarray(X, np.float32), np.asarray(Y, np.float32), np.array(metrics), kernel, near)

    def to_arrays(self) -> list[Array]:
        """What a file keeps."""
        kriging = [] if self.kernel is None else [self.kernel.to_array(), np.array(self.near)]
        return [self.points, self.targets, self.weights, *kriging]

    @classmethod
    def from_arrays(cls, arrays: list[Array]) -> Neighbours:
        """What `to_arrays` wrote."""
        if len(arrays) == 3:
            return cls(*arrays)
        points, targets, weights, kernel, near = arrays
        return cls(points, targets, weights, Kernel.from_array(kernel), int(near))

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
        if self.kernel is not None:
            index = self.search_of_kernel().nearest(X, self.near, own)[1]
            mean, variance = krige(self.kernel, self.points, self.targets, X, index)
            parts += [mean, np.sqrt(variance)[:, None]]
        return np.concatenate(parts, axis=1)

    def search_of_kernel(self) -> Any:
        """What finds the nearest training rows in the first metric of the kernel."""
        return self._made()[-1]

    def searches(self) -> list[Any]:
        """For each metric what finds the nearest training rows."""
        return self._made()[: len(self.weights)]

    def _made(self) -> list[Any]:
        """The searches, made once."""
        kernel = [] if self.kernel is None else [self.kernel.weights[0]]
        self.trees = self.trees or [Nearest(self.points, w) for w in (*self.weights, *kernel)]
        return self.trees

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of metrics and of features."""
        n_outputs = self.targets.shape[1]
        more = 0 if self.kernel is None else n_outputs + 1
        return len(self.weights), len(self.weights) * (2 * n_outputs + 1) + more


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
    distance, index = Nearest(X, weights).nearest(X[rows], k, True, rows)
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
