"""Parts of the update experiment: what the first move looks like, and what gradient the step met inside."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose._moves import Moves, norm
from pullback.diagnose._record import Node, recording


def cut_off(move: Leaves, true: Leaves) -> bool:
    """Whether a move is the gradient with each entry clipped: all others at one rate, these at most."""
    u, g = (np.concatenate([x.ravel() for x in xs]) for xs in (move, true))
    most = np.abs(u).max(initial=0)
    free = (np.abs(u) < most * (1 - 1e-9)) & (g != 0)
    if free.sum() < 4:
        return False
    rates = u[free] / g[free]
    rate = float(np.median(rates))
    wide = np.abs(g[~free]) * rate >= most * (1 - 1e-6)
    same = np.abs(u[free] - rate * g[free]) < 1e-6 * most
    return bool(
        rate > 0 and same.all() and (wide & (np.sign(u) == np.sign(g))[~free] | (g[~free] == 0)).all()
    )


def climbs(moves: Moves, true: list[Leaves], moving: list[int]) -> list[Finding]:
    """Whether the first move is the gradient itself, uphill, and the next goes uphill too.

    A loop that climbs soon comes where a logarithm is cut off or runs out of range: what it does there, no
    rule reproduces, and the first move settles it.
    """
    u, g = (np.concatenate([x[k].ravel() for k in moving]) for x in (moves.move(0), true[0]))
    rate = float(u @ g) / float(g @ g or 1.0)
    if u.size < 3 or not (rate > 0 and norm([u - rate * g]) <= 1e-4 * norm([u])):
        return []
    if len(true) > 1 and not sum(float(np.sum(moves.move(1)[k] * true[1][k])) for k in moving) > 0:
        return []
    return [Finding(
        "grad_sign_flipped", "step", "the step goes uphill: the update is added, or the gradient negated",
        f"the first step is {number(rate)} times the gradient, not minus that", "subtract the update",
        1.0, 82)]  # fmt: skip


def sign_like(u: Leaves, true: Leaves) -> bool:
    """Whether the first move has one size everywhere, as adaptive rules' have."""
    values = np.abs(np.concatenate([x.ravel() for x in u]))
    values = values[values > 1e-3 * values.max()]
    return bool(values.size > 4 and np.ptp(values) < 0.05 * values.max())


def met_inside(case: Case, moves: Moves, true: list[Leaves]) -> Leaves | None:
    """Per parameter the array inside the step that agrees in sign with the first move and is nearest the
    true gradient, read off a recording of the step; where none is a multiple of that, the first that agrees:
    what is made of a gradient comes after it.
    """
    body = case.patient.followed()
    try:
        with recording() as tape:
            params = body.tree([tape.leaf(x, i) for i, x in enumerate(moves.before[0])])
            rows = moves.rows[0]
            n = len(true[0])
            body.step(params, tape.leaf(body.X[rows], n), tape.leaf(body.y[rows], n + 1))
    except Exception:  # a step that cannot be recorded is not read
        return None
    out = []
    for u, g in zip(moves.move(0), true[0], strict=True):
        best: tuple[float, Any] = (np.inf, None)
        agreeing, multiple = [], False
        for node in tape.nodes:
            v = node.value
            if v.shape != g.shape or not np.isfinite(v).all() or not np.any(v):
                continue
            agree = np.mean(np.sign(v) == -np.sign(u))
            if agree < 0.98:
                continue
            agreeing.append(node)
            along = abs(float(np.sum(v * g))) / max(norm([v]) * norm([g]), 1e-300)
            multiple = multiple or along > 1 - 1e-9
            gap = norm([v - g]) / max(norm([g]), 1e-12)
            if gap < best[0]:
                best = (gap, np.array(v, float))
        first = _summed(agreeing, 1 << len(true[0]))
        out.append(-u * 0 if first is None else best[1] if multiple else first)
    return out


def _summed(agreeing: list[Node], rows: int) -> Any:
    """The value of the first of these that is no mere part of a sum over rows, or places, among them."""
    if not agreeing:
        return None
    node = agreeing[0]
    for later in agreeing[1:]:
        others = [p for p in later.parents if p is not node]
        if later.name != "add" or len(others) == len(later.parents) or len(others) != 1:
            continue
        v, w = np.ravel(node.value), np.ravel(others[0].value)
        if others[0].deps & rows and v.size == w.size and abs(v @ w) < (1 - 1e-9) * norm([v]) * norm([w]):
            node = later
    return np.array(node.value, float)
