"""Cheap watchers of a fit: where it did not learn, they say why and what to change."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from pullback._where import user_level
from pullback.errors import PullbackWarning
from pullback.tabular._recipe import Network
from pullback.tabular._task import Encoded, Task
from pullback.train._health import HARDLY, SMALL_STEP, rising
from pullback.typing import Array


class NotLearnedWarning(PullbackWarning):
    """A fit ended, and the model knows little more than before it; the text says why and what to do."""


FEW = 10
"""Epochs before which a fit is given the benefit of the doubt, unless its steps are too small to add up."""
NOTHING = 1e-7
"""Steps that move the weights by less, of their size, come to nothing in a few epochs."""
ASKED = 50
"""Validation rows from which on their loss says something of a fit."""
TOO_FAR = 3
"""Times the loss before any step; an epoch above it went the wrong way."""


class Constants(NamedTuple):
    """Losses of outputs that are the same for every row.

    Attributes
    ----------
    start : float
        Of zeros, on the training rows: the loss before any step.
    train, val : float
        Of the better of zeros and of what suits the training targets best; `val` NaN without such rows.
    """

    start: float
    train: float
    val: float


def constant_losses(
    task: Task, rows: Encoded, outside: Encoded | None, levels: Any, labels: bool
) -> Constants:
    """What a model that heeds no column would reach.

    Parameters
    ----------
    task : Task
    rows, outside : Encoded
        Training rows, and validation rows of `ASKED` or more.
    levels : sequence of float, or None
        Of quantiles.
    labels : bool
    """
    guess = _best_constant(rows, task, levels, labels)

    def loss(outputs: Array, some: Encoded) -> float:
        said = np.broadcast_to(outputs, (1, len(some.Y), task.n_outputs)).astype(np.float32)
        return float(task.objective.loss(said, some.targets))

    def best(some: Encoded) -> float:
        return min(loss(np.zeros(1), some), loss(guess, some))

    val = np.nan if outside is None or len(outside.Y) < ASKED else best(outside)
    return Constants(loss(np.zeros(1), rows), best(rows), val)


def _best_constant(rows: Encoded, task: Task, levels: Any, labels: bool) -> Array:
    if labels:
        return np.log(np.average(rows.Y, axis=0, weights=rows.targets[:, -1]) + 1e-12)
    if levels is not None:
        return np.asarray(np.quantile(rows.Y[:, 0], levels))
    return np.zeros(task.n_outputs) if task.objective.link == "exp" else np.median(rows.Y, axis=0)


def warn_of(network: Network, rows: Encoded, constants: Constants) -> None:
    """Warn, once, of the first cause that holds; silent about an ordinary fit.

    Parameters
    ----------
    network : Network
        With the history and the result of its training.
    rows : Encoded
        The training rows.
    constants : Constants
    """
    text = _cause(network, rows, constants)
    if text:
        warnings.warn(text, NotLearnedWarning, stacklevel=user_level())


def _cause(network: Network, rows: Encoded, constants: Constants) -> str:
    if len(rows.Y) < 2:
        return ""
    if _constant(rows.Y):
        return "every training row has the same target: there is nothing to learn; look at how y was made"
    if _constant(rows.numbers) and _constant(rows.plain):
        return (
            "every column of X is constant in training: the model can say only the mean; "
            "look at how X was made"
        )
    if network.result is not None and network.result.stopped == "non-finite":
        return ""  # the run has warned, with the step and the cure
    losses = np.array([r.train_loss for r in network.history])
    lr = max((r.lr for r in network.history), default=0.0)
    return rising(losses, constants.start, lr) or _hardly(network, losses, constants, lr)


def _hardly(network: Network, losses: Array, constants: Constants, lr: float) -> str:
    """A fit that ended where a constant is, on its own rows or on others."""
    if not len(losses):
        return ""
    moves = float(np.median([r.update_ratio for r in network.history]))
    still = not losses.min() < constants.train - HARDLY * abs(constants.train)
    if still and moves < (NOTHING if len(losses) < FEW else SMALL_STEP):
        return (
            f"the training loss hardly moved, from {constants.start:.3g} to {losses.min():.3g}: the learning "
            f"rate of {lr:.1g} moves the weights by {moves:.1g} of their size a step, which is too little; "
            "leave lr at its default, or ask find_lr(X, y)"
        )
    if len(losses) < FEW:
        return ""
    if still and losses.max() > TOO_FAR * abs(constants.start):
        return (
            f"training made the loss larger, from {constants.start:.3g} to {losses.max():.3g}, and it came "
            f"back only to that of a constant, {constants.train:.3g}: the learning rate of {lr:.2g} is too "
            f"large; try lr={lr / 10:.1g}"
        )
    val = min(np.nan if r.val_loss is None else r.val_loss for r in network.history)
    if val > constants.val - HARDLY * abs(constants.val):
        return (
            "on the validation rows the model is no better than a constant (loss "
            f"{val:.3g}, against {constants.val:.3g}): the columns say nothing of the target that was found; "
            "look whether the rows of X and y belong together, and whether a column that matters is missing"
        )
    if still:
        return (
            f"the training loss of {losses.min():.3g} is hardly below that of a constant, "
            f"{constants.train:.3g}: try more epochs or a larger lr, and look whether the rows of X and y "
            "belong together"
        )
    return ""


def _constant(x: Array) -> bool:
    return bool((x == x[:1]).all())
