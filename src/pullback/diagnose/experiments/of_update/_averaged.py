"""Part of the update experiment: the gradient of a step that draws noise, such as a dropout mask, anew.

One draw is off the gradient of the loss by the noise, and no mistake gives it to rounding. The mean of many
draws from one point, on the same rows, has the direction of the gradient that is meant, or of the mistake.
"""

from __future__ import annotations

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.backward._spoiled import mistakes
from pullback.diagnose.experiments.of_gradient._match import cosine
from pullback.diagnose.experiments.of_gradient._sharing import draws, draws_anew

DRAWS = 32
ALIKE, UNLIKE = 0.9, 0.5
"""From the one on, a mean of draws has a gradient's direction; up to the other, it has not."""
FLIPPED = 0.7
"""From this cosine on all parameters agree with the true gradient, or with its negative."""


def averaged(case: Case, true: Leaves, moving: list[int], fixes: dict[str, str]) -> list[Finding]:
    """The mistake whose gradient the mean of many draws has, where it does not have the true one's."""
    if case.tape is None or case.size < 2 or not draws_anew(case):
        return []
    if case.own_rows is not None:  # what is drawn are rows: the mean is that of all
        true = case.gradient(case.generic, case.X, case.y)
    mean = _mean_move(case)
    along = {k: cosine(mean, true, [k]) for k in moving if true[k].size > 2}
    bad = [k for k, c in along.items() if c < UNLIKE]
    if not bad:
        return []
    flipped = all(c < -FLIPPED if k in bad else c > FLIPPED for k, c in along.items())
    if flipped:
        named, words, nearest = "grad_sign_flipped", "its sign is flipped", min(-along[k] for k in bad)
    else:
        named, words, nearest = _nearest(case, mean, along)
        if nearest < ALIKE:
            return []
    where = "step" if len(bad) == len(along) else bad[0]
    evidence = (
        f"the mean of {DRAWS} draws has a cosine of {number(along[bad[0]])} with the true gradient of "
        f"parameter {bad[0]}; with this mistake's at least {number(nearest)}"
    )
    return [Finding(named, where, words, evidence, fixes[named], 0.8, 80)]


def _mean_move(case: Case) -> Leaves:
    """What one step takes away, as the mean of many from the same point on the same rows."""
    return [-sum(parts) / DRAWS for parts in zip(*draws(case, DRAWS), strict=True)]


def _nearest(case: Case, mean: Leaves, along: dict[int, float]) -> tuple[str, str, float]:
    """The mistake that every parameter's mean agrees with best, by the one that agrees least."""
    best = ("", "", 0.0)
    assert case.tape is not None
    for claim in mistakes(case.tape):
        if claim.partial:
            continue
        least = min(cosine(mean, claim.grads, [k]) for k in along)
        if least > best[2]:
            best = (claim.id, claim.words, least)
    return best
