"""The user's file and line: the nearest frame that is neither ours nor NumPy's."""

from __future__ import annotations

import dis
import linecache
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

_OURS = tuple(os.path.dirname(path) + os.sep for path in (__file__, np.__file__))
_BETWEEN = tuple(f"{os.sep}{name}{os.sep}" for name in ("optree", "sklearn", "joblib"))
"""Who calls us back on the user's behalf."""
_COMMANDS = f"{os.sep}typer{os.sep}"
"""Who calls us on the command line, where no code is the user's."""
_state = threading.local()


class Where(NamedTuple):
    """A place in the user's code; `stores` says whether it was assigning to an index."""

    file: str
    line: int
    stores: bool = False

    def __str__(self) -> str:
        text = linecache.getline(self.file, self.line).strip()
        return f"{self.file}:{self.line}" + (f": {text}" if text else "")


def user_line() -> Where | None:
    """Where the user's code stands now, or the origin of the closure that is running."""
    given = getattr(_state, "origin", None)
    if given is not None:
        return given  # type: ignore[no-any-return]
    frame: Any = sys._getframe(1)
    while frame is not None and _is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None or _COMMANDS in frame.f_code.co_filename:
        return None
    return Where(frame.f_code.co_filename, frame.f_lineno, _stores(frame))


def user_level() -> int:
    """The `stacklevel` with which a warning given by the caller names the user's line."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and _is_ours(frame.f_code.co_filename):
        frame, level = frame.f_back, level + 1
    return level


@contextmanager
def origin(where: Where | None) -> Iterator[None]:
    """Say that what runs inside belongs to this line: the closures of a tape, run later."""
    before = getattr(_state, "origin", None)
    _state.origin = where or before
    try:
        yield
    finally:
        _state.origin = before


def _is_ours(file: str) -> bool:
    return file.startswith(_OURS) or any(name in file for name in _BETWEEN)


def _stores(frame: Any) -> bool:
    code = frame.f_code.co_code
    last = frame.f_lasti
    return 0 <= last < len(code) and dis.opname[code[last]] == "STORE_SUBSCR"
