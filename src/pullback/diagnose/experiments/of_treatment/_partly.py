"""Parts of the treatment experiment: loops that get most of the way, and what keeps them from the rest.

Only causes that can be seen in the data beside the run (rows in order, columns of unlike scales), or in a
curve that still falls when it is cut off, are looked for: a healthy loop need not reach the best loss.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial

import numpy as np

from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_treatment._batches import overshoots, taken, unsuitable, visits
from pullback.diagnose.experiments.of_treatment._columns import unlike_scales
from pullback.diagnose.experiments.of_treatment._comparing import Compared, alike, by_class, short
from pullback.diagnose.experiments.of_treatment._dying import dies, falls_too_soon
from pullback.diagnose.experiments.of_treatment._fading import fades
from pullback.diagnose.experiments.of_treatment._flat import EASED, flat
from pullback.diagnose.experiments.of_treatment._mending import (
    early,
    out_of_order,
    small,
    stopped,
    unshuffled,
)
from pullback.diagnose.experiments.of_update._by_rows import SUMMED, by_rows, grows
from pullback.diagnose.network._functions import labels

MOST, NEARLY_ALL = 0.93, 0.985
WORTH, WORTH_OF_NUMBERS = 0.1, 0.07
"""The share of all there is to gain that three times the steps have to bring: a loop may end before that.
What is left of a loss of classes falls for ever, of numbers only as long as they are not fitted.
"""
SEEDS, BETTER = (1, 2, 3, 4), 0.8
"""Further shuffles of rows in order, or fresh starts, and the share of the loss that the usual one leaves."""
MANY_TIMES, ROOM = 4, 1.5
"""How many times as much of the loss rows leave whose order is a fault, and the seconds to show it."""
LEARNT, MANY, BARELY, STEEP = 0.85, 300, 8, 3
"""The share from which a step is not called small; steps that are not few; so few that only a steep fall
tells anything, and so few that nothing does.
"""

APART = 0.75
"""The share of the way in squares from which on classes may be told apart."""


def partly(runs: Compared, room: float) -> list[Finding]:
    """Findings about a loop that gets most of the reachable improvement."""
    if runs.share(runs.user.final) < MOST and room > 0.25:
        found = unlike_scales(runs) or unshuffled(runs)
        if found is not None and found.where == "data" and not by_class(runs.case) and runs.as_good_unseen:
            found = _ordered(runs)  # an order in time is no fault unless it costs most of the rest
            return [] if found is None else [found]
        if found is not None:
            return [found]
    found = _unfinished(runs)
    if found is not None and not runs.as_good_unseen:
        return [(_creeping(runs) if runs.case.horizon > MANY and not short(runs.case) else None) or found]
    if room <= 0.25 or runs.share(runs.user.final) > NEARLY_ALL:
        return [f for f in [_furthest(runs)] if f is not None]
    if runs.case.n < 60:  # so few tell only of what the step's own numbers say as well
        found = _divided(runs)
        return [] if found is None else [found]
    settled = _noisy, fades, flat, _restless, falls_too_soon, _creeping, _still_falling, _begun
    for cause in (_ordered, dies, _summed, _divided, *settled):
        found = cause(runs)
        if found is not None:
            return [_by_order(runs, found) or found]
    return []


def _furthest(runs: Compared) -> Finding | None:
    """Saturated units of a loop that gets as far as anything else: eased, it gets much further still.

    The exact gradient is as blind as the loop's own where units are flat, and shows no more to be had.
    """
    found = flat(runs)
    if found is None or runs.user.final - runs.made[EASED].final < 0.25 * runs.case.worth(runs.base):
        return None
    return found


def _by_order(runs: Compared, found: Finding) -> Finding | None:
    """The order of rows that come class by class, where a loop is restless and shuffling them helps.

    A smaller step or wider batches hide the order, but a pass still ends with rows of one class. Few rows at
    a time leave a loss that jumps about: the median of several shuffles tells.
    """
    if found.id not in ("batch_size_unsuitable", "lr_too_large") or not by_class(runs.case):
        return None
    names = ["rows shuffled", *(f"rows shuffled by seed {seed}" for seed in SEEDS)]
    for seed, name in enumerate(names):
        rows = runs.case.shuffled(size=runs.case.size, seed=seed)
        runs.run(name, partial(runs.case.user_with, rows=rows))
    usual = sorted(names, key=lambda name: runs.made[name].final)[len(names) // 2]
    if not runs.made[usual].final < BETTER * runs.user.final:
        return None
    runs.proof = usual
    return out_of_order(runs, usual)


def _ordered(runs: Compared) -> Finding | None:
    """Rows in the order of their targets: shuffled, the loop leaves less, of unseen rows far less."""
    case = runs.case
    rows = case.shuffled(size=case.size)
    if alike(case) < 0.4 or case.size >= 0.6 * case.n or not runs.less(
            "rows shuffled", lambda: case.user_with(rows=rows), 0.75):  # fmt: skip
        return None
    again = runs.better_unseen(rows=lambda n: case.shuffled(size=case.size, n=n)) or _lost_in_order(runs)
    return out_of_order(runs) if again else None


def _lost_in_order(runs: Compared) -> bool:
    """Whether from any fresh weights, too, the order of rows leaves many times what shuffled ones leave.

    Fewer rows fall into other batches and may be spared by luck. What is gained is not learnt by heart:
    shuffled, the loop leaves no more of unseen rows than of its own.
    """
    case, name = runs.case, "rows shuffled"
    if case.left() < ROOM or not MANY_TIMES * runs.made[name].final < runs.user.final:
        return False
    if not runs.unseen(rows=lambda n: case.shuffled(size=case.size, n=n)).final < 1.5 * runs.made[name].final:
        return False
    rows, proof = case.shuffled(size=case.size), runs.made[name]
    for seed in SEEDS:
        start = case.reborn(seed)
        ends = [case.user_with(leaves=start, **way).final for way in ({}, {"rows": rows})]
        if not MANY_TIMES * max(ends[1], proof.final) < ends[0]:
            return False
    return True


def _summed(runs: Compared) -> Finding | None:
    """A gradient summed over the rows, where divided by their number the loop would leave half as much."""
    case = runs.case
    scale, name = 1 / case.size, "moves divided by the rows"
    if not grows(case) or not runs.less(name, partial(case.user_with, scale=scale)):
        return None
    if not runs.better_unseen(scale=scale):
        return None
    return Finding(
        "grad_reduction_sum", "step", SUMMED,
        f"with twice the rows it goes twice as far; with moves divided by {case.size} the loss ends at "
        f"{number(runs.made[name].final)}, not {number(runs.user.final)}",
        f"divide the gradient by the {case.size} rows", 0.8, 60)  # fmt: skip


def _divided(runs: Compared) -> Finding | None:
    """A named rate divided by the rows once more, where undone the loop would leave half as much."""
    case = runs.case
    told = [f for f in by_rows(case) if f.id == "grad_averaged_twice"]
    name = "moves times the rows"
    if not told or not runs.less(name, partial(case.user_with, scale=float(case.size))):
        return None
    return replace(told[0], weight=70, alone=True) if runs.better_unseen(scale=float(case.size)) else None


def _noisy(runs: Compared) -> Finding | None:
    """Few rows at a time and a loss that jumps, where 32 rows in as many steps leave half as much."""
    case, late = runs.case, runs.user.losses[-max(len(runs.user.losses) // 3, 2) :]
    if case.size > 4 or runs.share(runs.user.final) >= MOST or not max(late) > 1.5 * min(late) > 0:
        return None
    if overshoots(case) or not runs.less("batches of 32 rows", lambda: visits(case)):
        return None
    if not runs.better_unseen(rows=lambda n: lambda t: case.patient.batch(t, min(32, n), n)):
        return None
    return unsuitable(case, "so few rows at a time are too noisy for this step size")


def _restless(runs: Compared) -> Finding | None:
    """A step that keeps the loop from the rest: a tenth of it gets most of that, on unseen rows too."""
    case = runs.case
    if runs.share(runs.user.final) >= MOST:
        return None
    if case.size <= 4 and not overshoots(case):
        wide = lambda n: lambda t: case.patient.batch(t, min(32, n), n)  # noqa: E731
        name, broader = "batches of 32 rows", lambda: visits(case)
        if (runs.cured(name, broader) or runs.less(name, broader)) and runs.better_unseen(rows=wide):
            return unsuitable(case, "so few rows at a time are too noisy for this step size")
    for scale in (0.1, 0.03):
        name, slower = f"moves times {scale:g}", partial(case.user_with, scale=scale)
        if (runs.cured(name, slower) or runs.less(name, slower)) and runs.better_unseen(scale=scale):
            return Finding(
                "lr_too_large", "step", "the step is too large to settle",
                f"as written the loss ends at {number(runs.user.final)}; with moves {scale:g} times as large "
                f"it ends at {number(runs.made[name].final)}",
                f"multiply the step size by about {scale:g}, or let it fall", 0.8, 60)  # fmt: skip
    return None


def _creeping(runs: Compared) -> Finding | None:
    """A step that is too small for the number of steps: ten times it gets most of the rest, unseen too.

    Where few steps were taken, and more of them do as well, a loop that got so far only stopped early.
    """
    case, scale, name = runs.case, 10.0, "moves times 10"
    if runs.share(runs.user.final) >= LEARNT or runs.cut_off:
        return None
    if not runs.cured(name, partial(case.user_with, scale=scale)) or not runs.better_unseen(scale=scale):
        return None
    cured, more = runs.longer() if short(case) else (False, "")
    if cured and runs.better_unseen(steps=runs.made[more].planned):
        return stopped(runs, more)
    runs.proof = name
    return small(runs, scale, name)


def _still_falling(runs: Compared) -> Finding | None:
    """A loss that falls at every look, and of which three times the steps leave half, unseen too."""
    case, run = runs.case, runs.user
    if runs.share(run.final) >= MOST or run.steps < run.planned or not run.descends:
        return None
    more: dict[str, int] = {"steps": 3 * run.steps}
    if not runs.less("3 times the steps", partial(case.user_with, **more)) or not runs.better_unseen(**more):
        return None
    worth = WORTH if labels(case.y) else WORTH_OF_NUMBERS
    if runs.share(runs.made["3 times the steps"].final) < runs.share(run.final) + worth:
        return None
    if short(case) or not runs.less("moves times 10", partial(case.user_with, scale=10.0)):
        return stopped(runs, "3 times the steps")
    return small(runs, 10.0, "moves times 10")


def _begun(runs: Compared) -> Finding | None:
    """Numbers that a few steps, which gain to the last, only began to fit: most of what is left goes later.

    Next to no steps tell that only where the loss still plunges, or where they have not met each row once. A
    gain over the last look but one is one: momentum swings a little on a good way down, too.

    What is left of a loss of classes falls for ever once all rows are told apart, and says nothing; but of
    squares as much as a quarter is left only where they are not.
    """
    case, run = runs.case, runs.user
    barely = case.horizon < BARELY
    steep, part = barely and _plunges(run.losses), barely and case.horizon * taken(case) < case.n
    squares = case.head is not None and case.head.objective == "squared"
    most = (NEARLY_ALL if barely else MOST) if not labels(case.y) else APART if squares else -np.inf
    if case.horizon > MANY // 3 or runs.share(run.final) >= most or (barely and not (steep or part)):
        return None
    gains = all(b < a for a, b in zip(run.losses, run.losses[2:], strict=False))
    gains = gains or _falls(run.losses, min(run.start, runs.base), run.steps)
    if run.steps < run.planned or not gains:
        return None
    more: dict[str, int] = {"steps": 25 * run.steps}
    if not runs.less("25 times the steps", partial(case.user_with, **more), 0.5 if steep else 0.2):
        return None
    return stopped(runs, "25 times the steps") if runs.better_unseen(**more) else None


def _plunges(losses: list[float]) -> bool:
    """Whether a run of next to no steps falls at each of them, at the last one by a fifth still."""
    falls = all(b < a for a, b in itertools.pairwise(losses))
    return len(losses) > STEEP and falls and losses[-1] < 0.8 * losses[-2]


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
    if runs.worse_unseen(steps=longer.planned):
        return None
    return early(run, longer)


def _falls(losses: list[float], begun: float, steps: int) -> bool:
    """Whether the last third of the run still made a tenth of all its way; of a short run, less."""
    third = losses[-max(len(losses) // 3, 2)]
    part = 0.1 if steps > 200 else 0.03
    return begun > losses[-1] and third - losses[-1] > part * (begun - losses[-1])
