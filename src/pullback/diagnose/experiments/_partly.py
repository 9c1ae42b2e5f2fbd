"""Parts of the treatment experiment: loops that get most of the way, and what keeps them from the rest.

Only causes that can be seen in the data beside the run (rows in order, columns of unlike scales), or in a
curve that still falls when it is cut off, are looked for: a healthy loop need not reach the best loss.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from pullback.diagnose._findings import Finding, number
from pullback.diagnose._functions import labels
from pullback.diagnose.experiments._comparing import Compared
from pullback.diagnose.experiments._mending import unlike_scales, unshuffled

MOST = 0.93


def partly(runs: Compared, room: float) -> list[Finding]:
    """Findings about a loop that gets most of the reachable improvement."""
    if runs.share(runs.user.final) < MOST and room > 0.25:
        found = unlike_scales(runs) or unshuffled(runs)
        if found is not None:
            return [] if found.where == "data" and not _by_class(runs) and runs.as_good_unseen else [found]
    found = _unfinished(runs)
    if found is not None and not runs.as_good_unseen:
        return [found]
    found = _restless(runs, room)
    return [found] if found is not None else []


def _restless(runs: Compared, room: float) -> Finding | None:
    """A step that keeps the loop from the rest: a tenth of it gets most of that, on unseen rows too."""
    case = runs.case
    if runs.share(runs.user.final) >= MOST or room <= 0.25 or case.n < 60:
        return None
    for scale in (0.1, 0.03):
        name = f"moves times {scale:g}"
        if runs.cured(name, partial(case.user_with, scale=scale)) and runs.better_unseen(scale=scale):
            return Finding(
                "lr_too_large", "step", "the step is too large to settle",
                f"as written the loss ends at {number(runs.user.final)}; with moves {scale:g} times as large "
                f"it ends at {number(runs.made[name].final)}",
                f"multiply the step size by about {scale:g}, or let it fall", 0.8, 60)  # fmt: skip
    return None


def _by_class(runs: Compared) -> bool:
    """Whether the rows come class by class, as no order in time brings them."""
    y = np.asarray(runs.case.y)
    kinds = y.argmax(1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    return bool(labels(runs.case.y)) and int(np.sum(kinds[1:] != kinds[:-1])) < 3 * len(np.unique(kinds))


def _unfinished(runs: Compared) -> Finding | None:
    """A curve cut off while it falls: several times the steps gain much of all there is to gain."""
    case, run = runs.case, runs.user
    begun = min(run.start, runs.base)
    if run.steps < run.planned or len(run.losses) < 6 or not _falls(run.losses, begun, run.steps):
        return None
    longer = case.user_with(steps=max(4 * run.steps, min(25 * run.steps, 1000)), seconds=2.5)
    case.tried.append("several times the steps")
    gained = (run.final - longer.final) / max(begun - longer.final, 1e-300)
    if gained < (0.15 if run.steps < 100 else 0.25) or (gained < 0.3 and longer.final > 0.5 * run.final):
        return None
    return Finding(
        "too_few_steps", "step", "the loop is on its way and stopped early",
        f"after {run.steps} steps the loss is {number(run.final)}, after {longer.steps} it is "
        f"{number(longer.final)}", f"take about {longer.steps} steps", 0.85, 60)  # fmt: skip


def _falls(losses: list[float], begun: float, steps: int) -> bool:
    """Whether the last third of the run still made a tenth of all its way; of a short run, less."""
    third = losses[-max(len(losses) // 3, 2)]
    part = 0.1 if steps > 200 else 0.03
    return begun > losses[-1] and third - losses[-1] > part * (begun - losses[-1])
