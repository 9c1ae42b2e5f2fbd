"""The plan of a program: which arrays there are, and the loops that fill them, in their order.

A plan is a list of steps. A `Nest` is a nest of loops over one space, whose statements, fused, each compute
one number of an array; a `Product` is a product of matrices too large for that; a `Copy` moves numbers. What
is used only inside its nest is a local number and no array at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pullback.compile._emit import kind_of, strides_of
from pullback.compile._product import scratch


@dataclass(eq=False)
class Buffer:
    """An array of the plan, or a number that never becomes one.

    Attributes
    ----------
    name : str
    dtype, shape
    order : tuple of int
        The axes as they lie in memory, outermost first.
    role : str
        `input`, `constant`, `output` or `temporary`.
    step : int
        The step that fills it; -1 for inputs and constants.
    stored : bool
        Whether it has memory: false while only its own nest reads it.
    last : int
        The last step that reads it.
    place : Buffer or None
        Another whose memory it takes: a parameter updated in place.
    row : str or None
        It is this row of the array of its name.
    """

    name: str
    dtype: np.dtype
    shape: tuple[int, ...]
    order: tuple[int, ...]
    role: str
    step: int = -1
    stored: bool = False
    last: int = -1
    reads: list[tuple[int, bool]] = field(default_factory=list)
    place: Buffer | None = None
    row: str | None = None

    @property
    def strides(self) -> tuple[int, ...]:
        return strides_of(self.shape, self.order)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def kind(self) -> str:
        return kind_of(self.dtype)

    @property
    def local(self) -> str:
        """The name of one number of it, inside its nest."""
        return f"x{self.name[1:]}" if self.name[0] == "v" else f"{self.name}_"

    @property
    def home(self) -> Buffer:
        return self if self.place is None else self.place.home


@dataclass(frozen=True)
class Value:
    """A part of a buffer, seen under a shape: an offset and strides, in elements."""

    buffer: Buffer
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def dtype(self) -> np.dtype:
        return self.buffer.dtype


_FLOAT64 = np.dtype(np.float64)


@dataclass(frozen=True)
class Literal:
    """A number that stands in the text, as it is or for a whole array of its like."""

    text: str
    kind: str = "weak"
    shape: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    dtype: np.dtype = _FLOAT64


@dataclass
class Access:
    """How a statement reads a buffer: at `offset`, plus each loop's counter times its coefficient."""

    buffer: Buffer
    offset: int
    coefficients: tuple[int, ...]
    local: bool = False


@dataclass
class Operand:
    """What stands in a statement's formula: an access or a literal, as this kind of number."""

    source: Access | Literal
    kind: str | None = None


@dataclass
class Assign:
    """`target = formula(operands)`, for each point of the space."""

    target: Buffer
    formula: str
    operands: list[Operand]
    note: str = ""


@dataclass
class Reduce:
    """`target`, over the `kept` axes, gathers `formula(operands)` over the others."""

    target: Buffer
    kept: tuple[int, ...]
    how: str
    formula: str
    operands: list[Operand]
    finish: str
    kind: str
    note: str = ""


@dataclass
class Contract:
    """`target = sum of a b` over loops of its own; the accesses have their counters last."""

    target: Buffer
    a: Access
    b: Access
    extents: tuple[int, ...]
    note: str = ""


@dataclass
class Nest:
    """Loops over `space`, in this order of axes, around statements."""

    space: tuple[int, ...]
    order: tuple[int, ...]
    number: int
    statements: list[Any] = field(default_factory=list)
    sealed: bool = False


@dataclass
class Product:
    """`out = a @ b`, matrix by matrix over leading axes."""

    out: Value
    a: Value
    b: Value
    note: str = ""


@dataclass
class Lines:
    """A step written out, with loops of a shape that nests do not have.

    `text(at)` gives its lines, where `at(i, index)` is an element of operand i; the outs come after them.
    """

    text: Callable[[Callable[[int, list[str]], str]], list[str]]
    operands: list[Value]
    outs: list[Buffer]
    note: str = ""


