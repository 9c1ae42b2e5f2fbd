"""A plan's text, made into something that Python calls."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.compile._build import build
from pullback.compile._cache import machine_code
from pullback.compile._crew import HELP
from pullback.compile._crew import ROOM as CREW_ROOM
from pullback.compile._emit import Array
from pullback.compile._machine import CALL, ENTRY, load, reads_lists
from pullback.compile._plan import Plan
from pullback.compile._source import arrays_of, statements

TROUBLE = "trouble"
"""The array of one integer that is set where an index is out of range."""


@dataclass(frozen=True)
class Text:
    """The text of a plan: what is compiled, and what its names are.

    Attributes
    ----------
    source : str
    arrays : dict of Array
        Those that are not local are passed, in this order.
    sizes : list of str
        Integers passed after them.
    """

    source: str
    arrays: dict[str, Array]
    sizes: list[str]

    @property
    def passed(self) -> list[str]:
        """The names of the arrays that are passed."""
        return [name for name, array in self.arrays.items() if not array.local]


def declarations(arrays: dict[str, Array]) -> list[str]:
    """Lines that say which arrays the function has of its own."""
    lines = []
    for name, x in arrays.items():
        if x.local:
            where = "on the stack" if x.memory is None else f"in {x.memory}"
            order = "" if tuple(sorted(x.strides, reverse=True)) == x.strides else ", column by column"
            lines.append(f"# {name}: {x.dtype.name}{list(x.shape)} {where}{order}")
    return lines


def write(plan: Plan, name: str = "compiled") -> Text:
    """The text that runs a plan once."""
    body, rows = statements(plan)
    arrays = arrays_of(plan)
    if any(TROUBLE in line for line in body):
        arrays[TROUBLE] = Array(np.dtype(np.int64), (1,), (1,))
    arrays |= rows
    text = Text("", arrays, [])
    head = f"def {name}({', '.join(text.passed)}):"
    lines = [head, *(f"    {line}" for line in [*declarations(arrays), *body])]
    if not body:
        lines.append("    pass")
    return Text("\n".join(lines), arrays, [])


class Code:
    """Machine code of a text: run it with a table of addresses, or call it with a list of arrays.

    `unrolled` takes up to fifty times as long to compile, and pays where the code runs for long.
    """

    def __init__(self, text: Text, unrolled: bool = True) -> None:
        self.text = text
        code = machine_code(text.source, text.arrays, text.sizes, build, unrolled)
        shared = [HELP] if "scratch" in text.arrays else []
        entry, call, *rest = load(code, ENTRY, CALL, *shared)
        sizes = [ctypes.c_int64] * len(text.sizes)
        self.run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, *sizes)(entry)
        self.help = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(rest[0]) if rest else None
        self._call: Any = ctypes.CFUNCTYPE(None, ctypes.py_object, *sizes)(call)
        if not reads_lists():
            self._call = self._by_address

    @property
    def call(self) -> Any:
        """The code, called with a list of the arrays that are passed."""
        return self._call

    def _by_address(self, arrays: list[np.ndarray]) -> None:
        table = np.array([address(x) for x in arrays] or [0], np.uintp)
        self.run(address(table))


def address(x: np.ndarray) -> int:
    """Where an array's elements begin."""
    return x.__array_interface__["data"][0]  # type: ignore[no-any-return]


def aligned(size: int) -> np.ndarray:
    """Bytes that begin at a multiple of 64."""
    raw = np.empty(size + 64, np.uint8)
    start = -address(raw) % 64
    return raw[start : start + size]


def workspace(plan: Plan) -> dict[str, np.ndarray]:
    """The memory of a plan's slots and packed blocks, by the names they have in its text."""
    slots = {f"slot{i}": aligned(size) for i, size in enumerate(plan.slots)}
    if plan.scratch:
        slots["scratch"] = aligned(plan.scratch)
        slots["scratch"][:CREW_ROOM] = 0
    return slots


__all__ = ["Any", "Code", "Text", "address", "aligned", "declarations", "workspace", "write"]
