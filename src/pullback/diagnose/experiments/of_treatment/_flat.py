"""Part of the treatment experiment: units that work on their flat part because of what the model itself does.

A model that multiplies its sums by a large number saturates whatever the weights are drawn from: fresh ones
are no cure. But a layer whose weights are divided by the size of its sums, and whose moves are divided by
its square, learns step by step as the same layer would from sums of size one.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.experiments import units
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.experiments.of_treatment._uneven import uneven

SATURATED, STEEP = 0.6, 5.0
"""The share of a layer's values without slope, and the size of its sums, from which on it is looked at."""
EASED = "saturated sums of size one"
"""What the run from such sums is called."""


def flat(runs: Compared) -> Finding | None:
    """The finding that a layer starts saturated, and the loop learns once its sums are of size one."""
    case, state = runs.case, units.look(runs.case)
    doubt = units.suspect(case, state) if any(share > SATURATED for share in state.flat.values()) else None
    if doubt is None or doubt.id != "saturated_activation" or uneven(case) is not None:
        return None
    steep = {k: size for k, size in sizes(state.tape).items() if size > STEEP and state.flat[k] > SATURATED}
    if not steep:
        return None
    start, moves = eased(case, steep)
    name, run = EASED, partial(case.user_with, leaves=start, scale=moves)
    if not runs.cured(name, run) and not runs.less(name, run):
        return None
    if not runs.better_unseen(leaves=start, scale=moves):
        return None
    k = min(steep)
    doubt.evidence += (f", for its sums are of size {number(steep[k])}; of size one, the same loop ends at "
                       f"{number(runs.made[name].final)}, not {number(runs.user.final)}")  # fmt: skip
    return doubt


def sizes(tape: Tape | None) -> dict[int, float]:
    """How large the sums are that sigmoids and tanh are given, by the parameter that makes them."""
    found: dict[int, float] = {}
    if tape is None or not tape.products:
        return found
    for segment in tape.segments:
        if segment.name in ("tanh", "sigmoid"):
            k = tape.products[min(segment.depth, len(tape.products) - 1)].leaf
            found[k] = float(np.sqrt(np.mean(np.square(segment.sums))))
    return found


def eased(case: Case, steep: dict[int, float]) -> tuple[list[Any], list[Any]]:
    """The start with these layers' weights and biases divided by their sums' sizes, and what moves are worth.

    Adaptive rules move by sizes of their own, whatever the gradient's is.
    """
    start, moves = list(case.leaves), [1.0] * len(case.leaves)
    adaptive = case.rule is not None and case.rule.name.startswith(("Adam", "RMS"))
    for k, size in steep.items():
        layers = case.net.layers if case.net is not None else []
        bias = next((layer.b for layer in layers if layer.w == k), k + 1)
        for j in (k, *(i for i in (bias,) if i is not None and i < len(start) and case.is_bias(i))):
            start[j], moves[j] = start[j] / size, 1 / size if adaptive else 1 / size**2
    return start, moves
