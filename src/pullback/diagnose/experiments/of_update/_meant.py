"""Parts of the update experiment: steps that fit no usual rule, and are meant as they are."""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.updates._moves import Moves, norm


def sized_by_norms(moves: Moves, grads: list[Leaves], moving: list[int]) -> bool:
    """Whether parameters move along their gradients as far as norms tell them, step after step.

    The factor times the gradient's norm is constant, or the gradient's norm over the weights' (a trust
    ratio), beside a rate that may have a schedule: that of the parameters without it, or what all with it
    have in common. So it is where gradients are cut to a length of each parameter's own. A stray factor
    stays one and the same. Single numbers alone tell nothing: any move of one
    goes along its gradient, and may pass for the schedule of another.
    """
    steps = range(len(grads))
    if len(grads) < 4 or all(grads[0][k].size == 1 for k in moving):
        return False
    factors = {k: factors_along([moves.move(t)[k] for t in steps], [g[k] for g in grads]) for k in moving}
    told = {k: f for k, f in factors.items() if f is not None}
    if len(told) < len(moving):
        return False
    rates = [np.ones(len(grads)), *told.values()]
    rates += [x for k, f in told.items() for x in _by_norms(f, moves, grads, k)] if len(told) > 1 else []
    bound = np.max(list(told.values()), axis=0)
    return any(_explains(rate, told, moves, grads) for rate in rates) or any(
        _cut_in_length(rate, told, moves, grads) for rate in (bound, np.full(len(grads), bound.max()))
    )  # fmt: skip


def _explains(rate: np.ndarray, told: dict[int, np.ndarray], moves: Moves, grads: list[Leaves]) -> bool:
    """Whether at this rate each parameter follows its gradient, as it is or sized by norms, and some so."""
    rest = {k: f / rate for k, f in told.items() if not np.allclose(f, rate, rtol=1e-3)}
    return bool(rest) and all(
        np.ptp(f) > 1e-2 * f.max() and any(np.ptp(x) < 1e-3 * x.max() for x in _by_norms(f, moves, grads, k))
        for k, f in rest.items()
    )


def _cut_in_length(rate: np.ndarray, told: dict[int, np.ndarray], moves: Moves, grads: list[Leaves]) -> bool:
    """Whether each parameter follows its gradient at this rate up to a length of its own, and that far then.

    The length may be a share of the weights' norm. One that is met in two steps or more, of gradients of
    unlike norms, is no accident.
    """
    met = 0
    for k, f in told.items():
        beyond = ~np.isclose(f, rate, rtol=1e-3)
        fits = [
            x for x in _by_norms(f / rate, moves, grads, k)
            if np.allclose(x[beyond], x.max(), rtol=1e-3, atol=0)
        ]  # fmt: skip
        if not fits:
            return False
        norms = np.array([norm([g[k]]) for g in grads])[beyond]
        met += beyond.sum() > 1 and np.ptp(norms) > 1e-2 * norms.max() and grads[0][k].size > 1
    return met > 0


def cut_alike(move: Leaves, rates: dict[int, float]) -> bool:
    """Whether some parameters move along their gradients exactly as far as each other, all others less far.

    These others have one rate, the largest. Two of several numbers that move equally far are no accident.
    """
    lengths = {k: norm([move[k]]) for k in rates}
    longest = max(lengths.values())
    cut = [k for k, x in lengths.items() if x > (1 - 1e-7) * longest]
    rest = [rate for k, rate in rates.items() if k not in cut]
    return sum(move[k].size > 1 for k in cut) > 1 and all(
        abs(rate / max(rates.values()) - 1) < 1e-6 for rate in rest
    )


def _by_norms(factors: np.ndarray, moves: Moves, grads: list[Leaves], k: int) -> list[np.ndarray]:
    slopes = factors * [norm([g[k]]) for g in grads]
    weights = np.array([norm([before[k]]) for before in moves.before])
    return [slopes, slopes / weights] if weights.all() else [slopes]


def factors_along(moved: Leaves, grads: Leaves) -> np.ndarray | None:
    """By step the multiple of its gradient that a parameter moves downhill; None where it is none."""
    out = [-float(np.sum(m * g)) / float(np.sum(g * g) or 1.0) for m, g in zip(moved, grads, strict=True)]
    along = (norm([m + f * g]) < 1e-6 * norm([m]) for f, m, g in zip(out, moved, grads, strict=True))
    return np.array(out) if all(along) and min(out) > 0 else None


def extrapolated(case: Case) -> bool:
    """Whether the gradient is taken some way up or down the gradient, and the step goes along it.

    So do the midpoint method and those that look for flat places; the mean of both gradients is Heun's.
    """
    heard = case.listened
    if heard is None or any(len(asked) < 2 for asked in heard.asked):
        return False
    return all(
        _goes_by(case, before, asked[-1], move, *case.batch(t))
        for t, (before, asked, move) in enumerate(zip(heard.before, heard.asked, heard.moves, strict=True))
    )


def _goes_by(case: Case, before: Leaves, asked: Leaves, move: Leaves, X: object, y: object) -> bool:
    here = case.gradient(before, X, y)
    if not _along([a - b for a, b in zip(asked, before, strict=True)], here):
        return False
    there = case.gradient(asked, X, y)
    both = [a + b for a, b in zip(here, there, strict=True)]
    return _along(move, there) < 0 or _along(move, both) < 0


def _along(way: Leaves, g: Leaves) -> float:
    """The multiple of `g` that `way` is; zero where it is none."""
    factor = sum(float(np.sum(a * b)) for a, b in zip(way, g, strict=True)) / (norm(g) ** 2 or 1.0)
    return factor if norm([a - factor * b for a, b in zip(way, g, strict=True)]) < 1e-5 * norm(way) else 0.0
