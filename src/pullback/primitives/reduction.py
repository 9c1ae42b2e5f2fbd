"""Reductions over axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.pair import Vjp, derived, primitive
from pullback.primitives._helpers import keep_axes
from pullback.typing import Array


@primitive(answers=np.sum)
def sum(a: Array, *, axis: Any = None, keepdims: bool = False) -> tuple[Array, Vjp]:  # noqa: A001
    """`sum of a` over `axis`; vjp: u, repeated along it."""
    value = np.sum(a, axis=axis, keepdims=keepdims)
    return value, lambda u: (np.copy(np.broadcast_to(keep_axes(u, a, axis), np.shape(a))),)
