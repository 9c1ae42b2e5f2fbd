"""Lowerings that move numbers about: joins, picks by index, running sums."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pullback.compile._emit import kind_of, strides_of
from pullback.compile._plan import Value
from pullback.compile._planner import Planner
from pullback.compile._rules import _array, _tuple, bind, is_static, lowers
from pullback.primitives._helpers import axes_of
from pullback.primitives.indexing import _widths, scatter
from pullback.program import Call, Var

At = Callable[[int, list[str]], str]


def loops(shape: Sequence[int], body: list[str], first: int = 0) -> list[str]:
    """`body` inside loops over `shape`, whose counters are `i0`, `i1`, ... (from `first` on)."""
    lines = [f"{'    ' * d}for i{d + first} in range({n}):" for d, n in enumerate(shape)]
    return [*lines, *(f"{'    ' * len(shape)}{line}" for line in body)]


def counters(n: int) -> list[str]:
    """The names that `loops` counts in."""
    return [f"i{d}" for d in range(n)]


def fill(p: Planner, body: Callable[[At, list[str]], list[str]], operands: list[Value]) -> None:
    """The call's result, each element by lines of text; the result is the last operand."""
    out = p.buffer(p.fresh(), p.out.shape, p.out.dtype)
    index = counters(len(out.shape))
    p.lines(lambda at: loops(out.shape, body(at, index)), operands, [out])
    bind(p, p.whole(out))


@lowers(np.concatenate)
def concatenate(p: Planner, call: Call) -> None:
    """Each piece copied to its place."""
    axis = call.settings.get("axis", 0)
    pieces = [_array(p, x) for x in call.args[0]]
    if axis is None:
        pieces, axis = [p.view(x, np.ravel) for x in pieces], 0
    axis %= max(1, len(p.out.shape))
    out = p.buffer(p.fresh(), p.out.shape, p.out.dtype)
    kind = kind_of(p.out.dtype)

    def text(at: At) -> list[str]:
        lines, start = [], 0
        for number, x in enumerate(pieces):
            index = counters(len(x.shape))
            there = [f"{start} + {i}" if d == axis else i for d, i in enumerate(index)]
            lines += loops(x.shape, [f"{at(len(pieces), there)} = {_cast(at(number, index), x, kind)}"])
            start += x.shape[axis]
        return lines

    p.lines(text, pieces, [out])
    bind(p, p.whole(out))


def _cast(text: str, x: Value, kind: str) -> str:
    return text if x.buffer.kind == kind else f"{kind}({text})"


@lowers(np.roll)
def roll(p: Planner, call: Call) -> None:
    """Each element read from where it was."""
    x, shift, axis = _array(p, call.args[0]), call.settings["shift"], call.settings.get("axis")
    if axis is None:
        x, axis = p.view(x, np.ravel), 0
    shape = x.shape
    moved = dict.fromkeys(range(len(shape)), 0)
    for n, a in np.broadcast(shift, axis):
        moved[int(a) % len(shape)] += int(n)
    out = p.buffer(p.fresh(), shape, p.out.dtype)

    def text(at: At) -> list[str]:
        index = counters(len(shape))
        there = [
            f"({i} + {-moved[d] % n}) % {n}" for d, (i, n) in enumerate(zip(index, shape, strict=True)) if n
        ]
        return loops(shape, [f"{at(1, index)} = {at(0, there)}"]) if 0 not in shape else ["pass"]

    p.lines(text, [x], [out])
    bind(p, p.view(p.whole(out), lambda a: a.reshape(p.out.shape)))


@lowers(np.pad)
def pad(p: Planner, call: Call) -> None:
    """The frame first, then what is in it."""
    x, value = _array(p, call.args[0]), call.settings.get("constant_values", 0)
    if np.ndim(value) or call.settings.get("mode", "constant") != "constant":
        raise p.refuse("its frame is not of one constant")
    widths = _widths(call.settings["pad_width"], len(x.shape))
    out = p.buffer(p.fresh(), p.out.shape, p.out.dtype)

    def text(at: At) -> list[str]:
        index = counters(len(x.shape))
        there = [f"{i} + {w[0]}" for i, w in zip(index, widths, strict=True)]
        frame = loops(out.shape, [f"{at(1, index)} = {value!r}"])
        return [*frame, *loops(x.shape, [f"{at(1, there)} = {at(0, index)}"])]

    p.lines(text, [x], [out])
    bind(p, p.whole(out))


# Picks by arrays of integers.


