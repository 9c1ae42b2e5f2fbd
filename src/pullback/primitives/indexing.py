"""Indexing: reading elements at places, and its adjoint, writing them into zeros.

`getitem` and `scatter` are each other's vjp; whatever picks, repeats or sorts elements follows.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from pullback.errors import TraceError
from pullback.pair import Box, Vjp, derived, primitive, top_trace
from pullback.primitives._helpers import axes_of, dtype_of, unbroadcast
from pullback.typing import Array


@primitive(answers=operator.getitem)
def getitem(a: Array, index: Any) -> tuple[Array, Vjp]:
    """`a[index]`; vjp: u added into zeros at index, once for each time it was read."""
    return _read(a, index), lambda u: (scatter(u, index, shape=np.shape(a)),)


def _read(a: Array, index: Any) -> Array:
    """`a[index]`, also of a plain array at a traced index."""
    return a[index] if isinstance(a, Box) or top_trace((index,)) is None else getitem(a, index)


def scatter(u: Array, index: Any, *, shape: tuple[int, ...]) -> Array:
    """Zeros of `shape` with `u` added at `index`; the pair is `scattered`."""
    if top_trace((u, index)) is not None:
        return scattered(u, index, shape=shape)
    value = np.zeros(shape, dtype_of(u))
    if _repeats(index):
        np.add.at(value, index, u)
    else:
        value[index] = u
    return value


@primitive(answers=scatter)
def scattered(u: Array, index: Any, *, shape: tuple[int, ...]) -> tuple[Array, Vjp]:
    """Zeros of `shape` with `u` added at `index`; vjp: u[index]."""
    value = scatter(u, index, shape=shape)
    return value, lambda v: (unbroadcast(getitem(v, index), u),)


def _repeats(index: Any) -> bool:
    """Whether an index can read an element twice: only arrays of integers can."""
    parts = index if isinstance(index, tuple) else (index,)
    arrays = [np.asarray(p) for p in parts if isinstance(p, (np.ndarray, list, tuple, range))]
    return any(p.ndim and p.dtype.kind != "b" for p in arrays)


# Picking elements along an axis.


@derived(np.take)
def take(a: Array, indices: Any, *, axis: int | None = None, mode: str = "raise") -> Array:
    """The elements of `a` at `indices` along `axis`."""
    if axis is None:
        a, axis = np.ravel(a), 0
    indices = indices if isinstance(indices, Box) else np.asarray(indices, np.intp)
    if mode == "clip":
        indices = np.clip(indices, 0, np.shape(a)[axis] - 1)
    if mode == "wrap":
        indices = np.remainder(indices, np.shape(a)[axis])
    return at(a, indices, axis)


@derived(np.take_along_axis)
def take_along_axis(arr: Array, indices: Any, *, axis: int | None = -1) -> Array:
    """The elements of `arr` at `indices`, which have its axes, along `axis`."""
    if axis is None:
        arr, axis = np.ravel(arr), 0
    if np.ndim(indices) != np.ndim(arr):
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    places: list[Any] = list(np.ogrid[tuple(slice(n) for n in np.shape(arr))])
    places[axis] = indices
    return getitem(arr, tuple(places))


@derived(np.compress)
def compress(condition: Any, a: Array, *, axis: int | None = None) -> Array:
    """The elements of `a` along `axis` where `condition` holds."""
    return np.take(a, np.flatnonzero(condition), axis=axis)


@derived(np.delete)
def delete(arr: Array, obj: Any, *, axis: int | None = None) -> Array:
    """`arr` without the elements at `obj` along `axis`."""
    arr, axis = (np.ravel(arr), 0) if axis is None else (arr, axis)
    return np.take(arr, np.delete(np.arange(np.shape(arr)[axis]), obj), axis=axis)


@derived(np.insert)
def insert(arr: Array, obj: Any, values: Array, *, axis: int | None = None) -> Array:
    """`arr` with `values` before the places `obj` along `axis`."""
    arr, axis = (np.ravel(arr), 0) if axis is None else (arr, axes_of(axis, np.ndim(arr))[0])
    n = np.shape(arr)[axis]
    if np.ndim(obj) == 0 and np.ndim(values) > 0:
        lead = (1,) * (np.ndim(arr) - np.ndim(values))
        values = np.moveaxis(np.reshape(values, lead + np.shape(values)), 0, axis)
        obj = [obj] * np.shape(values)[axis]
    count = len(np.insert(np.arange(n), obj, 0)) - n
    wanted = (*np.shape(arr)[:axis], count, *np.shape(arr)[axis + 1 :])
    both = np.concatenate([arr, np.astype(np.broadcast_to(values, wanted), dtype_of(arr))], axis=axis)
    return np.take(both, np.insert(np.arange(n), obj, n + np.arange(count)), axis=axis)


@derived(np.repeat)
def repeat(a: Array, repeats: Any, *, axis: int | None = None) -> Array:
    """Each element of `a` along `axis`, `repeats` times."""
    if axis is None:
        a, axis = np.ravel(a), 0
    if np.ndim(repeats):
        return np.take(a, np.repeat(np.arange(np.shape(a)[axis]), repeats), axis=axis)
    shape, axis = np.shape(a), axes_of(axis, np.ndim(a))[0]
    longer = (*shape[: axis + 1], int(repeats), *shape[axis + 1 :])
    repeated = np.broadcast_to(np.expand_dims(a, axis + 1), longer)
    return np.reshape(repeated, (*shape[:axis], shape[axis] * int(repeats), *shape[axis + 1 :]))


@derived(np.sort)
def sort(a: Array, *, axis: int | None = -1, kind: Any = None, stable: Any = None) -> Array:
    """`a` in ascending order along `axis`; kink: equal elements keep their order, each its own u."""
    del kind, stable
    if axis is None:
        a, axis = np.ravel(a), 0
    return np.take_along_axis(a, np.argsort(a, axis=axis, kind="stable"), axis=axis)


# Elements moved around, or framed.


@primitive(answers=np.flip)
def flip(m: Array, *, axis: Any = None) -> tuple[Array, Vjp]:
    """`m` backwards along `axis`; vjp: u backwards."""
    return np.flip(m, axis), lambda u: (np.copy(np.flip(u, axis)),)


@derived(np.fliplr)
def fliplr(m: Array) -> Array:
    """`m` backwards along its second axis."""
    return np.flip(m, 1)


@derived(np.flipud)
def flipud(m: Array) -> Array:
    """`m` backwards along its first axis."""
    return np.flip(m, 0)


@derived(np.rot90)
def rot90(m: Array, *, k: int = 1, axes: Any = (0, 1)) -> Array:
    """`m` turned by `k` right angles in the plane of two axes."""
    turned = np.swapaxes(m, *axes) if k % 2 else m
    away = [axis for axis, wanted in zip(axes, (k % 4 in (1, 2), k % 4 in (2, 3)), strict=True) if wanted]
    return np.flip(turned, tuple(away)) if away else turned


@primitive(answers=np.roll)
def roll(a: Array, *, shift: Any, axis: Any = None) -> tuple[Array, Vjp]:
    """`a` moved on by `shift` along `axis`, what falls off the end put in front; vjp: u moved back."""
    return np.roll(a, shift, axis), lambda u: (np.roll(u, np.negative(shift), axis),)


@primitive(answers=np.pad)
def pad_constant(
    array: Array, *, pad_width: Any, mode: Any = "constant", constant_values: Any = 0
) -> tuple[Array, Vjp]:
    """`array` in a frame of constants; vjp: u without the frame."""
    value = np.pad(array, pad_width, mode=mode, constant_values=constant_values)
    widths = _widths(pad_width, np.ndim(array))
    inside = tuple(slice(w[0], w[0] + n) for w, n in zip(widths, np.shape(array), strict=True))
    return value, lambda u: (np.copy(u[inside]),)


@derived(np.pad)
def pad(array: Array, pad_width: Any, *, mode: Any = "constant", constant_values: Any = 0) -> Array:
    """`array` in a frame: of constants, or of its own elements (edge, reflect, symmetric, wrap)."""
    if mode == "constant":
        return pad_constant(array, pad_width=pad_width, mode=mode, constant_values=constant_values)
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise TraceError(
            f"np.pad(..., mode={mode!r}) has no derivative here",
            expected="mode 'constant', 'edge', 'reflect', 'symmetric' or 'wrap'",
            hint="np.concatenate puts other frames around an array",
        )
    for axis, widths in enumerate(_widths(pad_width, np.ndim(array))):
        if any(widths):
            array = at(array, np.pad(np.arange(np.shape(array)[axis]), widths, mode=mode), axis)
    return array


def _widths(pad_width: Any, ndim: int) -> list[tuple[int, int]]:
    if isinstance(pad_width, dict):
        given = {axis % ndim: np.broadcast_to(w, 2) for axis, w in pad_width.items()}
        pad_width = [given.get(axis, (0, 0)) for axis in range(ndim)]
    return [(int(before), int(after)) for before, after in np.broadcast_to(pad_width, (ndim, 2))]


# Diagonals and triangles: a diagonal is every (m + 1)-th element of a flattened matrix of m columns.


def _diagonal_places(rows: int, columns: int, k: int) -> slice:
    start = k if k >= 0 else -k * columns
    length = max(0, min(rows, columns - k) if k >= 0 else min(rows + k, columns))
    return slice(start, start + length * (columns + 1) - columns, columns + 1) if length else slice(0, 0)


@derived(np.diagonal)
def diagonal(a: Array, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """The elements of `a` whose indices in two axes differ by `offset`, as the last axis."""
    a = np.moveaxis(a, (axis1, axis2), (-2, -1))
    *batch, rows, columns = np.shape(a)
    flat = np.reshape(a, (*batch, rows * columns))
    return flat[..., _diagonal_places(rows, columns, offset)]


@derived(np.diag)
def diag(v: Array, *, k: int = 0) -> Array:
    """The diagonal of a matrix, or the matrix with this diagonal and zeros elsewhere."""
    if np.ndim(v) != 1:
        return np.diagonal(v, k)
    n = np.shape(v)[0] + abs(k)
    return np.reshape(scatter(v, _diagonal_places(n, n, k), shape=(n * n,)), (n, n))


@derived(np.diagflat)
def diagflat(v: Array, *, k: int = 0) -> Array:
    """The matrix with the flattened `v` on a diagonal."""
    return np.diag(np.ravel(v), k)


@primitive(answers=np.tril)
def tril(m: Array, *, k: int = 0) -> tuple[Array, Vjp]:
    """`m` with zeros above its k-th diagonal; vjp: u with them."""
    return np.tril(m, k), lambda u: (unbroadcast(np.tril(u, k), m),)


@primitive(answers=np.triu)
def triu(m: Array, *, k: int = 0) -> tuple[Array, Vjp]:
    """`m` with zeros below its k-th diagonal; vjp: u with them."""
    return np.triu(m, k), lambda u: (unbroadcast(np.triu(u, k), m),)


def at(a: Array, indices: Any, axis: int) -> Array:
    """`a` at `indices` along `axis`."""
    lead = (slice(None),) * axes_of(axis, np.ndim(a))[0]
    return getitem(a, (*lead, indices) if lead else indices)
