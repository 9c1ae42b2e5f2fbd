"""Shape: the same elements in other places."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

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


@primitive(answers=np.reshape)
def reshape(a: Array, *, shape: Any, order: Any = "C") -> tuple[Array, Vjp]:
    """`a` with another shape; vjp: u with that of a."""
    value = np.reshape(a, shape, order=order)
    return value, lambda u: (np.copy(np.reshape(u, np.shape(a), order=order)),)


@primitive(answers=operator.getitem)
def getitem(a: Array, index: Any) -> tuple[Array, Vjp]:
    """`a[index]`; vjp: u added into zeros at index, once for each time it was read."""
    return a[index], lambda u: (scatter(u, index, shape=np.shape(a)),)


@primitive(whole=True)
def scatter(u: Array, index: Any, *, shape: tuple[int, ...]) -> tuple[Array, Vjp]:
    """Zeros of `shape` with `u` added at `index`; vjp: u[index]."""
    value = np.zeros(shape, dtype_of(u))
    np.add.at(value, index, u)
    return value, lambda v: (np.copy(v[index]),)


@primitive(answers=np.concatenate)
def concatenate(arrays: Any, *, axis: int | None = 0) -> tuple[Array, Vjp]:
    """`arrays` one after the other along `axis`; vjp: the pieces of u."""
    if axis is None:
        arrays, axis = [np.ravel(a) for a in arrays], 0
    value = np.concatenate(arrays, axis=axis)
    ends = np.cumsum([np.shape(a)[axis] for a in arrays])[:-1]
    return value, lambda u: ([unbroadcast(g, a) for g, a in zip(np.split(u, ends, axis=axis), arrays)],)


@derived(np.split)
def split(ary: Array, indices_or_sections: Any, *, axis: int = 0) -> list[Array]:
    """`ary` cut into slices along `axis`."""
    pieces = np.split(np.arange(np.shape(ary)[axis]), indices_or_sections)
    lead = (slice(None),) * (axis % np.ndim(ary))
    return [ary[(*lead, slice(p[0], p[-1] + 1) if len(p) else slice(0, 0))] for p in pieces]


@derived(np.stack)
def stack(arrays: Any, *, axis: int = 0) -> Array:
    """`arrays` of one shape along a new axis."""
    return np.concatenate([np.expand_dims(a, axis) for a in arrays], axis=axis)


@derived(np.expand_dims)
def expand_dims(a: Array, axis: Any) -> Array:
    """`a` with axes of length one put in."""
    return np.reshape(a, np.shape(np.expand_dims(_like(a), axis)))


@derived(np.squeeze)
def squeeze(a: Array, axis: Any = None) -> Array:
    """`a` without its axes of length one."""
    return np.reshape(a, np.shape(np.squeeze(_like(a), axis)))


@derived(np.ravel)
def ravel(a: Array, order: str = "C") -> Array:
    """`a` with one axis."""
    return np.reshape(a, np.size(a), order=order)


@primitive(answers=np.transpose)
def transpose(a: Array, *, axes: Any = None) -> tuple[Array, Vjp]:
    """`a` with its axes in another order; vjp: u with them in the old one."""
    back = None if axes is None else tuple(int(i) for i in np.argsort(axes_of(tuple(axes), np.ndim(a))))
    return np.transpose(a, axes), lambda u: (np.copy(np.transpose(u, back)),)


@derived(np.swapaxes)
def swapaxes(a: Array, axis1: int, axis2: int) -> Array:
    """`a` with two axes exchanged."""
    return np.transpose(a, np.shape(np.swapaxes(_numbered(a), axis1, axis2)))


@primitive(answers=np.broadcast_to)
def broadcast_to(array: Array, *, shape: Any) -> tuple[Array, Vjp]:
    """`array` repeated to `shape`; vjp: u summed where it was repeated."""
    return np.broadcast_to(array, shape), lambda u: (unbroadcast(u, array),)


def _like(a: Array) -> Array:
    """An array of the shape of `a` that takes no memory: what a function does to the shape."""
    return np.broadcast_to(False, np.shape(a))


def _numbered(a: Array) -> Array:
    """An empty array whose axes have their numbers as lengths: what a function does to the axes."""
    return np.empty(range(np.ndim(a)))
