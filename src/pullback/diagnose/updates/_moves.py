"""What `step` did: the moves of every parameter over a few steps, and the rule that reproduces them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from pullback.diagnose.loops._leaves import flatten
from pullback.diagnose.loops._patient import Body, Patient
from pullback.diagnose.loops._sandbox import Failure

Leaves = list[np.ndarray]

ROUNDING = 1e-9
"""The share of all parameters' gradients, and moves, up to which those of one are the rounding of zero."""


def chosen(lists: list[Leaves], keep: list[int]) -> list[Leaves]:
    """Of every list of arrays those of some parameters."""
    return [[leaves[k] for k in keep] for leaves in lists]


@dataclass
class Moves:
    """A few of the user's steps: parameters before and after each, rows fed, loss reported."""

    before: list[Leaves] = field(default_factory=list)
    after: list[Leaves] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    reported: list[Any] = field(default_factory=list)
    kept: bool = True

    def move(self, t: int) -> Leaves:
        return [a - b for a, b in zip(self.after[t], self.before[t], strict=True)]

    def of(self, keep: list[int]) -> Moves:
        """The same moves of some of the parameters."""
        return Moves(chosen(self.before, keep), chosen(self.after, keep))

    def moving(self, grads: list[Leaves]) -> list[int]:
        """The parameters that move, by more than the rounding of a gradient that is zero.

        So little does a bias move that a normalisation takes away again: by nothing that a rule explains.
        """
        steps = range(len(grads))
        found = [k for k in range(len(grads[0])) if any(np.any(self.move(t)[k]) for t in steps)]
        pairs = [xs for t in steps for xs in (self.move(t), grads[t])]
        return [k for k in found if any(norm([xs[k]]) > ROUNDING * norm(xs) for xs in pairs)]

    def on(self, rows: list[np.ndarray]) -> Moves:
        """The first of these moves, as made on other rows than those that were fed."""
        keep = len(rows)
        return Moves(self.before[:keep], self.after[:keep], list(rows), self.reported[:keep],
                     self.kept)  # fmt: skip


def watch(patient: Patient, leaves: Leaves | None, count: int, size: int | None = None,
          stay: bool = False) -> Moves:  # fmt: skip
    """Run a few steps of a fresh copy from `leaves` (None: its own start) and note everything.

    Where they are to `stay`, every step is given these `leaves` again.
    """
    body = patient.begun()
    params = body.params if leaves is None else body.parameters(leaves)
    out = Moves()
    for t in range(count):
        rows = patient.batch(t, size)
        X, y = body.X[rows], body.y[rows]
        if stay and leaves is not None:
            params = body.parameters(leaves)
        before = [np.array(x, float) for x in flatten(params)]
        params = body.step(params, X, y)
        after = [np.array(x, float) for x in flatten(params)]
        if [np.shape(a) for a in after] != [np.shape(b) for b in before]:
            after = [
                a.reshape(b.shape) if a.size == b.size else np.broadcast_to(a.mean(), b.shape).copy()
                for a, b in zip(after, before, strict=False)
            ]
        out.before.append(before)
        out.after.append(after)
        out.rows.append(rows)
        out.reported.append(body.reported)
    return out


def one_move(body: Body, leaves: Leaves, X: Any, y: Any) -> Leaves:
    """How far one step of this copy goes from these weights; what the copy keeps is kept for the next."""
    after = flatten(body.step(body.parameters(leaves), X, y))
    return [np.reshape(np.array(a, float), np.shape(x)) - x for a, x in zip(after, leaves, strict=True)]


def watch_part(patient: Patient, leaves: Leaves, count: int, size: int, stay: bool = False) -> Moves | None:
    """The same on other numbers of rows than the step is given; None for a step that cannot take so few.

    One that numbers the rows of the whole, to draw from them, finds none of these numbers among fewer.
    """
    try:
        return watch(patient, leaves, count, size, stay)
    except Failure:
        if size == patient.batch_size:
            raise
        return None


@dataclass
class Rule:
    """An update rule that was recognised: its family, rate, memory, and how well it fits."""

    name: str
    lr: float
    gap: float
    coefficients: list[float] = field(default_factory=list)
    wrong: str = ""
    words: str = ""
    per_leaf: list[float] = field(default_factory=list)  # the share of each leaf that a step takes away
    doubt: float = 0.0  # how far what is left over may have shifted the coefficients, relative to the largest

    @property
    def plain(self) -> bool:
        """Whether a step is a multiple of this batch's gradient, and of nothing else."""
        c = np.abs(self.coefficients)
        return self.lr > 0 and len(c) > 0 and bool((c[1:] <= 1e-3 * c[0]).all())


def norm(xs: Any) -> float:
    return float(np.sqrt(sum(float(np.sum(np.square(x))) for x in xs)))


