"""The functions of Python's `math`, as a recording can follow them.

`math.exp(x)` makes a plain float of whatever it is given, and so a recorded number leaves the record. The
copy of a patient that is recorded calls NumPy's function of the same value instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np


def _followed(plain: Callable[..., Any], known: Any) -> Callable[..., Any]:
    def call(x: Any, *more: Any) -> Any:
        return known(x, *more) if getattr(x, "node", None) is not None else plain(x, *more)

    return call


_SAME: dict[str, Any] = {name: getattr(np, name) for name in (
    "exp", "log", "log1p", "expm1", "log2", "sqrt", "tanh", "sin", "cos", "cosh", "sinh")}  # fmt: skip
_SAME |= {"pow": np.power, "fabs": np.abs, "atan": np.arctan}

_STAND_INS = {name: _followed(getattr(math, name), known) for name, known in _SAME.items()}


def _module() -> ModuleType:
    out = ModuleType("math")
    out.__dict__.update({**vars(math), **_STAND_INS})
    return out


FOLLOWED: dict[int, Any] = {id(math): _module(), **{id(getattr(math, k)): f for k, f in _STAND_INS.items()}}
"""By the identity of `math` and of its functions what stands for them."""
