"""From a program to its plan: every call is placed in the earliest nest that can hold it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pullback.compile._emit import kind_of, strides_of
from pullback.compile._plan import (
    Access,
    Assign,
    Buffer,
    Contract,
    Lines,
    Literal,
    Nest,
    Operand,
    Product,
    Reduce,
    Value,
)  # fmt: skip
from pullback.errors import PullbackError
from pullback.program import Call, Var


class NotLoweredError(PullbackError):
    """A call that the native engine has no machine code for; the reference engine runs it."""

    def __init__(self, call: Call, why: str = "") -> None:
        self.call, self.why = call, why
        name = call.primitive.name
        super().__init__(
            f"{name} has no machine code{': ' + why if why else ''}",
            where=call.where,
            hint='write it as a primitive of NumPy functions that have, or use engine="reference"',
        )


class Planner:
    """Makes a plan, call by call. The lowerings use its methods and nothing else of it."""

    def __init__(self) -> None:
        self.steps: list[Any] = []
        self.values: dict[int, Value | Literal] = {}
        self.buffers: list[Buffer] = []
        self.constants: dict[str, np.ndarray] = {}
        self.known_constants: dict[int, Value] = {}
        self.call: Call | None = None
        self.earliest = 0

    # Buffers and values.

    def buffer(
        self, name: str, shape: Sequence[int], dtype: Any, role: str = "temporary", **more: Any
    ) -> Buffer:
        """A new buffer, dense in C order unless `order` says otherwise."""
        dtype = np.dtype(dtype)
        if dtype.kind not in "fiub" or (dtype.kind == "f" and dtype.itemsize not in (4, 8)):
            raise self.refuse(f"its dtype is {dtype}")
        order = more.pop("order", tuple(range(len(shape))))
        made = Buffer(name, dtype, tuple(shape), order, role, **more)
        made.stored = made.stored or role != "temporary"
        self.buffers.append(made)
        return made

    def whole(self, buffer: Buffer) -> Value:
        """All of a buffer."""
        return Value(buffer, 0, buffer.shape, buffer.strides)

    def input(self, var: Var, name: str) -> Buffer:
        """A buffer for an input of the program."""
        made = self.buffer(name, var.shape, var.dtype, "input")
        self.values[id(var)] = self.whole(made)
        return made

    def value(self, x: Any) -> Value | Literal:
        """What an argument of a call stands for."""
        if isinstance(x, Var):
            return self.values[id(x)]
        if isinstance(x, (bool, int, float)) and not isinstance(x, np.generic):
            return Literal(repr(x))
        x = np.asarray(x)
        if x.ndim == 0 and x.dtype.kind in "fiub":
            return Literal(repr(x.item()), dtype=x.dtype)
        if x.dtype.kind not in "fiub":
            raise self.refuse(f"it takes {x.dtype}")
        return self._constant(x)

    def _constant(self, x: np.ndarray) -> Value | Literal:
        if 0 < x.size < 1 << 20 and (x == x.flat[0]).all():
            return Literal(repr(x.flat[0].item()), shape=x.shape, strides=(0,) * x.ndim, dtype=x.dtype)
        if id(x) not in self.known_constants:
            name = f"c{len(self.constants)}"
            self.constants[name] = x
            self.known_constants[id(x)] = self.whole(self.buffer(name, x.shape, x.dtype, "constant"))
        return self.known_constants[id(x)]

    def refuse(self, why: str = "") -> NotLoweredError:
        """The error for a call that cannot be lowered."""
        assert self.call is not None
        return NotLoweredError(self.call, why)

    @property
    def out(self) -> Var:
        """The variable that the call at hand defines."""
        assert self.call is not None
        if len(self.call.outs) != 1 or self.call.outs[0] is None or self.call.outs[0].dtype is None:
            raise self.refuse("it has several results")
        return self.call.outs[0]

    def note(self) -> str:
        """Who is responsible for a statement: the primitive and the user's line."""
        from pullback._dispatch import full_name
        from pullback.program import _note

        if self.call is None:
            return ""
        name = self.call.primitive.name
        if self.call.primitive.numpy is not None:
            name = full_name(self.call.primitive.numpy)
        return f"{name}  {_note(self.call)}".rstrip()

    # Placing.

    def nest(
        self, shape: Sequence[int], operands: Sequence[Value | Literal], order: tuple[int, ...] | None = None
    ) -> tuple[Nest, list[Any]]:
        """The earliest nest over `shape` that may read these, and how it reads each of them."""
        axes = [i for i, n in enumerate(shape) if n != 1]
        space = tuple(shape[i] for i in axes)
        accesses = [self._access(x, shape, axes) for x in operands]
        earliest = max([self.earliest, *(self._ready(x, space) for x in accesses)])
        if order is None:
            order = self._order(space, accesses)
        found = next((s for s in self.steps[earliest:] if _holds(s, space)), None)
        if found is None:
            found = Nest(space, order, len(self.steps))
            self.steps.append(found)
        for x in accesses:
            self._read(x, found.number, space)
        return found, accesses

    def _access(self, x: Value | Literal, shape: Sequence[int], axes: list[int]) -> Access | Literal:
        if isinstance(x, Literal):
            return x
        lead = len(shape) - len(x.shape)
        steps = [0 if i < lead or x.shape[i - lead] == 1 else x.strides[i - lead] for i in axes]
        return Access(x.buffer, x.offset, tuple(steps))

    def _ready(self, x: Any, space: tuple[int, ...]) -> int:
        if isinstance(x, Literal) or x.buffer.step < 0:
            return 0
        return x.buffer.step + (0 if self._identical(x, space) else 1)

    def _identical(self, x: Access, space: tuple[int, ...]) -> bool:
        """Whether the nest that fills a buffer may go on to use the number just made."""
        home = self.steps[x.buffer.step] if x.buffer.step >= 0 else None
        if not isinstance(home, Nest) or home.space != space or x.offset:
            return False
        if not any(s.target is x.buffer and not isinstance(s, Reduce) for s in home.statements):
            return False
        return x.coefficients == coefficients(x.buffer)

    def _read(self, x: Any, number: int, space: tuple[int, ...]) -> None:
        if isinstance(x, Literal):
            return
        buffer = x.buffer
        inside = buffer.step == number and self._identical(x, space)
        x.local = inside or is_number(self, buffer)
        same = inside or (not x.offset and x.coefficients == coefficients(buffer))
        self.mark(buffer, number, same, stores=not x.local)

    def mark(self, buffer: Buffer, number: int, same: bool = False, stores: bool = True) -> None:
        """Note that a step reads a buffer; unless it reads the number just made, that must be in memory."""
        buffer.reads.append((number, same))
        buffer.last = max(buffer.last, number)
        buffer.stored = buffer.stored or stores

    def _order(self, space: tuple[int, ...], accesses: list[Any]) -> tuple[int, ...]:
        plain = tuple(range(len(space)))
        found = [x for x in accesses if isinstance(x, Access) and len(space) == 2]
        full = [x.coefficients for x in found if all(x.coefficients)]
        column = any(x.coefficients == (1, 0) and x.buffer.role == "temporary" for x in found)
        flipped = any(x[0] == 1 and x[1] > 1 for x in full) or (not full and column)
        return plain[::-1] if flipped and narrow(space) else plain

    # What lowerings put into plans.

    def elementwise(self, shape: Sequence[int], dtype: Any, formula: str, operands: Sequence[Any],
                    kinds: Sequence[str | None], name: str | None = None,
                    order: tuple[int, ...] | None = None) -> Value:  # fmt: skip
        """An array, each of whose elements follows from one of each operand by a formula."""
        nest, accesses = self.nest(shape, operands, order)
        target = self.buffer(
            name or self.fresh(), shape, dtype, step=nest.number, order=axes_in_order(shape, nest.order)
        )
        found = [Operand(x, kind) for x, kind in zip(accesses, kinds, strict=True)]
        nest.statements.append(Assign(target, formula, found, self.note()))
        return self.whole(target)

    def reduce(self, x: Any, axes: tuple[int, ...], how: str, dtype: Any, shape: Sequence[int],
               formula: str = "{0}", finish: str = "{0}") -> Value:  # fmt: skip
        """`x` gathered over axes: `how` is add, multiply, maximum, minimum, and, or."""
        if all(x.shape[i] == 1 for i in axes):
            one = self.elementwise(x.shape, dtype, finish.format(formula), [x], [kind_of(np.dtype(dtype))])
            return self.view(one, lambda a: a.reshape(shape))
        nest, accesses = self.nest(x.shape, [x])
        positions = {axis: i for i, axis in enumerate(i for i, n in enumerate(x.shape) if n != 1)}
        kept = tuple(positions[i] for i in range(len(x.shape)) if i not in axes and i in positions)
        order = axes_in_order(shape, tuple(sorted(range(len(kept)), key=lambda i: nest.order.index(kept[i]))))
        target = self.buffer(self.fresh(), shape, dtype, step=nest.number, order=order)
        operand = Operand(accesses[0], target.kind)
        kind = target.kind
        count = int(np.prod([n for i, n in enumerate(nest.space) if i not in kept]))
        if how == "add" and kind == "float32" and count > 1024 and nest.order[: len(kept)] == kept:
            kind = "float64"
        nest.statements.append(Reduce(target, kept, how, formula, [operand], finish, kind, self.note()))
        return self.whole(target)

    def contract(self, shape: Sequence[int], dtype: Any, a: Value, b: Value, extents: tuple[int, ...],
                 order: tuple[int, ...] | None = None) -> Value:  # fmt: skip
        """Sums of products in a nest; `a` and `b` have the axes of `shape`, then those summed over."""
        a, b = (self._in_memory(x) for x in (a, b))
        axes = [i for i, n in enumerate(shape) if n != 1]
        inner = [*axes, *range(len(shape), len(shape) + len(extents))]
        accesses = [
            Access(x.buffer, x.offset, tuple(0 if x.shape[i] == 1 else x.strides[i] for i in inner))
            for x in (a, b)
        ]
        space = tuple(shape[i] for i in axes)
        earliest = max([self.earliest, *(x.buffer.step + 1 for x in accesses)])
        nest = next((s for s in self.steps[earliest:] if _holds(s, space)), None)
        if nest is None:
            nest = Nest(space, order or tuple(range(len(space))), len(self.steps))
            self.steps.append(nest)
        for x in accesses:
            x.local = False
            self.mark(x.buffer, nest.number)
        target = self.buffer(
            self.fresh(), shape, dtype, step=nest.number, order=axes_in_order(shape, nest.order)
        )
        nest.statements.append(Contract(target, accesses[0], accesses[1], extents, self.note()))
        return self.whole(target)

    def product(self, a: Value, b: Value, dtype: Any, flipped: bool = False) -> Value:
        """A product of matrices by a step of its own; leading axes are those of both."""
        a, b = (self._in_memory(x) for x in (a, b))
        lead = a.shape[:-2]
        shape = (*lead, a.shape[-2], b.shape[-1])
        order = tuple(range(len(shape)))
        order = (*order[:-2], order[-1], order[-2]) if flipped else order
        number = len(self.steps)
        out = self.buffer(self.fresh(), shape, dtype, step=number, order=order, stored=True)
        for x in (a, b):
            self.mark(x.buffer, number)
        self.steps.append(Product(self.whole(out), a, b, self.note()))
        return self.whole(out)

    def lines(self, text: Callable[..., list[str]], operands: Sequence[Value], outs: list[Buffer]) -> None:
        """A step written out: see `Lines`."""
        number = len(self.steps)
        for x in operands:
            self.mark(self._in_memory(x).buffer, number)
        for out in outs:
            out.step, out.stored = number, True
        self.steps.append(Lines(text, list(operands), outs, self.note()))

    def _in_memory(self, x: Value) -> Value:
        if is_number(self, x.buffer):
            x.buffer.stored = True
        return x

    def dense(self, x: Any, shape: Sequence[int] | None = None) -> Value:
        """`x` in C order in memory, copied if it is not so already."""
        shape = tuple(shape if shape is not None else x.shape)
        if isinstance(x, Value) and x.shape == shape and same_strides(x.strides, strides_of(shape), shape):
            return x
        kind = None if isinstance(x, Literal) else x.buffer.kind
        return self.elementwise(shape, x.dtype, "{0}", [x], [kind], order=tuple(range(_loops(shape))))

    def view(self, x: Value, look: Callable[[np.ndarray], np.ndarray]) -> Value:
        """Another look at the same numbers; where NumPy would copy them, so do we, first."""
        seen = _look(x, look)
        if seen is None:
            x = self.dense(x)
            seen = _look(x, look)
        if seen is None:
            raise self.refuse("it is no view")
        return seen

    def fresh(self) -> str:
        """A name for a new buffer: that of the variable at hand, if it is not taken."""
        number = self.call.outs[0].number if self.call and self.call.outs[0] is not None else "s"
        name, n = f"v{number}", 0
        taken = {x.name for x in self.buffers}
        while name in taken:
            n += 1
            name = f"v{number}_{n}"
        return name


