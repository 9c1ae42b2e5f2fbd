"""Machine code on disk, by content, so that a second process need not compile again.

The name of a file is the digest of everything that its code follows from: the text, what its names are, the
processor, and the versions of what made it. It holds an object file behind a line with the digest of its
bytes; a file that was cut short or changed is made again. Files appear whole, by renaming, so that processes
may fill one folder together; where the folder cannot be read or written, code is compiled and kept in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pullback.compile._machine import assemble, target

FORM = "pullback machine code 1\n"
_memory: dict[str, bytes] = {}


class CacheInfo(NamedTuple):
    """What the cache holds: its folder, the number of its files, and their bytes."""

    folder: Path
    files: int
    size: int


def folder() -> Path:
    """The cache's folder: that of `PULLBACK_CACHE`, else the one that the platform has for caches."""
    given = os.environ.get("PULLBACK_CACHE")
    if given:
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "pullback"
    if sys.platform == "win32":
        return (
            Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "pullback" / "Cache"
        )
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pullback"


def info() -> CacheInfo:
    """What the cache holds.

    Examples
    --------
    >>> info().files >= 0
    True
    """
    sizes = []
    for path in _files():
        with contextlib.suppress(OSError):
            sizes.append(path.stat().st_size)
    return CacheInfo(folder(), len(sizes), sum(sizes))


def clear() -> CacheInfo:
    """Remove every file of the cache; what was removed."""
    before = info()
    for path in _files():
        with contextlib.suppress(OSError):
            path.unlink()
    _memory.clear()
    return before


def _files() -> list[Path]:
    try:
        return [path for path in folder().glob("*.o") if len(path.stem) == 64]
    except OSError:
        return []


def machine_code(
    source: str, arrays: Any, sizes: list[str], build: Callable[..., str], unrolled: bool = True
) -> bytes:
    """The object file of a text: from memory, from the cache, or made now."""
    name = _digest(source, arrays, sizes, unrolled)
    if name not in _memory:
        found = _read(name)
        if found is None:
            found = assemble(build(source, arrays, sizes), unrolled)
            _write(name, found)
        _memory[name] = found
    return _memory[name]


def _digest(source: str, arrays: Any, sizes: list[str], unrolled: bool) -> str:
    lines = [line.partition("  # ")[0] for line in source.splitlines()]
    facts = [f"{name} {x}" for name, x in arrays.items()]
    whole = "\n".join([_maker(), *lines, *facts, *sizes, *([] if unrolled else ["loops stay loops"])])
    return hashlib.sha256(whole.encode()).hexdigest()


@cache
def _maker() -> str:
    """Who makes the code, and for which processor: our own files, versions, the processor's features."""
    import llvmlite
    import numpy

    ours = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        ours.update(path.read_bytes())
    _, cpu, features = target()
    versions = f"{llvmlite.__version__} {numpy.__version__} {sys.platform}"
    return f"{FORM}{ours.hexdigest()} {versions} {cpu} {features}"


def _read(name: str) -> bytes | None:
    try:
        if not _is_ours(folder()):
            return None
        whole = (folder() / f"{name}.o").read_bytes()
    except OSError:
        return None
    head, _, code = whole.partition(b"\n\n")
    return code if head == _head(code) else None


def _is_ours(place: Path) -> bool:
    """Whether nobody else can put files there, whose code would run as ours."""
    if not hasattr(os, "getuid"):
        return True
    facts = place.stat()
    return facts.st_uid == os.getuid() and not facts.st_mode & 0o022


def _head(code: bytes) -> bytes:
    return (FORM + hashlib.sha256(code).hexdigest()).encode()


def _write(name: str, code: bytes) -> None:
    """Into a file of another name, then renamed; a folder that cannot be written is left alone."""
    place = folder()
    with contextlib.suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(place).free < 1 << 20:
            return
        handle, temporary = tempfile.mkstemp(dir=place, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_head(code) + b"\n\n" + code)
            os.replace(temporary, place / f"{name}.o")
        except OSError:
            os.unlink(temporary)


__all__ = ["CacheInfo", "clear", "folder", "info", "machine_code"]
