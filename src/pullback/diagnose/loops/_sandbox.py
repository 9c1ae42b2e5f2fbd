"""Running other people's code: prints kept, warnings silent, time limited, errors with their line."""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import signal
import sys
import threading
import time
import traceback
import warnings
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import numpy as np

from pullback.diagnose.loops._clone import is_library

PATIENCE = 2.5
"""By how much a busy machine may draw a diagnosis out, where it does not say how long a thread waited."""


class Stopwatch:
    """Seconds of this thread: a machine that is busy with other things stops the watch.

    Linux tells how long a thread was kept waiting for a processor, and that is taken off. Elsewhere the
    thread's own work counts, and of the time that it does nothing (in `sleep`, say) a part.
    """

    def __init__(self) -> None:
        self._queue: int | None = None
        with contextlib.suppress(OSError):
            self._queue = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
            weakref.finalize(self, os.close, self._queue)
        self.wall, self.own, self.kept = time.monotonic(), time.thread_time(), self._kept_waiting()
        self.spared = 0.0

    def seconds(self) -> float:
        wall = time.monotonic() - self.wall
        if self._queue is None:
            return max(time.thread_time() - self.own, wall / PATIENCE) - self.spared
        return wall - (self._kept_waiting() - self.kept) - self.spared

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Stand still inside the block."""
        before = self.seconds()
        yield
        self.spared += self.seconds() - before

    def _kept_waiting(self) -> float:
        if self._queue is None:
            return 0.0
        return int(os.pread(self._queue, 64, 0).split()[1]) * 1e-9


class TimeUp(BaseException):
    """The code under examination ran longer than it was given. No `except Exception` of it stops this."""


class Failure(Exception):  # noqa: N818 - the patient's failure, not an error of ours
    """The patient raised: its own error, the line, and which of its functions was called.

    Attributes
    ----------
    error : BaseException
        What the patient raised.
    line : str
        The patient's file, line and text, as far as known.
    """

    def __init__(self, name: str, error: BaseException) -> None:
        self.name, self.error, self.line = name, error, line_of(error)
        super().__init__(f"{type(error).__name__}: {error}")


_NOBODYS = (str(Path(__file__).parents[2]) + os.sep, "<frozen")
"""Where the code lies that no line of is shown: ours, and what Python imports with."""


def line_of(error: BaseException) -> str:
    """The innermost line of the patient's own code in an error's traceback."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(_NOBODYS)]
    theirs = [is_library(f.filename) or "/site-packages/" in f.filename for f in frames]
    own = [f for f, library in zip(frames, theirs, strict=True) if not library] or frames
    if not own:
        return ""
    last = own[-1]
    return f"{last.filename.rpartition('/')[2]}:{last.lineno}: {last.line}"


@contextlib.contextmanager
def quiet(printed: io.StringIO | None = None) -> Iterator[None]:
    """Keep what the patient prints, and its warnings, from the caller; keep NumPy's random state."""
    sink = io.StringIO() if printed is None else printed
    state = np.random.get_state()
    with (
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            np.random.set_state(state)


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `TimeUp` inside the block once `seconds` of a stopwatch are over, also out of an endless loop."""
    if threading.current_thread() is threading.main_thread():
        with _by_signal(max(seconds, 1e-3)):
            yield
    else:
        with _by_thread(max(seconds, 1e-3)):
            yield


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    watch, start, caller, over = Stopwatch(), time.monotonic(), _caller(), threading.Event()

    def ring(_: int, frame: FrameType | None) -> None:
        if over.is_set():
            return
        still = seconds - watch.seconds()
        if still <= 0 and not _amid_a_context(frame, caller):
            raise TimeUp
        signal.setitimer(signal.ITIMER_REAL, max(still, 1e-3))

    old = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        over.set()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - start), 1e-3), interval)


@contextlib.contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    ident, caller, over = threading.get_ident(), _caller(), threading.Event()

    def throw() -> None:
        for _ in range(1000):  # a second at most: who only enters and leaves is stopped there
            if over.is_set() or not _amid_a_context(sys._current_frames().get(ident), caller):
                break
            time.sleep(1e-3)
        if not over.is_set():
            raiser = ctypes.pythonapi.PyThreadState_SetAsyncExc
            raiser(ctypes.c_ulong(ident), ctypes.py_object(TimeUp))

    timer = threading.Timer(seconds, throw)
    timer.start()
    try:
        yield
    finally:
        over.set()
        timer.cancel()


def _caller() -> FrameType | None:
    """The frame whose `with` block is limited."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename in (__file__, contextlib.__file__):
        frame = frame.f_back
    return frame


def _amid_a_context(frame: FrameType | None, caller: FrameType | None) -> bool:
    """Whether a `with` inside the caller's block is just entered or left, which is done whole."""
    while frame is not None and frame is not caller:
        code = frame.f_code
        if code.co_filename == contextlib.__file__ and code.co_name in ("__enter__", "__exit__"):
            return True
        frame = frame.f_back
    return False
