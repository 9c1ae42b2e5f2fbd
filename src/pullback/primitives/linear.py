"""Products: sums of products over the axes two arrays share. One primitive, `matmul`; the rest follow."""

from __future__ import annotations

import functools
import math
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


@derived(np.vdot)
def vdot(a: Array, b: Array) -> Array:
    """Sum of all products, element by element."""
    return np.matmul(np.ravel(a), np.ravel(b))


@derived(np.inner)
def inner(a: Array, b: Array) -> Array:
    """Sum over the last axes of both."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return np.tensordot(a, b, axes=(-1, -1))


@derived(np.outer)
def outer(a: Array, b: Array) -> Array:
    """Every product of an element of `a` and one of `b`, both flattened."""
    return np.multiply(np.reshape(a, (-1, 1)), np.reshape(b, (1, -1)))


@derived(np.linalg.outer)
def outer_of_vectors(x1: Array, x2: Array) -> Array:
    """`outer` of two vectors."""
    return np.outer(x1, x2)


@derived(np.kron)
def kron(a: Array, b: Array) -> Array:
    """Blocks of `b`, each times an element of `a`."""
    ndim = max(np.ndim(a), np.ndim(b))
    r, s = ((1,) * (ndim - np.ndim(x)) + np.shape(x) for x in (a, b))
    outer = np.reshape(a, tuple(n for k in r for n in (k, 1)))
    blocks = outer * np.reshape(b, tuple(n for k in s for n in (1, k)))
    return np.reshape(blocks, tuple(m * n for m, n in zip(r, s, strict=True)))


@derived(np.tensordot)
def tensordot(a: Array, b: Array, *, axes: Any = 2) -> Array:
    """Sum over axes of `a` and as many of `b`: one product of two matrices."""
    ours, theirs = _shared_axes(axes, np.ndim(a), np.ndim(b))
    if [np.shape(a)[i] for i in ours] != [np.shape(b)[i] for i in theirs]:
        raise ValueError("shape-mismatch for sum")
    left = [i for i in range(np.ndim(a)) if i not in ours]
    right = [i for i in range(np.ndim(b)) if i not in theirs]
    rows, columns = [np.shape(a)[i] for i in left], [np.shape(b)[i] for i in right]
    n = math.prod(np.shape(a)[i] for i in ours)
    product = np.matmul(
        np.reshape(_ordered(a, [*left, *ours]), (math.prod(rows), n)),
        np.reshape(_ordered(b, [*theirs, *right]), (n, math.prod(columns))),
    )
    return np.reshape(product, (*rows, *columns))


def _shared_axes(axes: Any, ndim_a: int, ndim_b: int) -> tuple[list[int], list[int]]:
    if np.ndim(axes) == 0 and not isinstance(axes, (list, tuple)):
        return list(range(ndim_a - int(axes), ndim_a)), list(range(int(axes)))
    ours, theirs = (list(side) if isinstance(side, (list, tuple)) else [side] for side in axes)
    if len(ours) != len(theirs):
        raise ValueError("shape-mismatch for sum")
    return [i % ndim_a for i in ours], [i % ndim_b for i in theirs]


def _ordered(a: Array, order: list[int]) -> Array:
    return a if order == list(range(np.ndim(a))) else np.transpose(a, tuple(order))


@derived(np.cross)
def cross(
    a: Array, b: Array, *, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Array:
    """Cross product of vectors of three (or, as if the third were zero, two) elements along an axis."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if not {np.shape(a)[-1], np.shape(b)[-1]} <= {2, 3}:
        raise ValueError("both inputs of np.cross need two or three elements along the axis")
    flat = np.shape(a)[-1] == np.shape(b)[-1] == 2
    a, b = (x if np.shape(x)[-1] == 3 else np.concatenate([x, np.zeros_like(x[..., :1])], -1) for x in (a, b))
    product = np.roll(a, -1, -1) * np.roll(b, -2, -1) - np.roll(a, -2, -1) * np.roll(b, -1, -1)
    return product[..., 2] if flat else np.moveaxis(product, -1, axisc)


@derived(np.linalg.cross)
def cross_along(x1: Array, x2: Array, *, axis: int = -1) -> Array:
    """`cross` along `axis`."""
    return np.cross(x1, x2, axis=axis)


@derived(np.vecdot)
def vecdot(x1: Array, x2: Array) -> Array:
    """Products of vectors, batch by batch."""
    return np.matmul(x1[..., None, :], x2[..., None])[..., 0, 0]


@derived(np.matvec)
def matvec(x1: Array, x2: Array) -> Array:
    """Matrices times vectors, batch by batch."""
    return np.matmul(x1, x2[..., None])[..., 0]


@derived(np.vecmat)
def vecmat(x1: Array, x2: Array) -> Array:
    """Vectors times matrices, batch by batch."""
    return np.matmul(x1[..., None, :], x2)[..., 0, :]


@derived(np.linalg.multi_dot)
def multi_dot(arrays: Any) -> Array:
    """A product of several matrices, from the left, or from the right where that end is a vector."""
    first, *others, last = arrays
    if np.ndim(last) == 1:
        return functools.reduce(lambda right, x: np.matmul(x, right), [last, *reversed(others), first])
    return functools.reduce(np.matmul, [first, *others, last])


@derived(np.linalg.matrix_power)
def matrix_power(a: Array, n: int) -> Array:
    """`a` times itself, `n` times; the inverse for negative `n`."""
    if n == 0:
        return np.zeros_like(a) + np.eye(np.shape(a)[-1], dtype=dtype_of(a))
    base, n = (np.linalg.inv(a), -n) if n < 0 else (a, n)
    result = None
    while n:
        n, odd = divmod(n, 2)
        if odd:
            result = base if result is None else np.matmul(result, base)
        base = np.matmul(base, base) if n else base
    return result


@derived(np.linalg.matmul)
def linalg_matmul(x1: Array, x2: Array) -> Array:
    """`matmul` by another name."""
    return np.matmul(x1, x2)


@derived(np.linalg.tensordot)
def linalg_tensordot(x1: Array, x2: Array, *, axes: Any = 2) -> Array:
    """`tensordot` by another name."""
    return np.tensordot(x1, x2, axes=axes)


@derived(np.linalg.vecdot)
def linalg_vecdot(x1: Array, x2: Array, *, axis: int = -1) -> Array:
    """`vecdot` along `axis`."""
    return np.vecdot(np.moveaxis(x1, axis, -1), np.moveaxis(x2, axis, -1))
