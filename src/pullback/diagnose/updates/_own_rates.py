"""Whether parameters move at rates that someone gave each of them, by changing the numbers a step goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from pullback.diagnose.loops._clone import is_library
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.updates._kept import Leaves, parts_of, places_of
from pullback.diagnose.updates._moves import one_move

MOST = 6
"""Of one value no more places are tried."""
DEEPEST = 8


def rates_given(patient: Patient, leaves: Leaves, rates: dict[int, float]) -> bool:
    """Whether each rate is a number that the parameters at this rate go by, and none of the others.

    It doubles their first moves when it is doubled. A rate times a stray factor is no number of the loop,
    and the rate that it is made of is that of other parameters too.
    """
    usual = _first_moves(patient, leaves)
    return usual is not None and all(_given(patient, leaves, rates, k, usual) for k in rates)


def _given(patient: Patient, leaves: Leaves, rates: dict[int, float], k: int, usual: Leaves) -> bool:
    alike = {j for j, rate in rates.items() if abs(rate / rates[k] - 1) < 1e-4}
    for place in range(MOST):
        moves = _first_moves(patient, leaves, (place, rates[k]))
        if moves is None:
            return False
        if np.allclose(moves[k], 2 * usual[k], rtol=1e-4, atol=0) and all(
            np.array_equal(moves[j], usual[j]) for j in rates if j not in alike
        ):
            return True
    return False


def _first_moves(patient: Patient, leaves: Leaves, doubled: tuple[int, float] | None = None) -> Leaves | None:
    """The first step's moves, a number doubled at one of its places; None where it has no such place."""
    body = patient.begun()
    if doubled is not None:
        place, value = doubled
        held = [p for p in _fractions(body.function("step"), set(), 0) if abs(p[0][p[1]] / value - 1) < 1e-6]
        if place >= len(held):
            return None
        holder, key = held[place]
        holder[key] = 2 * holder[key]
    rows = patient.batch(0)
    return one_move(body, leaves, body.X[rows], body.y[rows])


class _Entries(list[Any]):
    """The entries of a tuple; what is written here is written as a new tuple where the old one stood."""

    def __init__(self, values: tuple[Any, ...], write: Callable[[Any], None]) -> None:
        super().__init__(values)
        self.write = write

    def __setitem__(self, i: Any, value: Any) -> None:
        super().__setitem__(i, value)
        self.write(tuple(self))


def _fractions(x: Any, seen: set[int], depth: int) -> Iterator[tuple[Any, Any]]:
    """The places in reach of `x` that hold a fraction: names, entries, defaults, the code itself."""
    if id(x) in seen or depth > DEEPEST or isinstance(x, (float, np.floating, np.ndarray)):
        return
    seen.add(id(x))
    yield from _in(places_of(x))
    yield from _in(_of_function(x))
    for part in parts_of(x):
        yield from _fractions(part, seen, depth + 1)


def _in(places: list[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """Those of the places that hold a fraction, and those in the tuples and the code that others hold."""
    for holder, key in places:
        x = holder[key]
        if isinstance(x, (float, np.floating)):
            yield holder, key
        elif isinstance(x, tuple):
            yield from _in(_places(x, partial(holder.__setitem__, key)))
        elif isinstance(x, CodeType):
            yield from _in(_places(x.co_consts, partial(_rewrite, holder, key)))


def _rewrite(holder: Any, key: Any, numbers: tuple[Any, ...]) -> None:
    holder[key] = holder[key].replace(co_consts=numbers)


def _places(x: tuple[Any, ...], write: Callable[[Any], None]) -> list[tuple[Any, Any]]:
    entries = _Entries(x, write)
    return [(entries, i) for i in range(len(x))]


def _of_function(x: Any) -> list[tuple[Any, Any]]:
    """The places of a function's defaults, and that of its code."""
    if not isinstance(x, FunctionType) or is_library(x.__globals__.get("__file__")):
        return []
    defaults = _places(x.__defaults__ or (), partial(setattr, x, "__defaults__"))
    return [*defaults, *_places((x.__code__,), lambda new: setattr(x, "__code__", *new))]