class Index:
    """An index that holds arrays, taken apart: for each axis of the array read, where to read."""

    def __init__(self, p: Planner, index: Any, shape: tuple[int, ...]) -> None:
        self.p = p
        self.operands: list[Value] = []
        parts = self._spread(index, len(shape))
        shapes = [np.shape(x) if not isinstance(x, Var) else x.shape for x in parts if self._picks(x)]
        self.picked = np.broadcast_shapes(*shapes)
        self.axes: list[tuple[str, Any, int]] = []
        out: list[int] = []
        places = [i for i, x in enumerate(parts) if self._picks(x)]
        together = places[-1] - places[0] == len(places) - 1
        start = (
            sum(1 if x is None or isinstance(x, slice) else 0 for x in parts[: places[0]]) if together else 0
        )
        axis = 0
        for part in parts:
            if part is None:
                out.append(1)
            elif isinstance(part, slice):
                begin, stop, step = part.indices(shape[axis])
                count = len(range(begin, stop, step))
                self.axes.append(("slice", (begin, step, len(out)), count))
                out.append(count)
                axis += 1
            else:
                self.axes.append(("pick", self._operand(part), shape[axis]))
                axis += 1
        self.start = start
        self.shape = (*out[:start], *self.picked, *out[start:])
        self.plain = out

    def _spread(self, index: Any, ndim: int) -> list[Any]:
        parts: list[Any] = []
        for part in index if isinstance(index, tuple) else (index,):
            part = np.asarray(part) if isinstance(part, (list, range)) else part
            if isinstance(part, np.ndarray) and part.dtype == bool:
                parts += np.nonzero(part)
            else:
                parts.append(part)
        used = sum(x is not None and x is not Ellipsis for x in parts)
        rest = [slice(None)] * (ndim - used)
        at = next((i for i, x in enumerate(parts) if x is Ellipsis), len(parts))
        return [*parts[:at], *rest, *parts[at + 1 :]]

    @staticmethod
    def _picks(x: Any) -> bool:
        return x is not None and not isinstance(x, slice)

    def _operand(self, x: Any) -> Any:
        if not isinstance(x, Var) and np.ndim(x) == 0:
            return int(x)
        value = _array(self.p, x)
        if value.buffer.kind != "int64":
            raise self.p.refuse("it is indexed by what are not integers")
        wide = self.p.view(value, lambda a: np.broadcast_to(a, self.picked))
        self.operands.append(wide)
        return _Operand(len(self.operands))

    def places(self, at: At, index: list[str], first: int) -> tuple[list[str], list[str]]:
        """Lines that look the index up, and the place read or written for each axis of the array."""
        n = len(self.picked)
        picks, others = index[self.start : self.start + n], [*index[: self.start], *index[self.start + n :]]
        lines, there = [], []
        for number, (how, what, size) in enumerate(self.axes):
            if how == "slice":
                begin, step, axis = what
                there.append(f"{begin} + {step} * {others[axis]}")
            elif not isinstance(what, _Operand):
                there.append(str(what % size))
            else:
                name = f"p{number}"
                lines += [
                    f"{name} = {at(first + what - 1, picks)}",
                    f"{name} = {name} + {size} if {name} < 0 else {name}",
                    f"trouble[0] = 1 if ({name} < 0) | ({name} >= {size}) else trouble[0]",
                    f"{name} = 0 if ({name} < 0) | ({name} >= {size}) else {name}",
                ]
                there.append(name)
        return lines, there


class _Operand(int):
    """The number of an index's operand, from 1; a plain int is a place that is known."""


@lowers(operator.getitem)
def getitem(p: Planner, call: Call) -> None:
    """A view where the index says so; else numbers picked one by one."""
    a, index = call.args
    if is_static(index):
        bind(p, p.view(_array(p, a), lambda x: x[_tuple(index)]))
        return
    gather(p, call)


def gather(p: Planner, call: Call) -> None:
    """`a[index]`, element by element."""
    a = _array(p, call.args[0])
    index = Index(p, call.args[1], a.shape)

    def text(at: At) -> list[str]:
        counts = counters(len(index.shape))
        lines, there = index.places(at, counts, 1)
        body = [*lines, f"{at(1 + len(index.operands), counts)} = {at(0, there)}"]
        return loops(index.shape, body)

    out = p.buffer(p.fresh(), p.out.shape, p.out.dtype)
    p.lines(text, [a, *index.operands], [out])
    bind(p, p.whole(out))


@lowers(scatter)
def scatter_(p: Planner, call: Call) -> None:
    """Zeros, then each element added at its place."""
    where = call.args[1]
    u = _array(p, call.args[0])
    out = p.buffer(p.fresh(), p.out.shape, p.out.dtype)
    if is_static(where):
        target = p.view(p.whole(out), lambda x: x[_tuple(where)])
        shape, operands = target.shape, [u]
        if math.prod(shape) == out.size and target.strides == strides_of(shape):
            p.buffers.remove(out)
            bind(p, p.view(u, lambda x: np.broadcast_to(x, shape).reshape(out.shape)))
            return
    else:
        index = Index(p, where, out.shape)
        shape, operands, target = index.shape, [u, *index.operands], None
    u = p.view(u, lambda x: np.broadcast_to(x, shape))

    def text(at: At) -> list[str]:
        clear = loops(out.shape, [f"{at(len(operands), counters(len(out.shape)))} = 0"])
        counts = counters(len(shape))
        if target is not None:
            flat = " + ".join(
                [str(target.offset), *(f"{s} * {i}" for s, i in zip(target.strides, counts, strict=True))]
            )
            return [*clear, *loops(shape, [f"{out.home.name}.flat[{flat}] = {at(0, counts)}"])]
        lines, there = index.places(at, counts, 1)
        return [*clear, *loops(shape, [*lines, f"{at(len(operands), there)} += {at(0, counts)}"])]

    p.lines(text, [u, *operands[1:]], [out])
    bind(p, p.whole(out))


