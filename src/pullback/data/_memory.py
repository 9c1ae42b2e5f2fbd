"""How much memory is free."""

from __future__ import annotations

import os
from pathlib import Path

_GROUP = Path("/sys/fs/cgroup")


def free_memory() -> int | None:
    """Bytes that are free, None where the system does not say; `PULLBACK_MEMORY` (in GiB) says it instead.

    Examples
    --------
    >>> found = free_memory()
    >>> found is None or found > 0
    True
    """
    said = os.environ.get("PULLBACK_MEMORY")
    if said:
        return int(float(said) * 2**30)
    return min((n for n in (_of_machine(), _of_group()) if n is not None), default=None)


def _of_machine() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError):
        return None


def _of_group() -> int | None:
    """What a container's limit leaves."""
    try:
        limit, used = ((_GROUP / f"memory.{name}").read_text() for name in ("max", "current"))
        return max(0, int(limit) - int(used))
    except (OSError, ValueError):
        return None
