"""The functions that an activation's formula is put together of, and derivatives of one of them alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Segment
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.recording._record import Node

_MOST = 24


def inner_values(group: list[Segment]) -> Iterator[tuple[str, dict[int, Any]]]:
    """Bounded values between activations' inputs and their values: a name, and the values by activation.

    Activations of one formula have theirs at the same places of it, whatever each of them is bounded by.
    """
    if any(s.name in fn.OF_VALUE for s in group):
        return
    formulas = [_between(s) for s in group]
    if len({tuple(n.name for n in nodes) for nodes in formulas}) != 1:
        return
    for nodes in zip(*formulas, strict=True):
        values = [n.value for n in nodes]
        if any(v.dtype.kind != "f" for v in values):  # a mask that chooses between two formulas
            continue
        if all(np.abs(v).max(initial=0) <= 1 and np.ptp(v) > 0 for v in values):
            yield nodes[0].name, {id(s.a): v for s, v in zip(group, values, strict=True)}


def inner_slopes(group: list[Segment]) -> Iterator[tuple[str, dict[int, Any]]]:
    """Derivatives of one of these functions, by the activation's place.

    Where the formula has a tanh or a sigmoid inside, its derivative alone is soon taken for the whole.
    """
    for name, values in inner_values(group):
        for words, slope in _OF_INNER.items():
            yield f"{words}, v the {name} inside,", {place: slope(v) for place, v in values.items()}


def _between(s: Segment) -> list[Node]:
    """What lies between an activation's input and its value, nearest to the value first."""
    found: list[Node] = []
    todo = list(s.a.parents)
    while todo and len(found) < _MOST:
        node = todo.pop(0)
        if node is not s.z and node not in found and node.value.shape == s.a.value.shape:
            found.append(node)
            todo += node.parents
    return [n for n in found if n.deps == s.z.deps]


_OF_INNER: dict[str, Callable[[Any], Any]] = {
    "1 - v**2": lambda v: 1 - v * v,
    "v(1 - v)": lambda v: v * (1 - v),
    "v": lambda v: v,
    "(1 + v)/2": lambda v: (1 + v) / 2,
}
