"""Arrays that a pair keeps for its vjp and somebody writes into afterwards, in any library of closures.

While the value is computed, every Python function that returns `(value, closure)` is noted with the arrays in
that closure. Those that differ once the value is there have been changed in place in between. This explains a
cotangent that is wrong; by itself it is no proof of one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from pullback.check._subject import Subject


class Kept(NamedTuple):
    """An array in a closure, what it held when the closure was made, and whose it is."""

    name: str
    owner: str
    where: str
    array: np.ndarray
    held: np.ndarray


def changed_after(subject: Subject) -> str | None:
    """The first array that was changed between a pair's value and its vjp, in words."""
    noted: list[Kept] = []

    def note(frame: Any, event: str, arg: Any) -> None:
        if event == "return" and isinstance(arg, tuple) and len(arg) == 2 and callable(arg[1]):
            noted.extend(_arrays(frame.f_code, arg[1]))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        subject.pair([x.copy() for x in subject.points])
    finally:
        sys.setprofile(before)
    for kept in noted:
        if not np.array_equal(kept.array, kept.held, equal_nan=True):
            return (
                f"{kept.name!r} of {kept.owner} was changed in place between value and vjp ({kept.where}), "
                "so its cotangents are wrong"
            )
    return None


def _arrays(code: Any, closure: Any) -> Iterator[Kept]:
    names = getattr(getattr(closure, "__code__", None), "co_freevars", ())
    for name, cell in zip(names, getattr(closure, "__closure__", None) or ()):
        try:
            content = cell.cell_contents
        except ValueError:  # the variable is not set yet
            continue
        if isinstance(content, np.ndarray) and content.dtype.kind == "f":
            where = f"{code.co_filename}:{code.co_firstlineno}"
            yield Kept(name, code.co_qualname, where, content, content.copy())
