"""`fit`: what it takes, what it gives back, and what it refuses; `_run.py` does the work."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Mapping, Sequence

import numpy as np

from pullback import tree
from pullback.errors import ArgumentError
from pullback.train import _arguments, _checkpoint
from pullback.train._arguments import Rows
from pullback.train._checkpoint import State
from pullback.train._optimisers import Optimizer
from pullback.train._result import Asked, Result
from pullback.train._run import Callback, Metric, Run
from pullback.train._schedules import Schedule
from pullback.train._step import Loss
from pullback.typing import Array, Tree


def fit(
    loss: Loss,
    params: Tree,
    X: Array,
    y: Array | None = None,
    *,
    X_val: Array | None = None,
    y_val: Array | None = None,
    optimizer: str | Optimizer = "adam",
    lr: float = 1e-3,
    schedule: str | Schedule = "constant",
    batch_size: int = 32,
    epochs: int = 100,
    shuffle: bool = True,
    seed: int | None = 0,
    clip_norm: float | None = None,
    weight_decay: float = 0.0,
    patience: int | None = None,
    keep_best: bool = True,
    metrics: Mapping[str, Metric] | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    engine: str = "auto",
    val_loss: Loss | None = None,
    after: Result | None = None,
) -> Result:
    """Train: minimise a loss over rows by minibatch gradient descent.

    Parameters
    ----------
    loss : callable
        `loss(params, X, y) -> float`, written in NumPy: the mean over the rows it is given. It is
        recorded once for each shape of batch and replayed, so numbers that it reads from elsewhere are
        fixed then; one that branches on values, or draws random numbers, is called at every step.
    params : tree of float arrays
        Where to start. Not changed.
    X : `(n_samples, ...)` array
    y : `(n_samples, ...)` array, or None
        Floats or integer labels; None is handed to the loss as it is. Floats of `X` and `y` are given
        to the loss in the dtype of `params`.
    X_val, y_val : arrays, optional
        Rows that are never trained on; their loss is measured after each epoch.
    optimizer : str or Optimizer
        "sgd", "momentum", "nesterov", "adam", "adamw", or one of your own.
    lr : float
        The learning rate.
    schedule : str or callable
        "constant", "step", "cosine", "linear", "warmup", "one_cycle", or `f(step, total_steps)`, which
        gives the factor of `lr`.
    batch_size : int
        1 is stochastic gradient descent proper. The last batch of an epoch holds the rows left over.
    epochs : int
    shuffle : bool
        Whether every epoch visits the rows in a new random order.
    seed : int or None
        Of the row orders; with None each run differs.
    clip_norm : float, optional
        Scale gradients down to this global norm.
    weight_decay : float
        Handed to the optimiser that was asked for by name.
    patience : int, optional
        Stop after so many epochs in a row without a lower validation loss.
    keep_best : bool
        Return the weights of the epoch with the lowest validation loss (training loss where there are
        no validation rows) rather than the last.
    metrics : dict of callables, optional
        `metric(params, X, y) -> float`, measured after each epoch on the validation rows, or on the
        training rows where there are none.
    callbacks : sequence of callables
        `callback(record, params)` after each epoch; True stops the run.
    progress : bool
        Show a bar with the time left.
    checkpoint : path, optional
        A file that is replaced, in one step, after every epoch.
    resume : bool
        Go on from the checkpoint, if there is one, to the bits of a run that was never interrupted.
    engine : str
        "native": steps run as machine code. "reference": in NumPy. "auto": native where every function of
        the step has machine code, else reference, after a notice that names the function and its line.
        The engines agree to a few units in the last place; each gives the same bits every time.
    val_loss : callable, optional
        What validation rows are judged by, where that is not `loss`: without dropout, for instance.
    after : Result, optional
        Go on from the end of an earlier run, with its weights, optimiser state, best epoch and row orders,
        for `epochs` more; `params` then gives the structure only. The schedule begins anew; with a constant
        one, and the same rows, the bits are those of one longer run.

    Returns
    -------
    Result
        Also after Ctrl-C, and where the loss became infinite or NaN: `stopped` and `message` say how the
        run ended, and the weights are then those of finite epochs.

    Raises
    ------
    ArgumentError
        Before any work, naming the argument.
    FileError
        Where a checkpoint to resume from is damaged, or of another run.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((64, 2))
    >>> def loss(params, X, y):
    ...     return np.sum((X @ params["w"] - y) ** 2) / len(y)
    >>> y = X @ np.array([1.0, -2.0])
    >>> result = fit(loss, {"w": np.zeros(2)}, X, y, optimizer="sgd", lr=0.1, epochs=40)
    >>> result.params["w"].round(3)
    array([ 1., -2.])
    """
    dtype = _arguments.check_params(params)
    _arguments.check_numbers(lr, batch_size, epochs, clip_norm, patience)
    rows = _arguments.check_rows(X, y, dtype, ("X", "y"))
    validation = _arguments.check_validation(X_val, y_val, rows)
    _check_choices(engine, patience, validation, checkpoint, resume)
    chosen = _arguments.choose_optimizer(optimizer, weight_decay)
    total = epochs * math.ceil(len(rows) / batch_size)
    before = _state_after(after, params, chosen) if after is not None else None
    begun = before.epoch if before is not None else 0
    run = Run(
        loss=loss, params=params, rows=rows, validation=validation, optimizer=chosen, lr=lr,
        schedule=_arguments.choose_schedule(schedule, total), total=total, batch_size=batch_size,
        epochs=begun + epochs, shuffle=shuffle, rng=np.random.default_rng(seed), clip_norm=clip_norm,
        patience=patience, keep_best=keep_best, metrics=dict(metrics or {}), callbacks=tuple(callbacks),
        checkpoint=checkpoint, engine=engine, val_loss=val_loss, begun=begun,
    )  # fmt: skip
    if checkpoint is not None:
        name = schedule if isinstance(schedule, str) else getattr(schedule, "__qualname__", "callable")
        own = {f"optimizer.{key}": x for key, x in chosen.settings.items()}
        run.settings = _checkpoint.describe_run(
            params, rows, validation, optimizer=chosen.name, **own, lr=lr, schedule=name,
            batch_size=batch_size, epochs=None if name == "constant" else epochs, shuffle=shuffle, seed=seed,
            clip_norm=clip_norm, patience=patience,
        )  # fmt: skip
    found = _checkpoint.load(checkpoint, run.settings) if checkpoint is not None and resume else None
    asked = Asked(
        loss,
        run.params,
        X,
        y,
        X_val,
        y_val,
        chosen,
        lr,
        run.schedule,
        total,
        batch_size,
        shuffle,
        seed,
        clip_norm,
    )
    return dataclasses.replace(run.go(found or before or run.first(), progress), asked=asked)


def _state_after(after: Result, params: Tree, optimizer: Optimizer) -> State:
    """Where the earlier run ended, if it was one of these parameters and this optimiser."""
    state = after.state
    wanted = [tree.leaves(params), tree.leaves(optimizer.init(params))]
    there = [] if state is None else [state.params, state.optimizer]
    if [[np.shape(x) for x in part] for part in there] != [[np.shape(x) for x in part] for part in wanted]:
        raise ArgumentError(
            "after= is the result of a run of other parameters or another optimiser",
            expected="weights and an optimiser's state of the same shapes",
        )
    return state


def _check_choices(
    engine: str, patience: int | None, validation: Rows | None, checkpoint: object, resume: bool
) -> None:
    if engine not in ("auto", "native", "reference"):
        raise ArgumentError(f"engine={engine!r} is not known", expected="one of auto, native, reference")
    if patience is not None and validation is None:
        raise ArgumentError(
            f"patience={patience} without validation rows",
            expected="X_val and y_val, on whose loss it waits",
            hint="hold some rows back, or leave out patience",
        )
    if resume and checkpoint is None:
        raise ArgumentError("resume=True without a checkpoint", expected="checkpoint=path")
