"""Parts of the gradient experiment: an observed gradient against the true one, parameter by parameter."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.loops._leaves import joined


@dataclass
class Match:
    """An observed gradient against the true one: factor and remainder by parameter."""

    factors: list[float]
    gaps: list[float]
    zero: list[bool]
    single: list[bool] = field(default_factory=list)

    def telling(self) -> list[int]:
        """The parameters whose gradient has a direction; single numbers only where there is nothing else."""
        some = [k for k, none in enumerate(self.zero) if not none]
        return [k for k in some if not self.single[k]] or some

    def wrong(self, common: float, loose: float = 1e-4) -> list[int]:
        return [
            k for k, (f, gap) in enumerate(zip(self.factors, self.gaps, strict=True))
            if gap > loose or abs(f / common - 1) > loose
        ]  # fmt: skip


def compare(observed: Leaves, true: Leaves) -> Match:
    """Per parameter the best factor `f` and |observed - f true| / |observed|."""
    factors, gaps, zero = [], [], []
    size = np.sqrt(sum(float(np.sum(t * t)) for t in true)) or 1.0
    for o, t in zip(observed, true, strict=True):
        tt, oo = float(np.sum(t * t)), float(np.sum(o * o))
        none = tt <= (1e-9 * size) ** 2
        f = float(np.sum(o * t)) / tt if not none else 1.0
        left = float(np.sum((o - f * t) ** 2))
        factors.append(f)
        gaps.append(float(np.sqrt(left / oo)) if oo > 0 else (0.0 if none else 1.0))
        zero.append(none)
    return Match(factors, gaps, zero, [t.size == 1 for t in true])


def consensus(match: Match) -> float:
    """The factor most parameters agree on, single numbers only with another that has a direction."""
    good = [k for k, (f, g, z) in enumerate(zip(match.factors, match.gaps, match.zero, strict=True))
            if g < 1e-4 and not z and f != 0]  # fmt: skip
    told = [k for k in match.telling() if k in good]
    f = match.factors
    counts = [(sum(abs(f[j] / f[k] - 1) < 1e-4 for j in good), abs(f[k] - 1) < 1e-4, k) for k in told]
    return f[max(counts)[2]] if counts else 1.0


def downhill(match: Match, common: float) -> float:
    """The factor of a gradient as it should be, where the one most parameters agree on is below zero.

    Where other parameters go downhill the way is known, however many go up: those are what is wrong. Single
    numbers agree with any factor, and speak only where theirs has the same size.
    """
    others = [
        f for f, gap, zero, single in zip(match.factors, match.gaps, match.zero, match.single, strict=True)
        if f > 0 and gap < 1e-4 and not zero and (not single or abs(f / common + 1) < 1e-4)
    ]  # fmt: skip
    return -common if common < 0 and others else common


@dataclass
class Seen:
    """A gradient that came and the true one: which parameters are wrong, the common factor taken out."""

    case: Case
    observed: Leaves
    tape: Tape | None
    true: Leaves
    match: Match
    bad: list[int]
    common: float = 1.0
    after: Leaves | None = None


def cosine(a: Leaves, b: Leaves, over: list[int]) -> float:
    """The cosine between two gradients, in which each of these parameters counts the same."""
    x = np.concatenate([np.ravel(a[k]) / (np.linalg.norm(a[k]) or 1) for k in over])
    z = np.concatenate([np.ravel(b[k]) / (np.linalg.norm(b[k]) or 1) for k in over])
    if not (np.isfinite(x).all() and np.isfinite(z).all()):
        return 0.0
    return float(x @ z / ((np.linalg.norm(x) * np.linalg.norm(z)) or 1))


def along(observed: Leaves, grads: Leaves, penalty: Leaves) -> bool:
    """Whether what is observed is a multiple of a gradient, with any multiple of the penalty's beside it."""
    o, *parts = (joined(xs) for xs in (observed, grads, penalty) if xs)
    A = np.stack([g for g in parts if g.any()] or parts, 1)
    if not parts[0].any() or not np.isfinite(A).all() or len(o) < 4 * A.shape[1]:
        return False
    factors = np.linalg.lstsq(A, o, rcond=None)[0]
    return bool(factors[0] > 0 and np.linalg.norm(o - A @ factors) < 1e-5 * np.linalg.norm(o))
