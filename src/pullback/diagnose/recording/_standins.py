"""Stand-ins for what a recording cannot see by itself: `float`, the functions of `math`, `np.vectorize`.

The copy of a patient that is recorded is given these in place of the originals. On plain numbers each does
what the original does, errors included; on recorded values it does the same by calls that are recorded.
"""

from __future__ import annotations

import functools
import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.diagnose.recording._recorded import Rec

MOST = 20_000
"""The most calls by which a function of single numbers is recorded."""


def _erf(x: Any) -> Any:
    from scipy.special import erf

    return erf(x)


_TWINS: dict[Any, Any] = {
    math.exp: np.exp, math.expm1: np.expm1, math.log: np.log, math.log1p: np.log1p, math.log2: np.log2,
    math.log10: np.log10, math.sqrt: np.sqrt, math.tanh: np.tanh, math.sinh: np.sinh, math.cosh: np.cosh,
    math.sin: np.sin, math.cos: np.cos, math.tan: np.tan, math.atan: np.arctan, math.fabs: np.abs,
    math.pow: np.power, math.fsum: sum, math.erf: _erf,
}  # fmt: skip


def _function(f: Callable[..., float]) -> Callable[..., Any]:
    twin = _TWINS[f]

    @functools.wraps(f)
    def either(*args: Any) -> Any:
        return twin(*args) if any(map(holds, args)) else f(*args)

    return either


def holds(x: Any) -> bool:
    """Whether it is recorded, or a list that holds something recorded."""
    return isinstance(x, Rec) or (isinstance(x, (list, tuple)) and any(map(holds, x)))


class _Kind(type):
    """Makes every float an instance of the stand-in."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, float)

    def __subclasscheck__(cls, x: type) -> bool:
        return issubclass(x, float)


class Float(float, metaclass=_Kind):
    """`float`, which keeps a recorded number recorded. As a dtype it is float64."""

    dtype = np.dtype(float)

    def __new__(cls, x: Any = 0.0) -> Any:
        if isinstance(x, Rec) and x.ndim == 0 and x.dtype.kind == "f":
            return x
        return float(x)


_VECTORIZE = np.vectorize


def vectorized(f: Callable[..., Any], original: np.vectorize) -> Callable[..., Any]:
    """What `np.vectorize(f)` does; recorded numbers go through `f` one by one."""
    plain = _VECTORIZE(f, otypes=original.otypes, excluded=original.excluded, signature=original.signature)

    @functools.wraps(f)
    def over(*args: Any, **kwargs: Any) -> Any:
        if not any(isinstance(a, Rec) for a in args) or original.signature is not None:
            return plain(*args, **kwargs)
        shape = np.broadcast_shapes(*(np.shape(a) for a in args))
        if math.prod(shape) > MOST:
            return plain(*args, **kwargs)
        flat = [np.reshape(np.broadcast_to(a, shape), -1) for a in args]
        return np.reshape(
            np.stack([np.asarray(f(*each, **kwargs)) for each in zip(*flat, strict=True)]), shape
        )

    return over


def _math() -> types.ModuleType:
    out = types.ModuleType("math", math.__doc__)
    out.__dict__.update({name: f for name, f in vars(math).items() if name != "__spec__"})
    out.__dict__.update({f.__name__: stand_in for f, stand_in in _STAND_INS.items()})
    return out


_STAND_INS = {f: _function(f) for f in _TWINS}
FOLLOWED: dict[int, Any] = {id(math): _math(), id(float): Float, **{id(f): g for f, g in _STAND_INS.items()}}
"""What stands for `math`, its functions and `float`, by the identity of the original."""
