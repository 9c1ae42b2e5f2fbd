"""The text of a plan: readable loops over NumPy arrays, each statement with who is responsible for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.compile._emit import Array
from pullback.compile._plan import (
    Access,
    Assign,
    Buffer,
    Contract,
    Literal,
    Nest,
    Operand,
    Plan,
    Product,
    Reduce,
    Value,
)  # fmt: skip

_COUNTERS = "ijklmnpq"
_START = {"add": "0", "multiply": "1", "maximum": "-inf", "minimum": "inf", "and": "True", "or": "False"}
_COMBINE = {
    "multiply": "{0} = {0} * {1}", "maximum": "{0} = maximum({0}, {1})", "minimum": "{0} = minimum({0}, {1})",
    "add": "{0} += {1}", "and": "{0} = {0} & {1}", "or": "{0} = {0} | {1}",
}  # fmt: skip


def arrays_of(plan: Plan) -> dict[str, Array]:
    """What the text's names are: arguments in their order, then the arrays on the stack."""
    found = {}
    for x in [*plan.inputs, *(b for b in plan.buffers if b.role in ("constant", "output"))]:
        if x.row is None and x.place is None:
            found[x.name] = Array(x.dtype, x.shape, x.strides)
    if plan.scratch:
        found["scratch"] = Array(np.dtype(np.uint8), (plan.scratch,), (1,))
    for number, size in enumerate(plan.slots):
        found[f"slot{number}"] = Array(np.dtype(np.uint8), (size,), (1,))
    for x in plan.temporaries():
        slot = plan.memory[x.name]
        found[x.name] = Array(x.dtype, x.shape, x.strides, True, None if slot is None else f"slot{slot}")
    return found


def statements(plan: Plan) -> tuple[list[str], dict[str, Array]]:
    """The body of the text, every step in its order; and the rows of numbers that it wants besides."""
    lines: list[str] = []
    rows: dict[str, Array] = {}
    for step in plan.steps:
        if isinstance(step, Nest):
            lines += _Writer(step, rows).lines() if step.statements else []
        elif isinstance(step, Product):
            lines += _product(step)
        else:
            lines += [f"# {step.note}", *step.text(lambda i, index, s=step: _place(s, i, index))]
    return lines, rows


def _place(step: Any, i: int, index: list[str]) -> str:
    if i >= len(step.operands):
        x = step.outs[i - len(step.operands)]
        return element(Access(x, 0, x.strides), index)
    value: Value = step.operands[i]
    return element(Access(value.buffer, value.offset, value.strides), index)


def _product(step: Product) -> list[str]:
    lead = len(step.out.shape) - 2
    parts = [_matrix(x, "n" if lead else None) for x in (step.out, step.a, step.b)]
    line = f"product({', '.join(parts)})"
    return [f"# {step.note}", *([f"for n in range({step.out.shape[0]}):", f"    {line}"] if lead else [line])]


def _matrix(x: Value, counter: str | None) -> str:
    home = x.buffer.home
    if home.row is None and not x.offset and home.shape == x.shape and home.strides == x.strides:
        return home.name if counter is None else f"{home.name}[{counter}]"
    flipped = home.shape[::-1] == x.shape and home.strides[::-1] == x.strides
    if home.row is None and not x.offset and counter is None and flipped:
        return f"{home.name}.T"
    start = str(x.offset) if home.row is None else f"{home.row} * {home.size} + {x.offset}"
    if counter is not None:
        start += f" + {counter} * {x.strides[0]}"
    return f"view({home.name}, {start}, {x.shape[-2:]}, {x.strides[-2:]})"


def element(x: Access, index: list[str]) -> str:
    """`name[i, j]`, or `name.flat[...]` where the places are not those of the array's own axes."""
    home = x.buffer.home
    shape, strides = home.shape, home.strides
    first = 0
    if home.row is not None:
        first, shape = 1, shape
    parts: dict[int, list[str]] = {axis: [] for axis in range(len(shape))}
    for coefficient, i in zip(x.coefficients, index, strict=True):
        if coefficient == 0 or i == "0":
            continue
        fits = [a for a in parts if shape[a] > 1 and coefficient % strides[a] == 0 and coefficient > 0]
        if not fits:
            return _flat(x, index)
        axis = max(fits, key=lambda a: strides[a])
        factor = coefficient // strides[axis]
        simple = i.isidentifier() or i.isdigit()
        parts[axis].append(i if factor == 1 else f"{factor} * {i if simple else f'({i})'}")
    offset = x.offset
    for axis in sorted(parts, key=lambda a: -strides[a]):
        whole, offset = (divmod(offset, strides[axis])) if shape[axis] > 1 else (0, offset)
        if whole:
            parts[axis].append(str(whole))
    if offset:
        return _flat(x, index)
    texts = [" + ".join(parts[axis]) or "0" for axis in parts]
    if first:
        texts[0] = str(home.row)
    return f"{home.name}[{', '.join(texts)}]" if texts else f"{home.name}.flat[0]"


