"""What a function call means in the text of a loop program.

Three kinds: instructions of the processor, the C library's mathematics, and functions written out in the
text's own language, which the compiler can run on whole vectors; the C library takes one number at a time.
"""

from __future__ import annotations

import ast
from typing import Any

from llvmlite import ir

from pullback.compile._emit import FLOATS, I8, I32, I64, Emitter, Number, View, kind_of, storage, type_of
from pullback.compile._polynomials import WRITTEN

_INTRINSIC = {
    "sqrt": "sqrt", "floor": "floor", "ceil": "ceil", "trunc": "trunc", "rint": "rint", "fabs": "fabs",
    "copysign": "copysign", "fmuladd": "fmuladd",
}  # fmt: skip
_LIBRARY = {
    "exp2": "exp2", "log2": "log2", "log10": "log10", "sin": "sin", "cos": "cos", "tan": "tan",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "sinh": "sinh", "cosh": "cosh",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "cbrt": "cbrt", "erf": "erf", "erfc": "erfc",
    "gamma": "tgamma", "gammaln": "lgamma", "power": "pow", "arctan2": "atan2", "hypot": "hypot",
    "fmod": "fmod", "nextafter": "nextafter",
}  # fmt: skip


def _external(e: Emitter, name: str, kind: str, args: list[Number]) -> Number:
    module = e.b.module
    function = module.globals.get(name)
    if function is None:
        signature = ir.FunctionType(type_of(kind), [type_of(kind)] * len(args))
        function = ir.Function(module, signature, name)
        function.attributes.add("nounwind")
    return Number(e.b.call(function, [x.ir for x in args]), kind)


def _numbers(e: Emitter, args: list[ast.expr]) -> list[Number]:
    found = [e.number(x) for x in args]
    kind = next((x.kind for x in found if x.kind != "weak"), "float64")
    return [e.typed(x, kind) for x in found]


def _intrinsic(name: str) -> Any:
    def build(e: Emitter, args: list[ast.expr]) -> Number:
        xs = _numbers(e, args)
        bits = 64 if xs[0].kind == "float64" else 32
        return _external(e, f"llvm.{name}.f{bits}", xs[0].kind, xs)

    return build


def _library(name: str) -> Any:
    def build(e: Emitter, args: list[ast.expr]) -> Number:
        xs = _numbers(e, args)
        return _external(e, name if xs[0].kind == "float64" else f"{name}f", xs[0].kind, xs)

    return build


def _cast(kind: str) -> Any:
    def build(e: Emitter, args: list[ast.expr]) -> Number:
        x = e.number(args[0])
        return e.typed(x, kind) if x.kind == "weak" else cast(e, x, kind)

    return build


def cast(e: Emitter, x: Number, kind: str) -> Number:
    """A number as another kind, as NumPy's `astype` does it."""
    if x.kind == kind:
        return x
    wanted = type_of(kind)
    if kind == "bool":
        zero = e.typed(Number(0, "weak"), x.kind)
        return e.compare("!=", x, zero)
    if kind in FLOATS:
        if x.kind in FLOATS:
            emit = e.b.fpext if kind == "float64" else e.b.fptrunc
            return Number(emit(x.ir, wanted), kind)
        return Number((e.b.uitofp if x.kind == "bool" else e.b.sitofp)(x.ir, wanted), kind)
    return Number(e.b.zext(x.ir, I64) if x.kind == "bool" else e.b.fptosi(x.ir, I64), kind)


def _maximum(sign: str) -> Any:
    """NaN wins, as in NumPy; where the second is a literal one comparison says so."""

    def build(e: Emitter, args: list[ast.expr]) -> Number:
        a, b = (e.number(x) for x in args)
        literal = b.kind == "weak"
        a, b = e.pair(a, b)
        if a.kind not in FLOATS:
            emit = e.b.icmp_unsigned if a.kind == "bool" else e.b.icmp_signed
            return Number(e.b.select(emit(sign, a.ir, b.ir), a.ir, b.ir), a.kind)
        test = e.b.fcmp_unordered(sign, a.ir, b.ir) if literal else e.b.fcmp_ordered(sign, a.ir, b.ir)
        chosen = e.b.select(test, a.ir, b.ir)
        if not literal:
            chosen = e.b.select(e.b.fcmp_unordered("uno", a.ir, a.ir), a.ir, chosen)
        return Number(chosen, a.kind)

    return build


def _abs(e: Emitter, args: list[ast.expr]) -> Number:
    x = e.number(args[0])
    if x.kind in FLOATS:
        return _external(e, f"llvm.fabs.f{64 if x.kind == 'float64' else 32}", x.kind, [x])
    return Number(e.b.select(e.b.icmp_signed("<", x.ir, I64(0)), e.b.neg(x.ir), x.ir), x.kind)


