"""Parts of the treatment experiment: entries of a linear model that hardly move, as large columns hold them.

Far the most of the loss is gone once the largest column is heeded, and the intercept, or the slope of a small
column, is where it began. Of a loss that is quadratic in its parameters, the best ones are known, and so is
what each of them still has to go.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_treatment._columns import sizes_told
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.experiments.of_treatment._mending import small
from pullback.diagnose.experiments.of_treatment._uneven import column_sizes, standardised
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.network._functions import labels
from pullback.diagnose.updates._moves import norm

MOST = 40
"""The entries up to which a loss is asked how it curves along each of them."""
LEFT, BROUGHT = 0.2, 0.1
"""The share of the loss that the best parameters leave at most, noise and all, and of what they would save
the share that standardised columns leave.
"""
WORTH = 1e-3
"""The share of a constant's loss that is worth the way: without noise any loss is many times none."""
STILL = 0.2
"""The share of its way up to which an entry has hardly moved."""
LARGER = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""Multiples of the step that are tried on the columns as they are, up to the first that runs away."""


def stalled(runs: Compared) -> Finding | None:
    """Entries that stay where they began, and arrive in as many steps once the columns are standardised."""
    case, Z = runs.case, standardised(runs.case)
    linear = case.rule is not None and case.rule.name == "linear" and not labels(case.y)
    if Z is None or not linear or runs.cut_off or not np.isfinite(runs.user.final):
        return None
    told = _resting(runs)
    other = told and _curves(case, Z)
    if not told or not other:
        return None
    words, best, steepness = told
    scale = steepness / float(np.linalg.norm(other[0], 2))
    name = f"inputs standardised, moves times {number(scale)}"
    judge = lambda leaves: case.judge_on(leaves, Z, case.y)  # noqa: E731
    runs.run(name, partial(case.user_with, data=(Z, case.y), judge=judge, scale=scale))
    bar = best + BROUGHT * (runs.user.final - best)
    if not runs.made[name].final < bar:
        return None
    ends = {s: runs.made[_moves(s)].final for s in _served(runs)}
    larger = min(ends, key=lambda s: ends[s] if np.isfinite(ends[s]) else np.inf)
    least = min(ends[larger], runs.user.final)
    if least < bar:
        runs.proof = _moves(larger)
        return small(runs, larger, _moves(larger))
    runs.proof = name
    return Finding(
        "inputs_unscaled", "X", "the step that the largest column bears leaves others where they were",
        f"{sizes_told(column_sizes(case))}; {words}; standardised, the same loop ends at "
        f"{number(runs.made[name].final)}, by the best of the larger steps at {number(least)}",
        "subtract each column's mean and divide by its deviation", 0.9, 64)  # fmt: skip


def _resting(runs: Compared) -> tuple[str, float, float] | None:
    """Which entry hardly moved, in words, the least loss there is, and how steeply the loss curves.

    None where all have moved, or what they would save is little beside the noise that is left.
    """
    case, ended = runs.case, runs.user.leaves
    curve = _curves(case, case.X) if len(ended) == len(case.leaves) else None
    if curve is None or not 2 * len(curve[0]) < case.n:
        return None
    bend, slope = curve
    begun, at = joined(case.leaves), joined(ended)
    target = begun - np.linalg.lstsq(bend, slope, rcond=1e-14)[0]
    best = case.judge(_parted(case, target))
    noise, saved = best * case.n / (case.n - len(begun)), runs.user.final - best
    if not (noise < LEFT * runs.user.final and saved > WORTH * runs.base):
        return None
    way, rest = np.abs(target - begun), np.abs(target - at)
    cost = np.where(rest > (1 - STILL) * way, np.diag(bend) * np.minimum(way, rest) ** 2 / 2, 0.0)
    k = int(cost.argmax())
    if not cost[k] > saved / 2:
        return None
    words = (
        f"the parameter that began at {number(float(begun[k]))} is at {number(float(at[k]))}, best would be "
        f"{number(float(target[k]))}; of a loss of {number(runs.user.final)} the best leave {number(best)}"
    )
    return words, best, float(np.linalg.norm(bend, 2))


def _curves(case: Case, X: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """The second derivatives of the judged rows' loss and its slope at the start, where it is quadratic."""
    entries = sum(x.size for x in case.leaves)
    if entries > MOST:
        return None
    rows, begun = (X[case.judged], case.y[case.judged]), joined(case.leaves)

    def at(flat: np.ndarray) -> np.ndarray:
        return joined(case.gradient(_parted(case, flat), *rows))

    slope = at(begun)
    bend = np.array([at(begun + one) - slope for one in np.eye(entries)])
    way = np.random.default_rng(0).standard_normal(entries)
    off = at(begun + way) - slope - bend @ way
    straight = norm(off) < 1e-6 * (norm(bend @ way) + norm(slope))
    return (bend, slope) if straight else None


def _parted(case: Case, flat: np.ndarray) -> list[np.ndarray]:
    """The entries in one line as the parameters that hold them."""
    ends = np.cumsum([x.size for x in case.leaves])[:-1]
    return [part.reshape(x.shape) for part, x in zip(np.split(flat, ends), case.leaves, strict=True)]


def _served(runs: Compared) -> list[float]:
    """The larger steps that were tried on the columns as they are, up to the first that does no better."""
    tried: list[float] = []
    for scale in LARGER:
        runs.run(_moves(scale), partial(runs.case.user_with, scale=scale))
        tried.append(scale)
        if not runs.made[_moves(scale)].final < runs.user.final:
            break
    return tried


def _moves(scale: float) -> str:
    return f"moves times {scale:g}"
