"""One small entry for each primitive: what its call becomes in a plan.

Elementwise functions, reductions, products and views; `_places.py` has the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.compile._elementwise import SAME
from pullback.compile._emit import kind_of
from pullback.compile._plan import Literal, Value
from pullback.compile._planner import Planner, narrow
from pullback.primitives._helpers import axes_of
from pullback.program import Call, Var

Lowering = Callable[[Planner, Call], None]
LOWERED: dict[Any, Lowering] = {}
"""By NumPy function; those of `_elementwise.py` besides."""


def lowers(*functions: Any) -> Callable[[Lowering], Lowering]:
    """Register a lowering."""

    def register(lowering: Lowering) -> Lowering:
        LOWERED.update(dict.fromkeys(functions, lowering))
        return lowering

    return register


def elementwise(p: Planner, call: Call, formula: str, kind: str | None) -> None:
    """A function of one element of each argument; arguments that the formula does not name are left out."""
    n_used = max((i + 1 for i in range(3) if f"{{{i}}}" in formula), default=0)
    args = [p.value(x) for x in call.args[:n_used]]
    bind(p, p.elementwise(p.out.shape, p.out.dtype, formula, args, [kind] * n_used))


def bind(p: Planner, value: Any) -> None:
    """Say what the variable that the call defines is."""
    p.values[id(p.out)] = value


def common_kind(p: Planner, args: Any) -> str:
    """The kind of number that NumPy compares these as."""
    return kind_of(np.result_type(*(_typed(x) for x in args)))


def _typed(x: Any) -> Any:
    return np.empty((0,) * min(1, len(x.shape)), x.dtype) if isinstance(x, Var) else x


# Elementwise, with something to say.


@lowers(np.where)
def where(p: Planner, call: Call) -> None:
    """A choice."""
    kind = kind_of(p.out.dtype)
    values = [p.value(x) for x in call.args]
    formula = "({1} if {0} else {2})"
    bind(p, p.elementwise(p.out.shape, p.out.dtype, formula, values, ["bool", kind, kind]))


@lowers(np.power, np.float_power)
def power(p: Planner, call: Call) -> None:
    """Small powers as products, as NumPy has them; roots as roots."""
    exponent = call.args[1]
    known = float(exponent) if not isinstance(exponent, Var) and np.ndim(exponent) == 0 else None
    formula = {
        0.0: "1", 1.0: "{0}", 2.0: "{0} * {0}", 3.0: "{0} * {0} * {0}", -1.0: "1 / {0}", 0.5: "sqrt({0})",
    }.get(known, "power({0}, {1})")  # type: ignore[arg-type]  # fmt: skip
    kind = kind_of(p.out.dtype)
    if kind == "int64" and formula == "power({0}, {1})":
        raise p.refuse("its result is an integer")
    elementwise(p, call, formula, kind)


@lowers(np.clip)
def clip(p: Planner, call: Call) -> None:
    """Between two bounds, of which one may be missing; NaN stays."""
    low, high = (*call.args[1:], None, None)[:2]
    low = call.settings.get("a_min", call.settings.get("min", low))
    high = call.settings.get("a_max", call.settings.get("max", high))
    formula, bounds = "{0}", []
    for bound, name in ((low, "maximum"), (high, "minimum")):
        if bound is not None:
            bounds.append(bound)
            formula = f"{name}({formula}, {{{len(bounds)}}})"
    args = [p.value(x) for x in (call.args[0], *bounds)]
    bind(p, p.elementwise(p.out.shape, p.out.dtype, formula, args, [kind_of(p.out.dtype)] * len(args)))


@lowers(np.nan_to_num)
def nan_to_num(p: Planner, call: Call) -> None:
    """Numbers for what is none."""
    s, info = call.settings, np.finfo(p.out.dtype)
    top = s.get("posinf") if s.get("posinf") is not None else float(info.max)
    bottom = s.get("neginf") if s.get("neginf") is not None else float(info.min)
    formula = f"({s.get('nan', 0.0)!r} if {{0}} != {{0}} else {top!r} if {{0}} == inf else {bottom!r} if {{0}} == -inf else {{0}})"  # noqa: E501
    elementwise(p, call, formula, kind_of(p.out.dtype))


@lowers(np.floor, np.ceil, np.trunc, np.rint, np.fix)
def rounding(p: Planner, call: Call) -> None:
    """Whole numbers are round already."""
    kind = kind_of(p.out.dtype)
    elementwise(p, call, SAME[call.primitive.numpy] if kind.startswith("float") else "{0}", kind)


@lowers(np.round)
def round_(p: Planner, call: Call) -> None:
    """To decimals: scaled, rounded, scaled back."""
    decimals = call.settings.get("decimals", call.args[1] if len(call.args) > 1 else 0)
    scale = float(10 ** abs(decimals))
    formula = {0: "rint({0})"}.get(decimals) or (
        f"rint({{0}} * {scale!r}) / {scale!r}" if decimals > 0 else f"rint({{0}} / {scale!r}) * {scale!r}"
    )
    p.value(call.args[0])
    args = [p.value(call.args[0])]
    bind(p, p.elementwise(p.out.shape, p.out.dtype, formula, args, [kind_of(p.out.dtype)]))


@lowers(np.full_like)
def full_like(p: Planner, call: Call) -> None:
    """One number everywhere."""
    value = p.value(call.args[1])
    bind(p, p.elementwise(p.out.shape, p.out.dtype, "{0}", [value], [kind_of(p.out.dtype)]))


@lowers(np.tril, np.triu)
def triangle(p: Planner, call: Call) -> None:
    """Zeros beyond a diagonal: a product with ones and zeros that are known."""
    mask = call.primitive.numpy(np.ones(p.out.shape[-2:], bool), call.settings.get("k", 0))
    kind = kind_of(p.out.dtype)
    args = [p.value(mask), p.value(call.args[0])]
    bind(p, p.elementwise(p.out.shape, p.out.dtype, "({1} if {0} else 0)", args, ["bool", kind]))


# Reductions.

_GATHERS = {
    np.sum: ("add", "{0}"), np.prod: ("multiply", "{0}"), np.max: ("maximum", "{0}"),
    np.min: ("minimum", "{0}"), np.all: ("and", "{0}"), np.any: ("or", "{0}"),
}  # fmt: skip


@lowers(*_GATHERS)
def reduction(p: Planner, call: Call) -> None:
    """One number of many."""
    how, formula = _GATHERS[call.primitive.numpy]
    _reduce(p, call, how, formula, "{0}")


@lowers(np.mean)
def mean(p: Planner, call: Call) -> None:
    """The sum over the number of its terms."""
    shape = call.args[0].shape
    count = math.prod(shape[i] for i in axes_of(call.settings.get("axis"), len(shape)))
    _reduce(p, call, "add", "{0}", f"{{0}} / {float(count)!r}")


@lowers(np.count_nonzero)
def count_nonzero(p: Planner, call: Call) -> None:
    """The sum of truths."""
    x = p.value(call.args[0])
    truth = p.elementwise(x.shape, bool, "{0}", [x], ["bool"])
    _reduce(p, call, "add", "{0}", "{0}", truth)


def _reduce(p: Planner, call: Call, how: str, formula: str, finish: str, x: Any = None) -> None:
    x = p.value(call.args[0]) if x is None else x
    axis = call.settings.get("axis", call.args[1] if len(call.args) > 1 else None)
    axes = axes_of(axis, len(x.shape))
    kept = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    out = p.out
    x = p.dense(x) if isinstance(x, Literal) else x
    result = p.reduce(x, axes, how, out.dtype, kept, formula, finish)
    bind(p, p.view(result, lambda a: a.reshape(out.shape)) if result.shape != out.shape else result)


# Products.

UNROLLED = 64
"""Products of no more multiplications than this are loops inside their nest."""


@lowers(np.matmul)
def matmul(p: Planner, call: Call) -> None:
    """`x1 @ x2`."""
    a, b = (p.value(x) for x in call.args)
    bind(p, matmul_of(p, a, b, p.out.dtype, p.out.shape))


def matmul_of(p: Planner, a: Any, b: Any, dtype: Any, shape: Any) -> Value:
    """A product of values, vectors being a row and a column."""
    a, b = (p.dense(x) if isinstance(x, Literal) else x for x in (a, b))
    a, b = (
        x if x.dtype == dtype else p.elementwise(x.shape, dtype, "{0}", [x], [kind_of(dtype)]) for x in (a, b)
    )
    if len(a.shape) == 1:
        a = p.view(a, lambda x: x[None, :])
    if len(b.shape) == 1:
        b = p.view(b, lambda x: x[:, None])
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    result = _product(p, a, b, dtype, lead)
    return result if result.shape == tuple(shape) else p.view(result, lambda x: x.reshape(shape))


def _product(p: Planner, a: Value, b: Value, dtype: Any, lead: tuple[int, ...]) -> Value:
    (m, k), n = a.shape[-2:], b.shape[-1]
    shape = (*lead, m, n)
    if k == 1:
        kind = kind_of(dtype)
        return p.elementwise(shape, dtype, "{0} * {1}", [a, b], [kind, kind])
    flipped = narrow((m, n)) and a.strides[-2] == 1 and a.buffer.role == "temporary"
    if m * k * n <= UNROLLED or np.dtype(dtype).kind != "f" or 0 in (m, k, n, *lead):
        left = p.view(a, lambda x: np.broadcast_to(x, (*lead, m, k))[..., :, None, :])
        right = p.view(b, lambda x: np.broadcast_to(x, (*lead, k, n)).swapaxes(-1, -2)[..., None, :, :])
        left = p.view(left, lambda x: np.broadcast_to(x, (*shape, k)))
        right = p.view(right, lambda x: np.broadcast_to(x, (*shape, k)))
        order = (1, 0) if flipped and not lead and 1 not in (m, n) else None
        return p.contract(shape, dtype, left, right, (k,), order)
    a, b = (_matrices(p, x, lead) for x in (a, b))
    return p.product(a, b, dtype, flipped)


def _matrices(p: Planner, x: Value, lead: tuple[int, ...]) -> Value:
    if lead and x.shape[:-2] != lead:
        wide = (*lead, *x.shape[-2:])
        x = p.view(x, lambda y: np.broadcast_to(y, wide))
    return x if not lead else p.view(x, lambda y: y.reshape(-1, *y.shape[-2:])) if len(lead) > 1 else x


# Shape.


@lowers(np.reshape)
def reshape(p: Planner, call: Call) -> None:
    """The same numbers under another shape."""
    shape = p.out.shape
    if call.settings.get("order", "C") == "C":
        _view(p, call, lambda x: x.reshape(shape))
        return
    back = p.view(p.view(_array(p, call.args[0]), lambda x: x.T), lambda x: x.reshape(shape[::-1]))
    bind(p, p.view(back, lambda x: x.T))


@lowers(np.transpose)
def transpose(p: Planner, call: Call) -> None:
    """The same numbers, axes exchanged."""
    axes = call.settings.get("axes", call.args[1] if len(call.args) > 1 else None)
    _view(p, call, lambda x: np.transpose(x, axes))


@lowers(np.broadcast_to)
def broadcast_to(p: Planner, call: Call) -> None:
    """The same numbers, repeated."""
    x, shape = p.value(call.args[0]), p.out.shape
    if isinstance(x, Literal) or x.dtype != p.out.dtype:
        bind(p, p.elementwise(shape, p.out.dtype, "{0}", [x], [kind_of(p.out.dtype)]))
    else:
        _view(p, call, lambda x: np.broadcast_to(x, shape))


@lowers(np.flip)
def flip(p: Planner, call: Call) -> None:
    """The same numbers from the end."""
    axis = call.settings.get("axis", call.args[1] if len(call.args) > 1 else None)
    bind(p, p.view(_array(p, call.args[0]), lambda x: np.flip(x, axis)))


def _view(p: Planner, call: Call, look: Any) -> None:
    bind(p, p.view(_array(p, call.args[0]), look))


def _array(p: Planner, x: Any) -> Value:
    value = p.value(x)
    return p.dense(value) if isinstance(value, Literal) else value


def is_static(x: Any) -> bool:
    """Whether an index reads a view: slices, integers, new axes, ellipses."""
    parts = x if isinstance(x, tuple) else (x,)
    kinds = (int, np.integer, slice, type(None), type(Ellipsis))
    return all(isinstance(part, kinds) and not isinstance(part, bool) for part in parts)


def _tuple(index: Any) -> tuple[Any, ...]:
    """The index with an ellipsis, so that what it reads is an array even of no axes."""
    parts = index if isinstance(index, tuple) else (index,)
    return parts if any(part is Ellipsis for part in parts) else (*parts, ...)
