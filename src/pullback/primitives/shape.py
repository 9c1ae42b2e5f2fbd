"""Shape: the same elements under other axes.

Three primitives, `reshape`, `transpose` and `broadcast_to`, and what follows from them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.errors import TraceError
from pullback.pair import Vjp, derived, primitive
from pullback.primitives._helpers import axes_of, dtype_of, unbroadcast
from pullback.typing import Array


@primitive(answers=np.copy)
def copy(a: Array) -> tuple[Array, Vjp]:
    """`a` in fresh memory; vjp: u."""
    return np.copy(a), lambda u: (np.copy(u),)


@primitive(answers=np.astype)
def astype(x: Array, dtype: Any) -> tuple[Array, Vjp]:
    """`x` in another float dtype; vjp: u in the dtype of x."""
    return np.astype(x, dtype), lambda u: (np.astype(u, dtype_of(x)),)


# Axes split, joined, put in, left out.


@primitive(answers=np.reshape)
def reshape(a: Array, *, shape: Any, order: Any = "C") -> tuple[Array, Vjp]:
    """`a` with another shape; vjp: u with that of a."""
    if order not in ("C", "F"):
        raise TraceError(
            f"order={order!r} depends on how an array lies in memory, and so would the derivative",
            expected="order='C' or order='F'",
        )
    value = np.reshape(a, shape, order=order)
    return value, lambda u: (np.copy(np.reshape(u, np.shape(a), order=order)),)


@derived(np.ravel)
def ravel(a: Array, *, order: Any = "C") -> Array:
    """`a` with one axis."""
    return np.reshape(a, np.size(a), order=order)


@derived(np.expand_dims)
def expand_dims(a: Array, axis: Any) -> Array:
    """`a` with axes of length one put in."""
    return np.reshape(a, np.shape(np.expand_dims(_like(a), axis)))


@derived(np.squeeze)
def squeeze(a: Array, *, axis: Any = None) -> Array:
    """`a` without its axes of length one."""
    return np.reshape(a, np.shape(np.squeeze(_like(a), axis)))


@derived(np.atleast_1d)
def atleast_1d(*arys: Array) -> Any:
    """Each array with one axis or more."""
    return _each(np.atleast_1d, arys)


@derived(np.atleast_2d)
def atleast_2d(*arys: Array) -> Any:
    """Each array with two axes or more, put in front."""
    return _each(np.atleast_2d, arys)


@derived(np.atleast_3d)
def atleast_3d(*arys: Array) -> Any:
    """Each array with three axes or more."""
    return _each(np.atleast_3d, arys)


def _each(widen: Any, arys: tuple[Array, ...]) -> Any:
    wide = tuple(np.reshape(a, np.shape(widen(_like(a)))) for a in arys)
    return wide[0] if len(wide) == 1 else wide


def _like(a: Array) -> Array:
    """An array of the shape of `a` that takes no memory: what a function does to the shape."""
    return np.broadcast_to(False, np.shape(a))


# Axes in another order.


@primitive(answers=np.transpose)
def transpose(a: Array, *, axes: Any = None) -> tuple[Array, Vjp]:
    """`a` with its axes in another order; vjp: u with them in the old one."""
    back = None if axes is None else tuple(int(i) for i in np.argsort(axes_of(tuple(axes), np.ndim(a))))
    return np.transpose(a, axes), lambda u: (np.copy(np.transpose(u, back)),)


@derived(np.matrix_transpose)
def matrix_transpose(x: Array) -> Array:
    """`x` with its last two axes exchanged."""
    return _reordered(x, np.matrix_transpose)


@derived(np.swapaxes)
def swapaxes(a: Array, axis1: int, axis2: int) -> Array:
    """`a` with two axes exchanged."""
    return _reordered(a, np.swapaxes, axis1, axis2)


@derived(np.moveaxis)
def moveaxis(a: Array, source: Any, destination: Any) -> Array:
    """`a` with some axes at other places, the rest in their order."""
    return _reordered(a, np.moveaxis, source, destination)


@derived(np.rollaxis)
def rollaxis(a: Array, axis: int, start: int = 0) -> Array:
    """`a` with one axis moved before another."""
    return _reordered(a, np.rollaxis, axis, start)


def _reordered(a: Array, reorder: Any, *axes: Any) -> Array:
    """`a` with its axes as `reorder` puts them, seen by what it does to axes as long as their number."""
    return np.transpose(a, np.shape(reorder(np.empty(range(np.ndim(a))), *axes)))


# Elements repeated.


@primitive(answers=np.broadcast_to)
def broadcast_to(array: Array, *, shape: Any) -> tuple[Array, Vjp]:
    """`array` repeated to `shape`; vjp: u summed where it was repeated."""
    return np.broadcast_to(array, shape), lambda u: (unbroadcast(u, array),)


@derived(np.broadcast_arrays)
def broadcast_arrays(*args: Array) -> tuple[Array, ...]:
    """The arrays, each repeated to the shape they have together."""
    shape = np.broadcast_shapes(*map(np.shape, args))
    return tuple(np.broadcast_to(a, shape) for a in args)


@derived(np.tile)
def tile(A: Array, reps: Any) -> Array:
    """`A` laid out `reps` times along each axis."""
    reps = tuple(reps) if np.ndim(reps) else (reps,)
    ndim = max(np.ndim(A), len(reps))
    shape = (1,) * (ndim - np.ndim(A)) + np.shape(A)
    reps = (1,) * (ndim - len(reps)) + reps
    split = np.reshape(A, tuple(n for length in shape for n in (1, length)))
    laid = np.broadcast_to(split, tuple(n for pair in zip(reps, shape, strict=True) for n in pair))
    return np.reshape(laid, tuple(r * n for r, n in zip(reps, shape, strict=True)))


@derived(np.meshgrid)
def meshgrid(*xi: Array, indexing: str = "xy", sparse: bool = False, copy: bool = True) -> Any:
    """Coordinates on a grid: each array along its own axis, repeated over the others'."""
    del copy
    order = list(range(len(xi)))
    if indexing == "xy":
        order[:2] = order[:2][::-1]
    shapes = [tuple(-1 if axis == i else 1 for axis in range(len(xi))) for i in order]
    open_grid = tuple(np.reshape(x, shape) for x, shape in zip(xi, shapes, strict=True))
    return open_grid if sparse else tuple(map(np.copy, np.broadcast_arrays(*open_grid)))
