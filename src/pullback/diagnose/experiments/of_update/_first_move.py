"""Parts of the update experiment: what the first move looks like, and what gradient the step met inside."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.backward._spoiled import mistakes
from pullback.diagnose.experiments.of_gradient._match import compare, consensus
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.recording._record import Node, recording
from pullback.diagnose.updates._adaptive import small_numbers
from pullback.diagnose.updates._moves import Moves, Rule, norm


def cut_off(move: Leaves, true: Leaves) -> bool:
    """Whether a move is the gradient with each entry clipped: all others at one rate, these at most."""
    u, g = (joined(xs) for xs in (move, true))
    most = np.abs(u).max(initial=0)
    free = (np.abs(u) < most * (1 - 1e-9)) & (g != 0)
    if free.sum() < 4:
        return False
    rates = u[free] / g[free]
    rate = float(np.median(rates))
    wide = np.abs(g[~free]) * rate >= most * (1 - 1e-6)
    same = np.abs(u[free] - rate * g[free]) < 1e-6 * most
    rests = (g[~free] == 0) & (u[~free] == 0)
    return bool(rate > 0 and same.all() and (wide & (np.sign(u) == np.sign(g))[~free] | rests).all())


def all_cut_off(moves: Moves, true: list[Leaves]) -> bool:
    """Whether all these moves are their gradients with each entry clipped at one bound, for all of them."""
    steps = range(len(true))
    gone = [np.concatenate([-m.ravel() for m in moves.move(t)]) for t in steps]
    return cut_off(gone, [joined(true[t]) for t in steps])


def climbs(moves: Moves, true: list[Leaves], moving: list[int], near: float = 1e-4) -> list[Finding]:
    """Whether the first move is the gradient itself, uphill, and the next goes uphill too.

    A loop that climbs soon comes where a logarithm is cut off or runs out of range: what it does there, no
    rule reproduces, and the first move settles it. It may differ from the gradient by a share `near` of it.
    """
    u, g = (np.concatenate([x[k].ravel() for k in moving]) for x in (moves.move(0), true[0]))
    rate = float(u @ g) / float(g @ g or 1.0)
    if u.size < 3 or not (rate > 0 and norm([u - rate * g]) <= near * norm([u])):
        return []
    if len(true) > 1 and not sum(float(np.sum(moves.move(1)[k] * true[1][k])) for k in moving) > 0:
        return []
    return [Finding(
        "grad_sign_flipped", "step", "the step goes uphill: the update is added, or the gradient negated",
        f"the first step is {number(rate)} times the gradient, not minus that", "subtract the update",
        1.0, 82)]  # fmt: skip


def some_uphill(rates: dict[int, float]) -> list[Finding]:
    """Whether some parameters are moved uphill by gradients that are right, where others go downhill.

    Parameters may have rates of their own, but none below zero.
    """
    up = [k for k, rate in rates.items() if rate < 0]
    if not 0 < len(up) < len(rates):
        return []
    named = ", ".join(map(str, up))
    return [Finding(
        "grad_sign_flipped", up[0], f"the step adds the gradient of parameter {named}, and subtracts others",
        f"each step moves parameter {up[0]} by {number(-rates[up[0]])} times its gradient",
        "subtract it as the others are", 1.0, 82)]  # fmt: skip


def all_uphill(rules: dict[int, Rule]) -> list[Finding]:
    """Every parameter goes uphill with nothing kept that goes down, though none as another does.

    So it is where only the rows' part of each gradient is negated, beside the penalty's as it should be.
    """
    rates = {k: np.array(rule.coefficients[:-1]) for k, rule in rules.items()}
    if not all((c[1:] <= 1e-3 * abs(c[0])).all() for c in rates.values()):
        return []
    k = min(rates)
    return [Finding(
        "grad_sign_flipped", "step", "the step goes uphill: the rows' part of the gradient is added",
        f"each step moves parameter {k} by {number(-float(rates[k][0]))} times its gradient, beside a share "
        "of itself", "subtract the update, or the rows' part with the penalty's", 1.0, 82)]  # fmt: skip


def clipped(moves: Moves, grads: list[Leaves], moving: list[int]) -> bool:
    """Each step along its gradient, but by its own factor: clipping, a schedule; meant, and fine."""
    for t in range(len(grads)):
        match = compare([moves.move(t)[k] for k in moving], [grads[t][k] for k in moving])
        f = consensus(match)
        if f >= 0 or any(g > 1e-4 for g, z in zip(match.gaps, match.zero, strict=True) if not z):
            return False
        if any(abs(x / f - 1) > 1e-3 for x, z in zip(match.factors, match.zero, strict=True) if not z):
            return False
    return True


def resting(moves: Moves, true: list[Leaves], rate: float) -> list[int]:
    """Parameters that never move, or follow their gradient at this rate whenever they do, as in turns."""
    out = []
    for k, first in enumerate(moves.move(0)):
        later = [(moves.move(t)[k], g[k]) for t, g in enumerate(true)]
        if not first.any() and all(not u.any() or norm([u + rate * g]) < 1e-3 * norm([u]) for u, g in later):
            out.append(k)
    return out


def sign_like(u: Leaves, true: Leaves) -> bool:
    """Whether the first move has one size everywhere, as adaptive rules' have."""
    values = np.abs(joined(u))
    values = values[values > 1e-3 * values.max()]
    return bool(values.size > 4 and np.ptp(values) < 0.05 * values.max())


