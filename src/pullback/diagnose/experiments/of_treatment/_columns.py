"""Parts of the treatment experiment: features on scales that one step size cannot serve together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_treatment._comparing import (
    CURED,
    ENOUGH,
    Compared,
    column_sizes,
    uneven,
)
from pullback.diagnose.training._runs import Run


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
