"""Units that are dead all together, seen in values of the loss alone, where no layer can be read."""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves

FAINT = 1e-12
"""The share of a loss below which a change is its rounding: a faint signal is lost there, no unit is dead."""


def silent(case: Case) -> int | None:
    """The parameter that keeps every unit at zero, where no matrix makes any difference, though none is zero.

    Units that are saturated hand down a constant that the next matrix multiplies; dead ones hand down none.
    Of the vectors one at least still speaks: the output's bias.
    """
    leaves = case.leaves
    tables = [k for k, x in enumerate(leaves) if x.ndim >= 2 and min(x.shape) > 1]
    others = [k for k, x in enumerate(leaves) if k not in tables and x.size and x.dtype.kind == "f"]
    before = case.judge(leaves)
    if not tables or not np.isfinite(before) or not all(np.any(leaves[k]) for k in tables):
        return None
    held = [k for k in others if np.max(leaves[k]) < 0]
    if not held and (len(tables) < 2 or _judged(case, leaves, tables[0]) != before):
        return None
    mute = [k for k in tables if _judged(case, leaves, k) == before]
    if not mute or all(_judged(case, leaves, k) == before for k in others):
        return None
    if len(tables) < 2 or mute != tables:
        return _at_a_constant(case, mute, held, before)
    for k in others:
        freed = [0 * x if j == k else x for j, x in enumerate(leaves)]
        if np.mean(leaves[k]) < 0 and any(_judged(case, freed, j) != case.judge(freed) for j in tables):
            return k
    fresh = [x - x.mean() if k in tables else x for k, x in enumerate(leaves)]
    now, heard = case.judge(fresh), [_judged(case, fresh, k) for k in tables]
    return tables[0] if any(abs(loss - now) > FAINT * abs(now) for loss in heard) else None


def _at_a_constant(case: Case, mute: list[int], held: list[int], before: float) -> int | None:
    """The bias that holds all units before it below zero, where they hand on a constant that is not zero.

    What it mutes speaks where it is zero, and where its sign is turned, where units that saturate are flat.
    """
    leaves = case.leaves
    for k in (k for k in held if _judged(case, leaves, k) == before):
        opened = [[c * x if j == k else x for j, x in enumerate(leaves)] for c in (0, -1)]
        louder = [[abs(_judged(case, at, j) - case.judge(at)) for j in mute] for at in opened]
        if min(louder[0]) > 0 and all(b > 0.1 * a for a, b in zip(*louder, strict=True)):
            return k
    return None


def muted(case: Case) -> int | None:
    """The vector that multiplies all that passes and starts at zero, and stays there when the loop has run.

    No matrix makes any difference; a hair's breadth away from zero all do, on either side: above alone where
    it is a bias whose units other weights hold down. Last weights that start at zero have a slope, and leave.
    """
    leaves, inside = case.leaves, set(case.weights)
    tables = [k for k, x in enumerate(leaves) if x.ndim >= 2 and min(x.shape) > 1]
    others = [k for k, x in enumerate(leaves) if k not in inside.union(tables) and x.size > 1]
    zero = [k for k in others if not leaves[k].any()]
    before = case.judge(leaves) if zero and tables and all(np.any(leaves[k]) for k in tables) else np.nan
    if not np.isfinite(before) or any(_judged(case, leaves, k) != before for k in tables):
        return None

    def speak(but: int = -1, times: float = 0.0) -> bool:
        freed = [x + 1e-3 * (times if k == but else k in zero) for k, x in enumerate(leaves)]
        return all(_judged(case, freed, k) != case.judge(freed) for k in tables)

    ended = case.user.leaves if speak() else []
    stay = [k for k in zero if len(ended) == len(leaves) and not ended[k].any()]
    return next((k for k in stay if not speak(k) and speak(k, -1.0)), None)


def _judged(case: Case, leaves: Leaves, k: int) -> float:
    """The loss with one parameter moved a little, to one side."""
    rng = np.random.default_rng(k)
    size = 1e-3 * (float(np.abs(leaves[k]).max()) or 1.0)
    return case.judge(
        [x + size * rng.standard_normal(x.shape) if j == k else x for j, x in enumerate(leaves)]
    )
