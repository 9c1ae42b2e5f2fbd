"""Products of matrices in vector registers, written directly in LLVM's language.

`out[i, j] = sum over k of a[i, k] b[k, j]`, sizes and strides known. Two forms, by what is contiguous:

1. rows of `b` and of `out`: a tile of `out` stays in registers, each `a[i, k]` meets a row of `b`;
2. rows of `a` and columns of `b`: a tile of sums of vectors, each added up at its end.

The mirror of form 1 (columns of `a` and `out`) is form 1 of the transposes. What fits neither is summed
one number at a time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite import ir

from pullback.compile._emit import FAST, FLOATS, I32, I64, Emitter, View
from pullback.compile._turn import room, turn


class Registers(NamedTuple):
    """What the processor has: bytes a vector, and the sizes of tiles that leave registers to spare."""

    width: int
    rows: int
    vectors: int


def registers(features: str) -> Registers:
    """From LLVM's feature string of the processor."""
    if "+avx512f" in features:
        return Registers(64, 4, 4)
    if "+avx2" in features or "+avx" in features:
        return Registers(32, 4, 2)
    return Registers(16, 4, 2)


def transposed(x: View) -> View:
    """The view with its axes exchanged."""
    return View(x.pointer, x.shape[::-1], x.strides[::-1], x.dtype)