def share_taken(move: Leaves, true: Leaves, before: Leaves) -> dict[int, float]:
    """By parameter the share of itself that a first move takes away, beside one size downhill for all.

    Rules that divide by a root of squares begin so, whatever their sizes: of any such rule, known or not, the
    decay is read off its first move. Only one share for all counts.
    """
    out = {}
    for k, (u, g, w) in enumerate(zip(move, true, before, strict=True)):
        A = np.column_stack([np.sign(g).ravel(), w.ravel()])
        if w.size < 6 or not np.isfinite(u).all() or np.linalg.matrix_rank(A) < 2:
            continue
        down, share = -np.linalg.lstsq(A, u.ravel(), rcond=None)[0]
        if down <= 0 or share <= 0 or norm([u.ravel() + A @ (down, share)]) > 1e-3 * norm([share * w]):
            return {}
        out[k] = float(share)
    return out if out and np.ptp(list(out.values())) < 1e-2 * max(out.values()) else {}


def levels_off(u: Leaves, true: Leaves) -> bool:
    """Whether most of the first move has one size and the rest is smaller: a number stands beside the root
    of the squares, or under it, that small gradients are felt against.

    Not where one parameter's move is a multiple of its gradient, of unlike entries: nothing divides there.
    """
    match = compare(u, true)
    for factor, gap, g in zip(match.factors, match.gaps, true, strict=True):
        sizes = np.abs(g[g != 0])
        if factor > 0 and gap < 1e-6 and sizes.size > 1 and np.ptp(sizes) > 0.1 * sizes.max():
            return False
    values = np.abs(joined(u))
    values = values[values > 0]
    return bool(values.size > 12 and np.median(values) > 0.95 * values.max())


def made_of(u: Leaves, met: Leaves) -> bool:
    """Whether each parameter's first move is a gradient over the root of its squares and a small number."""
    return all(sign_like([a], [g]) or bool(small_numbers([a], [g]))
               for a, g in zip(u, met, strict=True) if np.count_nonzero(a) > 4)  # fmt: skip


def rate_by_mistakes(case: Case, u: Leaves, tight: float = 1e-3) -> float | None:
    """The rate at which all parameters follow one and the same wrong gradient, as nearly as `tight`."""
    if case.step_tape is None:
        return None
    for claim in mistakes(case.step_tape):
        if claim.partial:
            continue
        match = compare(u, claim.grads)
        rates = [
            f for f, g, z in zip(match.factors, match.gaps, match.zero, strict=True) if g < 1e-4 and not z
        ]
        if (
            len(rates) == len([z for z in match.zero if not z])
            and rates
            and np.ptp(rates) < tight * abs(rates[0])
        ):
            return float(rates[0])
    return None


