"""Prediction with NumPy alone: a model's file in, predictions out.

It runs the same code as the estimators do from columns to outputs; scikit-learn, SciPy, safetensors, optree
and a compiler need not be there. Without SciPy neighbours are found by blocks of distances.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pullback.errors import ArgumentError
from pullback.tabular import _answers
from pullback.tabular._encode import check_infinite, columns_of, is_frame
from pullback.tabular._file import Stored, read
from pullback.tabular._recipe import Network, widened
from pullback.typing import Array


def load_model(path: str | os.PathLike[str], activation: Any = None) -> Predictor:
    """A predictor from the file that an estimator's `save` wrote; it needs NumPy alone.

    Parameters
    ----------
    path : path
    activation : callable, optional
        The function that the model was trained with, where it was the user's own.

    Raises
    ------
    FileError
        Naming the file and what is wrong with it.

    Examples
    --------
    >>> model = load_model("model.safetensors")  # doctest: +SKIP
    >>> model.predict({"age": [31.0, None], "town": ["Ulm", "Bonn"]})  # doctest: +SKIP
    """
    return Predictor(read(path, activation))


class Predictor:
    """A fitted model that predicts, and does nothing else.

    Attributes
    ----------
    feature_names : list of str
    classes_ : array or None
        Of a classifier.
    settings : dict
        The estimator's arguments, as far as a file can say them.
    facts : dict
        What the fit was like: rows, columns, metrics on the validation rows.
    """

    def __init__(self, stored: Stored) -> None:
        self.feature_names = stored.columns.names
        self.classes_ = stored.classes
        self.settings, self.facts = stored.settings, stored.facts
        self._stored = stored
        self._networks = [_ready(network) for network in stored.networks]

    def predict(self, X: Any) -> Array:
        """Predictions in the target's units, or the most probable classes.

        Parameters
        ----------
        X : table
            pandas, polars, a dict of columns by name, or rows `(n_rows, n_features)`; None and NaN are
            missing.

        Returns
        -------
        `(n_rows,)` or `(n_rows, n_outputs)` array, as `y` was in `fit`.
        """
        if self.classes_ is not None:
            return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])
        stored = self._stored
        assert stored.target is not None  # a file holds classes or a target
        levels = stored.settings.get("quantiles")
        return _answers.regression(self._outputs(X), stored.target, stored.link, levels, stored.flat)

    def predict_proba(self, X: Any) -> Array:
        """Probabilities `(n_rows, n_classes)`, in the order of `classes_`."""
        if self.classes_ is None:
            raise ArgumentError("predict_proba of a regressor", hint="predict(X)")
        return _answers.classification(self._outputs(X))

    def predict_quantiles(self, X: Any) -> Array:
        """Quantiles `(n_rows, n_levels)`, in the order that `quantiles` had."""
        levels = self._stored.settings.get("quantiles")
        if levels is None or self._stored.target is None:
            raise ArgumentError(
                "predict_quantiles of a model that was not fitted for quantiles",
                hint="MLPRegressor(quantiles=(0.05, 0.5, 0.95)).fit(X, y)",
            )
        return _answers.quantiles(self._outputs(X), self._stored.target, levels)

    def _outputs(self, X: Any) -> Array:
        columns = _columns(X, self.feature_names, self._stored.named)
        check_infinite(columns, self.feature_names)
        numbers, plain = self._stored.columns.transform(columns)
        return np.concatenate([network.outputs(numbers, plain) for network in self._networks])

    def __repr__(self) -> str:
        return f"<Predictor: {self._stored.name} of {', '.join(self.feature_names)}>"


def _ready(network: Network) -> Network:
    """The network with its parameters in float64 once, rather than at every call."""
    return Network(network.inputs, widened(network.params), network.activation, [], 0)


def _columns(X: Any, names: Sequence[str], named: bool) -> list[Array]:
    """The columns of a table in the order of `names`, checked."""
    if isinstance(X, Mapping):
        _refuse_names(list(X), names, ordered=False)
        table = [np.asarray(X[name], object) for name in names]
        if len({len(column) for column in table}) != 1:
            raise ArgumentError(
                "the columns of X are not equally long",
                got=", ".join(f"{n}: {len(c)}" for n, c in zip(names, table, strict=True)),
            )
        return columns_of(np.stack(table, 1))
    if is_frame(X):
        if named:
            _refuse_names([str(name) for name in X.columns], names, ordered=True)
        _refuse_count(X.shape, names)
        return columns_of(X)
    try:
        rows = np.asarray(X)
    except ValueError:
        raise ArgumentError("X is no table: its rows are not equally long") from None
    if rows.dtype.kind in "USO":
        rows = np.asarray(X, object)
    _refuse_count(rows.shape, names)
    return columns_of(rows)


def _refuse_names(given: list[str], names: Sequence[str], *, ordered: bool) -> None:
    missing = [name for name in names if name not in given]
    more = [name for name in given if name not in names]
    if missing or more or (ordered and given != list(names)):
        facts = [f"missing: {', '.join(missing)}"] * bool(missing) + [
            f"unknown: {', '.join(map(str, more))}"
        ] * bool(more)
        raise ArgumentError(
            "the columns of X are not those of fit",
            expected=", ".join(names),
            got="; ".join(facts) or f"another order: {', '.join(given)}",
        )


def _refuse_count(shape: tuple[int, ...], names: Sequence[str]) -> None:
    if len(shape) != 2 or shape[1] != len(names) or not shape[0]:
        raise ArgumentError(
            "X has another shape than a table of the model's columns",
            expected=f"(n_rows, {len(names)}), one row at the least: {', '.join(names)}",
            got=f"shape {shape}",
        )
