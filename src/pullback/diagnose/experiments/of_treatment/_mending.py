"""Parts of the treatment experiment: each thing that can be mended alone, and what it says of the cause."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, digits, is_round, number
from pullback.diagnose.experiments.of_treatment._batches import (
    few_rows,
    in_another_order,
    overshoots,
    stuck,
    taken,
    too_few_in_order,
    unsuitable,
    visits,
    whole_set,
)
from pullback.diagnose.experiments.of_treatment._breaking import overflow
from pullback.diagnose.experiments.of_treatment._columns import served_by_no_step, unlike_scales
from pullback.diagnose.experiments.of_treatment._comparing import (
    ENOUGH,
    Compared,
    alike,
    short,
)
from pullback.diagnose.experiments.of_treatment._dying import dies, falls_too_soon
from pullback.diagnose.experiments.of_treatment._fading import faded, fades, multiplied
from pullback.diagnose.experiments.of_treatment._flat import flat
from pullback.diagnose.experiments.of_treatment._scales import (
    at_last_even,
    far_targets,
    unlike_inside,
)
from pullback.diagnose.experiments.of_update._by_rows import SUMMED, grows, shrinks
from pullback.diagnose.training._runs import Run
from pullback.diagnose.updates._moves import norm

FEW, LEARNT = 15, 0.85
"""Steps that say nothing yet of their size, and the share of the way that makes up for a bad beginning."""

ASTRAY, GAINED = 4, 0.1
"""The multiple of a constant's loss from which first weights lead astray, and the share that others gain."""

AMPLE = 0.5
"""The rate from which plain moves that only need more of them are not called small."""

PACE = ("lr_too_small", "lr_too_large", "too_few_steps")

Cause = Callable[[Compared], "Finding | None"]


def causes(runs: Compared, doubt: Finding | None, room: float) -> list[Finding]:
    case = runs.case
    first: tuple[Cause, ...] = (far_targets, overflow, unshuffled, unlike_scales, unlike_inside, dies)
    for cause in first:
        found = cause(runs)
        if found is not None:
            return [found]
    twice = _divided(runs)
    if twice is not None:
        return [twice]
    fresh = partial(case.user_with, leaves=case.reborn())
    reborn = doubt is not None and runs.cured("fresh initial weights", fresh)
    if _hardly_moved(runs) and not reborn:  # of huge weights every step that learns is a small one
        found = _larger(runs)
        if found is not None:
            return [found]
    if doubt is not None and (reborn or _begins_astray(runs, doubt)):
        return [doubt]
    if room < 0.12:
        return []
    saturated = flat(runs) if doubt is not None else None
    if saturated is not None:
        return [saturated]
    for cause in (fades, falls_too_soon, *_in_order(runs)):
        found = cause(runs)
        if found is not None:
            return [(served_by_no_step(runs) if _asks_columns(runs, found) else None) or found]
        if runs.by_heart:
            break
    found = at_last_even(runs)
    if found is not None:
        return [found]
    if doubt is not None:  # not proven by its cure: what is stands before it
        doubt.confidence, doubt.weight = 0.5, min(doubt.weight, 60.5)
        return [doubt]
    start = _start(case)
    for seed in range(3 if start is not None else 0):
        name = f"fresh initial weights, drawn by seed {seed}"
        if runs.cured(name, partial(case.user_with, leaves=case.reborn(seed))):
            return [multiplied(case, start)] if start is not None else []
    return []


def _asks_columns(runs: Compared, found: Finding) -> bool:
    """Whether columns may be to blame for the pace: not where next to no steps of a right size were taken."""
    return found.id in PACE and not (found.id == "too_few_steps" and short(runs.case))


def _begins_astray(runs: Compared, doubt: Finding) -> bool:
    """Whether large first weights begin far above a constant's loss, and fresh ones get most of the way.

    In the same steps from the same rows: more passes or wider moves do the same loop good from either start.
    """
    fresh = runs.share(runs.made["fresh initial weights"].final)
    astray = doubt.id == "init_too_large" and runs.user.start > ASTRAY * runs.base > 0
    mine = runs.share(runs.user.final)
    return astray and mine < ENOUGH < fresh and fresh > mine + GAINED


