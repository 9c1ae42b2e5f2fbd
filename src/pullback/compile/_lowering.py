"""From a call of a program to its lowering."""

from __future__ import annotations

from typing import Any

from pullback.compile import _einsum as _einsum  # registers it
from pullback.compile._elementwise import COMMON, SAME, SPECIAL, TRUTH
from pullback.compile._emit import kind_of
from pullback.compile._places import lower_softmax
from pullback.compile._planner import NotLoweredError, Planner
from pullback.compile._rules import LOWERED, common_kind, elementwise
from pullback.program import Call


def lower(p: Planner, call: Call) -> None:
    """Put a call into the plan, or raise `NotLoweredError`."""
    try:
        _lower(p, call)
    except NotLoweredError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise p.refuse(f"{type(error).__name__}: {error}") from error


def _lower(p: Planner, call: Call) -> None:
    function = call.primitive.numpy
    if function in LOWERED:
        LOWERED[function](p, call)
    elif function in SAME:
        elementwise(p, call, SAME[function], kind_of(p.out.dtype))
    elif function in COMMON:
        elementwise(p, call, COMMON[function], common_kind(p, call.args))
    elif function in TRUTH:
        elementwise(p, call, TRUTH[function], "bool")
    elif _is_special(function) and function.__name__ in SPECIAL:
        elementwise(p, call, SPECIAL[function.__name__], kind_of(p.out.dtype))
    elif _is_special(function) and function.__name__ in ("softmax", "log_softmax", "logsumexp"):
        lower_softmax(p, call)
    else:
        raise p.refuse()


def _is_special(function: Any) -> bool:
    return (getattr(function, "__module__", None) or "scipy.special").startswith("scipy.special") and hasattr(
        function, "__name__"
    )
