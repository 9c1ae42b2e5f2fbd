"""Parts of the update experiment: what adaptive rules divide by, read off the moves.

A move entry by entry is n / d: `n` the gradient or a mean of gradients, `d` the root of what is kept of their
squares. With `n` known, (n / u)**2 is a sum of this and the earlier squares, and its weights tell the memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose._kept import factor_kept, kept_after
from pullback.diagnose._moves import Moves, Rule

_FIX = "v = beta2 v + (1 - beta2) g**2, and divide by its root"


def _wrong(words: str, evidence: str) -> list[Finding]:
    return [Finding("momentum_state_wrong", "step", words, evidence, _FIX, 1.0, 81)]


def root_of_signed(moves: Moves, grads: list[Leaves]) -> list[Finding]:
    """Whether the first move is no number just where the gradient is negative: a root of no squares."""
    u, g = (np.concatenate([x.ravel() for x in xs]) for xs in (moves.move(0), grads[0]))
    down, up = np.isfinite(u) & (g > 0), ~np.isfinite(u) & (g < 0)
    if min(down.sum(), up.sum()) < 3 or not np.isfinite(g).all() or not (down | up | (g == 0)).all():
        return []
    return _wrong(
        "the gradients themselves are kept where their squares are meant: the root has no value",
        f"in one step {int(up.sum())} numbers become NaN, all those whose gradient is negative",
    )


def squares_kept_wrong(moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Finding]:
    """Whether the moves divide by a memory of squares that nobody means: one that grows, or hardly lasts."""
    count = min(len(grads), 5)
    joined = [np.concatenate([x[k].ravel() for k in moving]) for x in grads[:count]]
    steps = [np.concatenate([moves.move(t)[k].ravel() for k in moving]) for t in range(count)]
    if count < 4 or len(joined[0]) < 4 * count:
        return []
    for beta, means in _means(joined):
        ratios = _ratios(steps, joined, means)
        if ratios is None:
            continue
        told = f"the moves divide by squares of which {number(ratios[0])} times the last ones are kept"
        told += f"; the mean of gradients keeps {beta}" if beta else ""
        if min(ratios) > 1 + 1e-3:
            return _wrong("what is kept of earlier squares grows from step to step", told)
        if max(ratios) < 0.35 and np.ptp(ratios) < 1e-3:
            return _wrong("the squares hardly last: the coefficients stand on the wrong terms", told)
        return []
    return []


def _means(grads: list[np.ndarray]) -> Iterator[tuple[float, list[np.ndarray]]]:
    """The gradients themselves, and their means by the usual coefficients."""
    yield 0.0, grads
    for beta in (0.9, 0.95, 0.8, 0.5, 0.99):
        kept, out = np.zeros(grads[0].shape), []
        for g in grads:
            kept = beta * kept + (1 - beta) * g
            out.append(kept)
        yield beta, out


def _ratios(steps: list[np.ndarray], grads: list[np.ndarray], means: list[np.ndarray]) -> list[float] | None:
    """How much of the squares of the step before is kept beside this one's, step by step; None if no fit."""
    found = []
    for t in range(1, len(steps)):
        some = (steps[t] != 0) & (np.abs(grads[t]) > 1e-3 * np.abs(grads[t]).max(initial=0))
        if some.sum() < 3 * (t + 2):
            return None
        with np.errstate(all="ignore"):
            d = (means[t][some] / steps[t][some]) ** 2
            A = np.stack([*(grads[t - j][some] ** 2 / d for j in range(t + 1)), 1 / d], 1)
        if not np.isfinite(A).all():
            return None
        scale = np.sqrt((A**2).sum(0)) + 1e-300
        c = np.linalg.lstsq(A / scale, np.ones(len(A)), rcond=1e-12)[0]
        if np.abs(A / scale @ c - 1).max() > 1e-4 or c[0] <= 0:
            return None
        found.append(float(c[1] / scale[1] / (c[0] / scale[0])))
    return found


def squares_unweighted(case: Case, rule: Rule, first: Leaves) -> list[Finding]:
    """Whether squares are added whole and then corrected as a mean of them would be.

    The moves are those of a smaller rate, so only what is kept after one step tells.
    """
    if not rule.name.startswith("Adam(") or rule.name.endswith("uncorrected"):
        return []
    share = 1 - float(rule.name[:-1].rpartition(", ")[2])
    kept = factor_kept(kept_after(case.patient, case.generic), [g * g for g in first])
    if not kept or any(abs(a / share - 1) < 1e-3 for a in kept) or not any(abs(a - 1) < 1e-4 for a in kept):
        return []
    return _wrong(
        "squares are added whole to their mean, which is corrected as if they were shared",
        f"after one step 1 times the squared gradient is kept, not {number(share)} times; the moves are "
        f"{number(1 / np.sqrt(share))} times too small")  # fmt: skip
