"""Reductions over axes, and running ones along an axis."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.pair import Box, Vjp, derived, primitive
from pullback.primitives._helpers import axes_of, dtype_of, keep_axes
from pullback.primitives.indexing import at
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
        if np.size(a) == 0:
            return (np.zeros(np.shape(a), dtype_of(a, u)),)
        share = keep_axes(u, a, axis) / count(a, axis)
        return (np.copy(np.broadcast_to(share, np.shape(a))),)

    return value, vjp


def count(a: Array, axis: Any) -> int:
    """How many elements a reduction of `a` over `axis` puts into one."""
    return math.prod(np.shape(a)[i] for i in axes_of(axis, np.ndim(a)))


@derived(np.average)
def average(a: Array, *, axis: Any = None, weights: Any = None, keepdims: bool = False) -> Array:
    """Mean of `a` over `axis`, weighted by `weights`: of the shape of `a`, or of those axes alone."""
    if weights is None:
        return np.mean(a, axis=axis, keepdims=keepdims)
    if np.shape(weights) != np.shape(a):
        axes = axes_of(axis, np.ndim(a))
        if axis is None or np.shape(weights) != tuple(np.shape(a)[i] for i in axes):
            np.average(np.empty(np.shape(a)), axis=axis, weights=np.empty(np.shape(weights)))
        weights = np.transpose(weights, tuple(int(i) for i in np.argsort(axes)))
        weights = np.reshape(weights, tuple(n if i in axes else 1 for i, n in enumerate(np.shape(a))))
    total = np.sum(weights * a, axis=axis, keepdims=keepdims)
    whole = np.broadcast_to(weights, np.shape(a)) if axis is None else weights
    return total / np.sum(whole, axis=axis, keepdims=keepdims)


# Spread.


@derived(np.var)
def var(a: Array, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Array:
    """Mean of the squared deviations from the mean, over `n - ddof`."""
    d = a - np.mean(a, axis=axis, keepdims=True)
    n = count(a, axis) - ddof
    return np.sum(d * d, axis=axis, keepdims=keepdims) / (n if n > 0 else 0.0)


@derived(np.std)
def std(a: Array, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Array:
    """Root of the variance; kink: gradient 0 where it is 0."""
    return root(np.var(a, axis=axis, ddof=ddof, keepdims=keepdims))


def root(x: Array, degree: float = 2) -> Array:
    """The root of `x`, with a finite derivative at zero."""
    zero = np.equal(x, 0)
    return (np.sqrt(x + zero) if degree == 2 else (x + zero) ** (1 / degree)) - zero


@derived(np.ptp)
def ptp(a: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Maximum less minimum."""
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


# Extremes and order.


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


