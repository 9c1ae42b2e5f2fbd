"""Functions of one array, element by element."""

from __future__ import annotations

import numpy as np

from pullback.pair import Vjp, derived, primitive
from pullback.typing import Array


@primitive(answers=np.negative)
def negative(x: Array) -> tuple[Array, Vjp]:
    """`-x`; vjp: -u."""
    return np.negative(x), lambda u: (-u,)


@primitive(answers=np.sin)
def sin(x: Array) -> tuple[Array, Vjp]:
    """`sin x`; vjp: u cos x."""
    return np.sin(x), lambda u: (u * np.cos(x),)


@primitive(answers=np.cos)
def cos(x: Array) -> tuple[Array, Vjp]:
    """`cos x`; vjp: -u sin x."""
    return np.cos(x), lambda u: (-u * np.sin(x),)


@primitive(answers=np.exp)
def exp(x: Array) -> tuple[Array, Vjp]:
    """`e^x`; vjp: u e^x."""
    y = np.exp(x)
    return y, lambda u: (u * y,)
