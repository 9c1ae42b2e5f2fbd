"""Machine code from programs: `compile` for any function, `Epoch` for steps of training.

    program -> plan -> source -> machine code

Each can be looked at: `compiled.program`, `compiled.plan`, `compiled.source`. `cache_info` and `cache_clear`
look after the machine code that is kept on disk.
"""

import sys
import types
from collections.abc import Callable
from typing import Any

from pullback.compile._cache import CacheInfo
from pullback.compile._cache import clear as cache_clear
from pullback.compile._cache import info as cache_info
from pullback.compile._compiled import Compiled, compile  # noqa: A004 - as NumPy has abs and sum
from pullback.compile._epoch import Epoch, Runner
from pullback.compile._planner import NotLoweredError

__all__ = [
    "CacheInfo", "Compiled", "Epoch", "NotLoweredError", "Runner", "cache_clear", "cache_info", "compile",
]  # fmt: skip


class _Door(types.ModuleType):
    """The module itself is called too: `pb.compile(f)`."""

    def __call__(self, f: Callable[..., Any]) -> Compiled:
        return compile(f)


sys.modules[__name__].__class__ = _Door
