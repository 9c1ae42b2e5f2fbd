"""Transposing a matrix by square blocks of vectors, for products whose right operand lies the wrong way.

A block of n vectors of n numbers is transposed in log2(n) rounds, each of which interleaves the first half of
the vectors with the second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir

from pullback.compile._emit import FLOATS, I32, I64, Emitter, View

ROOM = 1 << 16
"""Bytes of the stack that turned matrices may take; products of a function take turns in them."""


def room(e: Emitter, dtype: Any) -> Any:
    """The function's own memory for a turned matrix."""
    if "turned" not in e.pointers:
        slot = e.at_entry.alloca(ir.ArrayType(ir.IntType(8), ROOM), name="turned")
        slot.align = 64
        e.pointers["turned"] = e.at_entry.gep(slot, [I32(0), I32(0)])
    return e.b.bitcast(e.pointers["turned"], FLOATS[dtype.name].as_pointer())


def turn(e: Emitter, to: View, x: View, lanes: int, loops: Callable[..., None]) -> None:
    """Copy `x`, whose columns are contiguous, into `to`, whose rows are."""
    m, n = x.shape
    high, wide = m - m % lanes, n - n % lanes
    if high and wide:
        loops(high // lanes, wide // lanes, lambda i, j: _block(e, to, x, _times(e, i, j, lanes), lanes))
    if wide < n:
        loops(m, n - wide, lambda i, j: _one(e, to, x, i, _shifted(e, j, wide)))
    if high < m and wide:
        loops(m - high, wide, lambda i, j: _one(e, to, x, _shifted(e, i, high), j))


def _times(e: Emitter, i: Any, j: Any, lanes: int) -> tuple[Any, Any]:
    return e._times(i, I64(lanes)), e._times(j, I64(lanes))


def _shifted(e: Emitter, i: Any, n: int) -> Any:
    return e._plus(I64(n), i)


def _at(e: Emitter, x: View, i: Any, j: Any) -> Any:
    offset = e._plus(e._times(i, I64(x.strides[0])), e._times(j, I64(x.strides[1])))
    return e.b.gep(x.pointer, [offset], inbounds=True)


def _one(e: Emitter, to: View, x: View, i: Any, j: Any) -> None:
    e.b.store(e.b.load(_at(e, x, i, j)), _at(e, to, i, j))


def _block(e: Emitter, to: View, x: View, corner: tuple[Any, Any], lanes: int) -> None:
    i, j = corner
    kind = ir.VectorType(FLOATS[x.dtype.name], lanes).as_pointer()
    size = x.dtype.itemsize
    columns = [e.b.load(e.b.bitcast(_at(e, x, i, _shifted(e, j, c)), kind), align=size) for c in range(lanes)]
    for r, row in enumerate(transposed_vectors(e, columns)):
        e.b.store(row, e.b.bitcast(_at(e, to, _shifted(e, i, r), j), kind), align=size)


def transposed_vectors(e: Emitter, vectors: list[Any]) -> list[Any]:
    """N vectors of n numbers, rows for columns; n is a power of two."""
    n = len(vectors)
    half = n // 2
    masks = [
        ir.Constant(ir.VectorType(I32, n), [k // 2 + first + n * (k % 2) for k in range(n)])
        for first in (0, half)
    ]
    for _ in range(n.bit_length() - 1):
        pairs = zip(vectors[:half], vectors[half:], strict=True)
        vectors = [e.b.shuffle_vector(a, b, mask) for a, b in pairs for mask in masks]
    return vectors


__all__ = ["ROOM", "room", "transposed_vectors", "turn"]