def _in_order(runs: Compared) -> tuple[Cause, ...]:
    """The causes about the step, likeliest first: of a loop that creeps, a smaller step is no cure."""
    if _creeps(runs) and not short(runs.case) and faded(runs) is None:
        pace = (_longer, _larger) if _ample(runs.case) else (_larger, _longer)
        return *pace, whole_set
    return few_rows, _smaller, _longer, whole_set, _larger


def _ample(case: Case) -> bool:
    """Whether plain moves have a rate of which ten times as much is none that anyone chooses."""
    return case.rule is not None and case.rule.name == "linear" and case.rule.lr >= AMPLE


def _creeps(runs: Compared) -> bool:
    """Whether the loss of the loop as written falls from look to look, but hardly."""
    run = runs.user
    return runs.falls and bool(run.start - run.final < 0.05 * (run.start - runs.goal))


def _start(case: Case) -> Finding | None:
    """What is odd about the first weights, read off the arrays alone, where the network is unknown."""
    for k, x in enumerate(case.leaves):
        if x.ndim != 2 or min(x.shape) < 2:
            continue
        if not x.any():
            return _begun("init_zero", k, "the weights are zero", f"parameter {k} is zero everywhere", 0.9)
        if (x == x[:1]).all() or (x == x[:, :1]).all():
            return _begun(
                "init_symmetric", k, "the units of a layer start alike, and learn alike for ever",
                f"parameter {k} has equal rows or columns; from drawn weights the same loop learns", 0.9,
            )  # fmt: skip
        spread = float(x.std() * np.sqrt(case.fan_in(k)))
        if spread > 2.5 or (spread < 0.1 and len(case.weights) > 1):
            fault, words = ("init_too_large", "large") if spread > 1 else ("init_too_small", "small")
            return _begun(fault, k, f"the first weights are too {words}",
                          f"parameter {k} is {number(spread)} times 1/sqrt(inputs)", 0.8)  # fmt: skip
    return None


def _begun(fault: str, k: int, words: str, evidence: str, confidence: float) -> Finding:
    fix = "draw the weights at random, of size 1/sqrt(inputs)"
    return Finding(fault, k, words, evidence, fix, confidence, 60)


def _divided(runs: Compared) -> Finding | None:
    """A rate that no one chooses, but that is one times 1/rows; and as many times the move cures."""
    case = runs.case
    rate = case.rule.lr if case.rule is not None else 0.0
    for rows in dict.fromkeys((case.size, case.n)):
        if rows < 8 or rate <= 0 or is_round(rate) or not is_round(rate * rows):
            continue
        cured = runs.cured(f"moves times {rows}", partial(case.user_with, scale=float(rows)))
        if cured or _hardly_moved(runs):
            end = number(runs.made[f"moves times {rows}"].final)
            return _once_more(
                f"its rate {number(rate)} is {number(rate * rows)} divided by {rows} rows; larger moves "
                f"end at {end}, not {number(runs.user.final)}", 0.9)  # fmt: skip
    return None


def _once_more(evidence: str, confidence: float) -> Finding:
    return Finding(
        "grad_averaged_twice", "step", "the step is divided by the number of rows once more", evidence,
        "divide by the number of rows once, in the loss or in the step", confidence, 61)  # fmt: skip


def _hardly_moved(runs: Compared) -> bool:
    """Whether the whole run moved the weights by less than a hundredth of their size."""
    size = norm(runs.case.leaves)
    moved = norm([a - b for a, b in zip(runs.user.leaves, runs.case.leaves, strict=True)])
    return bool(np.isfinite(moved) and moved < 0.01 * size)


