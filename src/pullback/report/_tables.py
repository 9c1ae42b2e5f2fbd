"""The final table of a run: how well each predictor does on each set of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pullback.typing import Array

Metrics = dict[str, dict[str, dict[str, float]]]

LABELS = {
    "rmse": "RMSE", "mae": "MAE", "r2": "R2",
    "accuracy": "accuracy", "log_loss": "log loss", "roc_auc": "ROC AUC", "balanced_accuracy": "balanced",
}  # fmt: skip
"""What the metrics are called in print."""

_PLACES = {"r2": 3, "accuracy": 3, "roc_auc": 3, "balanced_accuracy": 3}


def metrics_table(predictions: Mapping[str, Mapping[str, Array]], true: Mapping[str, Array]) -> Metrics:
    """RMSE, MAE and R2 of each predictor on each set of rows, in the target's unit.

    Parameters
    ----------
    predictions : mapping of predictor to mapping of set ("train", "val", "test") to `(n_rows,)` array
    true : mapping of set to `(n_rows,)` array

    Returns
    -------
    dict
        `[predictor][set]["rmse" | "mae" | "r2"]`. R2 is against the mean of the set's own targets.

    Examples
    --------
    >>> metrics_table({"zero": {"test": np.zeros(2)}}, {"test": np.array([-1.0, 1.0])})
    {'zero': {'test': {'rmse': 1.0, 'mae': 1.0, 'r2': 0.0}}}
    """
    return {
        name: {rows: _metrics(predicted[rows], true[rows]) for rows in true}
        for name, predicted in predictions.items()
    }


def class_metrics_table(
    probabilities: Mapping[str, Mapping[str, Array]], true: Mapping[str, Array]
) -> Metrics:
    """Accuracy, log loss, and ROC AUC (of two classes) or balanced accuracy (of more).

    Parameters
    ----------
    probabilities : mapping of predictor to mapping of set to `(n_rows, n_classes)` array
    true : mapping of set to `(n_rows,)` int array
        The classes' places.

    Returns
    -------
    dict
        `[predictor][set]["accuracy" | "log_loss" | "roc_auc" | "balanced_accuracy"]`; ROC AUC is NaN where
        the set holds one class only.

    Examples
    --------
    >>> p = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> class_metrics_table({"it": {"test": p}}, {"test": np.array([0, 1])})["it"]["test"]
    {'accuracy': 1.0, 'log_loss': 0.164252033486018, 'roc_auc': 1.0}
    """
    return {
        name: {rows: _class_metrics(p[rows], true[rows]) for rows in true}
        for name, p in probabilities.items()
    }


def _metrics(predicted: Array, true: Array) -> dict[str, float]:
    error, spread = np.mean((predicted - true) ** 2), np.var(true)
    return {
        "rmse": float(np.sqrt(error)),
        "mae": float(np.mean(np.abs(predicted - true))),
        "r2": float(1 - error / spread) if spread else float("nan"),
    }


def _class_metrics(p: Array, true: Array) -> dict[str, float]:
    right = p.argmax(axis=1) == true
    own = np.clip(p[np.arange(len(p)), true], 1e-15, None)
    found = {"accuracy": float(right.mean()), "log_loss": float(-np.log(own).mean())}
    if p.shape[1] == 2:
        return found | {"roc_auc": _roc_auc(p[:, 1], true)}
    return found | {"balanced_accuracy": float(np.mean([right[true == c].mean() for c in np.unique(true)]))}


def _roc_auc(score: Array, true: Array) -> float:
    """The share of pairs of a row of each class that stand the right way round, ties halved."""
    from scipy.stats import rankdata

    n = int(true.sum())
    if n in (0, len(true)):
        return float("nan")
    ranks = rankdata(score)[true == 1].sum()
    return float((ranks - n * (n + 1) / 2) / (n * (len(true) - n)))


def print_table(metrics: Metrics, title: str, console: Any = None) -> None:
    """Print the table: a row a predictor; every metric on the test rows, the first on the others."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left")
    table.add_column("")
    columns = shown_columns(metrics)
    for rows, name, first in columns:
        table.add_column(f"{rows} {LABELS[name]}" if first else LABELS[name], justify="right")
    for name, by_rows in metrics.items():
        table.add_row(name, *[written(key, by_rows[rows][key]) for rows, key, _ in columns])
    (console or Console()).print(table)


def shown_columns(metrics: Metrics) -> list[tuple[str, str, bool]]:
    """The table's columns as set, metric, and whether the set has to be named."""
    sets = next(iter(metrics.values()))
    names = list(sets["test"])
    rest = [(rows, names[0], True) for rows in reversed(sets) if rows != "test"]
    return [("test", name, i == 0) for i, name in enumerate(names)] + rest


def written(name: str, value: float) -> str:
    """A metric's value as the table has it."""
    if value is None or value != value:
        return "-"
    return f"{value:.{_PLACES.get(name, 4)}f}" if abs(value) < 1e5 else f"{value:.5g}"
