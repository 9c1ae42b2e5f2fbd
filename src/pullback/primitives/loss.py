"""Losses: each a mean over rows, and within a row a sum over its outputs.

Predictions and targets have one shape: `(n_rows, n_outputs)`, or `(n_rows,)`, which is n rows of one output;
a number is one row. Targets may be integers: they are then taken in the dtype of the prediction, and have
no cotangent. Float targets have one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.errors import ArgumentError
from pullback.pair import Box, Vjp, primitive
from pullback.primitives._helpers import dtype_of, unbroadcast
from pullback.primitives.activation import log_softmax, sigmoid
from pullback.typing import Array

# Numbers.


@primitive
def squared_loss(y_pred: Array, y: Array, d: Any = None) -> tuple[Array, Vjp]:
    """`sum of (y_pred - y)^2 / (2 d)`, d being the number of rows unless given; vjp: u r / d, -u r / d.

    A `d` that is given is a constant without cotangent.
    """
    n = _n_rows("squared_loss", "y_pred", y_pred, y)
    r, d = y_pred - _cast(y, y_pred), n if d is None else d

    def vjp(u: Array) -> tuple[Array | None, ...]:
        g = u * r / d
        return unbroadcast(g, y_pred), _for_target(-g, y)

    return 0.5 * np.sum(r * r) / d, vjp


@primitive
def absolute_loss(y_pred: Array, y: Array) -> tuple[Array, Vjp]:
    """`sum of |y_pred - y| / n`; vjp: u sign(r) / n and its negative; kink: 0 at r = 0."""
    n = _n_rows("absolute_loss", "y_pred", y_pred, y)
    r = y_pred - _cast(y, y_pred)

    def vjp(u: Array) -> tuple[Array | None, ...]:
        g = u * np.sign(r) / n
        return unbroadcast(g, y_pred), _for_target(-g, y)

    return np.sum(np.abs(r)) / n, vjp


@primitive
def huber_loss(y_pred: Array, y: Array, *, delta: float = 1.0) -> tuple[Array, Vjp]:
    """`sum of c (|r| - c / 2) / n`, r = y_pred - y, c = min(|r|, delta).

    vjp: g = u clip(r, -delta, delta) / n for y_pred, -g for y.
    That is r^2 / 2 up to delta, and a line of slope delta beyond. Source: Huber, 1964.
    """
    n = _n_rows("huber_loss", "y_pred", y_pred, y)
    r = y_pred - _cast(y, y_pred)
    size = np.abs(r)
    c = np.minimum(size, delta)

    def vjp(u: Array) -> tuple[Array | None, ...]:
        g = u * np.clip(r, -delta, delta) / n
        return unbroadcast(g, y_pred), _for_target(-g, y)

    return np.sum(c * (size - 0.5 * c)) / n, vjp


@primitive
def pinball_loss(y_pred: Array, y: Array, *, quantile: Any = 0.5) -> tuple[Array, Vjp]:
    """`sum of max(q r, (q - 1) r) / n`, r = y - y_pred, q the quantile; kink: 0 at r = 0.

    vjp: for y_pred -u q / n where r > 0 and u (1 - q) / n where r < 0; for y the negative. Its minimum is the
    q-quantile of y. A tuple of quantiles goes with the last axis. Source: Koenker and Bassett, 1978.
    """
    n = _n_rows("pinball_loss", "y_pred", y_pred, y)
    q = _quantiles(quantile, y_pred)
    r = _cast(y, y_pred) - y_pred

    def vjp(u: Array) -> tuple[Array | None, ...]:
        g = (u * (1 - q) * np.less(r, 0) - u * q * np.greater(r, 0)) / n
        return unbroadcast(g, y_pred), _for_target(-g, y)

    return np.sum(np.maximum(q * r, (q - 1) * r)) / n, vjp


@primitive
def poisson_loss(log_rate: Array, y: Array) -> tuple[Array, Vjp]:
    """`sum of (e^log_rate - y log_rate) / n`; vjp: u (e^log_rate - y) / n, -u log_rate / n.

    The negative log-likelihood of counts y, without `ln y!`, which no prediction changes.
    """
    n = _n_rows("poisson_loss", "log_rate", log_rate, y)
    rate, counts = np.exp(log_rate), _cast(y, log_rate)

    def vjp(u: Array) -> tuple[Array | None, ...]:
        return unbroadcast(u * (rate - counts) / n, log_rate), _for_target(-u * log_rate / n, y)

    return np.sum(rate - counts * log_rate) / n, vjp


# Classes.


@primitive
def logistic_loss(logits: Array, y: Array) -> tuple[Array, Vjp]:
    """`sum of (ln(1 + e^z) - y z) / n`, z the logits, y 0 or 1 or a probability.

    vjp: u (sigmoid(z) - y) / n, -u z / n. It is the negative log-likelihood, and overflows nowhere when
    written as `max(z, 0) - y z + ln(1 + e^-|z|)`.
    """
    n = _n_rows("logistic_loss", "logits", logits, y)
    target = _cast(y, logits)
    terms = np.maximum(logits, 0) - target * logits + np.log1p(np.exp(-np.abs(logits)))

    def vjp(u: Array) -> tuple[Array | None, ...]:
        return unbroadcast(u * (sigmoid(logits) - target) / n, logits), _for_target(-u * logits / n, y)

    return np.sum(terms) / n, vjp


@primitive
def softmax_cross_entropy(logits: Array, labels: Array) -> tuple[Array, Vjp]:
    """`-sum of p log_softmax(logits) / n` over rows and classes.

    vjp: u (softmax(logits) (sum of p) - p) / n, -u log_softmax(logits) / n.
    `logits` is `(n_rows, n_classes)`; `labels` is `(n_rows,)` integers from 0, for which p is one-hot, or
    `(n_rows, n_classes)` probabilities p. Where p is 0 a logit may be -inf.
    """
    p = _probabilities(logits, labels)
    n = np.shape(logits)[0]
    log_q = log_softmax(logits)
    terms = p * np.where(np.equal(p, 0), 0, log_q)

    def vjp(u: Array) -> tuple[Array | None, ...]:
        g = u * (np.exp(log_q) * np.sum(p, axis=1, keepdims=True) - p) / n
        return unbroadcast(g, logits), _for_target(-u * log_q / n, labels)

    return -np.sum(terms) / n, vjp


# Shapes and dtypes.


def same_shape(loss: str, name: str, y_pred: Array, y: Array) -> None:
    """Raise unless prediction and target have one shape: broadcast, every row would meet every other."""
    pred, target = np.shape(y_pred), np.shape(y)
    if pred == target:
        return
    hint = None
    if len(target) == 1 and pred == (*target, 1):
        hint = f"y[:, None], or {name}[:, 0]"
    elif len(pred) == 1 and target == (*pred, 1):
        hint = f"y[:, 0], or {name}[:, None]"
    raise ArgumentError(
        f"{loss} compares arrays of different shapes",
        expected="one shape for both",
        got=f"{name} {pred}, y {target}",
        hint=hint,
    )


def _n_rows(loss: str, name: str, y_pred: Array, y: Array) -> int:
    """The number of rows that a mean is over, after the shapes have been checked."""
    same_shape(loss, name, y_pred, y)
    return _count_rows(loss, name, y_pred)


def _count_rows(loss: str, name: str, y_pred: Array) -> int:
    """The first axis; a number is one row; none at all is an error, since it has no mean."""
    n = np.shape(y_pred)[0] if np.ndim(y_pred) else 1
    if n == 0:
        raise ArgumentError(
            f"{loss} is a mean over rows, and there are none", got=f"{name} {np.shape(y_pred)}"
        )
    return n


def _is_real(y: Array) -> bool:
    """Whether a target is of floats, which have cotangents."""
    return isinstance(y, float) or np.issubdtype(getattr(y, "dtype", np.int64), np.floating)


def _cast(y: Array, y_pred: Array) -> Array:
    """Integer and boolean targets in the dtype of the prediction; others as they are."""
    return y if _is_real(y) or not hasattr(y, "dtype") else np.astype(y, dtype_of(y_pred))


def _for_target(g: Array, y: Array) -> Array | None:
    """The cotangent of a target: none if it is of integers."""
    return unbroadcast(g, y) if _is_real(y) else None


def _quantiles(quantile: Any, y_pred: Array) -> Any:
    """The quantile, or one for each output, in the dtype of the prediction."""
    several = isinstance(quantile, (tuple, list))
    if not all(0 < q < 1 for q in (quantile if several else (quantile,))):
        raise ArgumentError("a quantile lies between 0 and 1", got=f"quantile={quantile}")
    if several and np.shape(y_pred)[-1:] != (len(quantile),):
        raise ArgumentError(
            "pinball_loss has one quantile for each output",
            expected=f"y_pred of shape (n_rows, {len(quantile)})",
            got=f"y_pred {np.shape(y_pred)}",
        )
    return np.array(quantile, dtype_of(y_pred)) if several else float(quantile)


def _probabilities(logits: Array, labels: Array) -> Array:
    """Labels as a row of class probabilities each."""
    if np.ndim(logits) != 2:
        raise ArgumentError(
            "softmax_cross_entropy has one logit for each row and class",
            expected="logits (n_rows, n_classes)",
            got=f"logits {np.shape(logits)}",
        )
    n, k = np.shape(logits)
    _count_rows("softmax_cross_entropy", "logits", logits)
    if np.shape(labels) == (n, k):
        return _cast(labels, logits)
    if np.shape(labels) != (n,) or _is_real(labels):
        raise ArgumentError(
            "softmax_cross_entropy has one label for each row",
            expected=f"labels ({n},) integers, or ({n}, {k}) probabilities",
            got=f"labels {np.shape(labels)} {dtype_of(labels)}",
            hint=_label_hint(labels, n),
        )
    _check_classes(labels, k)
    return np.astype(np.equal(np.reshape(labels, (n, 1)), np.arange(k)), dtype_of(logits))


def _label_hint(labels: Array, n: int) -> str | None:
    """What to write for labels of floats, or in a column."""
    index = "[:, 0]" if np.shape(labels) == (n, 1) else ""
    kind = ".astype(int)" if _is_real(labels) else ""
    return f"labels{index}{kind}" if (index or kind) and np.shape(labels)[:1] == (n,) else None


def _check_classes(labels: Array, k: int) -> None:
    """Raise for labels outside the classes, which would count as rows without loss."""
    if isinstance(labels, Box):
        return
    low, high = int(np.min(labels)), int(np.max(labels))
    if low < 0 or high >= k:
        raise ArgumentError(
            "softmax_cross_entropy has labels that are no class",
            expected=f"integers from 0 to {k - 1}, as logits has {k} columns",
            got=f"labels from {low} to {high}",
            hint="labels - 1, where classes are counted from 1" if (low, high) == (1, k) else None,
        )


__all__ = [
    "absolute_loss", "huber_loss", "logistic_loss", "pinball_loss", "poisson_loss", "softmax_cross_entropy",
    "squared_loss",
]  # fmt: skip