def unshuffled(runs: Compared) -> Finding | None:
    """Whether neighbouring rows are alike, and whether shuffling them cures."""
    case = runs.case
    if alike(case) < 0.4 or taken(case) >= 0.6 * case.n:
        return None
    if not runs.cured("rows shuffled", partial(in_another_order, case)):
        return None
    return too_few_in_order(runs) or out_of_order(runs)


def out_of_order(runs: Compared, shuffled: str = "rows shuffled") -> Finding:
    return Finding(
        "data_not_shuffled", "data", "the rows are ordered by the target: each batch holds one kind only",
        f"neighbouring targets correlate by {number(alike(runs.case))}; shuffled, the same loop ends at "
        f"{number(runs.made[shuffled].final)}, not {number(runs.user.final)}",
        "shuffle the rows (X and y together) before every epoch", 0.95, 62)  # fmt: skip


def _smaller(runs: Compared) -> Finding | None:
    case = runs.case
    for scale in (0.3, 0.1, 0.03, 0.01, 0.001):
        name = f"moves times {scale:g}"
        if not runs.cured(name, partial(case.user_with, scale=scale)):
            if (runs.falls and runs.made[name].final > runs.user.final) or runs.lags(name):
                return None
            continue
        early = _merely_early(runs, name)
        if early is not None:
            return early
        if case.size <= 4 and not overshoots(case) and not stuck(runs) and runs.cured(
                "batches of 32 rows", lambda: visits(case)):  # fmt: skip
            return unsuitable(case, "single rows are too noisy for this step size")
        if grows(case) and runs.run("moves divided by the rows", partial(
                case.user_with, scale=1 / case.size)) > ENOUGH:  # fmt: skip
            return Finding(
                "grad_reduction_sum", "step", SUMMED,
                f"with twice the rows it goes twice as far; with moves {scale:g} times as large the loss "
                f"ends at {number(runs.made[name].final)}, not {number(runs.user.final)}",
                f"divide the gradient by the {case.size} rows", 0.8, 60)  # fmt: skip
        return Finding(
            "lr_too_large",
            "step",
            "the step is too large",
            f"as written the loss ends at {number(runs.user.final)} (best constant "
            f"{number(runs.base)}); with "
            f"moves {scale:g} times as large it ends at {number(runs.made[name].final)}",
            f"multiply the step size by about {scale:g}",
            0.9,
            60,
        )
    return None


def _merely_early(runs: Compared, smaller: str) -> Finding | None:
    """A run of next to no steps: no size is too large that gets all of the way in an ordinary number."""
    if runs.case.horizon >= FEW or runs.cut_off or not np.isfinite(runs.user.final):
        return None
    proof = runs.proof
    cured, name = runs.longer()
    if cured and runs.share(runs.made[name].final) > max(LEARNT, runs.share(runs.made[smaller].final)):
        return stopped(runs, name)
    runs.proof = proof
    return None


def _longer(runs: Compared) -> Finding | None:
    """Many times the steps, when ten times the step would be about as far as it may go."""
    case = runs.case
    if runs.cut_off:  # by our time, not by the loop
        return None
    fast = runs.run("moves times 30", lambda: case.user_with(scale=30.0))
    if fast >= 0.85 and not short(case) and not _ample(case):
        return None
    if _cut(runs.made["moves times 30"]):  # more steps take more time than there is
        return small(runs, 30.0, "moves times 30") if runs.ahead("moves times 30") else None
    proof = runs.proof
    cured, name = runs.longer()
    if cured and runs.worse_unseen(steps=runs.made[name].planned):  # what it gains is learnt by heart
        runs.proof, runs.by_heart = proof, True
        return None
    if cured:
        return faded(runs) or _much_larger(runs, name) or stopped(runs, name)
    return None


def _much_larger(runs: Compared, longer: str) -> Finding | None:
    """A step so small that many times the steps still end on the way, where a far larger one gets there."""
    if short(runs.case) or _ample(runs.case) or runs.share(runs.made[longer].final) >= LEARNT:
        return None
    for scale in (100.0, 1e3):
        name = f"moves times {scale:g}"
        if runs.run(name, partial(runs.case.user_with, scale=scale)) >= LEARNT:
            runs.proof = name
            return small(runs, scale, name)
    return None


