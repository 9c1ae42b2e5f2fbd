"""From the text of a loop program to LLVM's intermediate language.

The text is a small part of Python: `for` over `range`, assignments to numbers and to elements of arrays,
arithmetic, comparisons, `a if c else b`, and the functions of `_functions.py`. Everything else is an error of
ours. Numbers have NumPy's types: a literal takes the type of whom it meets, and nothing else is converted
unless the text says so (`float32(x)`). `+=` alone means a sum in whatever order is fastest; all other
arithmetic is rounded as written.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir

I1, I8, I32, I64 = (ir.IntType(n) for n in (1, 8, 32, 64))
FLOATS = {"float32": ir.FloatType(), "float64": ir.DoubleType()}
WORTH_VECTORS = 8
"""Shorter loops are written out."""
FAST = ("contract", "reassoc", "nsz")


class Array(NamedTuple):
    """An array of the text: element type, shape, strides in elements, and whether it is the function's own.

    One of its own lies on the stack, or in the memory of another, which other arrays may use at other times.
    """

    dtype: np.dtype
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    local: bool = False
    memory: str | None = None


class Number(NamedTuple):
    """A value under emission; `kind` is float32, float64, int64, bool, or weak for a literal."""

    ir: Any
    kind: str


class View(NamedTuple):
    """An operand of a product: where it starts, its shape and strides in elements."""

    pointer: Any
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: np.dtype


def strides_of(shape: tuple[int, ...], order: tuple[int, ...] | None = None) -> tuple[int, ...]:
    """Strides in elements of a dense array whose axes lie in memory in this order, outermost first."""
    strides, step = [0] * len(shape), 1
    for axis in reversed(order if order is not None else range(len(shape))):
        strides[axis] = step
        step *= max(1, shape[axis])
    return tuple(strides)


def storage(dtype: np.dtype) -> Any:
    """How an element lies in memory."""
    if dtype.kind == "f":
        return FLOATS[dtype.name]
    return ir.IntType(8 * dtype.itemsize)


def kind_of(dtype: Any) -> str:
    """The kind of number an element becomes."""
    return dtype.name if dtype.kind == "f" else "bool" if dtype.kind == "b" else "int64"


def type_of(kind: str) -> Any:
    """The machine type of a kind of number."""
    return FLOATS.get(kind) or (I1 if kind == "bool" else I64)


_FLAT: tuple[int, ...] = (1,)

Builtin = Callable[["Emitter", list[ast.expr]], Any]


class Emitter:
    """Walks the text of one function and builds its body in `function`.

    Parameters
    ----------
    function : ir.Function
        Its arguments are the pointers of `arrays` that are not local, in order, then `sizes` as int64.
    arrays : dict of Array
    sizes : list of str
    builtins : dict
        What a call in the text means.
    """

    def __init__(
        self, function: Any, arrays: dict[str, Array], sizes: list[str], builtins: dict[str, Builtin]
    ) -> None:
        self.function, self.arrays, self.builtins = function, arrays, builtins
        self.entry = function.append_basic_block("entry")
        start = function.append_basic_block("start")
        self.at_entry = ir.IRBuilder(self.entry)
        self.at_entry.branch(start)
        self.at_entry.position_at_start(self.entry)
        self.b = ir.IRBuilder(start)
        self.fast = False
        self.sections: list[Any] = []
        self.pointers: dict[str, Any] = {}
        self.locals: dict[str, tuple[Any, str]] = {}
        self.ranges: dict[str, Number] = {}
        outer = iter(function.args)
        for name, array in arrays.items():
            self.pointers[name] = self._on_stack(name, array) if array.local else next(outer)
        for name in sizes:
            self.ranges[name] = Number(next(outer), "int64")

    def _on_stack(self, name: str, array: Array) -> Any:
        if array.memory is not None:
            return self.at_entry.bitcast(self.pointers[array.memory], storage(array.dtype).as_pointer())
        kind = ir.ArrayType(storage(array.dtype), max(1, int(np.prod(array.shape))))
        slot = self.at_entry.alloca(kind, name=name)
        slot.align = 64
        return self.at_entry.gep(slot, [I32(0), I32(0)])

    def run(self, body: list[ast.stmt]) -> None:
        """Emit statements."""
        for statement in body:
            getattr(self, "_" + type(statement).__name__.lower())(statement)

    def _for(self, s: ast.For) -> None:
        bounds = [self.integer(x) for x in s.iter.args]  # type: ignore[attr-defined]
        start, stop, step = {1: [I64(0), *bounds, I64(1)], 2: [*bounds, I64(1)], 3: bounds}[len(bounds)]
        before = self.b.block
        body, after = (self.function.append_basic_block(x) for x in ("body", "after"))
        self.b.cbranch(self.b.icmp_signed("<", start, stop), body, after)
        self.b.position_at_start(body)
        i = self.b.phi(I64, s.target.id)  # type: ignore[attr-defined]
        i.add_incoming(start, before)
        self.ranges[i_name(s)] = Number(i, "int64")
        self.run(s.body)
        following = self.b.add(i, step, flags=("nsw", "nuw"))
        i.add_incoming(following, self.b.block)
        again = self.b.cbranch(self.b.icmp_signed("<", following, stop), body, after)
        known = isinstance(start, ir.Constant) and isinstance(stop, ir.Constant)
        count = stop.constant - start.constant if known else 0
        if count >= WORTH_VECTORS and self._is_contiguous(s):
            again.set_metadata("llvm.loop", self._vectors_first())
        self.b.position_at_start(after)

    def _is_contiguous(self, s: ast.For) -> bool:
        """Whether a loop is innermost and each array goes from one element to the next with it, or stays."""
        inside = [x for line in s.body for x in ast.walk(line)]
        if any(isinstance(x, ast.For | ast.Expr) for x in inside):
            return False
        steps = [step for x in inside if isinstance(x, ast.Subscript) for step in self._index(x)]
        return all(_stays(i, i_name(s)) or (stride == 1 and isinstance(i, ast.Name)) for i, stride in steps)

    def _vectors_first(self) -> Any:
        """Ask that a loop is made into vectors before it is written out, not after, when it is too late."""
        module = self.b.module

        def node(*operands: Any) -> Any:
            return module.add_metadata(
                [ir.MetaDataString(module, x) if isinstance(x, str) else x for x in operands]
            )

        done = node("llvm.loop.isvectorized", I32(1))
        kept = [node(f"llvm.loop.vectorize.followup_{x}", done) for x in ("vectorized", "epilogue")]
        loop = node(I64(len(module.metadata)), node("llvm.loop.unroll.disable"), *kept)
        loop.operands = (loop, *loop.operands[1:])  # a loop's own name is the node that describes it
        return loop

    def _assign(self, s: ast.Assign) -> None:
        self._store(s.targets[0], self.number(s.value))

    def _augassign(self, s: ast.AugAssign) -> None:
        before, self.fast = self.fast, isinstance(s.op, ast.Add)
        value = self.number(ast.BinOp(_as_load(s.target), s.op, s.value))
        self.fast = before
        self._store(s.target, value)

    def _expr(self, s: ast.Expr) -> None:
        if isinstance(s.value, ast.Call):
            self.builtins[s.value.func.id](self, s.value.args)  # type: ignore[attr-defined]

    def _store(self, target: ast.expr, value: Number) -> None:
        if isinstance(target, ast.Name):
            if target.id not in self.locals:
                value = self.typed(value)
                self.locals[target.id] = self.at_entry.alloca(value.ir.type, name=target.id), value.kind
            slot, kind = self.locals[target.id]
            self.b.store(self.typed(value, kind).ir, slot)
            return
        pointer, array = self.element(target)
        value = self.typed(value, kind_of(array.dtype))
        wanted = storage(array.dtype)
        if value.kind == "bool":
            stored = self.b.zext(value.ir, wanted)
        elif value.kind == "int64" and wanted.width < 64:
            stored = self.b.trunc(value.ir, wanted)
        else:
            stored = value.ir
        self.b.store(stored, pointer)

    def element(self, s: Any) -> tuple[Any, Array]:
        """The address of `name[i, j]` or `name.flat[i]`."""
        array: Any = s.value.value if isinstance(s.value, ast.Attribute) else s.value
        name = array.id
        offset = I64(0)
        for i, stride in self._index(s):
            offset = self._plus(offset, self._times(self.integer(i), I64(stride)))
        return self.b.gep(self.pointers[name], [offset], inbounds=True), self.arrays[name]

    def _index(self, s: Any) -> list[tuple[ast.expr, int]]:
        """The counters of an element, each with the stride of its axis."""
        strides = _FLAT if isinstance(s.value, ast.Attribute) else self.arrays[s.value.id].strides
        index = list(s.slice.elts) if isinstance(s.slice, ast.Tuple) else [s.slice]
        return list(zip(index, strides, strict=True))

    def _plus(self, a: Any, b: Any) -> Any:
        if isinstance(a, ir.Constant) and isinstance(b, ir.Constant):
            return I64(a.constant + b.constant)
        if isinstance(a, ir.Constant) and a.constant == 0:
            return b
        return self.b.add(a, b, flags=("nsw",))

    def _times(self, a: Any, b: Any) -> Any:
        if isinstance(a, ir.Constant) and isinstance(b, ir.Constant):
            return I64(a.constant * b.constant)
        return a if b.constant == 1 else self.b.mul(a, b, flags=("nsw",))

    def integer(self, s: ast.expr) -> Any:
        """An int64, for an index or a bound."""
        return self.typed(self.number(s), "int64").ir

    def typed(self, x: Number, kind: str | None = None) -> Number:
        """`x` as this kind; only literals are converted."""
        if x.kind != "weak":
            if kind not in (None, x.kind):
                raise TypeError(f"{x.kind} where {kind} is expected")
            return x
        kind = kind or ("bool" if isinstance(x.ir, bool) else "int64" if isinstance(x.ir, int) else "float64")
        value = x.ir
        if kind == "float32":
            value = float(np.float32(value))
        elif kind == "float64":
            value = float(value)
        return Number(ir.Constant(type_of(kind), value if kind in FLOATS else int(value)), kind)

    def pair(self, a: Number, b: Number) -> tuple[Number, Number]:
        """Two numbers of one kind; a literal takes that of the other."""
        if a.kind == "weak" and b.kind == "weak":
            return self.typed(a, "float64"), self.typed(b, "float64")
        if a.kind == "weak":
            return self.typed(a, b.kind), b
        return a, self.typed(b, a.kind)

    def number(self, s: ast.expr) -> Number:
        """The value of an expression."""
        return getattr(self, "_" + type(s).__name__.lower())(s)  # type: ignore[no-any-return]

    def _constant(self, s: ast.Constant) -> Number:
        return Number(s.value, "weak")

    def _name(self, s: ast.Name) -> Number:
        if s.id in self.ranges:
            return self.ranges[s.id]
        if s.id in ("inf", "nan"):
            return Number(float(s.id), "weak")
        slot, kind = self.locals[s.id]
        return Number(self.b.load(slot), kind)

    def _subscript(self, s: ast.Subscript) -> Number:
        pointer, array = self.element(s)
        x, kind = self.b.load(pointer), kind_of(array.dtype)
        if kind == "bool":
            return Number(self.b.icmp_unsigned("!=", x, I8(0)), kind)
        if kind == "int64" and array.dtype.itemsize < 8:
            return Number((self.b.zext if array.dtype.kind == "u" else self.b.sext)(x, I64), kind)
        return Number(x, kind)

    def _binop(self, s: ast.BinOp) -> Number:
        a, b = self.number(s.left), self.number(s.right)
        op = type(s.op).__name__
        if a.kind == "weak" and b.kind == "weak":
            folded = eval(compile(ast.Expression(_constants(a.ir, s.op, b.ir)), "", "eval"))
            return Number(folded, "weak")
        a, b = self.pair(a, b)
        if a.kind in FLOATS:
            emit = {"Add": self.b.fadd, "Sub": self.b.fsub, "Mult": self.b.fmul, "Div": self.b.fdiv}[op]
            return Number(emit(a.ir, b.ir, flags=FAST if self.fast else ()), a.kind)
        if isinstance(a.ir, ir.Constant) and isinstance(b.ir, ir.Constant) and op in ("Add", "Mult"):
            return Number((self._plus if op == "Add" else self._times)(a.ir, b.ir), a.kind)
        bits = {"BitAnd": self.b.and_, "BitOr": self.b.or_, "BitXor": self.b.xor}
        if op in bits:
            return Number(bits[op](a.ir, b.ir), a.kind)
        whole = {"FloorDiv": self.b.sdiv, "Mod": self.b.srem}
        if op in whole:
            return Number(whole[op](a.ir, b.ir), a.kind)
        emit = {"Add": self.b.add, "Sub": self.b.sub, "Mult": self.b.mul}[op]
        return Number(emit(a.ir, b.ir, flags=("nsw",)), a.kind)

    def _unaryop(self, s: ast.UnaryOp) -> Number:
        x = self.number(s.operand)
        if isinstance(s.op, ast.Not):
            return Number(self.b.not_(self.typed(x, "bool").ir), "bool")
        if x.kind == "weak":
            return Number(-x.ir, "weak")
        return Number(self.b.fneg(x.ir) if x.kind in FLOATS else self.b.neg(x.ir), x.kind)

    def _compare(self, s: ast.Compare) -> Number:
        a, b = self.pair(self.number(s.left), self.number(s.comparators[0]))
        if a.kind == "bool":
            return Number(self.b.icmp_unsigned(_SIGNS[type(s.ops[0])], a.ir, b.ir), "bool")
        return self.compare(_SIGNS[type(s.ops[0])], a, b)

    def compare(self, sign: str, a: Number, b: Number) -> Number:
        """A comparison, false with NaN, except `!=`."""
        if a.kind in FLOATS:
            emit = self.b.fcmp_unordered if sign == "!=" else self.b.fcmp_ordered
            return Number(emit(sign, a.ir, b.ir), "bool")
        return Number(self.b.icmp_signed(sign, a.ir, b.ir), "bool")

    def _ifexp(self, s: ast.IfExp) -> Number:
        test = self.typed(self.number(s.test), "bool")
        a, b = self.pair(self.number(s.body), self.number(s.orelse))
        return Number(self.b.select(test.ir, a.ir, b.ir), a.kind)

    def _call(self, s: ast.Call) -> Number:
        return self.builtins[s.func.id](self, s.args)  # type: ignore[attr-defined, no-any-return]


_SIGNS = {ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def i_name(s: ast.For) -> str:
    """The name a loop counts in."""
    return s.target.id  # type: ignore[attr-defined, no-any-return]


def _stays(index: ast.expr, counter: str) -> bool:
    return not any(isinstance(x, ast.Name) and x.id == counter for x in ast.walk(index))


def _as_load(target: Any) -> Any:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    return ast.Subscript(target.value, target.slice, ast.Load())


def _constants(a: Any, op: ast.operator, b: Any) -> ast.expr:
    return ast.fix_missing_locations(ast.BinOp(ast.Constant(a), op, ast.Constant(b)))
