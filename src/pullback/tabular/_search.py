"""Nearest points: by SciPy's tree where SciPy is there, by blocks of distances where only NumPy is."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.tabular._threads import workers
from pullback.typing import Array

_CELLS = 1 << 22
"""Distances held at a time: 32 MiB."""


class Blocks:
    """Points `(n_points, n_columns)` that are searched through whole, a block of questions at a time.

    Examples
    --------
    >>> Blocks(np.array([[0.0], [1.0], [3.0]])).query(np.array([[0.9]]), 2)
    (array([[0.1, 0.9]]), array([[1, 0]]))
    """

    def __init__(self, points: Array) -> None:
        self.points = points
        self.center = points.mean(axis=0)  # near zero less is lost by the expansion of the square
        self.away = points - self.center
        self.squares = np.einsum("ij,ij->i", self.away, self.away)

    def query(self, X: Array, k: int, workers: int = 1) -> tuple[Array, Array]:
        """Distances, rising, and numbers of points `(n_rows, k)`, as `scipy.spatial.cKDTree.query` says."""
        del workers
        rows = max(1, _CELLS // len(self.points))
        found = [self._block(X[i : i + rows], k) for i in range(0, len(X), rows)]
        if not found:
            return np.zeros((0, k)), np.zeros((0, k), int)
        return np.concatenate([d for d, _ in found]), np.concatenate([i for _, i in found])

    def _block(self, X: Array, k: int) -> tuple[Array, Array]:
        """A few more than k by the expanded square, the k of them by the exact distance."""
        near = self.squares - 2.0 * ((X - self.center) @ self.away.T)
        wide = min(len(self.points), k + 8)
        index = np.arange(len(self.points))[None].repeat(len(X), 0)
        if wide < len(self.points):
            index = np.argpartition(near, wide - 1, axis=1)[:, :wide]
        gap = X[:, None, :] - self.points[index]
        distance = np.sqrt(np.einsum("nkc,nkc->nk", gap, gap))
        order = np.argsort(distance, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(distance, order, 1), np.take_along_axis(index, order, 1)


def search_tree(points: Array) -> Any:
    """What answers `query(X, k)` about these points."""
    try:
        from scipy.spatial import cKDTree
    except ImportError:
        return Blocks(points)
    return cKDTree(points)


class Nearest:
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
