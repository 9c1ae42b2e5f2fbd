"""Machine code from programs: `compile` for any function, `Epoch` for steps of training.

    program -> plan -> source -> machine code

Each can be looked at: `compiled.program`, `compiled.plan`, `compiled.source`. `cache_info` and `cache_clear`
look after the machine code that is kept on disk.
"""

from pullback._callable import callable_package
from pullback.compile._cache import CacheInfo
from pullback.compile._cache import clear as cache_clear
from pullback.compile._cache import info as cache_info
from pullback.compile._compiled import Compiled, compile  # noqa: A004 - as NumPy has abs and sum
from pullback.compile._epoch import Epoch, Runner
from pullback.compile._planner import NotLoweredError

__all__ = [
    "CacheInfo", "Compiled", "Epoch", "NotLoweredError", "Runner", "cache_clear", "cache_info", "compile",
]  # fmt: skip

callable_package(__name__, "compile")
