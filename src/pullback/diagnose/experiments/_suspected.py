"""The one fault of the start that is suspected before any run, of layers that one long vector holds too."""

from __future__ import annotations

from dataclasses import replace

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose._fresh import layers_inside
from pullback.diagnose.experiments import units
from pullback.diagnose.experiments.of_gradient._by_piece import apart


def suspected(case: Case) -> tuple[units.State, Finding | None]:
    """The start's state, and what it is suspected of: of its slices first, where they are layers."""
    found = apart(case) if layers_inside(case) is not None else None
    if found is not None:
        pieces, other = found
        if len(case.user.leaves) == 1:
            other.__dict__["user"] = replace(case.user, leaves=pieces.split(case.user.leaves))
        state = units.look(other)
        doubt = units.suspect(other, state)
        if doubt is not None:
            return state, replace(doubt, where=pieces.of[doubt.where])
    state = units.look(case)
    return state, units.suspect(case, state)