def widths(n: int, lanes: int) -> list[int]:
    """`n` as a sum of full vectors, then powers of two."""
    found = [lanes] * (n // lanes)
    rest = n % lanes
    while rest:
        found.append(1 << (rest.bit_length() - 1))
        rest -= found[-1]
    return found


class Kernel:
    """One product under emission."""

    def __init__(self, e: Emitter, out: View, a: View, b: View, lanes: int, cpu: Registers) -> None:
        self.e, self.out, self.a, self.b, self.lanes, self.cpu = e, out, a, b, lanes, cpu
        self.scalar = FLOATS[out.dtype.name]

    def rows(self, m: int, n: int, depth: int) -> None:
        """Form 1, panel by panel of columns and tile by tile of rows."""
        contiguous = self.out.strides[1] == 1 and self.b.strides[1] == 1
        all_widths = widths(n, self.lanes) if contiguous else [1] * n
        per_panel = self.cpu.vectors if contiguous else 1
        full = sum(1 for w in all_widths if w == all_widths[0]) // per_panel
        size = all_widths[0] * per_panel
        if full:
            self._loop(full, lambda p: self._panel(m, depth, [all_widths[0]] * per_panel, self._by(p, size)))
        rest = all_widths[full * per_panel :]
        if rest:
            self._panel(m, depth, rest, I64(full * size))

    def turned(self, m: int, n: int, depth: int) -> None:
        """Form 1 on a transposed copy of `b`."""
        b = View(room(self.e, self.b.dtype), (depth, n), (n, 1), self.b.dtype)
        turn(self.e, b, self.b, self.lanes, self._loops)
        Kernel(self.e, self.out, self.a, b, self.lanes, self.cpu).rows(m, n, depth)

    def _sub(self, x: View, i: Any, j: Any, shape: tuple[int, int]) -> View:
        return View(self._at(x, i, j), shape, x.strides, x.dtype)

    def _move(self, x: View, i: Any, size: int) -> View:
        return View(self.e.b.gep(x.pointer, [self._by(i, size)], inbounds=True), x.shape, x.strides, x.dtype)

    def _panel(self, m: int, depth: int, vectors: list[int], j: Any) -> None:
        rows = min(m, max(self.cpu.rows, self.cpu.rows * self.cpu.vectors // len(vectors) // 2))
        if m // rows:
            self._loop(m // rows, lambda t: self._tile(rows, depth, vectors, self._by(t, rows), j))
        if m % rows:
            self._tile(m % rows, depth, vectors, I64(m - m % rows), j)

    def _tile(self, rows: int, depth: int, vectors: list[int], i: Any, j: Any, adds: bool = False) -> None:
        starts = [sum(vectors[:v]) for v in range(len(vectors))]
        kinds = [self._vector(w) for w in vectors]
        zeros = [ir.Constant(t, None) for _ in range(rows) for t in kinds]

        def step(k: Any, sums: list[Any]) -> list[Any]:
            bs = [
                self._load(self._at(self.b, k, self._plus(j, s)), t)
                for s, t in zip(starts, kinds, strict=True)
            ]
            fresh = []
            for r in range(rows):
                x = self.e.b.load(self._at(self.a, self._plus(i, r), k))
                splats = {w: self._splat(x, w) for w in set(vectors)}
                for v, w in enumerate(vectors):
                    fresh.append(self._muladd(splats[w], bs[v], sums[r * len(vectors) + v]))
            return fresh

        sums = self._sum(depth, step, zeros)
        for r in range(rows):
            for v, start in enumerate(starts):
                where = self._at(self.out, self._plus(i, r), self._plus(j, start))
                total = sums[r * len(vectors) + v]
                if adds:
                    total = self.e.b.fadd(self._load(where, kinds[v]), total)
                self._save(total, where)

    def dots(self, m: int, n: int, depth: int) -> None:
        """Form 2, tile by tile."""
        self._split(m, lambda i, r: self._split(n, lambda j, c: self._dot_tile(i, r, j, c, depth)))

    def _split(self, n: int, body: Any) -> None:
        size = self.cpu.rows
        if n // size:
            self._loop(n // size, lambda t: body(self._by(t, size), size))
        if n % size:
            body(I64(n - n % size), n % size)

    def _dot_tile(self, i: Any, rows: int, j: Any, columns: int, depth: int) -> None:
        totals: list[Any] = [None] * (rows * columns)
        pieces = widths(depth, self.lanes)
        full = sum(1 for w in pieces if w == self.lanes)
        for start, count, width in [(0, full, self.lanes)] + [
            (sum(pieces[:p]), 1, pieces[p]) for p in range(full, len(pieces))
        ]:
            if count:
                sums = self._dot_piece(i, rows, j, columns, start, count, width)
                added = [self._across(s, width) for s in sums]
                totals = [
                    x if t is None else self.e.b.fadd(t, x, flags=FAST)
                    for t, x in zip(totals, added, strict=True)
                ]
        for r in range(rows):
            for c in range(columns):
                where = self._at(self.out, self._plus(i, r), self._plus(j, c))
                self.e.b.store(totals[r * columns + c], where)

    def _dot_piece(self, i: Any, rows: int, j: Any, columns: int, start: int, count: int, width: int) -> Any:
        kind = self._vector(width)

        def step(t: Any, sums: list[Any]) -> list[Any]:
            k = self._plus(self._by(t, width), start)
            xs = [self._load(self._at(self.a, self._plus(i, r), k), kind) for r in range(rows)]
            ys = [self._load(self._at(self.b, k, self._plus(j, c)), kind) for c in range(columns)]
            return [
                self._muladd(xs[r], ys[c], sums[r * columns + c]) for r in range(rows) for c in range(columns)
            ]

        return self._sum(count, step, [ir.Constant(kind, None)] * (rows * columns))

    def _across(self, x: Any, width: int) -> Any:
        if width == 1:
            return x
        name = f"llvm.vector.reduce.fadd.v{width}f{8 * self.out.dtype.itemsize}"
        kind = ir.FunctionType(self.scalar, [self.scalar, x.type])
        reduce = self.e.b.module.globals.get(name) or ir.Function(self.e.b.module, kind, name)
        return self.e.b.call(reduce, [ir.Constant(self.scalar, -0.0), x], fastmath=FAST)

    def _sum(self, count: int, step: Any, start: list[Any]) -> list[Any]:
        """Run `step` over `count` values of k, its results being those of the next."""
        b, before = self.e.b, self.e.b.block
        body, after = (self.e.function.append_basic_block(x) for x in ("sum", "summed"))
        b.branch(body)
        b.position_at_start(body)
        k = b.phi(I64)
        phis = [b.phi(x.type) for x in start]
        results = step(k, phis)
        following = b.add(k, I64(1), flags=("nsw", "nuw"))
        for phi, first, x in [(k, I64(0), following), *zip(phis, start, results, strict=True)]:
            phi.add_incoming(first, before)
            phi.add_incoming(x, b.block)
        b.cbranch(b.icmp_signed("<", following, I64(count)), body, after)
        b.position_at_start(after)
        return results

    def _loop(self, count: int, body: Any) -> None:
        if count == 1:
            body(I64(0))
            return
        b, before = self.e.b, self.e.b.block
        block, after = (self.e.function.append_basic_block(x) for x in ("tiles", "tiled"))
        b.branch(block)
        b.position_at_start(block)
        i = b.phi(I64)
        i.add_incoming(I64(0), before)
        body(i)
        following = b.add(i, I64(1), flags=("nsw", "nuw"))
        i.add_incoming(following, b.block)
        b.cbranch(b.icmp_signed("<", following, I64(count)), block, after)
        b.position_at_start(after)

    def _loops(self, m: int, n: int, body: Any) -> None:
        self._loop(m, lambda i: self._loop(n, lambda j: body(i, j)))

    def _vector(self, width: int) -> Any:
        return self.scalar if width == 1 else ir.VectorType(self.scalar, width)

    def _by(self, x: Any, factor: int) -> Any:
        return I64(x.constant * factor) if isinstance(x, ir.Constant) else self.e.b.mul(x, I64(factor))

    def _plus(self, x: Any, n: int) -> Any:
        if isinstance(x, ir.Constant):
            return I64(x.constant + n)
        return self.e.b.add(x, I64(n), flags=("nsw",)) if n else x

    def _at(self, x: View, i: Any, j: Any) -> Any:
        terms = [self._by(i, x.strides[0]), self._by(j, x.strides[1])]
        offset = self.e._plus(terms[0], terms[1])
        return self.e.b.gep(x.pointer, [offset], inbounds=True)

    def _load(self, pointer: Any, kind: Any) -> Any:
        if kind is self.scalar:
            return self.e.b.load(pointer)
        return self.e.b.load(self.e.b.bitcast(pointer, kind.as_pointer()), align=self.out.dtype.itemsize)

    def _save(self, x: Any, pointer: Any) -> None:
        if x.type != self.scalar:
            pointer = self.e.b.bitcast(pointer, x.type.as_pointer())
        self.e.b.store(x, pointer, align=self.out.dtype.itemsize)

    def _splat(self, x: Any, width: int) -> Any:
        if width == 1:
            return x
        kind = self._vector(width)
        one = self.e.b.insert_element(ir.Constant(kind, ir.Undefined), x, I32(0))
        mask = ir.Constant(ir.VectorType(I32, width), None)
        return self.e.b.shuffle_vector(one, ir.Constant(kind, ir.Undefined), mask)

    def _muladd(self, x: Any, y: Any, total: Any) -> Any:
        return self.e.b.fadd(self.e.b.fmul(x, y, flags=FAST), total, flags=FAST)
