"""The functions of Python's `math`, as a recording can follow them.

`math.exp(x)` makes a plain float of whatever it is given, and with it a recorded number leaves the record. Copies
of a patient call NumPy's function of the same value instead, for recorded numbers alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np


def _followed(plain: Callable[..., Any], known: Any) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        recorded = any(getattr(a, "node", None) is not None for a in args)
        return known(*args) if recorded else plain(*args)

    return call


_SAME: dict[str, Any] = {name: getattr(np, name) for name in (
    "exp", "log", "log1p", "expm1", "log2", "sqrt", "tanh", "sin", "cos", "cosh", "sinh")}  # fmt: skip
_SAME |= {"pow": np.power, "fabs": np.abs, "atan": np.arctan}

FOLLOWED: dict[int, Callable[..., Any]] = {
    id(getattr(math, name)): _followed(getattr(math, name), known) for name, known in _SAME.items()
}
"""By the identity of a function of `math` the one that stands for it."""


def followed_module() -> ModuleType:
    """`math` itself, with those functions."""
    out = ModuleType("math")
    out.__dict__.update(vars(math))
    out.__dict__.update({name: FOLLOWED[id(getattr(math, name))] for name in _SAME})
    return out


MODULE = followed_module()
