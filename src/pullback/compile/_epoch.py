"""A whole epoch as one call: rows gathered, a step, its update in place, its loss noted, and the next.

The step is a program `loss, *carry = step(*carry, *batch, lr)`. Its parameters and the optimiser's state lie
in buffers that the epoch writes into; nothing is allocated on the way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.compile._emit import Array
from pullback.compile._engine import TROUBLE, Code, Text, address, declarations, workspace
from pullback.compile._helpers import helped
from pullback.compile._plan import Access, Buffer, Literal, Plan, Value
from pullback.compile._planner import Planner
from pullback.compile._planning import plan
from pullback.compile._source import arrays_of, element, statements
from pullback.program import Program, Var, live_calls
from pullback.simplify import simplify

LINE = 64
"""Bytes that memory brings at once."""
LINES = 4
"""So many lines of a row are asked for; the processor itself goes on from there."""
AHEAD = 8
"""Rows between asking for one and reading it, at least: steps may be shorter than memory takes."""


class Epoch:
    """Machine code that runs many steps of one batch size.

    Parameters
    ----------
    step : Program
        `loss, *carry, ... = step(*carry, *batch, lr)`; what it returns besides is left out.
    n_carry : int
    rows : list of arrays
        The data that batches are rows of, one array for each of `batch`.
    unrolled : bool
        Whether its loops are unrolled; without, it is compiled many times faster and runs somewhat slower.
    """

    def __init__(self, step: Program, n_carry: int, rows: list[np.ndarray], unrolled: bool = True) -> None:
        self.program = carried(step, n_carry)
        self.n_carry, self.dtypes = n_carry, [x.dtype for x in rows]
        batch = self.program.inputs[n_carry:-1]
        self.size = batch[0].shape[0]
        self.names = ["X", "y", *(f"rows{i}" for i in range(2, len(batch)))][: len(batch)]
        self.plan: Plan = plan(self.program, self._inputs, {1 + i: i for i in range(n_carry)})
        self.text = self._write()
        self.code = Code(self.text, unrolled)

    def _inputs(self, p: Planner) -> list[Any]:
        n = self.n_carry
        inputs = self.program.inputs
        buffers: list[Any] = [p.input(x, f"v{x.number}") for x in inputs[:n]]
        for var, name, dtype in zip(inputs[n:-1], self.names, self.dtypes, strict=True):
            buffers.append(self._batch(p, var, name, dtype))
        rate = inputs[-1]
        p.values[id(rate)] = Literal("rate", "float64")
        return buffers

    def _batch(self, p: Planner, var: Var, name: str, dtype: np.dtype) -> Buffer:
        """One row is read where it lies; several are gathered, narrow ones column by column."""
        row = p.buffer(name, var.shape, dtype, "input", row="row")
        if self.size == 1 and dtype == var.dtype:
            p.values[id(var)] = p.whole(row)
            return row
        order: tuple[int, ...] = tuple(range(len(var.shape)))
        shape: Any = var.shape
        wide = len(shape) == 2 and shape[1] < 32 and shape[0] >= 2 * shape[1]
        batch = p.buffer(f"v{var.number}", var.shape, var.dtype, order=order[::-1] if wide else order)

        def text(at: Any) -> list[str]:
            from pullback.compile._places import counters, loops

            index = counters(len(var.shape))
            there = element(Access(row, 0, row.strides), index)
            value = there if row.kind == batch.kind else f"{batch.kind}({there})"
            inner = loops(var.shape[1:], [f"{at(0, index)} = {value}"], 1)
            return [
                f"for i0 in range({self.size}):",
                "    row = perm[start + i0]",
                *(f"    {x}" for x in self._ask(row, "start + i0")),
                *(f"    {x}" for x in inner),
            ]

        p.lines(text, [], [batch])
        p.steps[-1].note = "rows of this batch"
        p.values[id(var)] = p.whole(batch)
        return row

    def _write(self) -> Text:
        body, rows = statements(self.plan)
        known = {
            "perm": Array(np.dtype(np.int64), (1 << 40,), (1,)),
            "rates": Array(np.dtype(np.float64), (1 << 40,), (1,)),
            "losses": Array(np.dtype(np.float64), (1 << 40,), (1,)),
        }
        for name, var, dtype in zip(
            self.names, self.program.inputs[self.n_carry : -1], self.dtypes, strict=True
        ):
            x = Buffer(name, dtype, var.shape, tuple(range(len(var.shape))), "input")
            known[name] = Array(dtype, var.shape, x.strides)
        arrays = known | arrays_of(self.plan)
        if any(TROUBLE in line for line in body):
            arrays[TROUBLE] = Array(np.dtype(np.int64), (1,), (1,))
        arrays |= rows
        text = Text("", arrays, ["n"])
        lines = [
            f"def epoch({', '.join([*text.passed, 'n'])}):",
            *(f"    {line}" for line in declarations(arrays)),
            "    for s in range(n):",
            "        rate = rates[s]",
            *self._start(),
            *(f"        {line}" for line in body),
            f"        losses[s] = {self._loss()}",
        ]
        return Text("\n".join(lines), arrays, ["n"])

    def _start(self) -> list[str]:
        if self.size == 1:
            read = [x for x in self.plan.inputs if x.row == "row"]
            asked = [line for x in read for line in self._ask(x, "s")]
            return ["        start = s", "        row = perm[s]", *(f"        {x}" for x in asked)]
        return [f"        start = {self.size} * s"]

    def _ask(self, x: Buffer, at: str) -> list[str]:
        """Memory is asked for a row long before it is read: data lies further away than a step is long."""
        last, later = f"{self.size} * n - 1", f"{at} + {max(AHEAD, self.size)}"
        many = LINE // x.dtype.itemsize
        wide = int(np.prod(x.shape[1:], dtype=np.int64))
        firsts = sorted({*range(0, wide, many)[:LINES], min(wide - 1, many * LINES - 1)}) if wide else []
        index = [", ".join(["soon", *map(str, np.unravel_index(i, x.shape[1:]))]) for i in firsts]
        return [
            f"soon = perm[{later} if {later} <= {last} else {last}]  # a row to come, asked of memory now",
            *(f"fetch({x.name}[{i}])" for i in index),
        ]

    def _loss(self) -> str:
        x = self.plan.outputs[0]
        if isinstance(x, Literal):
            return x.text
        value: Value = x
        text = value.buffer.local if _is_made_by_nest(self.plan, value) else element(
            Access(value.buffer, value.offset, value.strides), ["0"] * len(value.shape)
        )  # fmt: skip
        return text if value.buffer.kind == "float64" else f"float64({text})"


def _is_made_by_nest(made: Plan, x: Value) -> bool:
    from pullback.compile._plan import Nest

    return x.buffer.size == 1 and x.buffer.step >= 0 and isinstance(made.steps[x.buffer.step], Nest)


def carried(step: Program, n_carry: int) -> Program:
    """The program without the outputs that do not go into the next step, and without what only they need."""
    kept = Program(step.inputs, step.calls, list(step.outputs[: 1 + n_carry]), step.structures)
    kept.calls = live_calls(kept)
    return simplify(kept)


class Runner:
    """An epoch bound to buffers and data: call it with row order and rates, and it returns the losses."""

    def __init__(self, epoch: Epoch, carry: list[np.ndarray], rows: list[np.ndarray]) -> None:
        self.epoch = epoch
        fixed: dict[str, np.ndarray] = dict(
            zip((x.name for x in epoch.plan.inputs), [*carry, *rows], strict=True)
        )
        fixed |= {name: np.array(x, order="C") for name, x in epoch.plan.constants.items()}
        fixed |= workspace(epoch.plan)
        self.trouble = fixed[TROUBLE] = np.zeros(1, np.int64)
        self.fixed, self.names = fixed, epoch.text.passed
        self.table = np.array([address(fixed[x]) if x in fixed else 0 for x in self.names], np.uintp)

    def __call__(self, perm: np.ndarray, rates: np.ndarray) -> np.ndarray:
        """Run `len(rates)` steps over the rows `perm`."""
        losses = np.empty(len(rates))
        for i, x in enumerate((perm, rates, losses)):
            self.table[i] = address(x)
        with helped(self.epoch.code.help, self.fixed.get("scratch")):
            self.epoch.code.run(address(self.table), len(rates))
        return losses


__all__ = ["Epoch", "Runner", "carried"]
