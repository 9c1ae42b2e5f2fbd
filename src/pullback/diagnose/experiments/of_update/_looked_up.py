"""Parts of the update experiment: tables of which a step treats one half otherwise than the other.

Where X numbers the rows of a table, a batch reaches some of them. Two roles may share one table, as words
and their contexts do, with a line of code for each: one that was left out leaves its rows where they are,
one with the wrong sign sends them uphill.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.updates._moves import Moves

FEWEST, PART, STRAIGHT = 3, 0.2, 0.95
"""The fewest rows, and the least part of all that a batch reaches, that are a role; the cosine of a row's
move with its gradient from which on it goes along it.
"""


def left_out(case: Case, moves: Moves, true: list[Leaves]) -> list[Finding]:
    """Rows of a table that stay whenever they have a gradient, where all others move when they have one."""
    for k in range(len(case.leaves)):
        pairs = _rows_of(moves, true, k)
        if pairs is None:
            continue
        slopes = np.array([np.any(g, axis=1) for _, g in pairs])
        moved = np.array([np.any(u, axis=1) for u, _ in pairs])
        told = slopes.sum(0) > 1
        stay, go = told & ~moved.any(0), told & (moved | ~slopes).all(0)
        if not (_roles(stay, go, told) and (stay | go)[told].all() and _stays(case, k, stay)):
            continue
        return [Finding(
            "layer_not_updated", k, f"of parameter {k} only some rows move, {_list(stay)} never do",
            f"in {len(true)} steps {int(stay.sum())} of the {int(told.sum())} rows that X reaches have "
            "gradients and stay, the others move whenever they have one",
            f"update parameter {k} in every role it has", 1.0, 85)]  # fmt: skip
    return []


def half_uphill(case: Case) -> list[Finding]:
    """Rows of a table that go straight uphill in the first step, where the others go straight downhill."""
    if case.moves is None:
        return []
    moves, true = case.moves, case.gradients(case.moves)
    for k in range(len(true[0])):
        pairs = _rows_of(moves, true, k)
        if pairs is None or not _many_ways(pairs[0][1]):
            continue
        u, g = pairs[0]
        sizes = np.linalg.norm(u, axis=1) * np.linalg.norm(g, axis=1)
        told = sizes > 0
        along = np.divide((u * g).sum(1), sizes, out=np.zeros(len(u)), where=told)
        up, down = told & (along > STRAIGHT), told & (along < -STRAIGHT)
        if not _roles(up, down, told) or not (up | down)[told].mean() > 0.9:
            continue
        return [Finding(
            "grad_sign_flipped", k, f"some rows of parameter {k} go uphill: {_list(up)}",
            f"of {int(told.sum())} rows that the first batch reaches {int(up.sum())} move along their "
            f"gradient, {int(down.sum())} against it, with cosines of {number(float(along[up].mean()))} and "
            f"{number(float(along[down].mean()))}", "subtract the update in every role it has",
            1.0, 82)]  # fmt: skip
    return []


def _rows_of(moves: Moves, true: list[Leaves], k: int) -> list[tuple[np.ndarray, np.ndarray]] | None:
    """The moves and gradients of a table's rows, step by step; None where a batch reaches all of them."""
    if np.ndim(true[0][k]) not in (1, 2):
        return None
    pairs = [(moves.move(t)[k], g[k]) for t, g in enumerate(true)]
    rows = [(u.reshape(len(u), -1), g.reshape(len(g), -1)) for u, g in pairs]
    reached = np.array([np.any(g, axis=1) for _, g in rows])
    return rows if not reached.all(1).any() and len({r.tobytes() for r in reached}) > 1 else None


def _many_ways(g: np.ndarray) -> bool:
    """Whether rows may lie any way to one another: of two classes, all lie along one line."""
    sizes = np.linalg.svd(g, compute_uv=False)
    return len(sizes) > 2 and bool(sizes[2] > 0.01 * sizes[0])


def _roles(one: np.ndarray, other: np.ndarray, told: np.ndarray) -> bool:
    return min(one.sum(), other.sum()) >= max(FEWEST, PART * told.sum())


def _stays(case: Case, k: int, rows: np.ndarray) -> bool:
    """Whether the whole run leaves these rows as they were, none of which is zero."""
    ended, begun = case.user.leaves, case.leaves[k]
    same = len(ended) == len(case.leaves) and np.array_equal(ended[k][rows], begun[rows])
    return same and bool(np.any(begun[rows].reshape(int(rows.sum()), -1), axis=1).all())


def _list(rows: np.ndarray) -> str:
    some = [str(int(i)) for i in np.flatnonzero(rows)]
    return ", ".join(some[:6]) + (" and others" if len(some) > 6 else "")
