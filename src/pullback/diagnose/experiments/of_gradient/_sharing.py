"""Parts of the update experiment: which rows a step used, and whether parameters share a buffer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.updates._moves import Moves, norm, one_move


def rows_used(case: Case, moves: Moves, moving: list[int], shaped: bool) -> list[Finding] | None:
    """The first move as a sum over rows: which rows of the batch, or of all data, have a part in it.

    None where that does not explain the move. One that is `shaped` entry by entry is no such sum; whether the
    step heeds its rows is asked still.
    """
    if not 2 <= case.size <= min(160, case.n - 1) or sum(moves.before[0][k].size for k in moving) < 4:
        return None
    u = np.concatenate([moves.move(0)[k].ravel() for k in moving])
    if not u.any():
        return None
    found = None if shaped else _weights_of_rows(case, moves, moving, moves.rows[0], u)
    if found is None:
        elsewhere = not _of_all_rows(case, moves, moving, u) and _ignores_batch(case)
        return (
            [_indexing("the step does the same whatever rows it is given: it takes rows of its own")]
            if elsewhere
            else None
        )
    used = np.abs(found) > 1e-3 * np.abs(found).max()
    if used.all() or np.ptp(found[used]) > 1e-2 * np.abs(found).max():
        return None
    if _each_in_turn(case, moving, used):
        return [] if found.min() < 0 else None  # alike and downhill: there is no more to say
    return [_indexing(f"only {int(used.sum())} of the {len(used)} rows of a batch enter the step")]


def _each_in_turn(case: Case, moving: list[int], used: Any) -> bool:
    """Whether a step that draws some of its rows anew each time takes every one of them sooner or later.

    So many times are looked at that a row as likely as others is left out once in a hundred loops. The rows
    tell, not the moves' directions: under a strong penalty those of all draws are nearly one.
    """
    times = int(np.ceil(np.log(0.01 / used.size) / np.log1p(-used.mean())))
    if times > 60:
        return False
    A = _by_row(case, case.generic, moving, case.patient.batch(0))
    seen = np.zeros(used.size, bool)
    for move in draws(case, times):
        u = np.concatenate([move[k].ravel() for k in moving])
        w = np.linalg.lstsq(A, u, rcond=1e-10)[0]
        if norm([u - A @ w]) < 1e-6 * norm([u]):
            seen |= np.abs(w) > 1e-3 * np.abs(w).max()
    return bool(seen.all())


def _of_all_rows(case: Case, moves: Moves, moving: list[int], u: Any) -> bool:
    """Whether the first move is downhill along the gradient of all rows: of a copy of them, all are used."""
    whole = case.gradient(moves.before[0], case.X, case.y)
    g = np.concatenate([whole[k].ravel() for k in moving])
    rate = float(u @ g) / float(g @ g or 1.0)
    return rate < 0 and norm([u - rate * g]) < 1e-6 * norm([u])


def _weights_of_rows(case: Case, moves: Moves, moving: list[int], rows: Any, u: Any) -> Any:
    if len(rows) >= u.size:
        return None
    A = _by_row(case, moves.before[0], moving, rows)
    w = np.linalg.lstsq(A, u, rcond=1e-10)[0]
    return w if norm([u - A @ w]) < 1e-6 * norm([u]) and np.linalg.matrix_rank(A) == A.shape[1] else None


def _by_row(case: Case, leaves: Leaves, moving: list[int], rows: Any) -> Any:
    """The true gradient of each row, a column."""
    grads = [case.gradient(leaves, case.X[i : i + 1], case.y[i : i + 1]) for i in rows]
    return np.stack([np.concatenate([g[k].ravel() for k in moving]) for g in grads], 1)


def draws_anew(case: Case) -> bool:
    """Whether two calls of one step from the same point move in different directions: rows drawn inside."""
    a, b = (joined(move) for move in draws(case, 2))
    return bool(abs(a @ b) < 0.999 * np.linalg.norm(a) * np.linalg.norm(b))


def draws(case: Case, count: int) -> Iterator[Leaves]:
    """The moves of one step from the generic point on the first batch, again and again."""
    body = case.patient.begun()
    rows = case.patient.batch(0)
    for _ in range(count):
        yield one_move(body, case.generic, body.X[rows], body.y[rows])


def _ignores_batch(case: Case) -> bool:
    moves = []
    for shift in (0, 1, 2):
        body = case.patient.begun()
        rows = case.patient.batch(shift)
        moves.append(one_move(body, case.generic, body.X[rows], body.y[rows]))
    same = all(np.array_equal(a, b) for u in moves[1:] for a, b in zip(moves[0], u, strict=True))
    return same and not draws_anew(case)


def _indexing(words: str) -> Finding:
    return Finding(
        "batch_indexing_wrong", "data", words, "the first move fitted by the rows' own gradients",
        "index the rows so that every row of every batch takes part", 0.95, 84)  # fmt: skip


def shared(moves: Moves, grads: list[Leaves], moving: list[int], odd: list[int]) -> list[Finding]:
    """Whether a parameter's moves carry another parameter's gradients beside its own."""
    T = len(grads)
    for k in odd:
        for j in moving:
            if j == k or grads[0][j].shape != grads[0][k].shape:
                continue
            u = np.concatenate([moves.move(t)[k].ravel() for t in range(T)])
            cols = [np.concatenate([grads[t - s][i].ravel() if s <= t else np.zeros(grads[0][k].size)
                                    for t in range(T)]) for i in (k, j) for s in range(T)]  # fmt: skip
            A = np.stack(cols, 1)
            if A.shape[0] <= A.shape[1] + 2:
                continue
            c = np.linalg.lstsq(A, u, rcond=None)[0]
            own, other = np.abs(c[:T]).max(), np.abs(c[T:]).max()
            if min(own, other) <= 1e-3 * max(own, other):
                continue  # what carries another's gradients alone is no buffer of two: they are wrong
            if norm([u - A @ c]) < 1e-4 * norm([u]):
                return [one_buffer(min(j, k), max(j, k))]
    shapes: dict[Any, list[int]] = {}
    for k in odd:
        shapes.setdefault(grads[0][k].shape, []).append(k)
    for same in [*shapes.values(), moving]:
        if len(same) > 1 and same[0] in odd and _pooled(moves, grads, [k for k in moving if k in same]):
            return [one_buffer(same[0], same[1])]
    return []


def one_buffer(j: int, k: int) -> Finding:
    return Finding(
        "optimizer_state_shared", "step", f"parameters {j} and {k} share one buffer",
        f"the moves of parameter {k} carry the gradients of parameter {j}",
        "give every parameter its own buffer", 1.0, 82)  # fmt: skip


def _pooled(moves: Moves, grads: list[Leaves], same: list[int]) -> bool:
    """One velocity through which all these parameters' gradients pass in turn, up or down the layers."""
    T, size = len(grads), grads[0][same[0]].size
    if any(grads[0][k].shape != grads[0][same[0]].shape for k in same):
        return False
    betas = (0.9, 0.95, 0.8, 0.99, 0.5, 0.85, 0.7, 0.6)
    for beta, turn in ((beta, turn) for beta in betas for turn in (same, same[::-1])):
        v, U, V = np.zeros(size), [], []
        for t in range(T):
            for k in turn:
                v = beta * v + grads[t][k].ravel()
                V.append(v.copy())
                U.append(moves.move(t)[k].ravel())
        u, w = np.concatenate(U), np.concatenate(V)
        c = u @ w / (w @ w or 1)
        if norm([u - c * w]) < 1e-4 * norm([u]):
            return True
    return False
