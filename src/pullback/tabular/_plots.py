"""Pictures of a fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.errors import ArgumentError
from pullback.train import Epoch


def history(runs: list[tuple[list[Epoch], int]], ax: Any = None) -> Any:
    """Training and validation loss by epoch of each run, its best epoch marked; the axes.

    Parameters
    ----------
    runs : list of (records, best epoch)
        Several networks are drawn in the same two colours, the later ones paler.
    ax : matplotlib axes, optional
    """
    if not any(records for records, _ in runs):
        raise ArgumentError(
            "there is no history to draw",
            hint="a file does not keep it, and partial_fit has no epochs; draw it after fit",
        )
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.subplots(layout="constrained")[1]
    for i, (records, best) in enumerate(runs):
        first, fade = i == 0, 0.5 ** min(i, 2)
        epochs = [record.epoch for record in records]
        training = [record.train_loss for record in records]
        ax.plot(epochs, training, "C0", alpha=fade, label="training" if first else None)
        kept = training
        if records and records[0].val_loss is not None:
            kept = [np.nan if record.val_loss is None else record.val_loss for record in records]
            ax.plot(epochs, kept, "C1", alpha=fade, label="validation" if first else None)
        if best in epochs:
            y = kept[epochs.index(best)]
            ax.plot(best, y, "o", color="0.3", alpha=fade, label=f"kept: epoch {best}" if first else None)
    ax.set(xlabel="epoch", ylabel="loss", title="Learning curve")
    if min(min(line.get_ydata()) for line in ax.get_lines()) > 0:
        ax.set_yscale("log")
    ax.legend()
    return ax
