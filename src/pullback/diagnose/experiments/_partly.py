"""Parts of the treatment experiment: loops that get most of the way, and what keeps them from the rest.

Only causes that can be seen in the data beside the run (rows in order, columns of unlike scales), or in a
curve that still falls when it is cut off, are looked for: a healthy loop need not reach the best loss.
"""

from __future__ import annotations

from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._comparing import Compared
from pullback.diagnose.experiments._mending import unlike_scales, unshuffled

MOST = 0.93


def partly(runs: Compared, room: float) -> list[Finding]:
    """Findings about a loop that gets most of the reachable improvement."""
    if runs.share(runs.user.final) < MOST and room > 0.25:
        found = unlike_scales(runs) or unshuffled(runs)
        if found is not None:
            return [] if found.where == "data" and runs.as_good_unseen else [found]
    found = _unfinished(runs)
    return [] if found is None or runs.as_good_unseen else [found]


def _unfinished(runs: Compared) -> Finding | None:
    """A curve cut off while it falls: four times the steps gain much of all there is to gain."""
    case, run = runs.case, runs.user
    begun = min(run.start, runs.base)
    if run.steps < run.planned or len(run.losses) < 6 or not _falls(run.losses, begun):
        return None
    longer = case.user_with(steps=4 * run.steps, seconds=2.5)
    case.tried.append("four times the steps")
    if not longer.final < 0.5 * run.final or run.final - longer.final < 0.15 * (begun - longer.final):
        return None
    return Finding(
        "too_few_steps", "step", "the loop is on its way and stopped early",
        f"after {run.steps} steps the loss is {number(run.final)}, after {longer.steps} it is "
        f"{number(longer.final)}", f"take about {longer.steps} steps", 0.85, 60)  # fmt: skip


def _falls(losses: list[float], begun: float) -> bool:
    """Whether the last third of the run still made a tenth of all its way."""
    third = losses[-max(len(losses) // 3, 2)]
    return begun > losses[-1] and third - losses[-1] > 0.1 * (begun - losses[-1])