# Running sums, and where the extremes are.


@lowers(np.cumsum, np.cumprod)
def running(p: Planner, call: Call) -> None:
    """From the first to the last along an axis."""
    sign, first = ("+", "0") if call.primitive.numpy is np.cumsum else ("*", "1")
    x, axis = _flat_or_axis(p, call)
    out, kind = p.buffer(p.fresh(), p.out.shape, p.out.dtype), kind_of(p.out.dtype)

    def text(at: At) -> list[str]:
        index = counters(len(x.shape))
        outer = [n for d, n in enumerate(x.shape) if d != axis]
        names = iter(counters(len(outer)))
        index = ["k" if d == axis else next(names) for d in range(len(x.shape))]
        total = f"{kind}({first})"
        body = [f"t = {total}", f"for k in range({x.shape[axis]}):",
                f"    t = t {sign} {_cast(at(0, index), x, kind)}", f"    {at(1, index)} = t"]  # fmt: skip
        return loops(outer, body)

    p.lines(text, [x], [out])
    bind(p, p.whole(out))


def _flat_or_axis(p: Planner, call: Call) -> tuple[Value, int]:
    x = _array(p, call.args[0])
    axis = call.settings.get("axis", call.args[1] if len(call.args) > 1 else None)
    if axis is None:
        return p.view(x, np.ravel), 0
    return x, axis % len(x.shape)


@lowers(np.argmax, np.argmin)
def extreme(p: Planner, call: Call) -> None:
    """The first place of the greatest or least; NaN is either."""
    sign = ">" if call.primitive.numpy is np.argmax else "<"
    x, axis = _flat_or_axis(p, call)
    n = x.shape[axis]
    outer = [m for d, m in enumerate(x.shape) if d != axis]
    out = p.buffer(p.fresh(), tuple(outer), p.out.dtype)

    def text(at: At) -> list[str]:
        names = iter(counters(len(outer)))
        index = ["k" if d == axis else next(names) for d in range(len(x.shape))]
        zero = ["0" if i == "k" else i for i in index]
        body = [f"best = {at(0, zero)}", "place = 0", f"for k in range(1, {n}):", f"    t = {at(0, index)}",
                f"    better = (t {sign} best) | ((t != t) & (best == best))",
                "    place = k if better else place", "    best = t if better else best",
                f"{at(1, counters(len(outer)))} = place"]  # fmt: skip
        return loops(outer, body)

    p.lines(text, [x], [out])
    bind(p, p.view(p.whole(out), lambda a: a.reshape(p.out.shape)))


# Softmax and its kin.


def softmax_parts(p: Planner, call: Call) -> tuple[Value, Value, Value, Any]:
    """`x` less its maximum, and the exponentials' sum over the axis, each axis kept; the maximum."""
    x = _array(p, call.args[0])
    axes = axes_of(call.settings.get("axis"), len(x.shape))
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    gone = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    dtype, kind = p.out.dtype, kind_of(p.out.dtype)
    top = p.view(p.reduce(x, axes, "maximum", dtype, gone), lambda a: a.reshape(kept))
    finite = p.elementwise(kept, dtype, "({0} if abs({0}) < inf else 0)", [top], [kind])
    less = p.elementwise(x.shape, dtype, "{0} - {1}", [x, finite], [kind, kind])
    raised = p.elementwise(x.shape, dtype, "exp({0})", [less], [kind])
    total = p.view(p.reduce(raised, axes, "add", dtype, gone), lambda a: a.reshape(kept))
    return less, raised, total, finite


def lower_softmax(p: Planner, call: Call) -> None:
    """`softmax`, `log_softmax` and `logsumexp` of SciPy."""
    less, raised, total, top = softmax_parts(p, call)
    name, dtype, kind = call.primitive.name, p.out.dtype, kind_of(p.out.dtype)
    if name == "softmax":
        bind(p, p.elementwise(less.shape, dtype, "{0} / {1}", [raised, total], [kind, kind]))
    elif name == "log_softmax":
        bind(p, p.elementwise(less.shape, dtype, "{0} - log({1})", [less, total], [kind, kind]))
    else:
        value = p.elementwise(total.shape, dtype, "log({0}) + {1}", [total, top], [kind, kind])
        bind(p, p.view(value, lambda a: a.reshape(p.out.shape)))
