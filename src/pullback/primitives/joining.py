"""Arrays joined into one, and one cut into several."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.pair import Vjp, derived, primitive
from pullback.primitives._helpers import unbroadcast
from pullback.primitives.indexing import at
from pullback.typing import Array


@primitive(answers=np.concatenate)
def concatenate(arrays: Any, *, axis: int | None = 0) -> tuple[Array, Vjp]:
    """`arrays` one after the other along `axis`; vjp: the pieces of u."""
    value = np.concatenate(arrays, axis=axis)
    sizes = [np.size(a) if axis is None else np.shape(a)[axis] for a in arrays]

    def vjp(u: Array) -> tuple[list[Array]]:
        pieces = np.split(u, np.cumsum(sizes)[:-1], axis=axis or 0)
        shaped = zip(pieces, arrays, strict=True)
        return ([unbroadcast(np.reshape(g, np.shape(a)) if axis is None else g, a) for g, a in shaped],)

    return value, vjp


@derived(np.stack)
def stack(arrays: Any, *, axis: int = 0) -> Array:
    """`arrays` of one shape along a new axis."""
    if len({np.shape(a) for a in arrays}) > 1:
        raise ValueError("all input arrays must have the same shape")
    return np.concatenate([np.expand_dims(a, axis) for a in arrays], axis=axis)


@derived(np.vstack)
def vstack(tup: Any) -> Array:
    """Arrays below each other, vectors as rows."""
    return np.concatenate([np.atleast_2d(a) for a in tup], axis=0)


@derived(np.hstack)
def hstack(tup: Any) -> Array:
    """Arrays beside each other, vectors one after the other."""
    wide = [np.atleast_1d(a) for a in tup]
    return np.concatenate(wide, axis=min(1, np.ndim(wide[0]) - 1) if wide else 0)


@derived(np.dstack)
def dstack(tup: Any) -> Array:
    """Arrays behind each other, along the third axis."""
    return np.concatenate([np.atleast_3d(a) for a in tup], axis=2)


@derived(np.column_stack)
def column_stack(tup: Any) -> Array:
    """Arrays beside each other, vectors as columns."""
    return np.concatenate([np.reshape(a, (-1, 1)) if np.ndim(a) < 2 else a for a in tup], axis=1)


@derived(np.append)
def append(arr: Array, values: Array, *, axis: int | None = None) -> Array:
    """`values` after `arr`, both flattened where no axis is given."""
    both = [arr, values] if axis is not None else [np.ravel(arr), np.ravel(values)]
    return np.concatenate(both, axis=axis or 0)


@derived(np.block)
def block(arrays: Any) -> Array:
    """Nested lists of arrays joined, the innermost along the last axis."""
    ndim = max(_depth(arrays), *_ndims(arrays))
    return _block(arrays, ndim, _depth(arrays))


def _depth(x: Any) -> int:
    return 1 + _depth(x[0]) if isinstance(x, list) else 0


def _ndims(x: Any) -> list[int]:
    return [n for part in x for n in _ndims(part)] if isinstance(x, list) else [0, np.ndim(x)]


def _block(x: Any, ndim: int, depth: int) -> Array:
    if not isinstance(x, list):
        return np.reshape(x, (1,) * (ndim - np.ndim(x)) + np.shape(x))
    return np.concatenate([_block(part, ndim, depth - 1) for part in x], axis=-depth)


# Cutting.


@derived(np.split)
def split(ary: Array, indices_or_sections: Any, *, axis: int = 0) -> list[Array]:
    """`ary` cut along `axis`, into equal parts or at indices."""
    return _cut(ary, np.split(np.arange(np.shape(ary)[axis]), indices_or_sections), axis)


@derived(np.array_split)
def array_split(ary: Array, indices_or_sections: Any, *, axis: int = 0) -> list[Array]:
    """`ary` cut along `axis`, into parts as equal as may be, or at indices."""
    return _cut(ary, np.array_split(np.arange(np.shape(ary)[axis]), indices_or_sections), axis)


@derived(np.hsplit)
def hsplit(ary: Array, indices_or_sections: Any) -> list[Array]:
    """`ary` cut along its second axis, a vector along its only one."""
    return np.split(ary, indices_or_sections, axis=min(1, np.ndim(ary) - 1))


@derived(np.vsplit)
def vsplit(ary: Array, indices_or_sections: Any) -> list[Array]:
    """`ary` cut along its first axis."""
    return np.split(ary, indices_or_sections, axis=0)


@derived(np.dsplit)
def dsplit(ary: Array, indices_or_sections: Any) -> list[Array]:
    """`ary` cut along its third axis."""
    return np.split(ary, indices_or_sections, axis=2)


@derived(np.unstack)
def unstack(x: Array, *, axis: int = 0) -> tuple[Array, ...]:
    """The slices of `x` along `axis`, without it."""
    return tuple(at(x, i, axis) for i in range(np.shape(x)[axis]))


def _cut(ary: Array, pieces: list[Any], axis: int) -> list[Array]:
    return [at(ary, slice(int(p[0]), int(p[-1]) + 1) if len(p) else slice(0, 0), axis) for p in pieces]
