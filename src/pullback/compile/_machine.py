"""From LLVM's language to machine code: optimised, kept as the bytes of an object file, and loaded.

Nothing but these bytes is ever loaded, so a cache of them needs no pickle. Of the outside it calls the C
library's mathematics only.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import sys
from typing import Any

import llvmlite.binding as llvm

ENTRY, CALL = "pullback_entry", "pullback_call"
"""Its two ways in: a table of addresses, and a Python list of arrays."""
LIST_ITEMS, ARRAY_DATA = 24, 16
"""Where CPython's lists and NumPy's arrays hold the address of what is in them, in bytes."""
LONG = 200_000
"""From so many characters on, a module's loops are not unrolled: that would be most of the time of compiling,
and gains nothing where a step is mostly products, whose inner loops are written out already."""
_engines: list[Any] = []


@functools.cache
def target() -> tuple[Any, str, str]:
    """The machine we compile for, the name of its processor and its features."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    # "large": code, constants and libraries may come to lie anywhere, more than 2 GB apart
    made = llvm.Target.from_default_triple().create_target_machine(
        cpu=cpu, features=features, opt=3, reloc="static", codemodel="large", jit=True
    )
    return made, cpu, features


def assemble(text: str, unrolled: bool = True) -> bytes:
    """The object file of a module in LLVM's language; loops stay loops where it is to be made soon."""
    machine, _, _ = target()
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = llvm.get_default_triple(), str(machine.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = True
    options.loop_unrolling = unrolled and len(text) < LONG
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)  # type: ignore[no-any-return]


@functools.cache
def reads_lists() -> bool:
    """Whether lists and arrays look here as the second way in takes them to; it saves microseconds a call."""
    import numpy as np

    x = np.zeros(3)
    word = ctypes.c_void_p.from_address
    with contextlib.suppress(Exception):
        if not getattr(sys, "_is_gil_enabled", lambda: True)() or sys.implementation.name != "cpython":
            return False
        listed = [x, None]
        items = word(id(listed) + LIST_ITEMS).value
        return items is not None and (
            word(items).value == id(x) and word(id(x) + ARRAY_DATA).value == x.ctypes.data
        )
    return False


def load(code: bytes, *names: str) -> list[int]:
    """The addresses of an object file's functions."""
    machine, _, _ = target()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _engines.append(engine)
    return [engine.get_function_address(name) for name in names]
