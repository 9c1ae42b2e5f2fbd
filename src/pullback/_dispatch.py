"""From a NumPy call to the primitive or derived function that answers it."""

from __future__ import annotations

import functools
import importlib
import inspect
import itertools
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback._where import user_line
from pullback.errors import TraceError
from pullback.pair import ANSWERS

_LATE = {"scipy.special": "pullback.primitives.special"}
"""Functions of these modules are answered by ours, loaded when first needed."""


def answer(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call what answers `func`, with the arguments under the names it gives them."""
    found = ANSWERS.get(func) or _late(func)
    if found is None:
        raise _unanswered(full_name(func))
    inputs, settings = _translate(func, found, args, kwargs)
    return found(*inputs, **settings)


def answer_method(ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`np.add.reduce` and its like, where NumPy has a function of the same meaning."""
    if method == "reduce" and ufunc in _REDUCE:
        return _REDUCE[ufunc](*inputs, **{"axis": 0, **kwargs})
    if method == "accumulate" and ufunc in _ACCUMULATE:
        return _ACCUMULATE[ufunc](*inputs, **{"axis": 0, **kwargs})
    if method == "outer":
        a, b = inputs
        return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b, **kwargs)
    raise _unanswered(f"{full_name(ufunc)}.{method}")


_REDUCE: dict[Any, Any] = {
    np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min,
    np.logical_and: np.all, np.logical_or: np.any,
}  # fmt: skip
_ACCUMULATE: dict[Any, Any] = {np.add: np.cumsum, np.multiply: np.cumprod}


def full_name(func: Any) -> str:
    """The name under which users know a function: `np.linalg.norm`.

    Examples
    --------
    >>> full_name(np.linalg.norm)
    'np.linalg.norm'
    """
    name = getattr(func, "__name__", repr(func))
    if func is operator.getitem:
        return "x[...]"
    for prefix, module in (("np", np), ("np.linalg", np.linalg), ("np.fft", np.fft)):
        if getattr(module, name, None) is func:
            return f"{prefix}.{name}"
    special = sys.modules.get("scipy.special")
    if special is not None and hasattr(special, name):
        return f"scipy.special.{name}"
    return f"{getattr(func, '__module__', '') or ''}.{name}".lstrip(".")


@functools.cache
def _names(func: Any) -> tuple[inspect.Signature, dict[str, Any]] | None:
    try:
        signature = inspect.signature(func)
    except (TypeError, ValueError):
        return None
    return signature, {p.name: p.default for p in signature.parameters.values()}


@functools.cache
def is_positional_only(func: Any, name: str) -> bool:
    """Whether NumPy's function takes this parameter without its name only."""
    known = _names(func) if func is not None else None
    parameter = known[0].parameters.get(name) if known else None
    return parameter is not None and parameter.kind is parameter.POSITIONAL_ONLY


@functools.cache
def _parameters(found: Any) -> tuple[list[str], list[str], bool]:
    kinds = found.signature.parameters.values()
    inputs = [p.name for p in kinds if p.kind is p.POSITIONAL_OR_KEYWORD]
    settings = [p.name for p in kinds if p.kind is p.KEYWORD_ONLY]
    return inputs, settings, any(p.kind is p.VAR_POSITIONAL for p in kinds)


def _translate(func: Any, found: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if any(p.kind is p.VAR_KEYWORD for p in found.signature.parameters.values()):
        return args, kwargs
    inputs, settings, variadic = _parameters(found)
    known = _names(func)
    if known is None or variadic or isinstance(func, np.ufunc) or func is operator.getitem:
        if isinstance(func, np.ufunc) and known is not None and not variadic:
            kwargs = {k: v for k, v in kwargs.items() if not _is_default(known[1], k, v)}
        _refuse(func, [k for k, v in kwargs.items() if k not in settings and v is not None])
        return args, {k: v for k, v in kwargs.items() if k in settings}
    given = dict(known[0].bind(*args, **kwargs).arguments)
    given.update(given.pop("kwargs", {}))
    _refuse(
        func,
        [
            k
            for k, v in given.items()
            if k not in inputs and k not in settings and not _is_default(known[1], k, v)
        ],
    )
    ordered = [given.pop(name) for name in itertools.takewhile(given.__contains__, inputs)]
    return ordered, {k: v for k, v in given.items() if k in settings or k in inputs}


def _is_default(defaults: dict[str, Any], name: str, value: Any) -> bool:
    default = defaults.get(name)
    return value is None or value is default or (isinstance(value, (str, bool)) and value == default)


def _refuse(func: Any, names: list[str]) -> None:
    if names:
        raise TraceError(
            f"{full_name(func)}(..., {names[0]}=...) is not known under differentiation",
            where=user_line(),
            hint=_INSTEAD.get(names[0], f"leave out {names[0]}="),
        )


_INSTEAD = {
    "out": "drop out=: traced arrays cannot be written into",
    "where": "use np.where(mask, x, 0) before the call",
    "dtype": "convert first: x.astype(dtype)",
}


def _late(func: Any) -> Any:
    for theirs, ours in _LATE.items():
        if theirs in sys.modules and ours not in sys.modules:
            importlib.import_module(ours)
            return ANSWERS.get(func)
    return None


def meet_scipy() -> None:
    """Let SciPy's plain Python functions answer to traced arrays, once SciPy is in use."""
    if "scipy.special" in sys.modules and "pullback.primitives.special" not in sys.modules:
        importlib.import_module("pullback.primitives.special")


def _unanswered(name: str) -> TraceError:
    return TraceError(
        f"{name} has no derivative here",
        where=user_line(),
        expected="one of the functions that pullback.functions() lists",
        hint=f"write its pair: @pullback.primitive def my_{name.rpartition('.')[2]}(x): return value, vjp",
    )


Answer = Callable[..., Any]