def _flat(x: Access, index: list[str]) -> str:
    home = x.buffer.home
    terms = [] if home.row is None else [f"{home.row} * {home.size}"]
    terms += [str(x.offset)] if x.offset else []
    for coefficient, i in zip(x.coefficients, index, strict=True):
        if coefficient and i != "0":
            i = i if i.isidentifier() else f"({i})"
            terms.append(i if coefficient == 1 else f"{coefficient} * {i}")
    return f"{home.name}.flat[{' + '.join(terms) or '0'}]"


class _Writer:
    """The lines of one nest."""

    def __init__(self, nest: Nest, rows: dict[str, Array]) -> None:
        self.nest, self.rows = nest, rows
        self.space, self.order = list(nest.space), list(nest.order)
        self.statements = nest.statements
        self.late: list[str] = []
        if all(isinstance(s, Assign) for s in nest.statements):
            self._merge()
        self.names = [_COUNTERS[axis] for axis in range(len(self.space))]
        self.out: list[str] = []

    def _accesses(self) -> list[tuple[int, ...]]:
        found = []
        for s in self.statements:
            found += [x.source.coefficients for x in s.operands if isinstance(x.source, Access)]
            found.append(_own(s.target, len(self.nest.space)))
        return found

    def _merge(self) -> None:
        """Run two loops as one where every array goes through its elements as if they were one."""
        if len(self.space) < 2 or any(x.row for s in self.statements for x in _buffers(s)):
            return
        accesses = self._accesses()
        for outer, inner in reversed(list(zip(self.order, self.order[1:], strict=False))):
            if all(c[outer] == c[inner] * self.space[inner] for c in accesses):
                self.space[inner] *= self.space[outer]
                self.space[outer] = 1
                self.order.remove(outer)

    def lines(self) -> list[str]:
        """Loops in order, statements at their depth."""
        self._before()
        for depth in range(len(self.order) + 1):
            self._at(depth)
            if depth < len(self.order):
                axis = self.order[depth]
                self._say(depth, f"for {self.names[axis]} in range({self.space[axis]}):")
        depth = len(self.order)
        for s in self.statements:
            getattr(self, f"_{type(s).__name__.lower()}")(s, depth)
        for line in self.late:
            self._say(depth, line)
        for depth in range(len(self.order) - 1, -1, -1):
            self._finish(depth)
        self._after()
        return self.out

    def _say(self, depth: int, text: str, note: str = "") -> None:
        line = "    " * depth + text
        self.out.append(f"{line:<52}  # {note}" if note else line)

    # Reductions: begun and finished outside of the loops that gather them.

    def _depth(self, s: Reduce) -> int | None:
        """At which depth a reduction is one number, if there is one."""
        n = len(s.kept)
        return n if set(self.order[:n]) == set(s.kept) else None

    def _reductions(self) -> list[Reduce]:
        return [s for s in self.statements if isinstance(s, Reduce)]

    def _before(self) -> None:
        for s in self._reductions():
            if self._depth(s) is None:
                self._over_kept(s, f"{{0}} = {_start(s)}")

    def _over_kept(self, s: Reduce, line: str) -> None:
        kept = [axis for axis in self.order if axis in s.kept]
        for depth, axis in enumerate(kept):
            self._say(depth, f"for {self.names[axis]} in range({self.space[axis]}):")
        self._say(len(kept), line.format(self._kept_element(s)))

    def _kept_element(self, s: Reduce) -> str:
        coefficients = _own(s.target, len(s.kept))
        return element(Access(s.target, 0, coefficients), [self.names[axis] for axis in s.kept])

    def _at(self, depth: int) -> None:
        for s in self._reductions():
            if self._depth(s) == depth:
                self._say(depth, f"{_total(s)} = {s.kind}({_start(s)})", s.note)
        if depth == len(self.order) - 1:
            for s in self.statements:
                if isinstance(s, Contract) and self._by_rows(s):
                    self._row(s, depth)

    def _finish(self, depth: int) -> None:
        for s in self._reductions():
            if self._depth(s) == depth:
                name, value = s.target.local, s.finish.format(_total(s))
                if s.kind != s.target.kind:
                    value = f"{s.target.kind}({value})"
                if value != name:
                    self._say(depth, f"{name} = {value}")
                if s.target.stored:
                    self._say(depth, f"{self._kept_element(s)} = {name}")

    def _after(self) -> None:
        for s in self._reductions():
            if self._depth(s) is None and s.finish != "{0}":
                self._over_kept(s, f"{{0}} = {s.finish.format('{0}')}")

    # Statements.

    def _assign(self, s: Assign, depth: int) -> None:
        text = s.formula.format(*map(self._operand, s.operands))
        if not any(isinstance(x.source, Access) for x in s.operands):
            text = f"{s.target.kind}({text})"
        self._keep(s.target, text, depth, s.note)

    def _keep(self, target: Buffer, text: str, depth: int, note: str) -> None:
        if text != target.local:
            self._say(depth, f"{target.local} = {text}", note)
        if target.stored:
            line = f"{self._element(Access(target, 0, _own(target, len(self.nest.space))))} = {target.local}"
            if target.place is not None:
                self.late.append(line)
            else:
                self._say(depth, line)

    def _element(self, x: Access, more: tuple[str, ...] = ()) -> str:
        merged = ["0" if i not in self.order else self.names[i] for i in range(len(self.space))]
        return (
            element(x, [*merged, *more])
            if len(self.order) == len(self.nest.space)
            else self._merged(x, merged)
        )

    def _merged(self, x: Access, index: list[str]) -> str:
        """An element, its counters running over several axes."""
        home = x.buffer.home
        if not any(x.coefficients):
            return element(x, ["0"] * len(index))
        terms = [str(x.offset)] if x.offset else []
        for coefficient, i in zip(x.coefficients, index, strict=True):
            if coefficient and i != "0":
                terms.append(i if coefficient == 1 else f"{coefficient} * {i}")
        return f"{home.name}.flat[{' + '.join(terms) or '0'}]"

    def _operand(self, x: Operand) -> str:
        if isinstance(x.source, Literal):
            kind, text = x.source.kind, x.source.text
            if text.startswith("-"):
                text = f"({text})"
        else:
            kind, text = x.source.buffer.kind, self._read(x.source)
        if kind == "weak" and x.kind is not None and text in ("True", "False") and x.kind != "bool":
            return str(int(text == "True"))
        return text if x.kind in (None, kind) or kind == "weak" else f"{x.kind}({text})"

    def _read(self, x: Access) -> str:
        return x.buffer.local if x.local else self._element(x)

    def _reduce(self, s: Reduce, depth: int) -> None:
        value = s.formula.format(*map(self._operand, s.operands))
        if self._depth(s) is None:
            self._say(depth, _COMBINE[s.how].format(self._kept_element(s), value), s.note)
        else:
            value = value if s.kind == s.target.kind else f"{s.kind}({value})"
            self._say(depth, _COMBINE[s.how].format(_total(s), value))

    # Products inside the nest.

    def _by_rows(self, s: Contract) -> bool:
        """Whether a whole row is summed up at a time: where rows, not the sums, are contiguous."""
        if not self.order:
            return False
        inner = self.order[-1]
        sides = sorted((s.a.coefficients[inner], s.b.coefficients[inner]))
        return sides == [0, 1] or sides[1] == 1

    def _row(self, s: Contract, depth: int) -> None:
        inner = self.order[-1]
        i, n = self.names[inner], self.space[inner]
        name = f"{s.target.local}_row"
        self.rows[name] = Array(s.target.dtype, (n,), (1,), True)
        self._say(depth, f"for {i} in range({n}):", s.note)
        self._say(depth + 1, f"{name}[{i}] = 0")
        summed = [f"r{d}" if d else "r" for d in range(len(s.extents))]
        for d, (r, extent) in enumerate(zip(summed, s.extents, strict=True)):
            self._say(depth + d, f"for {r} in range({extent}):")
        deep = depth + len(summed)
        self._say(deep, f"for {i} in range({n}):")
        a, b = (element(x, [*self.names, *summed]) for x in (s.a, s.b))
        self._say(deep + 1, f"{name}[{i}] += {a} * {b}")

    def _contract(self, s: Contract, depth: int) -> None:
        if self._by_rows(s):
            self._keep(s.target, f"{s.target.local}_row[{self.names[self.order[-1]]}]", depth, "")
            return
        self._say(depth, f"{s.target.local} = {s.target.kind}(0)", s.note)
        summed = [f"r{d}" if d else "r" for d in range(len(s.extents))]
        for d, (r, extent) in enumerate(zip(summed, s.extents, strict=True)):
            self._say(depth + d, f"for {r} in range({extent}):")
        a, b = (element(x, [*self.names, *summed]) for x in (s.a, s.b))
        sign = "+= {0} * {1}" if s.target.kind.startswith("float") else "= {2} + {0} * {1}"
        self._say(depth + len(summed), f"{s.target.local} {sign.format(a, b, s.target.local)}")
        self._keep(s.target, s.target.local, depth, "")


def _own(target: Buffer, n: int) -> tuple[int, ...]:
    found = tuple(s for s, size in zip(target.strides, target.shape, strict=True) if size != 1)
    return found if len(found) == n else (0,) * n


def _total(s: Reduce) -> str:
    """The name of the number that gathers, which may be of another kind than the result."""
    return s.target.local if s.kind == s.target.kind else f"{s.target.local}_sum"


def _start(s: Reduce) -> str:
    return _START[s.how]


def _buffers(s: Assign) -> list[Buffer]:
    return [x.source.buffer for x in s.operands if isinstance(x.source, Access)]