def is_number(planner: Planner, buffer: Buffer) -> bool:
    """Whether it is a single number made by the program, which the text keeps in a local name."""
    if buffer.size != 1 or buffer.step < 0:
        return False
    return isinstance(planner.steps[buffer.step], Nest)


def coefficients(buffer: Buffer) -> tuple[int, ...]:
    """Those of an access that reads a buffer where its own nest writes it."""
    return tuple(s for s, n in zip(buffer.strides, buffer.shape, strict=True) if n != 1)


def axes_in_order(shape: Sequence[int], order: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of an array as a nest over it goes through them; those of length one first."""
    long = [i for i, n in enumerate(shape) if n != 1]
    return (*(i for i, n in enumerate(shape) if n == 1), *(long[i] for i in order))


def same_strides(a: Sequence[int], b: Sequence[int], shape: Sequence[int]) -> bool:
    """Whether strides say the same of an array of this shape: axes of length one have no say."""
    return all(n == 1 or x == y for x, y, n in zip(a, b, shape, strict=True))


def narrow(space: tuple[int, ...]) -> bool:
    """Whether rows are too short for vectors while columns are not."""
    return len(space) == 2 and space[1] < 16 and space[0] >= 2 * space[1]


def _loops(shape: Sequence[int]) -> int:
    return sum(n != 1 for n in shape)


def _holds(step: Any, space: tuple[int, ...]) -> bool:
    return isinstance(step, Nest) and step.space == space and not step.sealed


def _look(x: Value, look: Callable[[np.ndarray], np.ndarray]) -> Value | None:
    """What `look` does to the offset, shape and strides, learnt from bytes that are never filled."""
    ends = [(n - 1) * s for n, s in zip(x.shape, x.strides, strict=True) if n > 0]
    low, high = x.offset + sum(min(0, e) for e in ends), x.offset + sum(max(0, e) for e in ends)
    memory = np.empty(1 + high - low, np.int8)
    seen = look(np.ndarray(x.shape, np.int8, memory, x.offset - low, x.strides))
    offset = seen.ctypes.data - memory.ctypes.data
    if (seen.size and not 0 <= offset <= high - low) or seen.base is None:
        return None
    return Value(x.buffer, offset + low if seen.size else 0, seen.shape, seen.strides)


__all__ = ["NotLoweredError", "Planner"]
