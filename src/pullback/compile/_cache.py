"""Machine code on disk, by content: temporary in shape, filled in below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pullback.compile._machine import assemble


def machine_code(source: str, arrays: Any, sizes: list[str], build: Callable[..., str]) -> bytes:
    """The object file of a text, from the cache or made now."""
    return assemble(build(source, arrays, sizes))
