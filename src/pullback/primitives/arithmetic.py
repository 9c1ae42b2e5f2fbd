"""Arithmetic of two arrays, broadcast against each other.

At ties of maximum and minimum each side gets half of `u`.
"""

from __future__ import annotations

import numpy as np

from pullback.pair import Vjp, derived, primitive
from pullback.primitives._helpers import unbroadcast
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
    return value, lambda u: (unbroadcast(u / x2, x1), unbroadcast(-u * x1 / (x2 * x2), x2))


@primitive(answers=np.maximum)
def maximum(x1: Array, x2: Array) -> tuple[Array, Vjp]:
    """`max(x1, x2)`; vjp: u where it was taken from; kink: half each at ties."""
    value = np.maximum(x1, x2)

    def vjp(u: Array) -> tuple[Array, ...]:
        first, tie = np.greater(x1, x2), np.equal(x1, x2)
        share = np.where(tie, 0.5, 1.0 * first).astype(u.dtype)
        return unbroadcast(u * share, x1), unbroadcast(u * (1 - share), x2)

    return value, vjp
