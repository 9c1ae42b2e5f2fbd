"""Arithmetic of two arrays, broadcast against each other.

At ties of maximum and minimum each side gets half of `u`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.pair import Vjp, derived, primitive
from pullback.primitives._helpers import dtype_of, unbroadcast
from pullback.typing import Array


@primitive(answers=np.add)
def add(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`x1 + x2`; vjp: u, u."""
    return np.add(x1, x2), lambda u: (unbroadcast(u, x1), unbroadcast(u, x2))


@primitive(answers=np.subtract)
def subtract(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`x1 - x2`; vjp: u, -u."""
    return np.subtract(x1, x2), lambda u: (unbroadcast(u, x1), unbroadcast(-u, x2))


@primitive(answers=np.multiply)
def multiply(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`x1 x2`; vjp: u x2, u x1."""
    return np.multiply(x1, x2), lambda u: (unbroadcast(u * x2, x1), unbroadcast(u * x1, x2))


@primitive(answers=np.divide)
def divide(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`x1 / x2`; vjp: u / x2, -u x1 / x2^2."""
    value = np.divide(x1, x2)
    return value, lambda u: (unbroadcast(u / x2, x1), unbroadcast(-u * value / x2, x2))


# Powers.


@primitive(answers=np.power)
def power(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`x1^x2`; vjp: u x2 x1^(x2 - 1), u x1^x2 ln x1.

    A power of zero has derivative 0 everywhere, and the exponent's cotangent is 0 where x1 <= 0 (the limit at
    x1 = 0 for x2 > 0; below, the power is real at single points only). An exponent that is a Python number is
    a constant: its cotangent is None.
    """
    value = np.power(x1, x2)
    return value, lambda u: (_base(np.power, u, x1, x2), _exponent(u, value, x1, x2))


@primitive(answers=np.float_power)
def float_power(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`x1^x2` in float64; vjp and conventions: those of `power`."""
    value = np.float_power(x1, x2)
    return value, lambda u: (_base(np.float_power, u, x1, x2), _exponent(u, value, x1, x2))


def _base(raise_to: Callable[..., Array], u: Array, x1: Array, x2: Array) -> Array:
    """`u x2 x1^(x2 - 1)`; where x2 is 0, `0 x1^1`, which is 0 at x1 = 0 too, to every order."""
    if type(x2) in (int, float):
        less_one = x2 - 1 if x2 else 1
    else:
        less_one = np.where(np.equal(x2, 0), 1, x2 - 1)
    return unbroadcast(u * x2 * raise_to(x1, less_one), x1)


def _exponent(u: Array, value: Array, x1: Array, x2: Array) -> Array | None:
    """`u x1^x2 ln x1`, and 0 where x1 <= 0."""
    if type(x2) in (int, float):
        return None
    base = x1 if hasattr(x1, "dtype") else dtype_of(value).type(x1)
    return unbroadcast(u * value * np.log(np.where(np.greater(base, 0), base, 1)), x2)


# Remainders.


@primitive(answers=np.remainder)
def remainder(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`x1 - x2 floor(x1 / x2)`; vjp: u, -u floor(x1 / x2); at the jumps: as between them."""
    value = np.remainder(x1, x2)
    return value, lambda u: (unbroadcast(u, x1), unbroadcast(-u * np.floor_divide(x1, x2), x2))


@primitive(answers=np.fmod)
def fmod(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`x1 - x2 trunc(x1 / x2)`; vjp: u, -u trunc(x1 / x2); at the jumps: as between them."""
    value = np.fmod(x1, x2)
    return value, lambda u: (unbroadcast(u, x1), unbroadcast(-u * np.rint((x1 - value) / x2), x2))


@derived(np.divmod)
def divmod(x1: Array, x2: Array) -> tuple[Array, Array]:  # noqa: A001 - NumPy's name
    """Quotient, whose derivative is zero, and remainder."""
    return np.floor_divide(x1, x2), np.remainder(x1, x2)


# The larger and the smaller.


@primitive(answers=np.maximum)
def maximum(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`max(x1, x2)`; vjp: u where it was taken from; kink: half each at ties."""

    def vjp(u: Array) -> tuple[Array, ...]:
        half = 0.5 * u * np.equal(x1, x2)
        return unbroadcast(u * np.greater(x1, x2) + half, x1), unbroadcast(u * np.less(x1, x2) + half, x2)

    return np.maximum(x1, x2), vjp


@primitive(answers=np.minimum)
def minimum(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`min(x1, x2)`; vjp: u where it was taken from; kink: half each at ties."""

    def vjp(u: Array) -> tuple[Array, ...]:
        half = 0.5 * u * np.equal(x1, x2)
        return unbroadcast(u * np.less(x1, x2) + half, x1), unbroadcast(u * np.greater(x1, x2) + half, x2)

    return np.minimum(x1, x2), vjp


@primitive(answers=np.fmax)
def fmax(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`max(x1, x2)`, of NaN and a number the number; vjp: u where it was taken from; half each at ties."""

    def vjp(u: Array) -> tuple[Array, ...]:
        half = 0.5 * u * np.equal(x1, x2)
        first = np.logical_or(np.greater(x1, x2), np.isnan(x2))
        second = np.logical_or(np.less(x1, x2), np.isnan(x1))
        return unbroadcast(u * first + half, x1), unbroadcast(u * second + half, x2)

    return np.fmax(x1, x2), vjp


@primitive(answers=np.fmin)
def fmin(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`min(x1, x2)`, of NaN and a number the number; vjp: u where it was taken from; half each at ties."""

    def vjp(u: Array) -> tuple[Array, ...]:
        half = 0.5 * u * np.equal(x1, x2)
        first = np.logical_or(np.less(x1, x2), np.isnan(x2))
        second = np.logical_or(np.greater(x1, x2), np.isnan(x1))
        return unbroadcast(u * first + half, x1), unbroadcast(u * second + half, x2)

    return np.fmin(x1, x2), vjp


@primitive(answers=np.where)
def where(condition: Array, x: Array, y: Array) -> tuple[Array, Vjp]:
    """`x` where `condition`, else `y`; vjp: u where taken from, else 0; zeros for a float condition."""
    value = np.where(condition, x, y)

    def vjp(u: Array) -> tuple[Array | None, ...]:
        floats = np.issubdtype(dtype_of(condition, np.True_), np.floating)
        none = np.zeros_like(condition) if floats else None
        return none, unbroadcast(np.where(condition, u, 0), x), unbroadcast(np.where(condition, 0, u), y)

    return value, vjp


@derived(np.where)
def where_or_nonzero(condition: Array, x: Array = None, y: Array = None) -> Any:
    """`where`; with a condition alone the indices where it holds, as NumPy has it."""
    return np.nonzero(condition) if x is None and y is None else where(condition, x, y)


# Two sides of a triangle.


@primitive(answers=np.hypot)
def hypot(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`sqrt(x1^2 + x2^2)`; vjp: u x1 / value, u x2 / value; kink: 0, 0 at the origin."""
    value = np.hypot(x1, x2)

    def vjp(u: Array) -> tuple[Array, ...]:
        scaled = u / np.where(np.equal(value, 0), 1, value)
        return unbroadcast(scaled * x1, x1), unbroadcast(scaled * x2, x2)

    return value, vjp


@primitive(answers=np.arctan2)
def arctan2(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """The angle of the point `(x2, x1)`; vjp: u x2 / r^2, -u x1 / r^2; 0, 0 at the origin."""

    def vjp(u: Array) -> tuple[Array, ...]:
        r2 = x1 * x1 + x2 * x2
        scaled = u / np.where(np.equal(r2, 0), 1, r2)
        return unbroadcast(scaled * x2, x1), unbroadcast(-scaled * x1, x2)

    return np.arctan2(x1, x2), vjp


@primitive(answers=np.copysign)
def copysign(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`|x1|` with the sign of x2; vjp: u sign(x1) sign(x2), 0; kink: 0 at x1 = 0."""

    def vjp(u: Array) -> tuple[Array, ...]:
        return unbroadcast(u * np.sign(x1) * np.copysign(1.0, x2), x1), np.zeros_like(x2)

    return np.copysign(x1, x2), vjp


# Sums of exponentials.


@primitive(answers=np.logaddexp)
def logaddexp(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`ln(e^x1 + e^x2)`; vjp: u e^(x1 - value), u e^(x2 - value); 0, 0 where both are -inf."""
    value = np.logaddexp(x1, x2)

    def vjp(u: Array) -> tuple[Array, ...]:
        finite = np.where(np.equal(value, -np.inf), 0, value)
        return unbroadcast(u * np.exp(x1 - finite), x1), unbroadcast(u * np.exp(x2 - finite), x2)

    return value, vjp


@primitive(answers=np.logaddexp2)
def logaddexp2(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`log2(2^x1 + 2^x2)`; vjp: u 2^(x1 - value), u 2^(x2 - value); 0, 0 where both are -inf."""
    value = np.logaddexp2(x1, x2)

    def vjp(u: Array) -> tuple[Array, ...]:
        finite = np.where(np.equal(value, -np.inf), 0, value)
        return unbroadcast(u * np.exp2(x1 - finite), x1), unbroadcast(u * np.exp2(x2 - finite), x2)

    return value, vjp