@derived(np.amax)
def amax(a: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """`max` by its other name."""
    return np.max(a, axis=axis, keepdims=keepdims)


@derived(np.amin)
def amin(a: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """`min` by its other name."""
    return np.min(a, axis=axis, keepdims=keepdims)


@primitive(answers=np.median)
def median(a: Array, *, axis: Any = None, keepdims: bool = False) -> tuple[Array, Vjp]:
    """Middle of `a` in order, or mean of the middle two; vjp: u to them; kink: in even shares at ties."""
    value = np.median(a, axis=axis, keepdims=keepdims)

    def vjp(u: Array) -> tuple[Array]:
        n = count(a, axis)
        flat, _ = _flat_last(a, axis)
        order = np.sort(flat, axis=-1)
        low, high = (np.reshape(order[..., i], np.shape(value)) for i in ((n - 1) // 2, n // 2))
        return (_to_ties(u / 2, a, low, axis) + _to_ties(u / 2, a, high, axis),)

    return value, vjp


def _to_ties(u: Array, a: Array, value: Array, axis: Any) -> Array:
    """`u` shared evenly among the elements of `a` that equal `value`."""
    ties = np.astype(np.equal(a, keep_axes(value, a, axis)), dtype_of(a, u))
    return ties * (keep_axes(u, a, axis) / np.sum(ties, axis=axis, keepdims=True))


# Products. No rule divides, so that zeros in `a` do no harm.


@primitive(answers=np.prod)
def prod(a: Array, *, axis: Any = None, keepdims: bool = False) -> tuple[Array, Vjp]:
    """`product of a` over `axis`; vjp: u times the product of the others."""
    value = np.prod(a, axis=axis, keepdims=keepdims)

    def vjp(u: Array) -> tuple[Array]:
        flat, back = _flat_last(a, axis)
        others = _before(flat) * np.flip(_before(np.flip(flat, -1)), -1)
        return (keep_axes(u, a, axis) * back(others),)

    return value, vjp


def _before(x: Array) -> Array:
    """At each place of the last axis, the product of the elements before it."""
    one = np.ones((*np.shape(x)[:-1], _less(1, np.shape(x)[-1])), dtype_of(x))
    return np.cumprod(np.concatenate([one, x[..., :-1]], axis=-1), axis=-1)


def _less(a: int, b: int) -> int:
    return a if a < b else b


def _flat_last(a: Array, axis: Any) -> tuple[Array, Callable[[Array], Array]]:
    """`a` with the axes meant flattened into one, the last; and the way back."""
    axes = axes_of(axis, np.ndim(a))
    order = (*(i for i in range(np.ndim(a)) if i not in axes), *axes)
    moved = tuple(np.shape(a)[i] for i in order)
    flat = np.reshape(np.transpose(a, order), (*moved[: len(order) - len(axes)], count(a, axis)))
    inverse = tuple(int(i) for i in np.argsort(order))
    return flat, lambda g: np.transpose(np.reshape(g, moved), inverse)


@primitive(answers=np.cumsum)
def cumsum(a: Array, *, axis: int | None = None) -> tuple[Array, Vjp]:
    """Running sum along `axis`, of the flattened `a` where it is None; vjp: u summed from the end."""
    last = 0 if axis is None else axis

    def vjp(u: Array) -> tuple[Array]:
        g = np.flip(np.cumsum(np.flip(u, last), axis=last), last)
        return (np.reshape(g, np.shape(a)),)

    return np.cumsum(a, axis=axis), vjp


@primitive(answers=np.cumprod)
def cumprod(a: Array, *, axis: int | None = None) -> tuple[Array, Vjp]:
    """Running product along `axis`, of the flattened `a` where it is None.

    vjp: g_k = b_k r_k, where b_k is the product of the elements before k, and r_k = u_k + a_{k+1} r_{k+1}
    collects, from the end, what later products do with element k; in log2(n) steps, doubling the reach.
    """
    value = np.cumprod(a, axis=axis)
    last = 0 if axis is None else axis

    def vjp(u: Array) -> tuple[Array]:
        x = np.moveaxis(np.ravel(a) if axis is None else a, last, -1)
        r, factor = np.moveaxis(u, last, -1), _later(x, 1, 1.0)
        for reach in (2**i for i in range(np.shape(x)[-1].bit_length())):
            r = r + factor * _later(r, reach, 0.0)
            factor = factor * _later(factor, reach, 1.0)
        return (np.reshape(np.moveaxis(_before(x) * r, -1, last), np.shape(a)),)

    return value, vjp


def _later(x: Array, steps: int, fill: float) -> Array:
    """`x` some steps on along its last axis, with `fill` after its end."""
    n = np.shape(x)[-1]
    tail = np.full((*np.shape(x)[:-1], _less(steps, n)), fill, dtype_of(x))
    return np.concatenate([x[..., steps:], tail], axis=-1)


# Differences and integrals.


@derived(np.diff)
def diff(a: Array, *, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Array:
    """Differences of neighbours along `axis`, taken `n` times."""
    (axis,) = axes_of(axis, np.ndim(a))
    frame = [x for x in (prepend, a, append) if x is not None]
    one = (*np.shape(a)[:axis], 1, *np.shape(a)[axis + 1 :])
    wide = [np.broadcast_to(x, one) if np.ndim(x) == 0 else x for x in frame]
    a = np.concatenate(wide, axis=axis) if len(wide) > 1 else a
    lead = (slice(None),) * axis
    for _ in range(n):
        a = a[(*lead, slice(1, None))] - a[(*lead, slice(None, -1))]
    return a


@derived(np.trapezoid)
def trapezoid(y: Array, *, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Array:
    """The area under `y` over `x` by straight lines."""
    lead = (slice(None),) * axes_of(axis, np.ndim(y))[0]
    if x is not None:
        dx = np.diff(x) if np.ndim(x) == 1 else np.diff(x, axis=axis)
        dx = np.reshape(dx, (-1, *(1,) * (np.ndim(y) - len(lead) - 1))) if np.ndim(x) == 1 else dx
    return np.sum(dx * (y[(*lead, slice(1, None))] + y[(*lead, slice(None, -1))]) / 2.0, axis=axis)


@derived(np.interp)
def interp(x: Array, xp: Array, fp: Array, *, left: Any = None, right: Any = None) -> Array:
    """`fp` over rising `xp`, by straight lines, read at `x`, in float64; outside, `left` and `right`."""
    x, xp, fp = (z if isinstance(z, Box) else np.asarray(z) for z in (x, xp, fp))
    x, xp, fp = (np.astype(z, np.float64) for z in (x, xp, fp))
    i = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, np.shape(xp)[0] - 2)
    x0, y0 = at(xp, i, 0), at(fp, i, 0)
    inside = (at(fp, i + 1, 0) - y0) / (at(xp, i + 1, 0) - x0) * (x - x0) + y0
    below, above = fp[0] if left is None else left, fp[-1] if right is None else right
    ends = np.where(np.equal(x, xp[-1]), fp[-1], inside)
    return np.where(np.less(x, xp[0]), below, np.where(np.greater(x, xp[-1]), above, ends))


# Reductions that pass over nan.


@derived(np.nansum)
def nansum(a: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Sum of the elements that are not nan, which get 0."""
    return np.sum(np.where(np.isnan(a), 0, a), axis=axis, keepdims=keepdims)


@derived(np.nanmean)
def nanmean(a: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Mean of the elements that are not nan, which get 0."""
    there = np.astype(np.logical_not(np.isnan(a)), dtype_of(a))
    return np.nansum(a, axis=axis, keepdims=keepdims) / np.sum(there, axis=axis, keepdims=keepdims)
