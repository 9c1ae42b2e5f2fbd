"""Losses by name or of the user's own, and what each makes of the target and of the network's outputs.

The network's outputs are `(members, n_rows, n_outputs)`; targets `(n_rows, n_outputs + 1)` hold the rows'
weights in their last column. A loss is the weighted mean over members, rows and outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from pullback.data import Standardizer
from pullback.errors import ArgumentError
from pullback.pair import Primitive, primitive
from pullback.tabular._recipe import Loss, cross_entropy, pinball, squared
from pullback.typing import Array


class Objective(NamedTuple):
    """A loss, and how targets and outputs stand to it.

    Attributes
    ----------
    loss : callable
    scaling : str
        "standard": targets of mean 0 and deviation 1; "mean": of mean 1; "none".
    link : str
        "identity", "exp" or "softmax": what makes predictions of outputs.
    weighted : bool
        Whether rows can have weights.
    """

    loss: Loss
    scaling: str = "standard"
    link: str = "identity"
    weighted: bool = True


def absolute(outputs: Array, targets: Array) -> Array:
    """The weighted mean of absolute errors, least at the median."""
    return np.mean(np.abs(outputs - targets[:, :-1]) * targets[:, -1:])


def huber(outputs: Array, targets: Array) -> Array:
    """Squares up to one standard deviation of the target, lines beyond: Huber, 1964."""
    size = np.abs(outputs - targets[:, :-1])
    near = np.minimum(size, 1.0)
    return np.mean(near * (size - 0.5 * near) * targets[:, -1:])


def poisson(outputs: Array, targets: Array) -> Array:
    """The negative log-likelihood of counts whose mean is the exponential of the output."""
    return np.mean((np.exp(outputs) - targets[:, :-1] * outputs) * targets[:, -1:])


def gamma(outputs: Array, targets: Array) -> Array:
    """The negative log-likelihood of gamma variables whose mean is the exponential of the output."""
    return np.mean((targets[:, :-1] * np.exp(-outputs) + outputs) * targets[:, -1:])


def brier(outputs: Array, targets: Array) -> Array:
    """The weighted mean of squared errors of the classes' probabilities."""
    e = np.exp(outputs - np.max(outputs, axis=-1, keepdims=True))
    d = e / np.sum(e, axis=-1, keepdims=True) - targets[:, :-1]
    return np.mean(np.sum(d * d, axis=-1) * targets[:, -1])


REGRESSION = {
    "squared_error": Objective(squared),
    "absolute_error": Objective(absolute),
    "huber": Objective(huber),
    "poisson": Objective(poisson, "mean", "exp"),
    "gamma": Objective(gamma, "mean", "exp"),
}
CLASSIFICATION = {
    "log_loss": Objective(cross_entropy, "none", "softmax"),
    "brier": Objective(brier, "none", "softmax"),
}


def regression(loss: Any, levels: Array | None, n_outputs: int) -> Objective:
    """The objective of a regressor: by name, by quantile levels, or the user's own."""
    if levels is not None:
        if loss not in ("squared_error", "quantile"):
            raise ArgumentError(f"quantiles= with loss={loss!r}", expected='loss="quantile"')
        return Objective(pinball(levels))
    if callable(loss):
        return _own(loss, n_outputs, Objective(squared))
    return _named(loss, REGRESSION, "quantile (with quantiles=)")


def classification(loss: Any, n_classes: int) -> Objective:
    """The objective of a classifier: by name, or the user's own on logits and columns of 0 and 1."""
    if callable(loss):
        return _own(loss, n_classes, CLASSIFICATION["log_loss"])
    return _named(loss, CLASSIFICATION)


def scaled_target(Y: Array, weights: Array, scaling: str) -> Standardizer:
    """What the target is divided by, and what is taken off before, from the rows and their weights."""
    share = (weights / weights.sum())[:, None]
    mean = (Y * share).sum(axis=0)
    if scaling == "mean":
        if (Y < 0).any() or not (mean > 0).all():
            raise ArgumentError(
                "y has values below zero, or only zeros, under a loss of rates",
                expected='y of 0 or more, and some above, for loss="poisson" or "gamma"',
                got=f"a least value of {Y.min():g}",
            )
        return Standardizer(np.zeros_like(mean), mean)
    constant = Y.min(axis=0) == Y.max(axis=0)
    mean = np.where(constant, Y[0], mean)
    largest = np.where(constant, 1.0, np.abs(Y - mean).max(axis=0))
    spread = largest * np.sqrt((((Y - mean) / largest) ** 2 * share).sum(axis=0))
    return Standardizer(mean, np.where(constant, 1.0, spread))


def as_function(f: Callable[..., Any], *examples: Array, argument: str) -> Callable[..., Any]:
    """A function that can be traced, of one that is traceable or returns a pair `(value, vjp)`."""
    if isinstance(f, Primitive):
        return f
    try:
        with np.errstate(all="ignore"):
            value = f(*examples)
    except Exception as error:
        shapes = " and ".join(str(x.shape) for x in examples)
        raise ArgumentError(
            f"{argument} could not be called with arrays of shape {shapes}: {error}",
            expected="a function written in NumPy, or one that returns (value, vjp)",
        ) from error
    is_pair = isinstance(value, tuple) and len(value) == 2 and callable(value[1])
    return primitive(f) if is_pair else f


def _named(loss: Any, known: dict[str, Objective], *more: str) -> Objective:
    if isinstance(loss, str) and loss in known:
        return known[loss]
    raise ArgumentError(
        f"loss={loss!r} is not known", expected=f"one of {', '.join([*known, *more])}, or a function"
    )


def _own(f: Callable[..., Any], n_outputs: int, like: Objective) -> Objective:
    """A user's loss of `(predictions, targets)`, both `(n, n_outputs)`: a number a row, or their mean."""
    example = np.full((2, n_outputs), 0.5)
    f = as_function(f, example, example, argument="loss")
    value = np.asarray(f(example, example))
    if value.shape not in ((), (2,), (2, n_outputs)):
        raise ArgumentError(
            "loss gave an array of another shape than its predictions",
            expected=f"one number, or shape (2,) or {(2, n_outputs)} for two rows",
            got=f"shape {value.shape}",
        )

    def loss(outputs: Array, targets: Array) -> Array:
        members, n, _ = outputs.shape
        wanted = np.broadcast_to(targets[None], (members, *targets.shape)).reshape(members * n, -1)
        each = f(outputs.reshape(members * n, -1), wanted[:, :-1])
        if value.ndim == 0:
            return each
        return np.mean(each * (wanted[:, -1:] if value.ndim == 2 else wanted[:, -1]))

    return like._replace(loss=loss, weighted=value.ndim > 0)
