"""Parts of the treatment experiment: features on scales that one step size cannot serve together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._columnwise import means_and_deviations
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._first_inputs import first_inputs
from pullback.diagnose.experiments.of_treatment._comparing import CURED, ENOUGH, Compared
from pullback.diagnose.experiments.of_treatment._uneven import column_sizes, standardised, uneven
from pullback.diagnose.training._runs import Run

SMALL, LARGE = 0.15, 3.0
"""Sizes that no largest column has in a table brought to scale, be it by deviations or to 0 .. 1."""
SERVED, NEAR = 0.9, 0.03
"""The share of the way from which on a smaller step serves columns of one size, and how small it may be."""
STEPS = (0.1, 0.3, 10.0, 3.0, 0.03, 0.01, 0.001, 30.0, 100.0, 1e3)
"""Multiples of the step that the columns as they are may be served by, likeliest first."""


def unlike_scales(runs: Compared) -> Finding | None:
    """Columns of X on unlike or unusual scales, and whether standardising them cures."""
    case, Z = runs.case, uneven(runs.case)
    if Z is None:
        return None
    judge = lambda leaves: case.judge_on(leaves, Z, case.y)  # noqa: E731
    even = partial(case.user_with, data=(Z, case.y), judge=judge)
    how = "the same loop learns"
    if not runs.cured("inputs standardised", even) and not _at_other_steps(runs, even):
        scale = _steeper(case, Z)
        if scale < 3 or not _only_standardised(runs, Z, even, scale):
            return None
        how = f"with moves {number(scale)} times as large, the loop learns what no other step gets from these"
    return Finding(
        "inputs_unscaled",
        "X",
        "the features are on scales that one step size cannot serve",
        f"{sizes_told(column_sizes(case))}; standardised, {how}",
        "subtract each column's mean and divide by its deviation",
        0.95,
        64,
    )


def sizes_told(sizes: np.ndarray) -> str:
    low, high = number(float(sizes.min())), number(float(sizes.max()))
    return f"the columns' sizes go from {low} to {high}" if len(sizes) > 1 else f"the column's size is {low}"


def _at_other_steps(runs: Compared, even: Callable[..., Run]) -> bool:
    """Whether a loop that gets nowhere learns from standardised columns with a step of another order."""
    if runs.share(runs.user.final) >= ENOUGH:
        return False
    tries = {f"inputs standardised, moves times {s:g}": partial(even, scale=s) for s in (0.1, 10, 100)}
    return max(runs.run(name, make) for name, make in tries.items()) >= CURED


def _steeper(case: Case, Z: np.ndarray) -> float:
    """How much larger steps standardised columns bear, where moves are a multiple of the gradient.

    A first layer's loss curves as the largest eigenvalue of X'X, and that is what its step has to suit.
    """
    if case.rule is not None and case.rule.name != "linear":
        return 1.0
    ones = np.ones((len(case.judged), 1))
    tables = (np.hstack([np.asarray(x, float).reshape(case.n, -1)[case.judged], ones]) for x in (case.X, Z))
    raw, standard = (float(np.linalg.norm(table, 2)) for table in tables)
    return (raw / standard) ** 2


def _only_standardised(runs: Compared, Z: np.ndarray, even: Callable[..., Run], scale: float) -> bool:
    """Whether standardised columns and the step they bear learn what no step learns from these."""
    case, name = runs.case, f"inputs standardised, moves times {number(scale)}"
    if not runs.cured(name, partial(even, scale=scale)):
        return False
    got = runs.share(runs.made[name].final)
    for other in (0.1, 3.0, 10.0, 100.0, 1e3):
        raw = runs.run(f"moves times {other:g}", partial(case.user_with, scale=other))
        if not got > raw + 0.5 * (1 - raw):
            return False
    runs.proof = name
    return not runs.as_good_unseen or runs.better_unseen(table=Z, scale=scale)


def served_by_no_step(runs: Compared) -> Finding | None:
    """Columns away from zero or of unusual size, where standardised ones leave what no step leaves of these.

    A step that cures speaks for the step alone where it does as well: the loop as it is gets every step
    there is and as many of them as it was to take; the columns standardised its own, or three times it.
    """
    case, Z = runs.case, standardised(runs.case)
    if Z is None or not _aside(case):
        return None
    planned = runs.user.planned if not np.isfinite(runs.user.final) else case.horizon
    whole = partial(case.user_with, steps=planned)
    even = partial(whole, data=(Z, case.y), judge=lambda leaves: case.judge_on(leaves, Z, case.y))
    ended = "" if planned == case.horizon <= 5000 else f" for {planned} steps"
    standard = {f"inputs standardised{ended}": 1.0, f"inputs standardised, moves times 3{ended}": 3.0}
    got = {name: runs.run(name, partial(even, scale=s)) for name, s in standard.items()}
    raw: dict[float, float] = {}
    for s in STEPS:
        raw[s] = runs.run(f"moves times {s:g}{ended}", partial(whole, scale=s))
        needed = max((1 + max(raw.values())) / 2, CURED)
        if max(raw.values()) >= 1 or case.left() < 0.2 * case.budget or not max(got.values()) > needed:
            return None
    other = max(raw, key=raw.__getitem__)
    name, best = next(name for name in got if got[name] > needed), f"moves times {other:g}{ended}"
    if _serves_alike(case, raw):
        return None
    if case.n >= 60 and not runs.as_good_by_columns(Z, standard[name], other, planned):
        return None
    runs.proof = name
    return Finding(
        "inputs_unscaled", "X", "the features are on scales that no one step size serves",
        f"{sizes_told(column_sizes(case))}; of {len(STEPS)} other steps the best ends at "
        f"{number(runs.made[best].final)}, {name} at {number(runs.made[name].final)}",
        "subtract each column's mean and divide by its deviation", 0.9, 64)  # fmt: skip


def _serves_alike(case: Case, got: dict[float, float]) -> bool:
    """Whether a step not many times smaller gets nearly all of the way with columns of one size."""
    sizes = column_sizes(case)
    served = any(share >= SERVED and NEAR <= scale < 1 for scale, share in got.items())
    return served and bool(sizes.max() < LARGE * sizes.min())


def _aside(case: Case) -> bool:
    """Whether columns are larger or smaller than those that are brought to scale, or lie far from zero."""
    mean, deviation = means_and_deviations(first_inputs(case))
    sizes = column_sizes(case)
    moving = deviation > 0
    far = (np.abs(mean) > 2 * deviation)[moving].any() and len(mean) < 10
    return bool(sizes.max() > LARGE or sizes.max() < SMALL or far)
