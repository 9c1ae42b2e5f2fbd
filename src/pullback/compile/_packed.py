"""Large products: blocks are copied to where they are contiguous, and several threads share them.

`b` is cut into panels as wide as a tile of registers, `out` into blocks of some rows of one panel. A block
is one thread's work: it packs the panel, a piece of the depth at a time so that the piece fits the first
cache, and adds the tiles up. Where rows of `a` are not contiguous all of them are packed before.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from pullback.compile._crew import ROOM as CREW_ROOM
from pullback.compile._crew import in_parallel
from pullback.compile._emit import FLOATS, I8, I32, I64, Emitter, View
from pullback.compile._kernel import Kernel, widths
from pullback.compile._turn import turn

DEPTH = 128
"""How many rows of `b` a packed panel has: it fits the first cache."""
LONG = 2048
"""How much of the depth is packed of `a` at a time."""
HIGH, LOW, BLOCKS = 256, 32, 8
"""Rows of a block at the most, and at the least where there are fewer blocks than this."""


class Packed(Kernel):
    """Form 1 on packed blocks."""

    def run(self, m: int, n: int, depth: int) -> None:
        """Emit all of it; rows that fill no tile go unpacked."""
        rows = m - m % self.cpu.rows
        if rows:
            full = depth // LONG
            if full:
                self._loop(full, lambda k: self._stretch(rows, n, self._by(k, LONG), LONG))
            if depth % LONG:
                self._stretch(rows, n, I64(full * LONG), depth % LONG)
        if m % self.cpu.rows:
            self._corner(rows, m - rows, n, depth)

    def _corner(self, i: int, m: int, n: int, depth: int) -> None:
        out, a = self._sub(self.out, I64(i), I64(0), (m, n)), self._sub(self.a, I64(i), I64(0), (m, depth))
        dots = a.strides[1] == 1 and self.b.strides[0] == 1 and self.b.strides[1] != 1
        inner = Kernel(self.e, out, a, self.b, self.lanes, self.cpu)
        (inner.dots if dots else inner.rows)(m, n, depth)

    def _stretch(self, rows: int, n: int, k: Any, depth: int) -> None:
        """`out += a[:, k:k + depth] @ b[k:k + depth]`; the first begins with zeros."""
        wide = self.lanes * self.cpu.vectors
        panels, tiles = -(-n // wide), rows // self.cpu.rows
        a, b = self._sub(self.a, I64(0), k, (rows, depth)), self._sub(self.b, k, I64(0), (depth, n))
        size = _tiles_a_block(tiles, panels, self.cpu.rows)
        left = a.pointer
        if a.strides[1] != 1:
            left = self._pack_left(a, tiles, size)
        packed = a.strides[1] != 1

        def block(e: Emitter, values: list[Any], number: Any) -> None:
            a_here = View(values[1], a.shape, a.strides, a.dtype)
            out = View(values[0], self.out.shape, self.out.strides, self.out.dtype)
            b_here = View(values[2], b.shape, b.strides, b.dtype)
            inner = Packed(e, out, a_here, b_here, self.lanes, self.cpu)
            first, last = inner._bounds(e.b.udiv(number, I64(panels)), size, tiles)
            inner._panel_or_rest(e.b.urem(number, I64(panels)), first, last, packed, values[3])

        cost = size * self.cpu.rows * wide * depth
        in_parallel(self.e, [self.out.pointer, left, b.pointer, k], panels * -(-tiles // size), cost, block)

    def _bounds(self, number: Any, size: int, count: int) -> tuple[Any, Any]:
        """The first and the last but one of what block `number` of `count` things has, `size` a block."""
        first = self._by(number, size)
        stop = self.e.b.add(first, I64(size))
        if count % size:
            stop = self.e.b.select(self.e.b.icmp_signed("<", stop, I64(count)), stop, I64(count))
        return first, stop

    def _panel_or_rest(self, p: Any, first: Any, last: Any, packed: bool, k: Any) -> None:
        wide, n = self.lanes * self.cpu.vectors, self.b.shape[1]
        j = self._by(p, wide)
        whole, rest = [self.lanes] * self.cpu.vectors, widths(n % wide, self.lanes)
        if n < wide:
            self._block(rest, j, first, last, packed, k)
        elif not rest:
            self._block(whole, j, first, last, packed, k)
        else:
            with self.e.b.if_else(self.e.b.icmp_signed("<", p, I64(n // wide))) as (then, otherwise):
                with then:
                    self._block(whole, j, first, last, packed, k)
                with otherwise:
                    self._block(rest, j, first, last, packed, k)

    def _block(self, vectors: list[int], j: Any, first: Any, last: Any, packed: bool, k: Any) -> None:
        """Tiles `first` to `last` of the panel at column `j`."""
        depth = self.b.shape[0]
        with self.e.b.if_then(self.e.b.icmp_signed("==", k, I64(0))):
            self._between(first, last, lambda t: self._clear(vectors, t, j))
        full = depth // DEPTH
        if full:
            self._loop(
                full, lambda k: self._piece(vectors, j, first, last, packed, self._by(k, DEPTH), DEPTH)
            )
        if depth % DEPTH:
            self._piece(vectors, j, first, last, packed, I64(full * DEPTH), depth % DEPTH)

    def _piece(
        self, vectors: list[int], j: Any, first: Any, last: Any, packed: bool, k: Any, depth: int
    ) -> None:
        high, wide = self.cpu.rows, sum(vectors)
        panel = View(self._room(), (depth, wide), (wide, 1), self.out.dtype)
        self._pack_panel(panel, self._sub(self.b, k, j, (depth, wide)), vectors)

        def tile(t: Any) -> None:
            left = self._sub(self.a, self._by(t, high), k, (high, depth))
            if packed:
                start = self.e.b.add(self._by(k, self.a.shape[0]), self._by(t, high * depth))
                left = View(self._after(self.a.pointer, start), (high, depth), (1, high), self.a.dtype)
            out = self._sub(self.out, self._by(t, high), j, (high, wide))
            kernel = Kernel(self.e, out, left, panel, self.lanes, self.cpu)
            kernel._tile(high, depth, vectors, I64(0), I64(0), adds=True)

        self._between(first, last, tile)

    def _clear(self, vectors: list[int], t: Any, j: Any) -> None:
        for r in range(self.cpu.rows):
            start = 0
            for width in vectors:
                where = self._at(self.out, self._plus(self._by(t, self.cpu.rows), r), self._plus(j, start))
                self._save(ir.Constant(self._vector(width), None), where)
                start += width

    def _room(self) -> Any:
        """The block's own memory for a piece of a panel."""
        if "panel" not in self.e.pointers:
            size = DEPTH * self.lanes * self.cpu.vectors * self.out.dtype.itemsize
            slot = self.e.at_entry.alloca(ir.ArrayType(I8, size), name="panel")
            slot.align = 64
            self.e.pointers["panel"] = self.e.at_entry.gep(slot, [I32(0), I32(0)])
        return self.e.b.bitcast(self.e.pointers["panel"], self.scalar.as_pointer())

    def _pack_panel(self, to: View, b: View, vectors: list[int]) -> None:
        def row(k: Any) -> None:
            start = 0
            for width in vectors:
                self._save(
                    self._load(self._at(b, k, I64(start)), self._vector(width)), self._at(to, k, I64(start))
                )
                start += width

        def one(c: Any, k: Any) -> None:
            self.e.b.store(self.e.b.load(self._at(b, k, c)), self._at(to, k, c))

        if b.strides[1] == 1:
            self._loop(to.shape[0], row)
        elif b.strides[0] == 1:
            turn(self.e, to, b, self.lanes, self._loops)
        else:
            self._loops(to.shape[1], to.shape[0], one)

    def _pack_left(self, a: View, tiles: int, size: int) -> Any:
        """All rows of `a`, tile by tile for each piece of the depth."""
        memory = self.e.b.gep(self.e.pointers["scratch"], [I64(CREW_ROOM)], inbounds=True)
        memory = self.e.b.bitcast(memory, self.scalar.as_pointer())

        def block(e: Emitter, values: list[Any], number: Any) -> None:
            here = View(values[1], a.shape, a.strides, a.dtype)
            inner = Packed(e, self.out, here, self.b, self.lanes, self.cpu)
            inner._pack_tiles(values[0], *inner._bounds(number, size, tiles))

        cost = size * self.cpu.rows * a.shape[1]
        in_parallel(self.e, [memory, a.pointer], -(-tiles // size), cost, block)
        return memory

    def _pack_tiles(self, memory: Any, first: Any, last: Any) -> None:
        rows, depth = self.a.shape
        full, high = depth // DEPTH, self.cpu.rows

        def piece(k: Any, deep: int) -> None:
            def tile(t: Any) -> None:
                start = self.e.b.add(self._by(k, rows), self._by(t, high * deep))
                to = View(self._after(memory, start), (high, deep), (1, high), self.a.dtype)
                self._pack_tile(to, self._sub(self.a, self._by(t, high), k, (high, deep)))

            self._between(first, last, tile)

        if full:
            self._loop(full, lambda k: piece(self._by(k, DEPTH), DEPTH))
        if depth % DEPTH:
            piece(I64(full * DEPTH), depth % DEPTH)

    def _pack_tile(self, to: View, a: View) -> None:
        def column(k: Any) -> None:
            if a.strides[0] == 1:
                kind = self._vector(to.shape[0])
                self._save(self._load(self._at(a, I64(0), k), kind), self._at(to, I64(0), k))
                return
            for r in range(to.shape[0]):
                self.e.b.store(self.e.b.load(self._at(a, I64(r), k)), self._at(to, I64(r), k))

        self._loop(to.shape[1], column)

    def _after(self, pointer: Any, offset: Any) -> Any:
        return self.e.b.gep(pointer, [offset], inbounds=True)

    def _between(self, first: Any, last: Any, body: Any) -> None:
        """A loop whose bounds are known when it runs; it runs at least once."""
        b, before = self.e.b, self.e.b.block
        block, after = (self.e.function.append_basic_block(x) for x in ("tiles", "tiled"))
        b.branch(block)
        b.position_at_start(block)
        i = b.phi(I64)
        i.add_incoming(first, before)
        body(i)
        following = b.add(i, I64(1), flags=("nsw", "nuw"))
        i.add_incoming(following, b.block)
        b.cbranch(b.icmp_signed("<", following, last), block, after)
        b.position_at_start(after)


def _tiles_a_block(tiles: int, panels: int, high: int) -> int:
    """How many tiles below each other one block has."""
    size = min(tiles, HIGH // high)
    while size * high >= 2 * LOW and panels * -(-tiles // size) < BLOCKS:
        size = -(-size // 2)
    return size


__all__ = ["FLOATS", "LONG", "Packed"]
