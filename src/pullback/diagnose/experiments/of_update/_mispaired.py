"""Part of the update experiment: a step that gives rows other rows' targets, or outputs other outputs'.

Where inputs are shuffled within a step and targets are not, its move follows no gradient of the batch, and no
mistake gives it. On a few rows there are few ways to pair them: the one that was taken can be found. So it
can of a few outputs, where a loop walks through them in another order than through their targets.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.loops._patient import Body
from pullback.diagnose.updates._moves import norm, one_move

FEW = (4, 3)
"""Rows fed at once. An order that is drawn may be the right one by chance, hardly twice."""
MOST_OUTPUTS = 4
"""Outputs whose targets are tried in every order; of more only the reverse, and those one further on."""
DRAWS = 8
"""Moves looked at of a step that draws rows with repetition."""


def mispaired(case: Case) -> list[Finding]:
    """Whether the first moves are downhill along gradients of the rows fed, with their targets exchanged."""
    if not case.patient.has_step or case.own_rows is not None or case.size < max(FEW):
        return []
    orders = []
    for count in FEW:
        rows = _unlike(case, count)
        order = None if rows is None else _pairing(case, rows)
        if order is None:
            return [] if rows is None else _drawn_apart(case, rows)
        orders.append(order)
    taken = next((order for order in orders if order != tuple(range(len(order)))), None)
    if taken is None:
        return []
    return [_found(
        f"of {len(taken)} rows fed, the first takes the target of number {taken[0] + 1}, and so on "
        f"({', '.join(str(i + 1) for i in taken)}): only so is the move a multiple of the gradient"
    )]  # fmt: skip


def crossed(case: Case) -> list[Finding]:
    """Whether the first moves on two batches are downhill along gradients of other outputs' targets."""
    width = case.y.shape[1] if case.y.ndim == 2 else 0
    if not case.patient.has_step or case.own_rows is not None or width < 2:
        return []
    tried = _orders(width)
    for rows in (case.patient.batch(0), case.patient.batch(1)):
        u = _away(case, case.patient.begun(), rows)
        tried = [order for order in tried if _follows(u, case.gradient(
            case.generic, case.X[rows], case.y[rows][:, order]))]  # fmt: skip
    if not tried or list(range(width)) in tried:
        return []
    return [Finding(
        "labels_misaligned", "data", "the step gives each output the target of another",
        f"output by output the target of number {', '.join(str(i + 1) for i in tried[0])}: only so is the "
        "move a multiple of the gradient", "take outputs and targets in one order", 1.0, 84)]  # fmt: skip


def _orders(width: int) -> list[list[int]]:
    """The orders of so many targets that are tried, the right one first."""
    own = list(range(width))
    if width <= MOST_OUTPUTS:
        return [list(order) for order in permutations(own)]
    return [own, own[::-1], [*own[1:], 0], [width - 1, *own[:-1]]]


def _found(evidence: str) -> Finding:
    return Finding(
        "labels_misaligned", "data", "the step gives rows the targets of other rows", evidence,
        "take X and y by the same indices", 1.0, 84)  # fmt: skip


def _drawn_apart(case: Case, rows: np.ndarray) -> list[Finding]:
    """Whether a step that draws some of its rows more than once draws their targets by other indices.

    Every move is a sum of the rows' own gradients then, in which rows are pushed towards their targets now,
    and away from them then. A row that is drawn twice as its own counts twice, but never against itself.
    """
    own = [case.gradient(case.generic, case.X[[i]], case.y[[i]]) for i in rows]
    A = np.stack([joined(gradient) for gradient in own], 1)
    if A.shape[0] <= A.shape[1] + 2 or np.linalg.matrix_rank(A) < A.shape[1]:
        return []
    towards = against = False
    body = case.patient.begun()
    moves = [joined(_away(case, body, rows)) for _ in range(DRAWS)]
    if all(np.array_equal(u, moves[0]) for u in moves):  # it draws nothing; rows weigh as its rule has them
        return []
    for u in moves:
        w = np.linalg.lstsq(A, u, rcond=None)[0]
        if norm([u - A @ w]) > 1e-6 * norm([u]):
            return []
        trace = 1e-3 * np.abs(w).max()
        towards, against = towards or w.max() > trace, against or w.min() < -trace
    return [_found(
        f"of {len(rows)} rows fed, drawn {DRAWS} times, each move is a sum of their gradients in which "
        "some rows are pushed away from their targets")] if towards and against else []  # fmt: skip


def _unlike(case: Case, count: int) -> np.ndarray | None:
    """So many rows, of as many targets as there are; None where all have the same."""
    _, first = np.unique(np.asarray(case.y).reshape(case.n, -1), axis=0, return_index=True)
    if len(first) < 2:
        return None
    some = first[np.linspace(0, len(first) - 1, min(count, len(first))).astype(int)]
    others = np.setdiff1d(np.arange(case.n), some)
    return np.concatenate([some, others[: count - len(some)]])


def _pairing(case: Case, rows: np.ndarray) -> tuple[int, ...] | None:
    """The order of the targets by which the first move is a multiple of the gradient; the right one first."""
    body = case.patient.begun()
    u = _away(case, body, rows)
    for order in permutations(range(len(rows))):
        if _follows(u, case.gradient(case.generic, case.X[rows], case.y[rows[list(order)]])):
            return order
    return None


def _away(case: Case, body: Body, rows: np.ndarray) -> Leaves:
    """What one step on these rows takes away from the parameters at the generic point."""
    return [-x for x in one_move(body, case.generic, body.X[rows], body.y[rows])]


def _follows(u: Leaves, g: Leaves) -> bool:
    rate = sum(float(np.sum(x * z)) for x, z in zip(u, g, strict=True)) / (norm(g) ** 2 or 1.0)
    return rate > 0 and norm([x - rate * z for x, z in zip(u, g, strict=True)]) < 1e-6 * norm(u)
