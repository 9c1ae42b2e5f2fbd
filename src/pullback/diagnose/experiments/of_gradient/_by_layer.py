"""Parts of the gradient experiment: a case whose units have a parameter each, with each layer's as one.

Of a unit alone few mistakes can be made; as layers in arrays the loss is a network like any other.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose.backward._stacked import Stacks, stacks
from pullback.diagnose.experiments.of_gradient._by_piece import held_as


def in_layers(case: Case) -> tuple[Stacks, Case] | None:
    """The layers' parameters, and the case with these for its own; None where they are no known network's."""
    if "in layers" not in case.kept:
        case.kept["in layers"] = _in_layers(case)
    found: tuple[Stacks, Case] | None = case.kept["in layers"]
    return found


def _in_layers(case: Case) -> tuple[Stacks, Case] | None:
    if case.step_tape is not case.tape or len(case.leaves) < 2 or max(x.ndim for x in case.leaves) > 1:
        return None
    X, y = case.batch()
    try:
        found = stacks(case.loss, case.generic, X[:1].astype(case.followed.dtype), y[:1])
    except Exception:  # what cannot be recorded has no layers
        return None
    if found is None:
        return None
    other = held_as(case, found)
    other.__dict__["generic"] = found.split(case.generic)
    net = other.net
    if net is None or not net.by_number or "unknown" in (net.output, net.objective) or other.tape is None:
        return None
    true = found.split(case.gradient(case.generic, X, y))
    near = [np.allclose(a, b, rtol=1e-6, atol=1e-12) for a, b in zip(other.tape.true, true, strict=True)]
    return (found, other) if all(near) else None
