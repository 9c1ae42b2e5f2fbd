"""Turned axes: where two columns act together, bins along the directions between them.

Bins of single columns can only cut along the axes. The pair of columns whose joint effect is greatest,
beyond the sum of their own effects, is looked at from further angles, and each view is encoded as a column.
"""

from __future__ import annotations

import itertools

import numpy as np

from pullback.typing import Array

_ROWS = 6000
_COLUMNS = 12


def turned_axes(X: Array, Y: Array, rng: np.random.Generator, *, angles: int = 8) -> Array:
    """Directions `(n_columns, n_directions)` between the two columns that interact most.

    What an additive model of half the rows leaves is foretold, on the other half, by a tree of each pair of
    columns (the 12 of greatest importance); the best pair is turned where it foretells a hundredth of the
    target's variance or more. Else, or with fewer than 500 rows, there are no directions.

    Parameters
    ----------
    X : `(n_rows, n_columns)` array of training rows, on a common scale
    Y : `(n_rows, n_outputs)` array, standardised
    angles : int
        Steps of half a turn; those that fall on a column's own axis are left out.

    Examples
    --------
    >>> X = np.random.default_rng(0).uniform(-1, 1, (2000, 3))
    >>> turned_axes(X, np.sign(X[:, :1] * X[:, 2:]), np.random.default_rng(0), angles=4).round(2).T
    array([[ 0.71,  0.  ,  0.71],
           [-0.71,  0.  ,  0.71]])
    """
    none = np.zeros((X.shape[1], 0))
    if len(X) < 500 or X.shape[1] < 2 or angles < 2:
        return none
    gain, i, j = _strongest_pair(X, _leading(Y), rng)
    if gain < 0.01:
        return none
    turns = np.pi * np.arange(1, angles) / angles
    turns = turns[2 * np.arange(1, angles) != angles]  # a right angle is the other column itself
    directions = np.zeros((X.shape[1], len(turns)))
    directions[i], directions[j] = np.cos(turns), np.sin(turns)
    return directions


def _leading(Y: Array) -> Array:
    """The targets along the direction in which they vary most, of variance one."""
    centred = Y - Y.mean(axis=0)
    y = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    return np.asarray(y / (y.std() or 1.0))


def _strongest_pair(X: Array, y: Array, rng: np.random.Generator) -> tuple[float, int, int]:
    """The share of the variance that the best pair foretells beyond an additive model, and the pair."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.tree import DecisionTreeRegressor

    from pullback.tabular._neighbours import importances

    rows = rng.permutation(len(X))[:_ROWS]
    X, y = X[rows], y[rows]
    half = len(X) // 2
    additive = HistGradientBoostingRegressor(
        max_iter=60, max_leaf_nodes=4, interaction_cst="no_interactions", early_stopping=False, random_state=0
    )
    rest = y - additive.fit(X[:half], y[:half]).predict(X)
    before = np.mean(rest[half:] ** 2)
    columns = list(range(X.shape[1]))
    if X.shape[1] > _COLUMNS:
        columns = sorted(np.argsort(-importances(X, y[:, None]))[:_COLUMNS].tolist())
    found = []
    for i, j in itertools.combinations(columns, 2):
        tree = DecisionTreeRegressor(max_leaf_nodes=64, min_samples_leaf=10, random_state=0)
        foretold = tree.fit(X[:half, [i, j]], rest[:half]).predict(X[half:, [i, j]])
        found.append((float(before - np.mean((foretold - rest[half:]) ** 2)), i, j))
    return max(found)
