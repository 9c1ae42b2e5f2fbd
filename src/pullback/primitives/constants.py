"""Functions whose derivative is zero wherever it exists: comparison, rounding, counting, sorting order."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.pair import Vjp, constant, primitive
from pullback.typing import Array

CONSTANT: list[Any] = [
    np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal,
    np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
    np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert,
    np.sign, np.heaviside, np.floor, np.ceil, np.trunc, np.rint, np.round, np.fix, np.floor_divide,
    np.isnan, np.isinf, np.isfinite, np.isclose, np.allclose, np.array_equal, np.signbit,
    np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition, np.searchsorted,
    np.digitize,
    np.any, np.all, np.count_nonzero, np.nonzero, np.flatnonzero, np.argwhere, np.isin,
    np.zeros_like, np.ones_like, np.full_like, np.empty_like,
    np.spacing, np.nextafter,
]  # fmt: skip
for _function in CONSTANT:
    constant(_function)


@primitive
def stop_gradient(x: Array) -> tuple[Array, Vjp]:
    """`x`, taken for a constant; vjp: zero."""
    return x, lambda u: (np.zeros_like(x),)


stop_gradient.differentiable = False
