"""Pictures of a run, drawn without a display and written whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pullback import files
from pullback.train import Result
from pullback.typing import Array


def learning_curve(path: str | os.PathLike[str], result: Result, unit: str = "") -> None:
    """The training and validation loss by epoch, on a logarithmic axis; the best epoch marked.

    Parameters
    ----------
    path : path
        A PNG or SVG file, by its ending.
    result : Result
        What `fit` returned.
    unit : str
        What the loss is measured in, for the axis.
    """

    def draw(axes: Any) -> None:
        epochs = np.arange(1, len(result.history) + 1)
        axes.plot(epochs, result.curve("train_loss"), label="training, mean over the epoch")
        validation = result.curve("val_loss")
        if not np.all(np.isnan(validation)):
            axes.plot(epochs, validation, label="validation, after the epoch")
        if result.best_epoch:
            axes.axvline(result.best_epoch, color="0.6", linestyle=":", label=f"best: {result.best_epoch}")
        axes.set(xlabel="epoch", ylabel=f"loss {unit}".strip(), title="Learning curve")
        if min(np.nanmin(result.curve("train_loss")), np.nanmin([np.inf, *validation])) > 0:
            axes.set_yscale("log")
        axes.legend()

    _save(path, draw)


def predicted_against_true(
    path: str | os.PathLike[str], predicted: Array, true: Array, target: str, rmse: float
) -> None:
    """Predictions over true targets of the test rows, with the diagonal they should lie on.

    Parameters
    ----------
    path : path
        A PNG or SVG file, by its ending.
    predicted, true : `(n_rows,)` arrays
        In the target's unit.
    target : str
        The target's name and unit, for the axes.
    rmse : float
        For the title.
    """

    def draw(axes: Any) -> None:
        low, high = min(true.min(), predicted.min()), max(true.max(), predicted.max())
        axes.plot(true, predicted, ".", markersize=3, alpha=0.35, rasterized=True)
        axes.plot([low, high], [low, high], color="0.3", linewidth=1, label="predicted = true")
        axes.set(xlabel=f"true {target}", ylabel=f"predicted {target}", aspect="equal")
        axes.set_title(f"{len(true):,} test rows, RMSE {rmse:.4g}")
        axes.legend()

    _save(path, draw)


def confusion(path: str | os.PathLike[str], predicted: Array, true: Array, classes: list[str]) -> None:
    """How often each class was taken for which, as shares of the class's rows.

    Parameters
    ----------
    path : path
        A PNG or SVG file, by its ending.
    predicted, true : `(n_rows,)` int arrays
        Places in `classes`.
    classes : list of str
    """

    def draw(axes: Any) -> None:
        counts = confusion_matrix(predicted, true, len(classes))
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.grid(visible=False)
        if len(classes) <= 12:
            for (row, column), count in np.ndenumerate(counts):
                colour = "white" if shares[row, column] > 0.5 else "black"
                axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour)
        step = max(1, len(classes) // 20)
        ticks = range(0, len(classes), step)
        axes.set_xticks(ticks, [classes[i][:14] for i in ticks], rotation=30, ha="right")
        axes.set_yticks(ticks, [classes[i][:14] for i in ticks])
        axes.set(xlabel="predicted", ylabel="true")
        axes.set_title(f"{len(true):,} test rows, {np.mean(predicted == true):.1%} right")

    _save(path, draw)


def confusion_matrix(predicted: Array, true: Array, n: int) -> Array:
    """Rows by true class (first axis) and predicted class, `(n, n)` ints.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    return np.bincount(np.asarray(true) * n + predicted, minlength=n * n).reshape(n, n)


def _save(path: str | os.PathLike[str], draw: Callable[[Any], None]) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.grid(alpha=0.3)
    draw(axes)
    picture = io.BytesIO()
    figure.savefig(picture, format=Path(path).suffix[1:] or "png", dpi=120)
    files.write_bytes(path, picture.getvalue())
