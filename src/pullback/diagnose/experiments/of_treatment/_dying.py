"""Parts of the treatment experiment: a step size that falls to nothing before the loop has got anywhere.

A schedule that halves the rate every few steps, or sums of squares that grow without end, stop a loop where
its loss still has a slope. More steps do not help it, nor many times the rate; begun anew where it has
ended, with its counters and sums at their start, it moves on.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.updates._moves import norm

AGAIN, WANED, LEARNT = 10, 30.0, 0.85
"""How often a loop is begun again, how much smaller than a first one its last step is, and the share of the
way from which on it has learnt.
"""
GAINED = 0.05
"""The share of the way that many new starts bring a loop to which a single one brings next to none."""
STILL = 1e-6
"""The share of all it has gained by which the loss of a loop that stands still may change."""


def dies(runs: Compared) -> Finding | None:
    """The finding that the loop stands still on a slope, and moves on if it is begun again."""
    run, case = runs.user, runs.case
    if len(run.losses) < 8 or runs.cut_off or not np.isfinite(run.losses).all() or not _stands(run.losses):
        return None
    if not _slope(case, run.leaves) > 1e-3 * _slope(case, case.leaves):
        return None
    since = next(t for t, loss in zip(run.at, run.losses, strict=True) if abs(loss - run.losses[-1])
                 <= STILL * abs(run.start - run.losses[-1]))  # fmt: skip
    name = "begun again where it ended"
    if runs.run(name, lambda: case.user_with(leaves=run.leaves)) < runs.share(run.final) + 0.02:
        name = _time_and_again(runs, max(since, 1))
    if not name:
        return None
    return Finding(
        "lr_too_small", "step", "the step size falls to nothing before the loop has learnt",
        f"from step {since} of {run.steps} on the loss stays at {number(run.final)}, though it has a slope; "
        f"{name}, with the state of the first step, the same loop gets to {number(runs.made[name].final)}",
        "let the rate fall far more slowly, or keep it", 0.85, 61)  # fmt: skip


def _time_and_again(runs: Compared, every: int) -> str:
    """The run that is begun again whenever it stands still, if that brings far more, on unseen rows too."""
    name, anew = f"begun again every {every} steps", partial(runs.case.user_with, again=every)
    if not runs.less(name, anew) or runs.share(runs.made[name].final) < runs.share(runs.user.final) + GAINED:
        return ""
    return name if runs.better_unseen(again=every) else ""


def falls_too_soon(runs: Compared) -> Finding | None:
    """The finding that a rate which falls all the way costs a loop most of what it could gain.

    The same loop with its counters and sums at their start again, now and then, does far better, on unseen
    rows too; nothing else in it is changed.
    """
    run, case = runs.user, runs.case
    if not 0 < runs.share(run.final) < LEARNT or runs.cut_off or case.horizon < 4 * AGAIN:
        return None
    late = run.losses[len(run.losses) // 2 :]
    if not np.ptp(late) <= 0.5 * abs(min(late)) or not _wanes(runs):  # a loss that jumps is no want of size
        return None
    for parts in (AGAIN, 5 * AGAIN):
        every = max(case.horizon // parts, 1)
        name, anew = f"begun again every {every} steps", partial(case.user_with, again=every)
        if (runs.cured(name, anew) or runs.less(name, anew)) and runs.better_unseen(again=every):
            return Finding(
                "lr_too_small", "step", "the step size falls before the loop has learnt",
                f"as written the loss ends at {number(run.final)}; with the state of the first step again "
                f"every {every} steps it ends at {number(runs.made[name].final)}",
                "let the rate fall far more slowly, or keep it", 0.85, 61)  # fmt: skip
    return None


def _wanes(runs: Compared) -> bool:
    """Whether the last step is far smaller than one of a fresh state from the same parameters and rows."""
    case, run = runs.case, runs.user
    before = run.before_last
    if not before or not np.isfinite(run.final):
        return False
    last = norm([a - b for a, b in zip(run.leaves, before, strict=True)])
    rows = case.patient.batch(run.steps - 1)
    fresh = case.user_with(leaves=before, steps=1, looks=2, rows=lambda t: rows).leaves
    return norm([a - b for a, b in zip(fresh, before, strict=True)]) > WANED * last


def _stands(losses: list[float]) -> bool:
    """Whether the second half of the looks shows no change, after there was some."""
    late, way = losses[len(losses) // 2 :], abs(losses[0] - losses[-1])
    return way > 0 and float(np.ptp(late)) <= STILL * way


def _slope(case: Case, leaves: list[np.ndarray]) -> float:
    rows = case.judged
    return norm(case.quick(leaves, case.X[rows], case.y[rows]))
