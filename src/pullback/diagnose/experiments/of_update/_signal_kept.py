"""Part of the update experiment: an error signal inside the backward pass that is never cleared.

The weights' own gradients are taken anew, but what comes down to a hidden layer is added to what came down in
all steps before: as where each value keeps its own `grad`, and only the parameters' are set to zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.backward._tapes import Segment, Tape
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.updates._moves import Moves, fit_linear

LEAST = 4
"""The fewest steps that tell sums of error signals from other memories."""


def signal_kept(case: Case, moves: Moves, moving: list[int]) -> list[Finding]:
    """The finding that the error signals of some layers are sums over all steps so far."""
    steps = range(len(moves.after))
    if len(steps) < LEAST or len({len(rows) for rows in moves.rows}) > 1:
        return []
    places = [(moves.before[t], case.X[moves.rows[t]], case.y[moves.rows[t]]) for t in steps]
    tapes = [tape for tape in (case.tape_at(*place) for place in places) if tape is not None]
    if len(tapes) < len(steps) or len({len(tape.segments) for tape in tapes}) > 1:
        return []
    for group, after in _ways(tapes[0]):
        grads = _kept(tapes, group, after)
        rule = fit_linear(moves, grads, moving)
        if rule.gap < 1e-7 and rule.plain and rule.lr > 0:
            where = next((k for k in moving if not _alike(grads[-1][k], tapes[-1].true[k])), moving[0])
            return [Finding(
                "grad_not_zeroed", where, "the error signal of a hidden layer is never cleared",
                "plain steps by right gradients, if what comes down to the layer is the sum of all that "
                "came so far", "begin every backward pass with no error signals", 1.0, 81)]  # fmt: skip
    return []


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.allclose(a, b, rtol=1e-6, atol=0))


def _ways(tape: Tape) -> Iterator[tuple[list[int], bool]]:
    """The activations whose signals may be kept: of one layer or of all, before their slopes or after."""
    depths = sorted({s.depth for s in tape.segments}, reverse=True)
    groups = [[i for i, s in enumerate(tape.segments) if s.depth == d] for d in depths]
    for places in [*groups, list(range(len(tape.segments)))] if len(groups) > 1 else groups:
        yield places, False
        yield places, True


def _kept(tapes: list[Tape], places: list[int], after: bool) -> list[Leaves]:
    """The gradients of all steps where what comes to these activations is added up from step to step."""
    sums: dict[int, Any] = {}
    found = []
    for tape in tapes:
        of = [tape.segments[i] for i in places]
        number = {id(s.a): i for i, s in enumerate(of)}
        found.append(tape.spoiled(partial(_added, sums, number, after), of))
    return found


def _added(sums: dict[int, Any], number: dict[int, int], after: bool, s: Segment, u: Any) -> Any:
    slope = fn.derivative(s.name, s.sums)
    place = number[id(s.a)]
    sums[place] = sums.get(place, 0.0) + (u * slope if after else u)
    return sums[place] if after else sums[place] * slope
