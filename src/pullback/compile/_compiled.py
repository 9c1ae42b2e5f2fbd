"""`compile`: any traceable function as machine code, one specialisation for each shape and dtype it meets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import tree
from pullback.compile._engine import TROUBLE, Code, address, workspace, write
from pullback.compile._plan import Literal, Plan
from pullback.compile._planning import plan
from pullback.program import Program, program
from pullback.simplify import simplify


class Specialised:
    """Machine code of a program: arrays of fixed shapes and dtypes in, fresh arrays out."""

    def __init__(self, recorded: Program) -> None:
        self.program = recorded
        self.plan: Plan = plan(recorded)
        self.text = write(self.plan)
        self.code = Code(self.text)
        self._fixed = {**self.plan.constants, **workspace(self.plan)}
        self._fixed = {name: np.ascontiguousarray(x) for name, x in self._fixed.items()}
        if TROUBLE in self.text.arrays:
            self._fixed[TROUBLE] = np.zeros(1, np.int64)
        names = self.text.passed
        self._table = np.zeros(max(1, len(names)), np.uintp)
        for i, name in enumerate(names):
            if name in self._fixed:
                self._table[i] = address(self._fixed[name])
        places = {name: i for i, name in enumerate(names)}
        self._ins = [(places[x.name], x.shape, x.dtype) for x in self.plan.inputs]
        self._outs = [
            None if isinstance(x, Literal) else (places[x.buffer.name], x.shape, x.dtype)
            for x in self.plan.outputs
        ]
        self._start = address(self._table)

    def run(self, *leaves: Any) -> list[Any]:
        """From the leaves of the arguments to those of the result."""
        table, kept = self._table, []
        for (place, shape, dtype), x in zip(self._ins, leaves, strict=True):
            x = np.asarray(x, dtype, order="C")
            kept.append(x)
            table[place] = x.__array_interface__["data"][0]
            del shape
        results: list[Any] = []
        for out, known in zip(self._outs, self.program.outputs, strict=True):
            if out is None:
                results.append(known)
                continue
            made = np.empty(out[1], out[2])
            table[out[0]] = made.__array_interface__["data"][0]
            results.append(made)
        self.code.run(self._start)
        if TROUBLE in self._fixed and self._fixed[TROUBLE][0]:
            self._fixed[TROUBLE][0] = 0
            return list(self.program.run(*leaves))
        return [x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x for x in results]


class Compiled:
    """A function as machine code; see `compile`."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        self._known: dict[Any, Specialised] = {}
        self._last: Specialised | None = None

    def __call__(self, *args: Any) -> Any:
        leaves, structure = tree.flatten(args)
        key = (structure, *[(x.shape, x.dtype) if isinstance(x, np.ndarray) else type(x) for x in leaves])
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Specialised(simplify(program(self.f, *args)))
        self._last = found
        return tree.unflatten(found.program.structures[1], found.run(*leaves))

    def __repr__(self) -> str:
        return f"<compiled {getattr(self.f, '__name__', self.f)!s}>"


def compile(f: Callable[..., Any]) -> Compiled:  # noqa: A001
    """Compile."""
    return Compiled(f)