@dataclass
class Plan:
    """Steps over buffers. Print it to read it.

    Attributes
    ----------
    steps : list of Nest, Product and Lines
    inputs, outputs : list
        A buffer for each leaf of the arguments; a value for each leaf of the result.
    constants : dict
        The arrays behind the constant buffers.
    memory : dict
        Which slot of the workspace each temporary array lies in; `None` for the stack.
    slots : list of int
        Their sizes in bytes.
    scratch : int
        Bytes that large products pack their blocks into.
    """

    steps: list[Any]
    inputs: list[Buffer]
    outputs: list[Any]
    buffers: list[Buffer]
    constants: dict[str, np.ndarray]
    memory: dict[str, int | None] = field(default_factory=dict)
    slots: list[int] = field(default_factory=list)
    scratch: int = 0

    def __str__(self) -> str:
        return "\n".join(describe(self))

    @property
    def multiplications(self) -> int:
        """How many the products of matrices have together."""
        products = [s for s in self.steps if isinstance(s, Product)]
        return sum(math.prod(s.out.shape) * s.a.shape[-1] for s in products)

    def temporaries(self) -> Iterator[Buffer]:
        """The arrays that neither come in nor go out."""
        return (x for x in self.buffers if x.role == "temporary" and x.stored and x.place is None)


STACK_EACH, STACK_ALL = 16384, 131072
"""Bytes of a temporary array, and of all of them, that still lie on the stack."""


def lay_out(plan: Plan) -> None:
    """Give every temporary array memory: the stack where it is small, else a slot that is free by then."""
    on_stack = 0
    free: list[tuple[int, int]] = []
    for x in sorted(plan.temporaries(), key=lambda x: x.step):
        size = max(1, x.size) * x.dtype.itemsize
        if size <= STACK_EACH and on_stack + size <= STACK_ALL:
            on_stack += size
            plan.memory[x.name] = None
            continue
        fits = [slot for until, slot in free if until < x.step and plan.slots[slot] >= size]
        fits = fits or [slot for until, slot in free if until < x.step]
        slot = min(fits, key=lambda s: abs(plan.slots[s] - size)) if fits else len(plan.slots)
        if slot == len(plan.slots):
            plan.slots.append(size)
        plan.slots[slot] = max(plan.slots[slot], size)
        free = [(until, s) for until, s in free if s != slot] + [(_last_use(plan, x), slot)]
        plan.memory[x.name] = slot
    plan.scratch = max((product_scratch(s) for s in plan.steps if isinstance(s, Product)), default=0)


def product_scratch(step: Product) -> int:
    """Bytes that a product packs its blocks into."""
    m, depth, n = *step.a.shape[-2:], step.b.shape[-1]
    return max(scratch(m, depth, n, step.out.dtype.itemsize), scratch(n, depth, m, step.out.dtype.itemsize))


def _last_use(plan: Plan, x: Buffer) -> int:
    taken = [y.last for y in plan.buffers if y.home is x]
    return max([x.last, x.step, *taken])


def describe(plan: Plan) -> list[str]:
    """The plan in words: one line a step, and one for the memory."""
    lines = []
    for number, step in enumerate(plan.steps):
        if isinstance(step, Nest):
            names = " ".join(s.target.name for s in step.statements)
            loops = " x ".join(str(step.space[axis]) for axis in step.order) or "once"
            lines.append(f"{number}: loops {loops}: {names}")
        elif isinstance(step, Product):
            m, k, n = *step.a.shape[-2:], step.b.shape[-1]
            lines.append(f"{number}: product {m} x {k} x {n}: {step.out.buffer.name}")
        else:
            lines.append(f"{number}: {step.note.split()[0] if step.note else 'lines'}: "
                         f"{' '.join(x.name for x in step.outs)}")  # fmt: skip
    stack = sum(plan.memory[x.name] is None for x in plan.temporaries())
    lines.append(f"memory: {stack} arrays on the stack, {sum(plan.slots)} bytes in {len(plan.slots)} slots")
    return lines
