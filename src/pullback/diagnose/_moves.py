"""What `step` did: the moves of every parameter over a few steps, and the rule that reproduces them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from pullback.diagnose._patient import Patient, flatten

Leaves = list[np.ndarray]


SAMPLED, LOOKED_AT = 300, 3000
"""The entries of a parameter that a search among many rules looks at, and one among few."""


@dataclass
class Moves:
    """A few of the user's steps: parameters before and after each, rows fed, loss reported."""

    before: list[Leaves] = field(default_factory=list)
    after: list[Leaves] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)
    reported: list[Any] = field(default_factory=list)
    data_changed: list[str] = field(default_factory=list)
    kept: bool = True

    def move(self, t: int) -> Leaves:
        return [a - b for a, b in zip(self.after[t], self.before[t], strict=True)]

    def on(self, rows: list[np.ndarray]) -> Moves:
        """The first of these moves, as made on other rows than those that were fed."""
        keep = len(rows)
        return Moves(self.before[:keep], self.after[:keep], list(rows), self.reported[:keep],
                     self.data_changed, self.kept)  # fmt: skip


def watch(patient: Patient, leaves: Leaves | None, count: int, size: int | None = None) -> Moves:
    """Run a few steps of a fresh copy from `leaves` (None: its own start) and note everything."""
    body = patient.fresh()
    np.random.set_state(patient.random)
    params = body.params if leaves is None else body.tree([_like(x) for x in leaves])
    out = Moves()
    for t in range(count):
        rows = patient.batch(t, size)
        X, y = body.X[rows], body.y[rows]
        X0, y0, whole = np.array(X), np.array(y), (np.array(body.X), np.array(body.y))
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
        out.data_changed += [n for n, a, b in (("X", X, X0), ("y", y, y0)) if not _same(a, b)]
        pairs = (("X", body.X, whole[0]), ("y", body.y, whole[1]))
        out.data_changed += [n for n, a, b in pairs if not _same(a, b)]
    return out


def _like(x: Any) -> Any:
    return np.array(x) if np.ndim(x) else float(x)


