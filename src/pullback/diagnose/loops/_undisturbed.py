"""What a loop may change of the process it is examined in, put back at the end."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Working folder, search path, variables of the system, depth of recursion: as they were, afterwards.

    Inside the block nobody is asked anything: the question would not be seen.
    """
    folder, path, variables, depth = _folder(), list(sys.path), dict(os.environ), sys.getrecursionlimit()
    asked = sys.stdin
    if asked is not None and asked.isatty():
        sys.stdin = io.StringIO()
    try:
        yield
    finally:
        sys.stdin, sys.path[:] = asked, path
        if dict(os.environ) != variables:
            os.environ.clear()
            os.environ.update(variables)
        if folder is not None and _folder() != folder:
            os.chdir(folder)
        if sys.getrecursionlimit() != depth:
            sys.setrecursionlimit(depth)


def _folder() -> str | None:
    """The working folder; None where it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return None
