"""From the text of a loop program to a module in LLVM's language: the entry, and the function behind it.

The entry takes one table of pointers, so that any number of arrays can be passed from Python in one word. The
function behind it gets them one by one, each promised to overlap no other: that promise is what lets loops
over several arrays become vectors.
"""

from __future__ import annotations

import ast
from typing import Any

from llvmlite import ir

from pullback.compile._crew import emit_help
from pullback.compile._emit import I8, I64, Array, Emitter, storage
from pullback.compile._functions import SCALAR, view
from pullback.compile._kernel import registers
from pullback.compile._machine import ARRAY_DATA, CALL, ENTRY, LIST_ITEMS, target
from pullback.compile._product import emit_product


def build(source: str, arrays: dict[str, Array], sizes: list[str]) -> str:
    """The module, as text, of the one function in `source`.

    Parameters
    ----------
    source : str
        `def name(...):`, whose parameters are for the reader; `arrays` and `sizes` say what is passed.
    arrays : dict of Array
        Those that are not local lie in the table in this order.
    sizes : list of str
        Integers passed after the table.
    """
    module = ir.Module("pullback")
    passed = [array for array in arrays.values() if not array.local]
    pointers = [storage(array.dtype).as_pointer() for array in passed]
    kind = ir.FunctionType(ir.VoidType(), [*pointers, *[I64] * len(sizes)])
    inner = ir.Function(module, kind, "pullback_body")
    inner.linkage = "internal"
    for argument, array in zip(inner.args, passed, strict=False):
        argument.add_attribute("noalias")
        argument.attributes.align = min(array.dtype.itemsize, 8)
    inner.attributes.add("nounwind")
    inner.attributes.add("noinline")
    body = ast.parse(source).body[0].body  # type: ignore[attr-defined]
    emitter = Emitter(inner, arrays, sizes, {**SCALAR, **_STATEMENTS})
    emitter.run(body)
    emitter.b.ret_void()
    _entry(module, inner, pointers, len(sizes))
    _call(module, inner, pointers, len(sizes))
    if "scratch" in arrays:
        emit_help(module, emitter.sections)
    return str(module)


def _entry(module: Any, inner: Any, pointers: list[Any], n_sizes: int) -> None:
    table = I8.as_pointer().as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [table, *[I64] * n_sizes])
    entry = ir.Function(module, kind, ENTRY)
    entry.attributes.add("nounwind")
    b = ir.IRBuilder(entry.append_basic_block())
    found = [b.bitcast(b.load(b.gep(entry.args[0], [I64(i)])), pointer) for i, pointer in enumerate(pointers)]
    b.call(inner, [*found, *entry.args[1:]])
    b.ret_void()


def _call(module: Any, inner: Any, pointers: list[Any], n_sizes: int) -> None:
    """The entry that takes a Python list of arrays: see `_machine.reads_lists`."""
    kind = ir.FunctionType(ir.VoidType(), [I8.as_pointer(), *[I64] * n_sizes])
    call = ir.Function(module, kind, CALL)
    call.attributes.add("nounwind")
    b = ir.IRBuilder(call.append_basic_block())
    word = I8.as_pointer().as_pointer()
    table = b.bitcast(b.load(b.bitcast(b.gep(call.args[0], [I64(LIST_ITEMS)]), word)), word)
    found = []
    for i, pointer in enumerate(pointers):
        array = b.load(b.gep(table, [I64(i)]))
        found.append(b.bitcast(b.load(b.bitcast(b.gep(array, [I64(ARRAY_DATA)]), word)), pointer))
    b.call(inner, [*found, *call.args[1:]])
    b.ret_void()


def _product(e: Emitter, args: list[ast.expr]) -> None:
    """`product(out, a, b)`: `out[...] = a @ b`, in registers."""
    out, a, b = (view(e, x) for x in args)
    emit_product(e, out, a, b, registers(target()[2]))


_STATEMENTS = {"product": _product}
