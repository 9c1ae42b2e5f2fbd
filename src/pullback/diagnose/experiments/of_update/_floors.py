"""Part of the update experiment: gradients of a loss whose logarithm has a floor, by the formula without it.

`log(p + 1e-12)`, or a clipped p, has no slope where p is far below the floor. What people step by, `p - t` at
the output, has one there, and is right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.updates._moves import Moves, norm

AGREE = 1e-6


def without_floor(case: Case, moves: Moves, true: list[Leaves]) -> list[Leaves] | None:
    """The gradients as the formula has them, where the loss is at its floor; None where it is nowhere.

    With a last layer that makes small outputs the two have to agree: then the formula is that of this loss.
    """
    net = case.net
    if net is None or not net.objective.endswith("cross-entropy") or net.output == "identity":
        return None
    X, y, last = case.X[moves.rows[0]], case.y[moves.rows[0]], net.layers[-1]
    size = float(np.abs(net.forward(moves.before[0], X)[1][-1]).max())
    small = [x / max(size, 1.0) if k in (last.w, last.b) else x for k, x in enumerate(moves.before[0])]
    meant, plain = _of_rows(case, case.gradient(small, X, y), small, X, y), net.gradient(small, X, y)
    scale = _times(meant, plain)
    if not _gap([scale * g for g in plain], meant) < AGREE:
        return None
    found = []
    for t, (before, rows) in enumerate(zip(moves.before, moves.rows, strict=True)):
        X, y = case.X[rows], case.y[rows]
        rest = _of_rows(case, true[t], before, X, y)
        grads = net.gradient(before, X, y)
        found.append([g + scale * n - r for g, n, r in zip(true[t], grads, rest, strict=True)])
    gaps = [_gap(a, b) for a, b in zip(found, true, strict=True)]
    return found if max(gaps) > AGREE and np.isfinite(gaps).all() else None


def _of_rows(case: Case, grads: Leaves, leaves: Leaves, X: Any, y: Any) -> Leaves:
    """A gradient without what a penalty adds to it."""
    penalty = case.truth.penalty_grad(leaves, X, y)
    return grads if penalty is None else [g - p for g, p in zip(grads, penalty, strict=True)]


def _times(a: Leaves, b: Leaves) -> float:
    """By what `b` is multiplied to come nearest to `a`."""
    size = sum(float(np.vdot(y, y)) for y in b)
    return sum(float(np.vdot(x, y)) for x, y in zip(a, b, strict=True)) / size if size else 0.0


def _gap(a: Leaves, b: Leaves) -> float:
    return norm([x - y for x, y in zip(a, b, strict=True)]) / (norm(b) or 1.0)
