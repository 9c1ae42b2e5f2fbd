"""Products: sums of products over the axes two arrays share. One primitive, `matmul`; the rest follow."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.pair import Vjp, derived, primitive
from pullback.primitives._helpers import dtype_of, unbroadcast
from pullback.typing import Array


@primitive(answers=np.matmul)
def matmul(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`x1 @ x2`; vjp: u x2', x1' u, with one-dimensional x1 as a row, x2 as a column."""
    value = np.matmul(x1, x2)
    row, column = np.ndim(x1) == 1, np.ndim(x2) == 1

    def vjp(u: Array) -> tuple[Array, Array]:
        if row and column:
            return _fit(u * x2, x1), _fit(u * x1, x2)
        a = np.reshape(x1, (1, -1)) if row else x1
        b = np.reshape(x2, (-1, 1)) if column else x2
        u = np.expand_dims(u, -2 if row else -1) if row or column else u
        return _of_left(u, b, x1), _of_right(u, a, x2)

    return value, vjp


def _of_left(u: Array, b: Array, x1: Array) -> Array:
    """`u b'`, where a vector x1 was a row and x1 was repeated over the batch axes of b."""
    g = np.matmul(u, np.swapaxes(b, -1, -2))
    return _fit(np.squeeze(g, -2) if np.ndim(x1) == 1 else g, x1)


def _of_right(u: Array, a: Array, x2: Array) -> Array:
    """`a' u`, where a vector x2 was a column; a matrix x2 takes the whole batch in one product."""
    if np.ndim(x2) == 2 and np.ndim(a) > 2:
        a, u = (np.reshape(x, (-1 if np.size(x) else 0, np.shape(x)[-1])) for x in (a, u))
    g = np.matmul(np.swapaxes(a, -1, -2), u)
    return _fit(np.squeeze(g, -1) if np.ndim(x2) == 1 else g, x2)


def _fit(g: Array, x: Array) -> Array:
    """Fresh `g` with the shape and dtype of `x`."""
    return g if np.shape(g) == np.shape(x) and g.dtype == dtype_of(x, g) else unbroadcast(g, x)


@derived(np.dot)
def dot(a: Array, b: Array) -> Array:
    """Sum over the last axis of `a` and the last but one of `b`."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    if np.ndim(a) <= 2 and np.ndim(b) <= 2:
        return np.matmul(a, b)
    return np.tensordot(a, b, axes=(-1, -2 if np.ndim(b) > 1 else -1))
