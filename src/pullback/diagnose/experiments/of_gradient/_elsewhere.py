"""Parts of the gradient experiment: a second point, where at the first a true gradient is exactly zero.

Whatever factor stands before a zero, it is a zero: as many rows of one label as of the other within the
margin say nothing of a hinge's bias, and a row of zeros says nothing of the weights that it meets.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding
from pullback.diagnose._points import as_held
from pullback.diagnose.experiments.of_gradient._match import compare
from pullback.diagnose.loops._sandbox import Failure

LARGER = 3.0, 9.0
"""How many times larger the weights are elsewhere: of rows that all lie within a margin, some then do not."""


def elsewhere(case: Case, examine: Callable[[Case], list[Finding]]) -> list[Finding]:
    """What is said, at the first other point where they have a slope, of parameters that had none."""
    silent = _silent(case) if case.truth.how == "recorded" else []
    if not silent or len(silent) == len(case.leaves):
        return []
    try:
        return _further_out(case, silent, examine)
    except Failure:  # a loss may break where weights are large
        return []


def _further_out(case: Case, silent: list[int], examine: Callable[[Case], list[Finding]]) -> list[Finding]:
    for factor in LARGER:
        other = Case(case.patient, case.left())
        other.__dict__["generic"] = as_held([factor * x for x in case.generic], case.patient.leaves)
        still = _silent(other)
        if set(still) < set(silent):
            return [f for f in examine(other) if f.where in silent and f.where not in still]
    return []


BATCHES, MUCH = 6, 0.75
"""So many batches are looked at; the first says enough if it has this share of the slopes of any."""


def later(case: Case, examine: Callable[[Case], list[Finding]]) -> list[Finding]:
    """What is said where batches begin later, if there far more numbers have a slope than on the first.

    A table of cases soon begins with a row of zeros, and a step may take one row.
    """
    count = min(BATCHES, case.n // case.size)
    if case.patient.start or count < 2:
        return []
    slopes = [sum(map(np.count_nonzero, case.gradient(case.generic, *case.batch(t)))) for t in range(count)]
    if slopes[0] > MUCH * max(slopes):
        return []
    patient = copy(case.patient)
    patient.start = int(np.argmax(slopes)) * case.size
    other = Case(patient, case.left())
    other.__dict__.update(truth=case.truth, generic=case.generic)
    try:
        return examine(other)
    except Failure:  # a step may know which rows come first
        return []


def _silent(case: Case) -> list[int]:
    """The parameters without any slope on the first rows, as far as rounding can tell."""
    true = case.gradient(case.generic, *case.batch())
    return [k for k, none in enumerate(compare(true, true).zero) if none]
