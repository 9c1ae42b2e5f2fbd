"""Activations: what stands between two layers, written in NumPy so that programs look inside.

All are stable at large |x|: nothing overflows, and float32 stays float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from pullback.pair import Vjp, primitive
from pullback.primitives.elementwise import tanh
from pullback.typing import Array


@primitive
def identity(x: Array) -> tuple[Array, Vjp]:
    """`x` as it is; vjp: u."""
    return x, lambda u: (np.copy(u),)


# Piecewise linear and exponential.


@primitive
def relu(x: Array) -> tuple[Array, Vjp]:
    """`max(x, 0)`; vjp: u where x > 0, else 0; kink: 0 at 0."""
    return np.maximum(x, 0), lambda u: (u * np.greater(x, 0),)


@primitive
def leaky_relu(x: Array, *, slope: float = 0.01) -> tuple[Array, Vjp]:
    """`x` where x > 0, else `slope x`; vjp: u or u slope likewise; kink: slope at 0."""
    up = np.greater(x, 0)
    return np.where(up, x, slope * x), lambda u: (np.where(up, u, slope * u),)


@primitive
def elu(x: Array, *, alpha: float = 1.0) -> tuple[Array, Vjp]:
    """`x` where x > 0, else `alpha (e^x - 1)`; vjp: u or u alpha e^x likewise; kink: alpha at 0.

    Source: Clevert, Unterthiner and Hochreiter, 2016.
    """
    up, low = np.greater(x, 0), np.minimum(x, 0)
    return np.where(up, x, alpha * np.expm1(low)), lambda u: (np.where(up, u, u * alpha * np.exp(low)),)


@primitive
def selu(x: Array) -> tuple[Array, Vjp]:
    """`1.0507 elu(x, alpha=1.6733)`; vjp: that of elu; kink: 1.7581 at 0.

    The constants make mean 0 and variance 1 a fixed point. Source: Klambauer et al., 2017, appendix 1.
    """
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    value, vjp = elu.vjp(x, alpha=alpha)
    return scale * value, lambda u: vjp(scale * u)


# The logistic family.


@primitive
def sigmoid(x: Array) -> tuple[Array, Vjp]:
    """`y = 1 / (1 + e^-x)`; vjp: u y (1 - y)."""
    e = np.exp(-np.abs(x))
    y = np.where(np.greater_equal(x, 0), 1, e) / (1 + e)
    return y, lambda u: (u * y * (1 - y),)


@primitive
def softplus(x: Array) -> tuple[Array, Vjp]:
    """`ln(1 + e^x)`, as `max(x, 0) + ln(1 + e^-|x|)`; vjp: u sigmoid(x)."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))), lambda u: (u * sigmoid(x),)


@primitive
def silu(x: Array) -> tuple[Array, Vjp]:
    """`x s` with `s = sigmoid(x)`; vjp: u s (1 + x (1 - s)). Also known as swish."""
    s = sigmoid(x)
    return x * s, lambda u: (u * s * (1 + x * (1 - s)),)


@primitive
def mish(x: Array) -> tuple[Array, Vjp]:
    """`x t` with `t = tanh(softplus(x))`; vjp: u (t + x sigmoid(x) (1 - t^2)). Source: Misra, 2019."""
    t = np.tanh(softplus(x))
    return x * t, lambda u: (u * (t + x * sigmoid(x) * (1 - t * t)),)


@primitive
def gelu(x: Array, *, approximate: bool = False) -> tuple[Array, Vjp]:
    """`x P(x)`, P being the normal distribution function; vjp: u (P + x p), p being its density.

    With `approximate` P is `(1 + tanh(a (x + b x^3))) / 2`, where a = sqrt(2 / pi) and b = 0.044715, and p
    its derivative. Source: Hendrycks and Gimpel, 2016.
    """
    chance, density = _normal_by_tanh(x) if approximate else _normal(x)
    return x * chance, lambda u: (u * (chance + x * density(x)),)


def _normal(x: Array) -> tuple[Array, Callable[[Array], Array]]:
    chance = 0.5 * (1 + _erf(x * math.sqrt(0.5)))
    return chance, lambda x: np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))


def _erf(x: Array) -> Array:
    try:
        from scipy.special import erf
    except ImportError:  # predicting needs NumPy alone
        return np.asarray(np.vectorize(math.erf, otypes=[float])(x), np.asarray(x).dtype)
    return erf(x)  # type: ignore[no-any-return]


def _normal_by_tanh(x: Array) -> tuple[Array, Callable[[Array], Array]]:
    a, b = math.sqrt(2 / math.pi), 0.044715
    t = np.tanh(a * (x + b * x * x * x))
    return 0.5 * (1 + t), lambda x: 0.5 * a * (1 - t * t) * (1 + 3 * b * x * x)


# Over an axis.


@primitive
def softmax(x: Array, *, axis: int = -1) -> tuple[Array, Vjp]:
    """`y = e^x / sum of e^x` along `axis`; vjp: y (u - sum of u y). Shifting by max x changes nothing."""
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    y = e / np.sum(e, axis=axis, keepdims=True)
    return y, lambda u: (y * (u - np.sum(u * y, axis=axis, keepdims=True)),)


@primitive
def log_softmax(x: Array, *, axis: int = -1) -> tuple[Array, Vjp]:
    """`y = x - ln sum of e^x` along `axis`; vjp: u - e^y sum of u."""
    shifted = x - np.max(x, axis=axis, keepdims=True)
    y = shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))
    return y, lambda u: (u - np.exp(y) * np.sum(u, axis=axis, keepdims=True),)


__all__ = [
    "elu", "gelu", "identity", "leaky_relu", "log_softmax", "mish", "relu", "selu", "sigmoid", "silu",
    "softmax", "softplus", "tanh",
]  # fmt: skip
