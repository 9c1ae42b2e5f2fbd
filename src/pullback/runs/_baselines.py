"""What a network is compared with, on the same rows: gradient boosting, a linear model, the mean."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from threadpoolctl import threadpool_limits

from pullback.data import Frame
from pullback.typing import Array

CHUNK = 16_384
"""Rows of the linear models' columns made at a time."""


@dataclass
class Coded:
    """A table as the baselines take it, learned from the training rows.

    Attributes
    ----------
    X : Frame
    columns : `tabular.Columns`
        Gaps filled and categories as columns of 0 and 1, for the linear models.
    mean, scale : arrays
        Of those columns.
    """

    X: Frame
    columns: Any
    mean: Array
    scale: Array

    def linear(self, rows: Array) -> Array:
        """Standardised columns `(n_rows, n_columns)`."""
        return (_plain(self.columns, self.X.take(rows)) - self.mean) / self.scale

    def trees(self, rows: Array) -> Array:
        """Numbers with NaN for gaps, and the codes of categories `(n_rows, n_columns)`."""
        frame = self.X.take(rows)
        return np.stack([_codes(a, known) for a, known in zip(frame.arrays, self.columns.levels)], axis=1)


def encode(X: Frame, train: Array) -> Coded:
    """Learn the coding of columns from the training rows."""
    from pullback.tabular import Columns

    shown = X.take(train)
    columns = Columns.fit(list(shown.arrays), list(X.columns))
    first = _plain(columns, shown.take(slice(0, 1)))
    total, squares = np.zeros(first.shape[1]), np.zeros(first.shape[1])
    for start in range(0, len(shown), CHUNK):
        part = _plain(columns, shown.take(slice(start, start + CHUNK))) - first
        total += part.sum(axis=0)
        squares += (part * part).sum(axis=0)
    mean = total / len(shown)
    scale = np.sqrt(np.maximum(squares / len(shown) - mean**2, 0.0))
    return Coded(X, columns, mean + first[0], np.where(scale > 1e-12 * np.abs(first[0] + 1), scale, 1.0))


ONE_THREAD = 1_000_000
"""Cells below which several threads gain nothing, and wait for each other where the machine is busy."""


class Baseline(Protocol):
    """Fitted on the training rows of a coded table; predicts numbers, or probabilities."""

    def fit(self, coded: Coded, rows: Array, y: Array) -> Self: ...

    def predict(self, coded: Coded, rows: Array) -> Array: ...


def baselines(labels: bool, seed: int) -> dict[str, Baseline]:
    """By name, in the order of the table."""
    if labels:
        return {
            "gradient boosting": _Trees(True, seed),
            "logistic regression": _Logistic(),
            "majority class": _Most(),
        }
    return {"gradient boosting": _Trees(False, seed), "least squares": _Line(), "mean": _Mean()}


class _Trees:
    """scikit-learn's histogram gradient boosting, with its defaults."""

    def __init__(self, labels: bool, seed: int) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        self.kind = HistGradientBoostingClassifier if labels else HistGradientBoostingRegressor
        self.labels, self.seed = labels, seed

    def fit(self, coded: Coded, rows: Array, y: Array) -> Self:
        texts = [levels is not None for levels in coded.columns.levels]
        self.model = self.kind(categorical_features=texts if any(texts) else None, random_state=self.seed)
        if self.labels and np.bincount(y)[np.unique(y)].min() < 2:
            self.model.set_params(early_stopping=False)  # its own validation rows need two of each class
        X = coded.trees(rows)
        with threadpool_limits(1 if X.size < ONE_THREAD else None, "openmp"):
            self.model.fit(X, y)
        return self

    def predict(self, coded: Coded, rows: Array) -> Array:
        X = coded.trees(rows)
        with threadpool_limits(1 if X.size < ONE_THREAD else None, "openmp"):
            return np.asarray(self.model.predict_proba(X) if self.labels else self.model.predict(X))


class _Line:
    """Least squares with a constant, from sums over stretches of rows."""

    def fit(self, coded: Coded, rows: Array, y: Array) -> Self:
        self.constant = y.mean()
        gram, right = 0.0, 0.0
        for start in range(0, len(rows), CHUNK):
            X = coded.linear(rows[start : start + CHUNK])
            gram, right = gram + X.T @ X, right + X.T @ (y[start : start + CHUNK] - self.constant)
        self.weights = np.linalg.lstsq(gram, right, rcond=1e-12)[0]
        return self

    def predict(self, coded: Coded, rows: Array) -> Array:
        parts = [rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK)]
        return np.concatenate([coded.linear(part) @ self.weights for part in parts]) + self.constant


class _Logistic:
    """Logistic regression, with scikit-learn's penalty."""

    def fit(self, coded: Coded, rows: Array, y: Array) -> Self:
        from sklearn.linear_model import LogisticRegression

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a baseline that stops after 300 rounds is one all the same
            self.model = LogisticRegression(max_iter=300).fit(coded.linear(rows), y)
        return self

    def predict(self, coded: Coded, rows: Array) -> Array:
        return np.asarray(self.model.predict_proba(coded.linear(rows)))


class _Mean:
    """The mean of the training rows."""

    def fit(self, coded: Coded, rows: Array, y: Array) -> Self:
        self.value = y.mean()
        return self

    def predict(self, coded: Coded, rows: Array) -> Array:
        return np.full(len(rows), self.value)


class _Most:
    """The shares of the classes in the training rows, so that the commonest is predicted."""

    def fit(self, coded: Coded, rows: Array, y: Array) -> Self:
        self.shares = np.bincount(y) / len(y)
        return self

    def predict(self, coded: Coded, rows: Array) -> Array:
        return np.tile(self.shares, (len(rows), 1))


def _plain(columns: Any, frame: Frame) -> Array:
    return np.concatenate(columns.transform(list(frame.arrays)), axis=1)


def _codes(column: Array, levels: list[str] | None) -> Array:
    """Numbers as they are; texts as their places among the known ones, NaN for others."""
    if levels is None:
        return column
    place = {level: float(i) for i, level in enumerate(levels)}
    return np.array([np.nan if cell is None else place.get(cell, np.nan) for cell in column])