def met_inside(case: Case, moves: Moves, true: list[Leaves]) -> Leaves | None:
    """Per parameter the array inside the step that agrees in sign with the first move and is nearest the
    true gradient or its opposite, read off a recording of the step; where none is a multiple of that, the
    first that agrees: what is made of a gradient comes after it.
    """
    nodes = _inside_step(case, moves)
    if nodes is None:
        return None
    return [_gradient_among(nodes, u, g, 1 << len(true[0]))
            for u, g in zip(moves.move(0), true[0], strict=True)]  # fmt: skip


def negated_inside(case: Case, moves: Moves, true: list[Leaves]) -> bool:
    """Whether a step computes the opposite of each gradient, and nowhere the gradient itself.

    What is kept of it then has a minus before any memory sees it. Single numbers have no direction.
    """
    nodes = _inside_step(case, moves) or []
    told = [g for g in true[0] if g.size > 1 and np.any(g)]
    ways = [{np.sign(c) for n in nodes if abs(c := _along(n.value, g)) > 1 - 1e-9} for g in told]
    return bool(told) and all(way == {-1.0} for way in ways)


def _along(value: Any, g: np.ndarray) -> float:
    """The cosine between an array and a gradient, 0 where they have not the same shape."""
    if np.shape(value) != g.shape or np.asarray(value).dtype.kind != "f":
        return 0.0
    return float(np.sum(value * g)) / max(norm([value]) * norm([g]), 1e-300)


def _inside_step(case: Case, moves: Moves) -> list[Node] | None:
    """All that the first step computes, None where it cannot be recorded.

    What it draws from NumPy's common state it has to draw as it did when its move was watched.
    """
    body = case.patient.followed()
    np.random.set_state(case.patient.random)
    try:
        with recording() as tape:
            params = body.tree([tape.leaf(x, i) for i, x in enumerate(moves.before[0])])
            rows, n = moves.rows[0], len(moves.before[0])
            body.step(params, tape.leaf(body.X[rows], n), tape.leaf(body.y[rows], n + 1))
    except Exception:  # a step that cannot be recorded is not read
        return None
    return tape.nodes


def _gradient_among(nodes: list[Node], u: np.ndarray, g: np.ndarray, rows: int) -> Any:
    """Of one parameter: its gradient's value among what a step computed, zeros where there is none."""
    alike = [n for n in nodes if n.value.shape == g.shape and n.value.dtype.kind == "f"]  # no masks
    alike = [n for n in alike if np.isfinite(n.value).all() and np.any(n.value)]
    signs = [float(np.mean(np.sign(n.value) == -np.sign(u))) for n in alike]
    best = max(signs, default=0.0)
    agreeing = [n for n, same in zip(alike, signs, strict=True) if same >= max(best, 0.98)]
    if not agreeing:
        return -u * 0
    along = [abs(float(np.sum(n.value * g))) / max(norm([n.value]) * norm([g]), 1e-300) for n in agreeing]
    if max(along) <= 1 - 1e-9:
        return _summed(agreeing, rows)
    gaps = [min(norm([n.value - g]), norm([n.value + g])) for n in agreeing]
    if g.size == 1 and min(gaps) > 1e-6 * norm([g]):  # any number is a multiple of the one that is right
        return _summed(agreeing, rows)
    return np.array(agreeing[int(np.argmin(gaps))].value, float)


def _summed(agreeing: list[Node], rows: int) -> np.ndarray:
    """The value of the first of these that is no mere part of a sum over rows, or places, among them.

    What a penalty adds counts as well, as long as it is the smaller part; the weights themselves do not.
    """
    node = agreeing[0]
    for later in agreeing[1:]:
        others = [p for p in later.parents if p is not node]
        if later.name not in ("add", "subtract") or len(others) != 1 or len(later.parents) != 2:
            continue
        v, w = np.ravel(node.value), np.ravel(others[0].value)
        penalty = others[0].name != "leaf" and others[0].deps and norm([w]) < norm([v])
        if not (others[0].deps & rows or penalty) or v.size != w.size:
            continue
        if abs(v @ w) < (1 - 1e-9) * norm([v]) * norm([w]):
            node = later
    return np.array(node.value, float)
