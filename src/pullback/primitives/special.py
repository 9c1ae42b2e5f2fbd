"""Functions of scipy.special; loaded when SciPy is, since importing it takes longer than all of NumPy.

Its ufuncs answer to traced arrays by NumPy's protocol. Its plain Python functions (softmax, logsumexp, ...)
do not speak it, and are adopted: see `adopt`. Source of the derivatives: NIST Digital Library of Mathematical
Functions, chapters 5 (gamma) and 7 (error functions).
"""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from pullback._dispatch import answer
from pullback._where import user_line
from pullback.errors import ArgumentError
from pullback.pair import Vjp, derived, primitive, top_trace
from pullback.primitives._helpers import keep_axes, unbroadcast
from pullback.typing import Array


def _dispatcher(*args: Any, __route: Any, **kwargs: Any) -> Any:
    return __route(args, kwargs)


def adopt(function: Callable[..., Any]) -> None:
    """Let a plain Python function answer to traced arrays, wherever it has been imported to.

    Its code is replaced in place, so that `from scipy.special import softmax`, before or after, gives the
    function that answers. On plain arrays a copy with the original code runs: the results are SciPy's own,
    to the bit. The new code finds its way back by a keyword-only default, as it keeps the globals of SciPy.

    A function with a closure is left alone: it cannot take other code (SciPy's wrappers are such where
    SCIPY_ARRAY_API is set).
    """
    if not isinstance(function, types.FunctionType) or function.__code__.co_freevars:
        return
    original = types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__
    )
    original.__kwdefaults__ = function.__kwdefaults__

    def route(args: Any, kwargs: Any) -> Any:
        traced = top_trace((*args, *kwargs.values())) is not None
        return answer(function, args, kwargs) if traced else original(*args, **kwargs)

    function.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
    function.__kwdefaults__ = {"__route": route}
    function.__code__ = _dispatcher.__code__
    function.__defaults__ = None


for _function in (sp.logsumexp, sp.softmax, sp.log_softmax, sp.polygamma):
    adopt(_function)


# The logistic family.


@primitive(answers=sp.expit)
def expit(x: Array) -> tuple[Array, Vjp]:
    """`y = 1 / (1 + e^-x)`; vjp: u y (1 - y)."""
    y = sp.expit(x)
    return y, lambda u: (u * y * (1 - y),)


@primitive(answers=sp.log_expit)
def log_expit(x: Array) -> tuple[Array, Vjp]:
    """`-ln(1 + e^-x)`; vjp: u expit(-x)."""
    return sp.log_expit(x), lambda u: (u * sp.expit(-x),)


@primitive(answers=sp.logit)
def logit(x: Array) -> tuple[Array, Vjp]:
    """`ln(x / (1 - x))`; vjp: u / (x (1 - x)), infinite at 0 and 1."""
    return sp.logit(x), lambda u: (u / (x * (1 - x)),)


@primitive(answers=sp.softmax)
def softmax(x: Array, *, axis: Any = None) -> tuple[Array, Vjp]:
    """`y = e^x / sum of e^x` over `axis`; vjp: y (u - sum of u y)."""
    y = sp.softmax(x, axis=axis)
    return y, lambda u: (y * (u - np.sum(u * y, axis=axis, keepdims=True)),)


@primitive(answers=sp.log_softmax)
def log_softmax(x: Array, *, axis: Any = None) -> tuple[Array, Vjp]:
    """`y = x - ln sum of e^x` over `axis`; vjp: u - e^y sum of u."""
    y = sp.log_softmax(x, axis=axis)
    return y, lambda u: (u - np.exp(y) * np.sum(u, axis=axis, keepdims=True),)


@primitive(answers=sp.logsumexp)
def logsumexp(a: Array, *, axis: Any = None, keepdims: bool = False) -> tuple[Array, Vjp]:
    """`ln sum of e^a` over `axis`; vjp: u e^(a - value); 0 where all of a is -inf."""
    value = sp.logsumexp(a, axis=axis, keepdims=keepdims)

    def vjp(u: Array) -> tuple[Array, ...]:
        top = np.where(np.equal(value, -np.inf), 0, value)
        return (keep_axes(u, a, axis) * np.exp(a - keep_axes(top, a, axis)),)

    return value, vjp


@primitive(whole=True)
def weighted_logsumexp(a: Array, b: Array, *, axis: Any = None, keepdims: bool = False) -> tuple[Array, Vjp]:
    """`ln sum of b e^a` over `axis`; vjp: u b e^(a - value), u e^(a - value); 0, 0 where the sum is 0."""
    value = sp.logsumexp(a, axis=axis, b=b, keepdims=keepdims)

    def vjp(u: Array) -> tuple[Array, ...]:
        whole = np.broadcast_to(False, np.broadcast_shapes(np.shape(a), np.shape(b)))
        top = keep_axes(np.where(np.equal(value, -np.inf), 0, value), whole, axis)
        g = keep_axes(u, whole, axis) * np.exp(a - top)
        return unbroadcast(g * b, a), unbroadcast(g, b)

    return value, vjp


