"""Reductions over axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pullback.pair import Vjp, derived, primitive
from pullback.primitives._helpers import axes_of, dtype_of, keep_axes
from pullback.typing import Array


@primitive(answers=np.sum)
def sum(a: Array, *, axis: Any = None, keepdims: bool = False) -> tuple[Array, Vjp]:  # noqa: A001
    """`sum of a` over `axis`; vjp: u, repeated along it."""
    value = np.sum(a, axis=axis, keepdims=keepdims)
    return value, lambda u: (np.copy(np.broadcast_to(keep_axes(u, a, axis), np.shape(a))),)


@primitive(answers=np.mean)
def mean(a: Array, *, axis: Any = None, keepdims: bool = False) -> tuple[Array, Vjp]:
    """`sum of a / n` over `axis`; vjp: u / n, repeated along it."""
    value = np.mean(a, axis=axis, keepdims=keepdims)

    def vjp(u: Array) -> tuple[Array]:
        share = keep_axes(u, a, axis) / count(a, axis)
        return (np.copy(np.broadcast_to(share, np.shape(a))),)

    return value, vjp


@primitive(answers=np.max)
def max(a: Array, *, axis: Any = None, keepdims: bool = False) -> tuple[Array, Vjp]:  # noqa: A001
    """`max of a` over `axis`; vjp: u where the maximum is; kink: in even shares at ties."""
    value = np.max(a, axis=axis, keepdims=keepdims)
    return value, lambda u: (_to_ties(u, a, value, axis),)


@primitive(answers=np.min)
def min(a: Array, *, axis: Any = None, keepdims: bool = False) -> tuple[Array, Vjp]:  # noqa: A001
    """`min of a` over `axis`; vjp: u where the minimum is; kink: in even shares at ties."""
    value = np.min(a, axis=axis, keepdims=keepdims)
    return value, lambda u: (_to_ties(u, a, value, axis),)


def _to_ties(u: Array, a: Array, value: Array, axis: Any) -> Array:
    """`u` shared evenly among the elements of `a` that equal `value`."""
    ties = np.astype(np.equal(a, keep_axes(value, a, axis)), dtype_of(a, u))
    return ties * (keep_axes(u, a, axis) / np.sum(ties, axis=axis, keepdims=True))


def count(a: Array, axis: Any) -> int:
    """How many elements a reduction of `a` over `axis` puts into one."""
    return math.prod(np.shape(a)[i] for i in axes_of(axis, np.ndim(a)))
