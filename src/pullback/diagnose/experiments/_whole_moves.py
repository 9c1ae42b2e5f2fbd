"""Part of the data experiment: steps that keep only the whole part of what they are given.

A velocity, or a gradient, that is kept in an array of whole numbers loses its fraction: what is below one
moves nothing, and all else moves by whole multiples of one length. The parameters are fractions still.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.updates._moves import one_move

LARGER = (1.0, 4.0, 16.0)
"""How many times the generic point's weights are taken: larger slopes have a whole part."""
LEAST, MOST = 8, 200
"""Entries that have to move, and the multiple up to which whole numbers are told from others."""


def whole_moves(case: Case) -> str:
    """How it shows that first moves are whole parts of multiples of the gradient; else nothing."""
    if not case.patient.has_step or sum(x.size for x in case.leaves) < 2 * LEAST:
        return ""
    for larger in LARGER:
        start = [larger * np.asarray(x, float) for x in case.generic]
        rows = case.patient.batch(0)
        try:
            body = case.patient.begun()
            moved = joined(one_move(body, start, body.X[rows], body.y[rows]))
            slopes = case.gradient(start, case.X[rows], case.y[rows])
        except Exception:  # a loop that breaks there says nothing of whole numbers
            return ""
        slope = joined(slopes)
        told = _cut_off(moved, slope) if moved.shape == slope.shape else None
        if told is None:
            return ""
        if told:
            return told
    return ""


def _cut_off(moved: np.ndarray, slope: np.ndarray) -> str | None:
    """Whether moves are whole parts of so many times the slope; empty where too little moves to tell.

    None where they are not: most steps end it by the first look, as they move all that has a slope. The whole
    part is told from a step by the sign, or by the largest alone, where the multiples are several.
    """
    if not (np.isfinite(moved).all() and np.isfinite(slope).all()) or not slope.any():
        return None
    sloping = np.abs(slope) > 1e-6 * np.abs(slope).max()
    moving = moved != 0
    if (moving & ~sloping).any() or np.mean(moving[sloping]) > 0.9:
        return None
    if moving.sum() < LEAST:
        return ""
    size = np.abs(moved[moving])
    length = float(size.min())
    times = np.round(size / length)
    if np.abs(size / length - times).max() > 0.01 or times.max() > MOST:
        return None
    if times.max() < 2:
        return ""
    whole = np.zeros(len(moved))
    whole[moving] = times
    steep = np.abs(slope[sloping])
    least, most = (whole[sloping] / steep).max(), ((whole[sloping] + 1) / steep).min()
    if least > most * (1 + 1e-6) or (np.sign(moved) * np.sign(slope))[moving].max() > 0:
        return None
    return (f"of {int(sloping.sum())} entries with a slope {int(moving.sum())} move in the first step, each "
            f"by a whole multiple of one length, 1 to {int(times.max())} times")  # fmt: skip
