"""The founding notebook's `importData`, with the scaling fitted after the split."""

from __future__ import annotations

import numpy as np

from pullback.data._load import load_california
from pullback.data._split import research_split
from pullback.data._standardize import Standardizer
from pullback.data._table import Table
from pullback.typing import Array


def import_data(table: Table | None = None) -> tuple[Array, Array, Array, Array]:
    """Rows ready for a network written by hand: `X_train, y_train, X_test, y_test`.

    Features and target are standardised by the training rows' mean and scale; the first column
    of both `X` is ones, for the bias. The test rows are those of `research_split`, and all
    others train.

    Parameters
    ----------
    table : Table, optional
        By default California Housing: 16,512 and 4,128 rows, 9 columns.

    Returns
    -------
    X_train, y_train, X_test, y_test : float64 arrays
        Of shapes (n_train, n_features + 1), (n_train,), (n_test, n_features + 1), (n_test,).

    Raises
    ------
    DataError
        Where California Housing is not at hand.

    Examples
    --------
    >>> X_train, y_train, X_test, y_test = import_data(load_diabetes())  # doctest: +SKIP
    >>> X_train.shape, y_test.shape  # doctest: +SKIP
    ((353, 11), (89,))
    """
    table = load_california() if table is None else table
    train, val, test = research_split(len(table.y))
    fitted = np.concatenate([val, train])
    features, target = Standardizer.fit(table.X[fitted]), Standardizer.fit(table.y[fitted])

    def ready(rows: Array) -> tuple[Array, Array]:
        X = np.insert(features.transform(table.X[rows]), 0, 1.0, axis=1)
        return X, target.transform(table.y[rows])

    return *ready(fitted), *ready(test)