@derived(sp.logsumexp)
def any_logsumexp(
    a: Array, b: Array = None, *, axis: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Array:
    """`logsumexp`, with weights or without. `return_sign` is refused: the sum has to be positive."""
    if return_sign:
        raise ArgumentError(
            "scipy.special.logsumexp(..., return_sign=True) is not known under differentiation",
            where=user_line(),
            expected="a sum that is positive",
            hint="leave out return_sign=, or write np.sum(b * np.exp(a)) where it may be negative",
        )
    if b is None:
        return logsumexp(a, axis=axis, keepdims=keepdims)
    return weighted_logsumexp(a, b, axis=axis, keepdims=keepdims)


# The normal distribution and its error function.


@primitive(answers=sp.erf)
def erf(x: Array) -> tuple[Array, Vjp]:
    """`2 / sqrt(pi)` times the integral of e^-t^2 from 0 to x; vjp: u 2 / sqrt(pi) e^-x^2."""
    return sp.erf(x), lambda u: (u * (2 / math.sqrt(math.pi)) * np.exp(-x * x),)


@primitive(answers=sp.erfc)
def erfc(x: Array) -> tuple[Array, Vjp]:
    """`1 - erf x`; vjp: -u 2 / sqrt(pi) e^-x^2."""
    return sp.erfc(x), lambda u: (-u * (2 / math.sqrt(math.pi)) * np.exp(-x * x),)


@primitive(answers=sp.erfcx)
def erfcx(x: Array) -> tuple[Array, Vjp]:
    """`e^x^2 erfc x`; vjp: u (2 x erfcx x - 2 / sqrt(pi)), by its series from 30 on, where that cancels."""
    y = sp.erfcx(x)

    def vjp(u: Array) -> tuple[Array]:
        far = np.where(np.greater(x, 30), x, 30)
        t = 1 / (far * far)  # erfcx ~ (1 - 1/2 t + 3/4 t^2 - 15/8 t^3 + ...) / (x sqrt(pi))
        series = t * (-1 + t * (3 / 2 + t * (-15 / 4 + t * (105 / 8 + t * (-945 / 16 + t * 10395 / 32)))))
        near = 2 * np.where(np.greater(x, 30), 0, x * y) - 2 / math.sqrt(math.pi)
        return (u * np.where(np.greater(x, 30), series / math.sqrt(math.pi), near),)

    return y, vjp


@primitive(answers=sp.ndtr)
def ndtr(x: Array) -> tuple[Array, Vjp]:
    """The normal distribution function; vjp: u times the normal density."""
    return sp.ndtr(x), lambda u: (u * np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi)),)


@primitive(answers=sp.log_ndtr)
def log_ndtr(x: Array) -> tuple[Array, Vjp]:
    """`ln ndtr(x)`; vjp: u sqrt(2 / pi) / erfcx(-x / sqrt(2)), which holds far to the left."""
    return sp.log_ndtr(x), lambda u: (u * (math.sqrt(2 / math.pi) / erfcx(-x / math.sqrt(2))),)


# Gamma and its logarithmic derivatives.


@primitive(answers=sp.gammaln)
def gammaln(x: Array) -> tuple[Array, Vjp]:
    """`ln |gamma(x)|`; vjp: u digamma(x)."""
    return sp.gammaln(x), lambda u: (u * sp.digamma(x),)


@primitive(answers=sp.digamma)
def digamma(x: Array) -> tuple[Array, Vjp]:
    """The derivative of ln gamma; vjp: u polygamma(1, x)."""
    return sp.digamma(x), lambda u: (unbroadcast(u * sp.polygamma(1, x), x),)


@primitive(answers=sp.polygamma)
def polygamma(n: Array, x: Array) -> tuple[Array, Vjp]:
    """The n-th derivative of digamma, n an integer; vjp: None, u polygamma(n + 1, x)."""
    return sp.polygamma(n, x), lambda u: (None, unbroadcast(u * sp.polygamma(n + 1, x), x))


# Products with a logarithm.


@primitive(answers=sp.xlogy)
def xlogy(x: Array, y: Array) -> tuple[Array, Vjp]:
    """`x ln y`, 0 where x is 0; vjp: u ln y, u x / y; 0, 0 where both are 0."""

    def vjp(u: Array) -> tuple[Array, ...]:
        safe = np.where(np.logical_and(np.equal(x, 0), np.equal(y, 0)), 1, y)
        return unbroadcast(u * np.log(safe), x), unbroadcast(u * x / safe, y)

    return sp.xlogy(x, y), vjp


@primitive(answers=sp.xlog1py)
def xlog1py(x: Array, y: Array) -> tuple[Array, Vjp]:
    """`x ln(1 + y)`, 0 where x is 0; vjp: u ln(1 + y), u x / (1 + y); 0, 0 where x = 0 and y = -1."""

    def vjp(u: Array) -> tuple[Array, ...]:
        safe = np.where(np.logical_and(np.equal(x, 0), np.equal(y, -1)), 0, y)
        return unbroadcast(u * np.log1p(safe), x), unbroadcast(u * x / (1 + safe), y)

    return sp.xlog1py(x, y), vjp
