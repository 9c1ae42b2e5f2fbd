"""Which form a product of matrices takes: in registers at once, turned first, or packed and in parallel."""

from __future__ import annotations

from pullback.compile._crew import ROOM as CREW_ROOM
from pullback.compile._emit import Emitter, View
from pullback.compile._kernel import Kernel, Registers, transposed
from pullback.compile._packed import LONG, Packed
from pullback.compile._turn import ROOM

WORTH_TURNING = 8
"""From so many rows, columns and depth on, transposing `b` costs less than adding up its dot products."""
PACKED_FROM = 1 << 21
"""Products of this many multiplications are packed: blocks are first copied to where they are contiguous."""


def emit_product(e: Emitter, out: View, a: View, b: View, cpu: Registers) -> None:
    """Emit `out = a @ b`."""
    (m, depth), n = a.shape, b.shape[1]
    if (out.strides[1] != 1 and out.strides[0] == 1) or (n == 1 and m > 1 and a.strides[0] == 1):
        out, a, b, m, n = transposed(out), transposed(b), transposed(a), n, m
    lanes = cpu.width // out.dtype.itemsize
    if m * depth * n >= PACKED_FROM and out.strides[1] == 1 and "scratch" in e.pointers:
        Packed(e, out, a, b, lanes, cpu).run(m, n, depth)
        return
    kernel = Kernel(e, out, a, b, lanes, cpu)
    if a.strides[1] == 1 and b.strides[0] == 1 and depth > 1 and (b.strides[1] != 1 or n < 4):
        fits = depth * n * b.dtype.itemsize <= ROOM
        if min(m, n, depth) >= WORTH_TURNING and out.strides[1] == 1 and fits:
            kernel.turned(m, n, depth)
        else:
            kernel.dots(m, n, depth)
    else:
        kernel.rows(m, n, depth)


def scratch(m: int, depth: int, n: int, itemsize: int) -> int:
    """Bytes that a product wants for packed blocks, and to write down work for several threads."""
    if m * depth * n < PACKED_FROM:
        return 0
    return CREW_ROOM + max(m, n) * min(depth, LONG) * itemsize
