"""From LLVM's language to machine code: optimised, kept as the bytes of an object file, and loaded.

Nothing but these bytes is ever loaded, so a cache of them needs no pickle. The code calls the C library's
mathematics, and NumPy's own BLAS for large products.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm

ENTRY = "pullback_entry"
_engines: list[Any] = []


@functools.cache
def target() -> tuple[Any, str, str]:
    """The machine we compile for, the name of its processor and its features."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    made = llvm.Target.from_default_triple().create_target_machine(
        cpu=cpu, features=features, opt=3, reloc="pic", codemodel="default", jit=True
    )
    return made, cpu, features


def assemble(text: str) -> bytes:
    """The object file of a module in LLVM's language."""
    machine, _, _ = target()
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = llvm.get_default_triple(), str(machine.target_data)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)  # type: ignore[no-any-return]


def load(code: bytes) -> Callable[..., None]:
    """The entry point of an object file: `entry(table of pointers, sizes...)`."""
    machine, _, _ = target()
    _know_blas()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _engines.append(engine)
    return engine.get_function_address(ENTRY)  # type: ignore[no-any-return]


@functools.cache
def _know_blas() -> None:
    for name, address in blas()[1].items():
        llvm.add_symbol(name, address)


_SPELLINGS = [("scipy_cblas_{}64_", 64), ("cblas_{}64_", 64), ("scipy_cblas_{}", 32), ("cblas_{}", 32)]


@functools.cache
def blas() -> tuple[int, dict[str, int]]:
    """NumPy's own BLAS: the bits of its integers, and where `pullback_sgemm` and `pullback_dgemm` are."""
    import numpy._core._multiarray_umath as umath

    library = ctypes.CDLL(umath.__file__)
    for spelling, bits in _SPELLINGS:
        if hasattr(library, spelling.format("sgemm")):
            return bits, {
                f"pullback_{x}gemm": ctypes.cast(getattr(library, spelling.format(f"{x}gemm")), ctypes.c_void_p).value
                for x in "sd"
            }
    return 0, {}
