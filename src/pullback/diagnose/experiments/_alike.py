"""Part of the units experiment: weights that start alike and stay alike."""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose._fresh import units
from pullback.diagnose.loops._sandbox import Failure


def as_one(case: Case) -> Finding | None:
    """Weights filled with one value whose entries have so few slopes that most of them move as one.

    That needs no layers: of one long vector, too, entries that start alike and move alike stay alike. What
    is filled and moves entry by entry (a linear model's zeros) is well started. Biases may be zero beside it.
    """
    k = max(range(len(case.leaves)), key=lambda k: case.leaves[k].size)
    x = case.leaves[k]
    known = x.ndim > 1 and case.net is not None
    if known or x.size < 8 or not np.isfinite(x).all():
        return None
    if np.ptp(x) != 0:
        return _blocks_as_one(case, k)
    slope = _slopes(case, k)
    if slope is None:
        return None
    size = float(np.abs(slope).max())
    kinds = np.unique(np.round(slope / size, 6)) if np.isfinite(size) and size > 0 else slope[:1]
    if len(kinds) > 0.5 * x.size:
        return None
    words = ("init_zero", "all weights start at zero: no signal passes") if not x.any() else ALIKE
    return Finding(
        words[0], k, words[1],
        f"all {x.size} entries of parameter {k} are {number(float(x.flat[0]))}, and have only {len(kinds)} "
        "slopes between them", "draw the weights at random", 0.9, 70 if _rests(case, k) else 67)  # fmt: skip


ALIKE = ("init_symmetric", "the units of a layer start alike and stay alike")


def _slopes(case: Case, k: int) -> np.ndarray | None:
    """The slopes of all entries of a parameter at the start."""
    try:
        return np.ravel(case.gradient(case.leaves, case.X[case.judged], case.y[case.judged])[k])
    except Failure:
        return None


def _blocks_as_one(case: Case, k: int) -> Finding | None:
    """A vector of several layers, each filled with a value of its own: entries of one value have few slopes.

    What has no slope (a word that no row holds) says nothing. Whether they stay alike is asked of the end.
    """
    x, slope, ended = np.ravel(case.leaves[k]), _slopes(case, k), case.user.leaves
    if slope is None or not np.isfinite(slope).all() or not slope.any() or len(ended) != len(case.leaves):
        return None
    told = np.abs(slope) > 1e-9 * np.abs(slope).max()
    values, kinds = _different(x[told]), _different(x[told], slope[told])
    if told.sum() < 8 or values > 4 or kinds > 0.25 * told.sum():
        return None
    if _different(np.ravel(ended[k])[told]) > 0.5 * told.sum():
        return None
    return Finding(
        ALIKE[0], k, ALIKE[1],
        f"{int(told.sum())} entries of parameter {k} start at {values} values, and have only {kinds} slopes "
        "between them", "draw the weights at random", 0.9, 70)  # fmt: skip


def of_vectors(case: Case) -> Finding | None:
    """Units that are a vector each, and start with the same weights, or with far too large ones."""
    for layer in units(case.leaves):
        W = np.stack([case.leaves[k] for k in layer])
        size = float(W.std() * np.sqrt(W.shape[1]))
        which = f"parameters {layer[0]} to {layer[-1]}"
        if W.any() and np.allclose(W, W[:1], rtol=1e-9, atol=1e-12):
            return Finding(*_of(ALIKE, layer, f"{which} are equal"), 0.9, 70)
        if np.isfinite(size) and size > LARGE:
            words = "init_too_large", "saturated or exploding from the first step"
            return Finding(*_of(words, layer, f"{which} are {number(size)} times 1/sqrt(inputs)"), 0.9, 64)
    return None


def _of(words: tuple[str, str], layer: range, evidence: str) -> tuple[str, int, str, str, str]:
    return words[0], layer[0], words[1], evidence, "draw the weights at random, of size 1/sqrt(inputs)"


LARGE = 4.0
"""The spread of a unit's weights, times the root of their number, from which on it is too large."""


def _different(*columns: np.ndarray) -> int:
    """How many different rows these columns make, but for rounding."""
    whole = [np.round(c / (float(np.abs(c).max()) or 1.0), 6) for c in columns]
    return len(np.unique(np.stack(whole, 1), axis=0))


def _rests(case: Case, k: int) -> bool:
    """Whether of a parameter all zero next to nothing has moved by the end of the loop as written."""
    ended = case.user.leaves
    if case.leaves[k].any() or len(ended) != len(case.leaves) or not np.isfinite(ended[k]).all():
        return False
    return bool(np.mean(np.abs(ended[k]) > 1e-9) < 0.2)


def alike_for_ever(case: Case) -> list[int]:
    """Tables that multiply nothing (factors, embeddings) whose columns start equal, move, and end equal."""
    ended = case.user.leaves
    if len(ended) != len(case.leaves):
        return []
    tables = [
        k for k, x in enumerate(case.leaves) if k not in case.weights and x.ndim == 2 and min(x.shape) > 1
    ]
    moved = [
        k for k in tables if np.isfinite(ended[k]).all() and not np.array_equal(case.leaves[k], ended[k])
    ]
    return [k for k in moved if _equal_columns(case.leaves[k]) and _equal_columns(ended[k])]


def copies(case: Case) -> list[int]:
    """Weights of one shape that start with the same numbers and slopes, move, and end alike: one layer only.

    What is filled with one value is no copy of another. Copies that a step keeps alike on purpose have slopes
    of their own, of the rows that each of them is given.
    """
    ended, at = case.user.leaves, case.leaves
    if len(ended) != len(at):
        return []
    moved = [k for k, x in enumerate(at) if x.ndim > 1 and np.ptp(x) > 0 and not np.array_equal(x, ended[k])]
    same = [[k for k in moved if np.array_equal(at[k], at[first])] for first in moved]
    found = next((group for group in same if len(group) > 1), [])
    slopes = case.gradient(at, case.X[case.judged], case.y[case.judged]) if found else []
    alike = all(_near(leaves[k], leaves[found[0]]) for leaves in (ended, slopes) for k in found)
    return found if alike else []


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.allclose(a, b, rtol=1e-6, atol=1e-9 * float(np.abs(b).max())))


def _equal_columns(x: np.ndarray) -> bool:
    return any(np.allclose(y, y[:, :1], rtol=1e-9, atol=1e-12) for y in (x, x.T))


def twins(case: Case, k: int, W: np.ndarray) -> bool:
    """Whether all units of the layer have the same incoming weights."""
    io = case.fan_in(k) == W.shape[0]
    units = W.T if io else W
    if len(units) < 2:
        return False
    return bool(np.any(W) and np.allclose(units, units[0], rtol=1e-9, atol=1e-12))
