"""What no copy can be made of: files, bars, locks, pools, generators that run.

A loop may keep a log, a progress bar or a pool beside what it learns: these tell nothing of it. A generator
that runs does, as it hands out the batches; no second run could begin where the first one did.
"""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import AsyncGenerator, Coroutine, Generator, Iterator
from typing import Any, NoReturn

from pullback.errors import ArgumentError

_RUNNING = (Generator, Coroutine, AsyncGenerator)


def second(x: Any) -> Any:
    """A library's object once more; one that has no copy serves every run as it is.

    Raises
    ------
    ArgumentError
        For what can be used up once only.
    """
    if isinstance(x, _RUNNING):
        _refuse(x)
    if isinstance(x, io.IOBase) and not isinstance(x, (io.StringIO, io.BytesIO)):
        return _in_memory(x)
    try:
        return copy.deepcopy(x)
    except Exception:  # locks and all that holds one, connections, pools
        if isinstance(x, Iterator):
            _refuse(x)
        return x


def _in_memory(file: Any) -> Any:
    """A file of the same kind that no disk has: with what is still to be read, or to be written into."""
    rest: Any = None
    with contextlib.suppress(OSError, ValueError):  # not to be read, or closed
        at = file.tell()
        rest = file.read()
        file.seek(at)
    return io.StringIO(rest) if isinstance(file, io.TextIOBase) else io.BytesIO(rest or b"")


def _refuse(x: Any) -> NoReturn:
    code = next((c for name in ("gi_code", "cr_code", "ag_code") if (c := getattr(x, name, None))), None)
    name = f"{getattr(x, '__name__', '')} ".lstrip()
    raise ArgumentError(
        f"the loop takes from a {type(x).__name__} {name}that runs already, and cannot be begun again",
        where=None if code is None else f"{code.co_filename}:{code.co_firstlineno}",
        expected="functions that can be run several times from the same start",
        hint="keep a list, and the number of what comes next; or let step use the batch it is given",
    )
