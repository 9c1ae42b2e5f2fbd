"""Cheap watchers of a fit: where it did not learn, they say why and what to change."""

from __future__ import annotations

import warnings

import numpy as np

from pullback.errors import PullbackWarning
from pullback.tabular._recipe import Network
from pullback.train._health import rising
from pullback.typing import Array


class NotLearnedWarning(PullbackWarning):
    """A fit ended, and the model knows little more than before it; the text says why and what to do."""


def warn_of(network: Network, numbers: Array, plain: Array, Y: Array, start: float) -> None:
    """Warn, once, of the first cause that holds; silent about an ordinary fit.

    Parameters
    ----------
    network : Network
        With the history and the result of its training.
    numbers, plain, Y : `(n_rows, ...)` arrays
        The training rows, encoded.
    start : float
        The loss before any step, that of outputs of zero.
    """
    text = _cause(network, numbers, plain, Y, start)
    if text:
        warnings.warn(text, NotLearnedWarning, stacklevel=4)


def _cause(network: Network, numbers: Array, plain: Array, Y: Array, start: float) -> str:
    if len(Y) < 2:
        return ""
    if _constant(Y):
        return "every training row has the same target: there is nothing to learn; look at how y was made"
    if _constant(numbers) and _constant(plain):
        return (
            "every column of X is constant in training: the model can say only the mean; "
            "look at how X was made"
        )
    if network.result is not None and network.result.stopped == "non-finite":
        return ""  # the run has warned, with the step and the cure
    losses = np.array([r.train_loss for r in network.history])
    return rising(losses, start, max((r.lr for r in network.history), default=0.0))


def _constant(x: Array) -> bool:
    return bool((x == x[:1]).all())
