"""The coefficients of an adaptive rule, read off its moves step by step, none of them guessed.

Entry by entry a move is u = -k m / d, where m = a m' + g keeps a share of itself, and the denominator has the
square d**2 = A g**2 + C d'**2 + B d' of the newest gradient and of what stood there before. With m' and d'
known from the step before, m**2 - u**2 d**2 = 0 is linear in products of the unknowns: they are the one
direction in which a table of some hundred entries is flat. B is what a root leaves that was written back into
the squares. Where steps are corrected for their bias, or follow a schedule, the sizes of m and d change, but
neither a nor C/A.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pullback.diagnose.updates._moves import Leaves, Moves

MOST_ENTRIES = 3000
LOOSE = 1e-3
"""How far the flat direction may be from flat, relative to the numbers in the table."""


@dataclass
class Kept:
    """One step's coefficients: what is kept of the mean, the squares, their root; and the rate."""

    mean: float
    squares: float
    rooted: bool
    rate: float


def coefficients(moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Kept]:
    """The coefficients of the second step and those after it, as far as they can be told."""
    u, g = (
        [np.concatenate([x[k].ravel() for k in moving]) for x in xs]
        for xs in ([moves.move(t) for t in range(len(grads))], grads)
    )
    some = np.all([(x != 0) & np.isfinite(x) for x in (*u, *g)], axis=0)
    if some.sum() > MOST_ENTRIES:
        some &= np.isin(np.arange(some.size), np.random.default_rng(0).permutation(np.flatnonzero(some))[
            :MOST_ENTRIES])  # fmt: skip
    u, g = [np.abs(x[some]) for x in u], [x[some] for x in g]
    if not some.any():
        return []
    found: list[Kept] = []
    m, d = g[0], np.abs(g[0]) / u[0]
    square = float(np.median(1 / u[0] ** 2))
    for t in range(1, len(g)):
        solved = _solved(u[t], g[t], m, d)
        if solved is None:
            break
        a, A, C, B = solved
        rooted = abs(B) * np.median(d) > 3 * abs(C) * np.median(d) ** 2
        found.append(Kept(a, C * square / A, bool(rooted), float(1 / np.sqrt(A))))
        m = a * m + g[t]
        d, square = np.abs(m) / u[t], A
    return found


_GRADIENT, _WITH_MEAN, _SQUARES, _ROOT = [0], [0, 1, 2], [3, 4], [5]
_MODELS = [_GRADIENT + _SQUARES, _WITH_MEAN + _SQUARES, _GRADIENT + _SQUARES + _ROOT,
           _WITH_MEAN + _SQUARES + _ROOT]  # fmt: skip
"""The fewest unknowns first: gradient or mean, over squares, or squares with their root among them."""


def _solved(u: np.ndarray, g: np.ndarray, m: np.ndarray, d: np.ndarray) -> tuple[float, ...] | None:
    """What is kept of the mean, and the weights of the newest square, the kept squares and their root."""
    large = _large(g) & _large(m)  # a small number beside the root counts for little there
    u, g, m, d = u[large], g[large], m[large], d[large]
    table = np.stack([g * g, g * m, m * m, -u * u * g * g, -u * u * d * d, -u * u * d], 1)
    for model in _MODELS:
        flat = _flat_direction(table[:, model])
        if flat is None:
            continue
        v = np.zeros(6)
        v[model] = flat / flat[0]
        a = v[1] / 2
        if abs(v[2] - a * a) < 0.02 * max(abs(a), 0.05) and v[3] > 0:
            return float(a), float(v[3]), float(v[4]), float(v[5])
    return None


def _large(x: np.ndarray) -> np.ndarray:
    x = np.abs(x)
    return np.asarray(x > min(0.03 * x.max(initial=0), float(np.quantile(x, 0.6)) if x.size else 0.0))


def _flat_direction(table: np.ndarray) -> np.ndarray | None:
    """The one combination of columns that is zero in every row; None where there is none, or are two."""
    if len(table) < 3 * table.shape[1]:
        return None
    with np.errstate(all="ignore"):
        rows = table / np.abs(table).sum(1, keepdims=True)
    scale = np.sqrt((rows**2).mean(0))
    if not np.isfinite(rows).all() or not scale.all():
        return None
    _, sizes, directions = np.linalg.svd(rows / scale, full_matrices=False)
    sizes = sizes / np.sqrt(len(table))
    if sizes[-1] > LOOSE or sizes[-2] < 30 * sizes[-1] or sizes[-2] < 1e-4:
        return None
    found: np.ndarray = directions[-1] / scale
    return found if found[0] else None
