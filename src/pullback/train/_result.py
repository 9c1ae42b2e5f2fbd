"""What a run of training gives back: the weights, and what happened epoch by epoch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.errors import ArgumentError
from pullback.train._optimisers import Optimizer
from pullback.train._schedules import Schedule
from pullback.typing import Tree


@dataclasses.dataclass(frozen=True)
class Epoch:
    """The record of one epoch.

    Attributes
    ----------
    epoch : int
        From 1.
    train_loss : float
        The mean over the epoch's rows of the minibatch losses, each as it was before its step.
    val_loss : float or None
        Over all validation rows, with the weights at the end of the epoch.
    gradient_norm : float
        Of the epoch's last minibatch, all leaves together, before clipping.
    update_ratio : float
        Norm of the epoch's last update over the norm of the weights before it.
    lr : float
        The learning rate of the epoch's last step, schedule included.
    seconds : float
    metrics : dict of float
        By the names given to `fit`; over the validation rows, or the training rows where there are none.
    """

    epoch: int
    train_loss: float
    val_loss: float | None
    gradient_norm: float
    update_ratio: float
    lr: float
    seconds: float
    metrics: dict[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Asked:
    """What a run was asked for: enough to run it again. Rows are the caller's own arrays, not copies.

    Attributes
    ----------
    loss : callable
    params : tree of arrays
        Where it started.
    X, y, X_val, y_val : arrays or None
        As they were given.
    optimizer, lr, schedule, total, batch_size, shuffle, seed, clip_norm
        As in `fit`; `total` is the number of steps.
    """

    loss: Callable[..., Any]
    params: Tree
    X: Any
    y: Any
    X_val: Any
    y_val: Any
    optimizer: Optimizer
    lr: float
    schedule: Schedule
    total: int
    batch_size: int
    shuffle: bool
    seed: int | None
    clip_norm: float | None


@dataclasses.dataclass(frozen=True)
class Result:
    """What `fit` returns.

    Attributes
    ----------
    params : tree of arrays
        The weights, in the structure and dtypes that `fit` was given: the best of all epochs with
        `keep_best`, the last otherwise.
    history : list of Epoch
        The epochs that were completed with finite numbers.
    best_epoch : int
        The epoch of the lowest validation loss (training loss where there are no validation rows);
        0 where none was completed.
    stopped : str
        Why it ended: "epochs" (all were run), "patience", "interrupted", "non-finite", "callback".
    seconds : float
        All epochs together, those before a resumption included.
    message : str
        The end of the run in one sentence.
    asked : Asked or None
        What the run was asked for, for `pullback.diagnose(result)`; it does not outlive a pickle.
    state : object
        Where it stands (weights, optimiser, row orders); `fit(..., after=result)` goes on from it.
    """

    params: Tree
    history: list[Epoch]
    best_epoch: int
    stopped: str
    seconds: float
    message: str
    state: Any = dataclasses.field(default=None, repr=False, compare=False)
    asked: Asked | None = dataclasses.field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "asked": None}

    def curve(self, name: str = "train_loss") -> np.ndarray:
        """One column of the history, `(n_epochs,)` float64; NaN where an epoch has no such number.

        Parameters
        ----------
        name : str
            A field of `Epoch`, or the name of a metric.
        """
        fields = [f.name for f in dataclasses.fields(Epoch) if f.name != "metrics"]
        metrics = sorted({key for record in self.history for key in record.metrics})
        if name not in fields + metrics:
            raise ArgumentError(f"no curve is named {name!r}", expected=", ".join(fields + metrics))
        return np.array([_number(record, name) for record in self.history], dtype=np.float64)


def _number(record: Epoch, name: str) -> Any:
    x = record.metrics.get(name) if name in record.metrics else getattr(record, name, None)
    return np.nan if x is None else x


__all__ = ["Asked", "Epoch", "Result"]