def _power_of_two(e: Emitter, args: list[ast.expr]) -> Number:
    """`2.0 ** n` of a whole number between the least and the greatest exponent of normal numbers."""
    (n,) = _numbers(e, args)
    bits, magic, shift, bias = (
        (64, 1.5 * 2.0**52, 52, 1023) if n.kind == "float64" else (32, 1.5 * 2.0**23, 23, 127)
    )
    whole = ir.IntType(bits)
    shifted = e.b.fadd(n.ir, ir.Constant(n.ir.type, magic))
    exponent = e.b.add(e.b.bitcast(shifted, whole), whole(bias))
    return Number(e.b.bitcast(e.b.shl(exponent, whole(shift)), n.ir.type), n.kind)


def _bits(e: Emitter, args: list[ast.expr]) -> Number:
    (x,) = _numbers(e, args)
    if x.kind == "float64":
        return Number(e.b.bitcast(x.ir, I64), "int64")
    return Number(e.b.sext(e.b.bitcast(x.ir, I32), I64), "int64")


def _exponent(e: Emitter, args: list[ast.expr]) -> Number:
    """The exponent of a positive normal number, counted from 1 to 2, as a float."""
    (x,) = _numbers(e, args)
    bits, shift, bias = (64, 52, 1023) if x.kind == "float64" else (32, 23, 127)
    whole = ir.IntType(bits)
    raised = e.b.sub(e.b.lshr(e.b.bitcast(x.ir, whole), whole(shift)), whole(bias))
    return Number(e.b.sitofp(raised, x.ir.type), x.kind)


def _significand(e: Emitter, args: list[ast.expr]) -> Number:
    """The number from 1 to 2 that a positive normal number is a power of two times."""
    (x,) = _numbers(e, args)
    bits, mask, one = (
        (64, (1 << 52) - 1, 1023 << 52) if x.kind == "float64" else (32, (1 << 23) - 1, 127 << 23)
    )
    whole = ir.IntType(bits)
    kept = e.b.or_(e.b.and_(e.b.bitcast(x.ir, whole), whole(mask)), whole(one))
    return Number(e.b.bitcast(kept, x.ir.type), x.kind)


def _written(name: str) -> Any:
    """A function of `_polynomials.py`, written out where it is called."""

    def build(e: Emitter, args: list[ast.expr]) -> Number:
        xs = _numbers(e, args)
        function = WRITTEN[name, xs[0].kind]
        outside = e.locals, e.ranges, e.fast
        e.locals, e.ranges, e.fast = {}, {}, False
        for parameter, x in zip(function.args.args, xs, strict=True):
            slot = e.at_entry.alloca(x.ir.type)
            e.b.store(x.ir, slot)
            e.locals[parameter.arg] = slot, x.kind
        e.run(function.body[:-1])
        last: Any = function.body[-1]
        result = e.typed(e.number(last.value), xs[0].kind)
        e.locals, e.ranges, e.fast = outside
        return result

    return build


def view(e: Emitter, s: ast.expr) -> View:
    """An operand of a product: `x`, `x.T`, `x[i]`, or `view(x, start, shape, strides)`."""
    if isinstance(s, ast.Name):
        array = e.arrays[s.id]
        return View(e.pointers[s.id], array.shape, array.strides, array.dtype)
    if isinstance(s, ast.Attribute):
        x = view(e, s.value)
        return View(x.pointer, x.shape[::-1], x.strides[::-1], x.dtype)
    if isinstance(s, ast.Subscript):
        x = view(e, s.value)
        offset = e._times(e.integer(s.slice), I64(x.strides[0]))
        return View(e.b.gep(x.pointer, [offset], inbounds=True), x.shape[1:], x.strides[1:], x.dtype)
    assert isinstance(s, ast.Call)
    x = view(e, s.args[0])
    start = e.integer(s.args[1])
    shape, strides = (ast.literal_eval(part) for part in s.args[2:])
    return View(e.b.gep(x.pointer, [start], inbounds=True), shape, strides, x.dtype)


def _fetch(e: Emitter, args: list[ast.expr]) -> None:
    """Ask memory for an element that will be read soon; nothing waits for it."""
    pointer = e.b.bitcast(e.element(args[0])[0], I8.as_pointer())
    module = e.b.module
    function = module.globals.get(_PREFETCH)
    if function is None:
        signature = ir.FunctionType(ir.VoidType(), [I8.as_pointer(), I32, I32, I32])
        function = ir.Function(module, signature, _PREFETCH)
    e.b.call(function, [pointer, I32(0), I32(3), I32(1)])  # to read; keep near; data


_PREFETCH = "llvm.prefetch.p0i8"

SCALAR: dict[str, Any] = {
    **{name: _intrinsic(theirs) for name, theirs in _INTRINSIC.items()},
    **{name: _library(theirs) for name, theirs in _LIBRARY.items()},
    **{name: _written(name) for name in dict.fromkeys(name for name, _ in WRITTEN)},
    **{kind: _cast(kind) for kind in ("float32", "float64", "int64", "bool")},
    "maximum": _maximum(">"), "minimum": _maximum("<"), "abs": _abs, "power_of_two": _power_of_two,
    "exponent": _exponent, "significand": _significand, "bits": _bits, "fetch": _fetch,
}  # fmt: skip

__all__ = ["SCALAR", "cast", "kind_of", "storage", "view"]