def _same(a: Any, b: Any) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and bool(np.all((a == b) | ((a != a) & (b != b))))


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
        return [m / self.rate for m in self.moves(leaves, X, y)]

    def moves(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        """What one step takes away from `leaves`."""
        params = self.body.tree([x.copy() if x.ndim else float(x) for x in leaves])
        after = flatten(self.body.step(params, X, y))
        return [x - np.array(a, float).reshape(np.shape(x)) for x, a in zip(leaves, after, strict=True)]

    @cached_property
    def rate(self) -> float:
        """The multiple of the true gradient that one step comes nearest to."""
        case = self.case
        true = case.gradient(case.generic, *case.batch())
        moves = self.moves(case.generic, *case.batch())
        return sum(float(np.sum(g * m)) for g, m in zip(true, moves, strict=True)) / norm(true) ** 2


def fit_linear(moves: Moves, grads: list[Leaves], leaves: list[int] | None = None) -> Rule:
    """Moves as a fixed combination of this and the earlier gradients (and of the weights)."""
    T = len(grads)
    chosen = range(len(grads[0])) if leaves is None else leaves
    U: list[np.ndarray] = []
    G: list[np.ndarray] = []
    W: list[np.ndarray] = []
    for t in range(T):
        now = moves.move(t)
        U.append(np.concatenate([now[k].ravel() for k in chosen]))
        past = [np.concatenate([grads[t - j][k].ravel() for k in chosen]) if j <= t
                else np.zeros(U[-1].size) for j in range(T)]  # fmt: skip
        G.append(np.stack(past, 1))
        W.append(np.concatenate([moves.before[t][k].ravel() for k in chosen]))
    u, A = np.concatenate(U), np.hstack([np.concatenate(G), np.concatenate(W)[:, None]])
    plain = _newest_only(u, A)
    if plain is not None:
        return plain
    if A.shape[0] <= A.shape[1]:  # as many weights as numbers fit anything and say nothing
        return Rule("linear", 0.0, 1.0, [0.0] * A.shape[1])
    scale = np.sqrt((A**2).sum(0))
    keep = scale > 0
    c = np.zeros(A.shape[1])
    if keep.any() and np.isfinite(A).all() and np.isfinite(u).all():
        c[keep] = np.linalg.lstsq(A[:, keep] / scale[keep], u, rcond=1e-12)[0] / scale[keep]
    gap = norm([u - A @ c]) / max(norm([u]), 1e-300)
    return Rule("linear", -c[0], gap, [float(-x) for x in c])


def _newest_only(u: np.ndarray, A: np.ndarray) -> Rule | None:
    """The rule without memory, where it suffices: gradients that hardly change fit any memory."""
    g = A[:, 0]
    power = float(g @ g)
    if not power or not np.isfinite(power) or not np.isfinite(u).all():
        return None
    c = float(u @ g) / power
    gap = norm([u - c * g]) / max(norm([u]), 1e-300)
    return Rule("linear", -c, gap, [-c] + [0.0] * (A.shape[1] - 1)) if gap < 1e-9 else None


def sampled(moves: Moves, grads: list[Leaves], most: int = SAMPLED) -> tuple[Moves, list[Leaves]]:
    """The moves and gradients of up to some hundred entries of each parameter, of equal shapes the same ones.

    Rules that go entry by entry show on them all that they show on the whole.
    """
    picked = {k: np.random.default_rng(x.size).choice(x.size, most, replace=False)
              for k, x in enumerate(moves.before[0]) if x.size > 2 * most}  # fmt: skip

    def some(many: list[Leaves]) -> list[Leaves]:
        flat = [[np.ravel(x) for x in leaves] for leaves in many]
        return [[x[picked[k]].reshape((-1,) + (1,) * (leaves[k].ndim - 1)) if k in picked
                 else leaves[k] for k, x in enumerate(row)]
                for row, leaves in zip(flat, many, strict=True)]  # fmt: skip

    return Moves(some(moves.before), some(moves.after)), some(grads)


def simulate(moves: Moves, grads: list[Leaves], only_right: bool = False) -> Rule | None:
    """The adaptive rule that reproduces the moves, right ones first, then those people get wrong.

    Beside it a share of the weights, and another of the biases, may be taken away in every step.
    """
    best: Rule | None = None
    moves, grads = sampled(moves, grads, LOOKED_AT)
    W = _decayed(moves)
    u = _joined([moves.move(t) for t in range(len(grads))])
    total = float(u @ u)
    if total == 0 or not np.isfinite(total):
        return None
    for name, wrong, words, deltas in _adaptive(grads):
        if wrong and only_right:
            break
        A = np.column_stack([_joined(deltas), *W])
        if not np.isfinite(A).all() or not A[:, 0].any():
            continue
        d = A[:, 0]
        lr = -float(u @ d) / float(d @ d)
        gap = norm([u + lr * d]) / np.sqrt(total)
        shares = [0.0, 0.0]
        if gap > 1e-5 and len(u) > 12:
            c = np.linalg.lstsq(A, u, rcond=1e-10)[0]
            rest = norm([u - A @ c]) / np.sqrt(total)
            if rest < 0.01 * gap and rest < 1e-4:
                lr, gap, shares = -float(c[0]), rest, [-float(x) for x in c[1:]]
        per_leaf = [shares[x.ndim < 2] for x in moves.before[0]]
        rule = Rule(name, lr, gap, wrong=wrong, words=words, per_leaf=per_leaf)
        if best is None or gap < 0.2 * best.gap:
            best = rule
        if best.gap < 1e-5:
            break
    return best


def _joined(lists: list[Leaves]) -> np.ndarray:
    return np.concatenate([x.ravel() for leaves in lists for x in leaves])


def _decayed(moves: Moves) -> list[np.ndarray]:
    """The weights before every move, the biases zero; and the biases, the weights zero."""
    return [_joined([[x * ((x.ndim < 2) == biases) for x in before] for before in moves.before])
            for biases in (False, True)]  # fmt: skip


_B1 = (0.9, 0.8, 0.95, 0.5)
_B2 = (0.999, 0.99, 0.9, 0.95)


def _adaptive(grads: list[Leaves]) -> Iterator[tuple[str, str, str, list[Leaves]]]:
    for eps in (1e-8, 1e-7, 1e-10, 1e-6):
        yield "Adagrad", "", "", list(_squares(grads, None, eps))
        for b2 in _B2:
            yield f"RMSprop({b2})", "", "", list(_squares(grads, b2, eps))
    for eps in (1e-8, 1e-7):
        for b1 in _B1:
            for b2 in _B2:
                yield f"Adam({b1}, {b2})", "", "", list(_adam(grads, b1, b2, eps, "right"))
                yield f"Adam({b1}, {b2}), uncorrected", "", "", list(_adam(grads, b1, b2, eps, "plain"))
    for kind, (fault, words) in _WRONG_ADAM.items():
        for b1 in _B1[:2]:
            for b2 in _B2[:2]:
                yield f"Adam({b1}, {b2})", fault, words, list(_adam(grads, b1, b2, 1e-8, kind))
    for b2 in _B2:
        yield (f"RMSprop({b2})", "optimizer_state_shared", "parameters share one buffer of squares",
               list(_squares(grads, b2, 1e-8, "shared")))  # fmt: skip
        yield (f"RMSprop({b2})", "optimizer_state_shared", "all parameters share one number of squares",
               list(_squares(grads, b2, 1e-8, "one number")))  # fmt: skip
        yield (f"RMSprop({b2})", "optimizer_state_mutated", "the root is written back into the squares",
               list(_squares(grads, b2, 1e-8, "rooted")))  # fmt: skip


def usual_rules(grads: list[Leaves]) -> Iterator[Iterator[Leaves]]:
    """The moves, for a step size of minus one, of the rules with a memory that most people use."""
    for beta in (0.9, 0.95, 0.99, 0.8, 0.5):
        yield _heavy(grads, beta, ahead=False)
        yield _heavy(grads, beta, ahead=True)
    for b2 in (0.999, 0.99):
        for kind in ("right", "plain"):
            yield _adam(grads, 0.9, b2, 1e-8, kind)
    for b2 in (0.9, 0.99):
        yield _squares(grads, b2, 1e-8)


_WRONG_ADAM = {
    "per tensor": ("optimizer_state_mutated", "the step count grows with every tensor, not with every step"),
    "per layer": ("optimizer_state_mutated", "the step count grows with every layer, not with every step"),
    "in place": ("optimizer_state_mutated", "the bias correction is written back into the moments"),
    "m in place": ("optimizer_state_mutated", "the bias correction of the mean is written back into it"),
    "v in place": ("optimizer_state_mutated", "the bias correction of the squares is written back into them"),
    "stuck": ("optimizer_state_mutated", "the step count of the bias correction never grows"),
    "one list": ("optimizer_state_shared", "the mean and the squares are kept in one buffer"),
    "all m": ("optimizer_state_shared", "parameters of one shape share their mean"),
    "all v": ("optimizer_state_shared", "parameters of one shape share their squares"),
    "shared": ("optimizer_state_shared", "parameters of one shape share their moments"),
    "one number": ("optimizer_state_shared", "all parameters share one number for their squares"),
    "stale": ("momentum_state_wrong", "the mean of the step before is used: it is stale by one"),
    "grows": ("momentum_state_wrong", "earlier gradients never fade from the mean"),
    "swapped": ("momentum_state_wrong", "the two decay rates are exchanged"),
    "coefficients": ("momentum_state_wrong", "beta stands on the new gradient and 1 - beta on the memory"),
}


def _squares(grads: list[Leaves], b2: float | None, eps: float, kind: str = "right") -> Iterator[Leaves]:
    store: dict[Any, Any] = {}
    for gs in grads:
        out = []
        for k, g in enumerate(gs):
            key = {"shared": g.shape, "one number": 0}.get(kind, k)
            new = np.mean(g * g) if kind == "one number" else g * g
            old = store.get(key, np.zeros(np.shape(new)))
            store[key] = old + new if b2 is None else b2 * old + (1 - b2) * new
            root = np.sqrt(store[key]) + eps
            if kind == "rooted":
                store[key] = root
            out.append(g / root)
        yield out


def _heavy(grads: list[Leaves], beta: float, ahead: bool) -> Iterator[Leaves]:
    """Momentum, and Nesterov's in the form that looks one step ahead."""
    v = [np.zeros(g.shape) for g in grads[0]]
    for gs in grads:
        v = [beta * old + g for old, g in zip(v, gs, strict=True)]
        yield [g + beta * x if ahead else x for g, x in zip(gs, v, strict=True)]


def _adam(grads: list[Leaves], b1: float, b2: float, eps: float, kind: str) -> Iterator[Leaves]:
    if kind == "swapped":
        b1, b2 = b2, b1
    m: dict[Any, Any] = {}
    v: dict[Any, Any] = {}
    count = 0
    for t, gs in enumerate(grads, 1):
        out = []
        for k, g in enumerate(gs):
            key = g.shape if kind in ("shared", "all m") else k
            vkey = 0 if kind == "one number" else g.shape if kind in ("shared", "all v") else k
            count += 1
            n = {"per tensor": count, "per layer": (count + 1) // 2, "stuck": 1}.get(kind, t)
            p, q = (1 - b1, 1 - b2) if kind == "coefficients" else (b1, b2)
            before = m.get(key, np.zeros(g.shape))
            m[key] = (1.0 if kind == "grows" else p) * before + (1 - p) * g
            first = before if kind == "stale" else m[key]
            if kind == "one list":
                v = m
            new = np.mean(g * g) if kind == "one number" else g * g
            v[vkey] = q * v.get(vkey, np.zeros(np.shape(new))) + (1 - q) * new
            mean = v[vkey] if kind == "one list" else first
            mh = mean if kind == "plain" else mean / (1 - b1**n)
            vh = v[vkey] if kind == "plain" else v[vkey] / (1 - b2**n)
            if kind in ("in place", "m in place"):
                m[key] = mh
            if kind in ("in place", "v in place"):
                v[vkey] = vh
            out.append(mh / (np.sqrt(np.maximum(vh, 0)) + eps))
        yield out