def _cut(run: Run) -> bool:
    """Whether a run came to no end and to no harm before the time for it was up."""
    return 0 < run.steps < run.planned and bool(np.isfinite(run.final))


def stopped(runs: Compared, name: str) -> Finding:
    """The finding that a loop would get there in the steps of the run of this name."""
    return early(runs.user, runs.made[name])


def early(run: Run, longer: Run) -> Finding:
    """The finding that a loop stops before the longer run of it shows where it leads.

    What is told is the loss after each last step; of runs that jump about the median of the last looks.
    """
    now, later = (number(r.losses[-1] if r.descends else r.final) for r in (run, longer))
    return Finding(
        "too_few_steps", "step", "the loop is on its way and stopped early",
        f"after {run.steps} steps the loss is {now}, after {longer.steps} it is {later}",
        f"take about {longer.planned} steps", 0.85, 60)  # fmt: skip


def _larger(runs: Compared) -> Finding | None:
    """Whether larger moves cure; a loop that ends well above its start goes in no right direction."""
    case, run = runs.case, runs.user
    if run.final > run.start + 0.1 * (run.start - runs.goal):
        return None
    steps, least = min(case.horizon, 5000), 0.0
    if runs.cut_off:  # the steps that are missing would have gone some way, too
        least = 10 * runs.user.planned / max(runs.user.steps, 1)
    for scale in (10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8):
        if scale < least:
            continue
        name = f"moves times {scale:g}"
        if runs.cured(name, partial(case.user_with, scale=scale, steps=steps)):
            return small(runs, scale, name)
        run = runs.made[name]
        if _cut(run) and runs.ahead(name):
            return small(runs, scale, name)
        way = (run.start - run.final) / max(run.start - runs.goal, 1e-300)
        if way > 0.9 and _hardly_moved(runs):
            return small(runs, scale, name)
        if not np.isfinite(run.final):  # still larger steps break, too
            return None
        least = scale * 100 if abs(way) < 1e-3 else scale * 30 if abs(way) < 1e-2 else 0.0
    return None


def small(runs: Compared, scale: float, name: str) -> Finding:
    """The finding that the step is too small, or divided by the rows twice."""
    case = runs.case
    twice = shrinks(case)
    evidence = (
        f"as written the loss ends at {number(runs.user.final)}; with moves {number(scale)} times as large "
        f"it is at {number(runs.made[name].final)} after {runs.made[name].steps} steps"
    )
    rate = case.rule.lr if case.rule is not None else 0.0
    few = case.own_rows is not None and case.n < 8  # drawn rows, of whose number many a rate is a fraction
    if not twice and not few and rate > 0 and not is_round(rate) and is_round(rate * case.n):
        return _once_more(
            evidence + f"; its rate {number(rate)} is {number(rate * case.n)} divided by n = {case.n}", 0.85
        )
    if twice:
        return _once_more(evidence + "; the step shrinks as 1/n with the batch", 0.9)
    each = rate / case.size
    if rate > 0 and digits(each * case.n) < min(digits(each), 3) and grows(case):
        return _once_more(
            evidence + f"; it goes half as far with half the rows: the sum over a batch of {case.size} is "
            f"divided by all {case.n} rows, with rate {number(each * case.n)}", 0.85)  # fmt: skip
    return Finding("lr_too_small", "step", "the step is too small: right direction, hardly any way",
                   evidence, f"multiply the step size by about {number(scale)}", 0.9, 60)  # fmt: skip


def nothing_to_learn(case: Case) -> Finding:
    return Finding(
        "labels_misaligned",
        "data",
        "nothing in X tells anything about y: rows and targets do not belong together",
        "a model fitted to three quarters of the rows predicts the rest no better than a constant",
        "check that X and y are shuffled, sorted and filtered together",
        0.8,
        66,
    )