class StepGradient:
    """The gradient that the user's step goes by, where a step is a plain multiple of it.

    What calls it has to compare it with the true one first: a step may remember, or take other rows.
    """

    def __init__(self, case: Any) -> None:
        self.case = case
        self.body = case.patient.fresh()

    def __call__(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        return [u / -self.rate for u in one_move(self.body, leaves, X, y)]

    @cached_property
    def rate(self) -> float:
        """The multiple of the true gradient that one step comes nearest to."""
        case = self.case
        true = case.gradient(case.generic, *case.batch())
        move = one_move(self.body, case.generic, *case.batch())
        return -sum(float(np.sum(g * u)) for g, u in zip(true, move, strict=True)) / norm(true) ** 2


def reached(moves: Moves, grads: list[Leaves]) -> Moves:
    """The same moves, where entries that neither move nor have a gradient count as zeros.

    A decay may take its share of those alone that a row has a part in, such as a user's own.
    """
    held = [[x * ((g != 0) | (u != 0)) for x, g, u in zip(before, g_t, moves.move(t), strict=True)]
            for t, (before, g_t) in enumerate(zip(moves.before, grads, strict=True))]  # fmt: skip
    after = [[x + u for x, u in zip(some, moves.move(t), strict=True)] for t, some in enumerate(held)]
    return Moves(held, after, moves.rows, moves.reported, moves.kept)


def fit_linear(moves: Moves, grads: list[Leaves], leaves: list[int] | None = None) -> Rule:
    """Moves as a fixed combination of this and the earlier gradients (and of the weights)."""
    chosen = list(range(len(grads[0])) if leaves is None else leaves)
    u, G = _all_moves(moves, chosen, len(grads)), _lagged(grads, chosen)
    A = np.column_stack([G, _lagged(moves.before[: len(grads)], chosen)[:, 0]])
    return _newest_only(u, A) or _combined(u, A, len(grads))


def fit_decayed(moves: Moves, grads: list[Leaves], leaves: list[int], near: Rule, biases: list[int]) -> Rule:
    """The same where a penalty's multiple of the weights is added to every gradient; `near` is a fit without.

    What is kept of a penalty is kept of the weights of all steps before: in place of the newest weights there
    is one column of what the rule makes of them, and one of the biases'. A few rounds settle the two. The
    last two coefficients are these multiples.
    """
    T = len(grads)
    u, G, held = _all_moves(moves, leaves, T), _lagged(grads, leaves), moves.before[:T]
    beside = [_lagged([[x * ((k in biases) == some) for k, x in enumerate(xs)] for xs in held], leaves)
              for some in (False, True)]  # fmt: skip
    rule = near
    for _ in range(4):
        c = np.array(rule.coefficients[:T])
        rule = _combined(u, np.column_stack([G, *(w @ c for w in beside)]), T)
        if rule.gap < 1e-10 or not np.any(rule.coefficients[:T]):
            break
    return rule


def _all_moves(moves: Moves, leaves: list[int], steps: int) -> np.ndarray:
    return np.concatenate([moves.move(t)[k].ravel() for t in range(steps) for k in leaves])


def _lagged(many: list[Leaves], leaves: list[int]) -> np.ndarray:
    """By step some leaves' numbers, and beside them those of each step before."""
    flat = [np.concatenate([some[k].ravel() for k in leaves]) for some in many]
    T = len(flat)
    return np.concatenate([
        np.stack([flat[t - j] if j <= t else np.zeros(flat[0].size) for j in range(T)], 1) for t in range(T)
    ])  # fmt: skip


def _combined(u: np.ndarray, A: np.ndarray, T: int) -> Rule:
    """The rule whose coefficients, `T` of gradients first, come nearest to moves `u`."""
    if A.shape[0] <= A.shape[1]:  # as many weights as numbers fit anything and say nothing
        return Rule("linear", 0.0, 1.0, [0.0] * A.shape[1])
    scale = np.sqrt((A**2).sum(0))
    keep = scale > 0
    c = np.zeros(A.shape[1])
    doubt = 0.0
    if keep.any() and np.isfinite(A).all() and np.isfinite(u).all():
        found, _, _, sizes = np.linalg.lstsq(A[:, keep] / scale[keep], u, rcond=1e-12)
        c[keep] = found / scale[keep]
        least = scale[:T][keep[:T]].min(initial=np.inf)
        doubt = norm([u - A @ c]) / max(float(sizes[-1] * least), 1e-300)
    gap = norm([u - A @ c]) / max(norm([u]), 1e-300)
    doubt /= max(float(np.abs(c[:T]).max(initial=0)), 1e-300)
    return Rule("linear", -c[0], gap, [float(-x) for x in c], doubt=doubt)


def _newest_only(u: np.ndarray, A: np.ndarray) -> Rule | None:
    """The rule without memory, where it suffices: gradients that hardly change fit any memory."""
    g = A[:, 0]
    power = float(g @ g)
    if not power or not np.isfinite(power) or not np.isfinite(u).all():
        return None
    c = float(u @ g) / power
    gap = norm([u - c * g]) / max(norm([u]), 1e-300)
    return Rule("linear", -c, gap, [-c] + [0.0] * (A.shape[1] - 1)) if gap < 1e-9 else None


def steady(moves: Moves) -> Moves:
    """The first moves, as long as none dwarfs the first: a fit to a runaway says nothing of memory."""
    sizes = [norm(moves.move(t)) for t in range(len(moves.after))]
    first = next((size for size in sizes if size > 0), 0.0)
    keep = 1
    while keep < len(sizes) and np.isfinite(sizes[keep]) and sizes[keep] < 30 * max(first, 1e-300):
        keep += 1
    return Moves(moves.before[:keep], moves.after[:keep], moves.rows[:keep], moves.reported[:keep])


def with_numbers(moves: Moves, true: list[Leaves]) -> tuple[Moves, list[Leaves]]:
    """The first moves, while their gradients are numbers; what NaN makes of it says nothing of a rule."""
    odd = (t for t, leaves in enumerate(true) if not all(np.isfinite(g).all() for g in leaves))
    keep = max(next(odd, len(true)), 1)
    return moves.on(moves.rows[:keep]), true[:keep]
