"""The command line's part: `pullback cache info | clear`."""

from __future__ import annotations

from pullback.compile._cache import clear, info
from pullback.errors import ArgumentError


def run_cache(action: str) -> str:
    """What the cache holds, or what was removed from it, as one line."""
    if action not in ("info", "clear"):
        raise ArgumentError(f"cache has no action {action!r}", expected="info or clear")
    found = info() if action == "info" else clear()
    verb = "holds" if action == "info" else "lost"
    files = "1 file" if found.files == 1 else f"{found.files} files"
    return f"{found.folder} {verb} {files} of machine code, {found.size / 1e6:.1f} MB"


__all__ = ["run_cache"]
