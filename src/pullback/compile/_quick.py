"""A compiled function's call, written out for arguments just like those it was made for.

A small call is mostly Python taking a tree apart, looking at shapes and making room for results. Written
out as straight lines it takes a third of the time. Whatever differs in the least goes the general way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def quick(s: Any, args: tuple[Any, ...]) -> Callable[[tuple[Any, ...]], list[Any] | None]:
    """`run` of a specialised program, from its arguments; None where they are of another kind.

    Parameters
    ----------
    s : Specialised
    args : tuple
        An example: its lists, tuples and dicts are taken apart by name.
    """
    writer = _Opener()
    n = len(s.plan.inputs)
    if s.trouble is not None or not writer.open(args, "x") or len(writer.leaves) != n:
        return lambda args: None
    scope: dict[str, Any] = {"A": np.ndarray, "empty": np.empty, "call": s.call}
    tests = [
        _is_like(scope, i, name, x)
        for i, (name, x) in enumerate(zip(writer.leaves, s.plan.inputs, strict=True))
    ]
    names, room = list(writer.leaves), []
    for i, (known, made) in enumerate(zip(s.passed, s.made, strict=True), n):
        if made is None:
            scope[f"k{i}"] = known
        else:
            scope[f"s{i}"], scope[f"d{i}"] = made
            room.append(f"k{i} = empty(s{i}, d{i})")
        names.append(f"k{i}")
    lines = [*writer.lines, f"if not ({' and '.join(tests) or 'True'}): return None", *room]
    lines += [f"call([{', '.join(names)}])", f"return [{', '.join(_results(s, scope, n))}]"]
    exec("\n    ".join(["def quick(x):", *lines]), scope)
    return scope["quick"]  # type: ignore[no-any-return]


def _is_like(scope: dict[str, Any], i: int, name: str, x: Any) -> str:
    scope[f"s{i}"], scope[f"d{i}"] = x.shape, x.dtype
    return (
        f"type({name}) is A and {name}.shape == s{i} and {name}.dtype is d{i} and {name}.flags.c_contiguous"
    )


def _results(s: Any, scope: dict[str, Any], n: int) -> list[str]:
    found = []
    for i, (place, known) in enumerate(zip(s.places, s.program.outputs, strict=True)):
        scope[f"r{i}"] = known
        number = place is not None and s.made[place - n][0] == ()
        found.append(f"r{i}" if place is None else f"k{place}[()]" if number else f"k{place}")
    return found


class _Opener:
    """Lines that take arguments apart, and the names of the leaves."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.leaves: list[str] = []

    def open(self, x: Any, name: str) -> bool:
        """Write the lines for one container; False where it is none of Python's own."""
        kind = type(x)
        if kind is np.ndarray:
            self.leaves.append(name)
            return True
        if kind not in (tuple, list, dict):
            return False
        self.lines.append(f"if type({name}) is not {kind.__name__} or len({name}) != {len(x)}: return None")
        if kind is dict:
            return self._open_dict(x, name)
        parts = [f"{name}_{i}" for i in range(len(x))]
        if parts:
            self.lines.append(f"{', '.join(parts)}, = {name}")
        return all(self.open(y, part) for part, y in zip(parts, x, strict=True))

    def _open_dict(self, x: dict[Any, Any], name: str) -> bool:
        if not all(type(key) is str for key in x):
            return False
        for i, key in enumerate(sorted(x)):
            self.lines.append(f"{name}_{i} = {name}.get({key!r})")
        return all(self.open(x[key], f"{name}_{i}") for i, key in enumerate(sorted(x)))
