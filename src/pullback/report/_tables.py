"""The final table of a run: each predictor's error on each set of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pullback.typing import Array

Metrics = dict[str, dict[str, dict[str, float]]]


def metrics_table(predictions: Mapping[str, Mapping[str, Array]], true: Mapping[str, Array]) -> Metrics:
    """RMSE and R2 of each predictor on each set of rows, in the target's unit.

    Parameters
    ----------
    predictions : mapping of predictor to mapping of set ("train", "val", "test") to `(n_rows,)` array
    true : mapping of set to `(n_rows,)` array

    Returns
    -------
    dict
        `[predictor][set]["rmse" | "r2"]`. R2 is against the mean of the set's own targets.

    Examples
    --------
    >>> metrics_table({"zero": {"test": np.zeros(2)}}, {"test": np.array([-1.0, 1.0])})
    {'zero': {'test': {'rmse': 1.0, 'r2': 0.0}}}
    """
    return {
        name: {rows: _metrics(predicted[rows], true[rows]) for rows in true}
        for name, predicted in predictions.items()
    }


def _metrics(predicted: Array, true: Array) -> dict[str, float]:
    error, spread = np.mean((predicted - true) ** 2), np.var(true)
    return {"rmse": float(np.sqrt(error)), "r2": float(1 - error / spread) if spread else float("nan")}


def print_table(metrics: Metrics, title: str, console: Any = None) -> None:
    """Print the table: a row a predictor, RMSE and R2 a set."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    table.add_column("")
    sets = list(next(iter(metrics.values())))
    for rows in sets:
        table.add_column(f"{rows} RMSE", justify="right")
        table.add_column("R2", justify="right")
    for name, by_rows in metrics.items():
        cells = [(f"{by_rows[rows]['rmse']:.4f}", f"{by_rows[rows]['r2']:.3f}") for rows in sets]
        table.add_row(name, *[cell for pair in cells for cell in pair])
    (console or Console()).print(table)
