"""Functions of one array, element by element.

Source of the derivatives: Abramowitz and Stegun, Handbook of Mathematical Functions, chapter 4.
Where a derivative has a pole (log, sqrt and cbrt at 0, arcsin at 1) the cotangent is infinite, and NumPy
warns as it does for the function itself.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pullback.pair import Vjp, derived, primitive
from pullback.primitives._helpers import unbroadcast
from pullback.typing import Array

# Signs, sizes and units.


@primitive(answers=np.negative)
def negative(x: Array) -> tuple[Array, Vjp]:
    """`-x`; vjp: -u."""
    return np.negative(x), lambda u: (-u,)


@primitive(answers=np.positive)
def positive(x: Array) -> tuple[Array, Vjp]:
    """`+x`; vjp: u."""
    return np.positive(x), lambda u: (np.copy(u),)


@primitive(answers=np.absolute)
def absolute(x: Array) -> tuple[Array, Vjp]:
    """`|x|`; vjp: u sign x; kink: 0 at 0."""
    return np.absolute(x), lambda u: (u * np.sign(x),)


@primitive(answers=np.fabs)
def fabs(x: Array) -> tuple[Array, Vjp]:
    """`|x|`; vjp: u sign x; kink: 0 at 0."""
    return np.fabs(x), lambda u: (u * np.sign(x),)


@primitive(answers=np.conjugate)
def conjugate(x: Array) -> tuple[Array, Vjp]:
    """`x`, since arrays here are real; vjp: u."""
    return np.conjugate(x), lambda u: (np.copy(u),)


@primitive(answers=np.real)
def real(val: Array) -> tuple[Array, Vjp]:
    """`val`, since arrays here are real; vjp: u."""
    return np.real(val), lambda u: (np.copy(u),)


@primitive(answers=np.deg2rad)
def deg2rad(x: Array) -> tuple[Array, Vjp]:
    """`x pi / 180`; vjp: u pi / 180."""
    return np.deg2rad(x), lambda u: (u * (math.pi / 180),)


@primitive(answers=np.rad2deg)
def rad2deg(x: Array) -> tuple[Array, Vjp]:
    """`x 180 / pi`; vjp: u 180 / pi."""
    return np.rad2deg(x), lambda u: (u * (180 / math.pi),)


@derived(np.radians)
def radians(x: Array) -> Array:
    """`x` degrees in radians."""
    return np.deg2rad(x)


@derived(np.degrees)
def degrees(x: Array) -> Array:
    """`x` radians in degrees."""
    return np.rad2deg(x)


@primitive(answers=np.nan_to_num)
def nan_to_num(
    x: Array, *, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None
) -> tuple[Array, Vjp]:
    """`x` with numbers for NaN and infinities; vjp: u where x is finite, else 0. The result is always new."""
    del copy
    value = np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)
    return value, lambda u: (np.where(np.isfinite(x), u, 0),)


# Bounds.


@primitive(answers=np.clip)
def clip(a: Array, a_min: Array = None, a_max: Array = None) -> tuple[Array, Vjp]:
    """`min(max(a, a_min), a_max)`; vjp: u to whichever it was taken from; kink: to a at the bounds."""
    value = np.clip(a, a_min, a_max)

    def vjp(u: Array) -> tuple[Array | None, ...]:
        low = -math.inf if a_min is None else a_min
        high = math.inf if a_max is None else a_max
        above = np.greater(np.maximum(a, low), high)
        below = np.logical_and(np.less(a, low), np.logical_not(above))
        inside = np.logical_not(np.logical_or(above, below))
        return (
            unbroadcast(u * inside, a),
            None if a_min is None else unbroadcast(u * below, a_min),
            None if a_max is None else unbroadcast(u * above, a_max),
        )

    return value, vjp


@derived(np.clip)
def clip_by_name(
    a: Array,
    a_min: Array = None,
    a_max: Array = None,
    *,
    min: Array = None,  # noqa: A002 - NumPy's names
    max: Array = None,  # noqa: A002
) -> Array:
    """`clip`, whose bounds NumPy also knows as `min` and `max`."""
    return clip(a, a_min if min is None else min, a_max if max is None else max)


# Powers, exponentials, logarithms.


@primitive(answers=np.sqrt)
def sqrt(x: Array) -> tuple[Array, Vjp]:
    """`x^(1/2)`; vjp: u / (2 sqrt x), infinite at 0."""
    y = np.sqrt(x)
    return y, lambda u: (u / (2 * y),)


@primitive(answers=np.cbrt)
def cbrt(x: Array) -> tuple[Array, Vjp]:
    """`x^(1/3)`; vjp: u / (3 cbrt(x)^2), infinite at 0."""
    y = np.cbrt(x)
    return y, lambda u: (u / (3 * y * y),)


@primitive(answers=np.square)
def square(x: Array) -> tuple[Array, Vjp]:
    """`x^2`; vjp: 2 u x."""
    return np.square(x), lambda u: (2 * u * x,)


@primitive(answers=np.reciprocal)
def reciprocal(x: Array) -> tuple[Array, Vjp]:
    """`1 / x`; vjp: -u / x^2."""
    y = np.reciprocal(x)
    return y, lambda u: (-u * y * y,)


@primitive(answers=np.exp)
def exp(x: Array) -> tuple[Array, Vjp]:
    """`e^x`; vjp: u e^x."""
    y = np.exp(x)
    return y, lambda u: (u * y,)


@primitive(answers=np.expm1)
def expm1(x: Array) -> tuple[Array, Vjp]:
    """`e^x - 1`; vjp: u e^x."""
    return np.expm1(x), lambda u: (u * np.exp(x),)


@primitive(answers=np.exp2)
def exp2(x: Array) -> tuple[Array, Vjp]:
    """`2^x`; vjp: u 2^x ln 2."""
    y = np.exp2(x)
    return y, lambda u: (u * y * math.log(2),)


@primitive(answers=np.log)
def log(x: Array) -> tuple[Array, Vjp]:
    """`ln x`; vjp: u / x."""
    return np.log(x), lambda u: (u / x,)


@primitive(answers=np.log2)
def log2(x: Array) -> tuple[Array, Vjp]:
    """`ln x / ln 2`; vjp: u / (x ln 2)."""
    return np.log2(x), lambda u: (u / (x * math.log(2)),)


@primitive(answers=np.log10)
def log10(x: Array) -> tuple[Array, Vjp]:
    """`ln x / ln 10`; vjp: u / (x ln 10)."""
    return np.log10(x), lambda u: (u / (x * math.log(10)),)


@primitive(answers=np.log1p)
def log1p(x: Array) -> tuple[Array, Vjp]:
    """`ln(1 + x)`; vjp: u / (1 + x)."""
    return np.log1p(x), lambda u: (u / (1 + x),)


# Circular functions and their inverses.


@primitive(answers=np.sin)
def sin(x: Array) -> tuple[Array, Vjp]:
    """`sin x`; vjp: u cos x."""
    return np.sin(x), lambda u: (u * np.cos(x),)


@primitive(answers=np.cos)
def cos(x: Array) -> tuple[Array, Vjp]:
    """`cos x`; vjp: -u sin x."""
    return np.cos(x), lambda u: (-u * np.sin(x),)


@primitive(answers=np.tan)
def tan(x: Array) -> tuple[Array, Vjp]:
    """`tan x`; vjp: u (1 + tan^2 x)."""
    y = np.tan(x)
    return y, lambda u: (u * (1 + y * y),)


@primitive(answers=np.arcsin)
def arcsin(x: Array) -> tuple[Array, Vjp]:
    """`arcsin x`; vjp: u / sqrt(1 - x^2), written so that nothing cancels near 1."""
    return np.arcsin(x), lambda u: (u / np.sqrt((1 - x) * (1 + x)),)


@primitive(answers=np.arccos)
def arccos(x: Array) -> tuple[Array, Vjp]:
    """`arccos x`; vjp: -u / sqrt(1 - x^2), written so that nothing cancels near 1."""
    return np.arccos(x), lambda u: (-u / np.sqrt((1 - x) * (1 + x)),)


@primitive(answers=np.arctan)
def arctan(x: Array) -> tuple[Array, Vjp]:
    """`arctan x`; vjp: u / (1 + x^2)."""
    return np.arctan(x), lambda u: (u / (1 + x * x),)


@primitive(answers=np.sinc)
def sinc(x: Array) -> tuple[Array, Vjp]:
    """`sin(pi x) / (pi x)`, 1 at 0; vjp: u (cos(pi x) - sinc x) / x, 0 at 0."""
    return np.sinc(x), lambda u: (u * _sinc_slope(x),)


def _sinc_slope(x: Array) -> Array:
    """The derivative of `sinc`; near 0, where it cancels, its series: -pi (z/3 - z^3/30 + z^5/840 - ...)."""
    near = np.less(np.abs(x), 1 / math.pi)
    z = math.pi * np.where(near, x, 0)
    series = 0.0 * z
    for k in range(10, 0, -1):
        series = series * z * z + (-1) ** k * 2 * k / math.factorial(2 * k + 1)
    away = np.where(near, 1, x)
    return np.where(near, math.pi * series * z, (np.cos(math.pi * away) - np.sinc(away)) / away)


# Hyperbolic functions and their inverses.


@primitive(answers=np.sinh)
def sinh(x: Array) -> tuple[Array, Vjp]:
    """`sinh x`; vjp: u cosh x."""
    return np.sinh(x), lambda u: (u * np.cosh(x),)


@primitive(answers=np.cosh)
def cosh(x: Array) -> tuple[Array, Vjp]:
    """`cosh x`; vjp: u sinh x."""
    return np.cosh(x), lambda u: (u * np.sinh(x),)


@primitive(answers=np.tanh)
def tanh(x: Array) -> tuple[Array, Vjp]:
    """`tanh x`; vjp: u (1 - tanh^2 x)."""
    y = np.tanh(x)
    return y, lambda u: (u * (1 - y * y),)


@primitive(answers=np.arcsinh)
def arcsinh(x: Array) -> tuple[Array, Vjp]:
    """`arcsinh x`; vjp: u / sqrt(x^2 + 1)."""
    return np.arcsinh(x), lambda u: (u / np.sqrt(x * x + 1),)


@primitive(answers=np.arccosh)
def arccosh(x: Array) -> tuple[Array, Vjp]:
    """`arccosh x`; vjp: u / sqrt(x^2 - 1), written so that nothing cancels near 1."""
    return np.arccosh(x), lambda u: (u / np.sqrt((x - 1) * (x + 1)),)


@primitive(answers=np.arctanh)
def arctanh(x: Array) -> tuple[Array, Vjp]:
    """`arctanh x`; vjp: u / (1 - x^2)."""
    return np.arctanh(x), lambda u: (u / ((1 - x) * (1 + x)),)
