"""Parts of the gradient experiment: whether a factor goes with the number of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.experiments.of_gradient._match import Match, compare, consensus
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._moves import watch_part


def stays(case: Case) -> bool:
    """Whether every gradient is the same multiple of the true one on fewer rows as on all of a batch.

    A sum where a mean is meant is as many times too large as there are rows. What stays on fewer rows is a
    number that someone wrote, even where it happens to be that of the rows. A penalty's part is left out.
    """
    found = _on_fewer(case)
    return found is not None and np.allclose(found, 1, rtol=1e-3)


def power(case: Case) -> int:
    """With which power of the rows every factor goes: 1 as their number, -1 as one over it, else 0.

    A sum over rows and outputs, or one without the usual two, is another multiple than the rows' number.
    """
    found = _on_fewer(case)
    if found is None:
        return 0
    share = (case.size // 2) / case.size
    return next((p for p in (1, -1) if np.allclose(found, share**p, rtol=1e-3)), 0)


def _on_fewer(case: Case) -> np.ndarray | None:
    """What each factor on half the rows of a batch is to that on all of them; None where none is known."""
    if case.size < 4:
        return None
    whole, part = _matched(case, case.size), _matched(case, case.size // 2)
    if whole is None or part is None:
        return None
    telling = [k for k in whole.telling() if whole.gaps[k] < 1e-4]
    if not telling or any(part.gaps[k] > 1e-4 for k in telling):
        return None
    return np.array([part.factors[k] / whole.factors[k] for k in telling])


def _matched(case: Case, count: int) -> Match | None:
    """What `grad` gives, or a step takes away, on the first rows of a batch, against the true gradient."""
    X, y = (a[:count] for a in case.batch())
    given, true = _given(case, count, X, y), case.gradient(case.generic, X, y)
    if given is None or [g.shape for g in given] != [t.shape for t in true]:
        return None
    penalty = case.truth.penalty_grad(case.generic, X, y) or [0.0 * t for t in true]
    rate = 1.0 if case.patient.has_grad else consensus(compare(given, true))
    true, given = ([a - f * p for a, p in zip(gs, penalty, strict=True)]
                   for f, gs in ((1.0, true), (rate, given)))  # fmt: skip
    return compare(given, true)


def _given(case: Case, count: int, X: Any, y: Any) -> Leaves | None:
    if case.patient.has_grad:
        try:
            return [np.asarray(g, float) for g in case.patient.fresh().grad(list(case.generic), X, y)]
        except Failure:
            return None
    moves = watch_part(case.patient, case.generic, 1, count)
    return None if moves is None else [-m for m in moves.move(0)]
