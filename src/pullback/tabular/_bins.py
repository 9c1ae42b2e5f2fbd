"""Piecewise-linear encoding: how far a number has got through each bin of its column.

Gorishniy, Rubachev, Babenko, "On embeddings for numerical features in tabular deep learning",
NeurIPS 2022. A column with edges e_0 < e_1 < ... becomes `clip((x - e_b) / (e_{b+1} - e_b), 0, 1)`.
"""

from __future__ import annotations

import numpy as np

from pullback.typing import Array


def quantile_edges(x: Array, n_bins: int) -> Array:
    """Edges of bins with as many rows each; fewer where values repeat.

    Examples
    --------
    >>> quantile_edges(np.arange(9.0), 2)
    array([0., 4., 8.])
    """
    return np.unique(np.quantile(x, np.linspace(0.0, 1.0, n_bins + 1)))


def tree_edges(x: Array, y: Array, n_bins: int, *, min_rows: int = 32, labels: bool = False) -> Array:
    """Edges where a decision tree of one column cuts, that is where the target changes.

    Parameters
    ----------
    x : `(n_rows,)` array
    y : `(n_rows,)` or `(n_rows, n_outputs)` array
    n_bins : int
        Leaves of the tree, at most.
    min_rows : int
        Rows in a leaf, at least.
    labels : bool
        Whether `y` are classes.
    """
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    if x[0] == x.min() == x.max():
        return np.array([x[0]])
    tree = DecisionTreeClassifier if labels else DecisionTreeRegressor
    fitted = tree(max_leaf_nodes=max(2, n_bins), min_samples_leaf=min_rows, random_state=0)
    cuts = fitted.fit(x[:, None], y).tree_
    inner = cuts.threshold[cuts.children_left >= 0]
    return np.unique(np.concatenate([[x.min(), x.max()], inner]))


def bins(
    X: Array, y: Array, n_bins: int, *, by: str = "tree", min_rows: int = 32, labels: bool = False
) -> tuple[Array, Array]:
    """The bins of all columns, padded to one number.

    Parameters
    ----------
    X : `(n_rows, n_columns)` array of training rows
    y : `(n_rows,)` or `(n_rows, n_outputs)` array
    by : "tree" or "quantile"
    min_rows : int
        Rows in a bin of a tree, at least, where there are many.

    Returns
    -------
    start, inverse : `(n_columns, n_bins)` float32 arrays
        Where each bin begins, and one over its width; bins that only pad have inverse 0.
    """
    rows = max(2, min(min_rows, len(X) // (2 * n_bins)))
    edges = [
        tree_edges(x, y, n_bins, min_rows=rows, labels=labels) if by == "tree" else quantile_edges(x, n_bins)
        for x in np.asarray(X, np.float64).T
    ]
    width = max([1, *(len(e) - 1 for e in edges)])
    start, inverse = np.zeros((2, len(edges), width), np.float32)
    for row, e in enumerate(edges):
        start[row, : len(e) - 1] = e[:-1]
        inverse[row, : len(e) - 1] = 1.0 / np.maximum(np.diff(e), 1e-6)
    return start, inverse


def encode(X: Array, start: Array, inverse: Array) -> Array:
    """Rows `(n_rows, n_columns)` as `(n_columns, n_rows, n_bins)`; can be traced.

    Examples
    --------
    >>> encode(np.array([[3.0]]), np.array([[0.0, 2.0]]), np.array([[0.5, 0.5]]))
    array([[[1. , 0.5]]])
    """
    z = (X.T[:, :, None] - start[:, None, :]) * inverse[:, None, :]
    return np.minimum(np.maximum(z, 0.0), 1.0)
