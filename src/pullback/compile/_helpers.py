"""The threads that help with large products: how many, and how they are woken and let go."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np

from pullback.compile._crew import ROOM, STOP

COMING_BACK = 0.0005
"""Seconds that a helper may take to come back from its last work."""
MOST_THREADS = 8
"""Unless more are asked for: a product of a small network has hardly more blocks."""
WORTH_HELP = 1 << 26
"""A call that multiplies so often wakes helpers, which takes some 100 microseconds."""


class _Helper(threading.Thread):
    """A thread that sleeps until there is work."""

    def __init__(self) -> None:
        super().__init__(name="pullback helper", daemon=True)
        self.wanted, self.idle = threading.Semaphore(0), threading.Semaphore(1)
        self.help: Callable[[], None] = lambda: None
        self.processor = -1

    def run(self) -> None:
        while True:
            self.wanted.acquire()
            _leave(self.processor)
            self.help()
            self.idle.release()


def _leave(processor: int) -> None:
    """Move this thread to another processor, where it may stay or not.

    A thread that is woken begins where the one that woke it runs, and that one goes on running.
    """
    with contextlib.suppress(AttributeError, OSError):
        allowed = os.sched_getaffinity(0)
        if len(allowed) > 1 and processor in allowed:
            os.sched_setaffinity(0, allowed - {processor})
            os.sched_setaffinity(0, allowed)


def _processor() -> int:
    """The one that this thread runs on, or -1."""
    try:
        return int(ctypes.CDLL(None).sched_getcpu())
    except (AttributeError, OSError, TypeError):
        return -1


_free: list[_Helper] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free.clear)  # a child has none of its parent's threads


def threads() -> int:
    """How many threads large products may use; the result does not depend on it.

    `PULLBACK_THREADS` says it, else `OMP_NUM_THREADS`, which tools that run several processes set, else it
    is the number of processors that this process may run on, up to 8.
    """
    if sys.platform == "win32":
        return 1
    for name in ("PULLBACK_THREADS", "OMP_NUM_THREADS"):
        text = os.environ.get(name, "").partition(",")[0].strip()
        if text.isdigit() and int(text) > 0:
            return int(text)
    if hasattr(os, "sched_getaffinity"):
        return min(MOST_THREADS, len(os.sched_getaffinity(0)))
    return min(MOST_THREADS, os.cpu_count() or 1)


@contextlib.contextmanager
def helped(help_with: Callable[[int], None] | None, scratch: np.ndarray | None) -> Iterator[None]:
    """Let helpers do a part of what runs inside.

    Parameters
    ----------
    help_with : callable, optional
        The code's way in for helpers.
    scratch : array, optional
        Its scratch memory.
    """
    if help_with is None or scratch is None or (n := threads() - 1) < 1:
        yield
        return
    words = scratch[:ROOM].view(np.int64)
    words[STOP] = 0
    helpers, processor = _take(n), _processor()
    for helper in helpers:
        helper.help, helper.processor = lambda: help_with(scratch.ctypes.data), processor
        helper.wanted.release()
    try:
        yield
    finally:
        words[STOP] = 1
        _free.extend(helpers)


def _take(n: int) -> list[_Helper]:
    """Up to `n` helpers; one that does not come back at once from its last work is left out."""
    found: list[_Helper] = []
    for _ in range(len(_free)):
        helper = _free.pop(0)
        if len(found) < n and helper.idle.acquire(timeout=COMING_BACK):
            found.append(helper)
        else:
            _free.append(helper)
    while len(found) < n and not _free:
        helper = _Helper()
        helper.start()
        helper.idle.acquire()
        found.append(helper)
    return found


__all__ = ["WORTH_HELP", "helped", "threads"]
