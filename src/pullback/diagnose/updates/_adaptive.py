"""Adaptive rules: the moves that Adam, RMSprop and Adagrad make of gradients, right ones and wrong ones.

The small number in the denominator is read off the first move: a rule without memory yet moves each entry by
g / (s |g| + eps), or by g / sqrt(s**2 g**2 + eps), and either is a straight line in 1/|g|, or in its square.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.updates._moves import Leaves, Moves, Rule, norm

Eps = tuple[float, bool]
"""What is added to the denominator, and whether it stands under the root."""
Candidate = tuple[str, str, str, list[Leaves]]
"""A rule's name, the fault it is where it is wrong, that in words, and its moves at a rate of minus one."""


SAMPLED, LOOKED_AT = 200, 3000
"""Of a parameter with more than twice as many numbers, so many are held against the rules."""
FAR_OFF = 0.1
"""A rule that is further off in one step is none of these moves'."""


def simulate(moves: Moves, grads: list[Leaves], only_right: bool = False) -> Rule | None:
    """The adaptive rule that reproduces the moves, right ones first, then those people get wrong.

    Beside it a share of the weights, and another of the biases, may be taken away in every step.
    """
    best: Rule | None = None
    some = sampled(moves, grads)
    for part, rules in (some, _right), (sampled(moves, grads, LOOKED_AT), _wrong):
        if (best is not None and best.gap < 1e-4) or (only_right and rules is _wrong):
            break
        best = _nearest(*part, rules, best)
    return best


def pooled(moves: Moves, grads: list[Leaves], named: Iterable[float] = ()) -> bool:
    """Whether parameters of one shape, one after the other, are moved by moments that they share.

    Each step may have a rate of its own, and what fades may fade by a number that is `named`.
    """
    moves, grads = sampled(moves, grads, LOOKED_AT)
    return any(_off(moves, deltas) < 1e-4 for deltas in _pooled(grads, moves, named))


def _nearest(moves: Moves, grads: list[Leaves], rules: Any, best: Rule | None) -> Rule | None:
    """The rule that comes nearest, of these and the best so far."""
    W = _decayed(moves)
    u = _joined([moves.move(t) for t in range(len(grads))])
    total = float(u @ u)
    if total == 0 or not np.isfinite(total):
        return best
    for name, wrong, words, deltas in rules(grads, moves):
        A = np.column_stack([_joined(deltas), *W])
        if not np.isfinite(A).all() or not A[:, 0].any():
            continue
        lr, gap, shares = _fitted(A, u)
        per_leaf = [shares[x.ndim < 2] for x in moves.before[0]]
        rule = Rule(name, lr, gap, wrong=wrong, words=words, per_leaf=per_leaf)
        if best is None or gap < 0.2 * best.gap:
            best = rule
        if best.gap < 1e-5:
            break
    return best


def own_rates(moves: Moves, grads: list[Leaves]) -> float:
    """How far off the nearest right rule is where each step may have a rate of its own, as schedules give."""
    moves, grads = sampled(moves, grads)
    return min((_off(moves, deltas) for *_, deltas in _right(grads, moves)), default=float("inf"))


def _off(moves: Moves, deltas: Iterable[Leaves]) -> float:
    """How far a rule is off at most in any step, at the best rate for each; inf where one leads back."""
    off = 0.0
    for t, made in enumerate(deltas):
        x, d = joined(moves.move(t)), joined(made)
        lr = -float(x @ d) / (float(d @ d) or 1.0)
        if not lr > 0:
            return float("inf")
        off = max(off, norm([x + lr * d]) / (norm([x]) or 1.0))
        if off > FAR_OFF:
            break
    return off


def _fitted(A: np.ndarray, u: np.ndarray) -> tuple[float, float, list[float]]:
    """The rate of a rule's moves, how far they are off, and the shares of the weights beside them."""
    d, total = A[:, 0], norm([u])
    lr = -float(u @ d) / float(d @ d)
    gap = norm([u + lr * d]) / total
    if gap > 1e-5 and len(u) > 12:
        scale = np.sqrt((A**2).sum(0))
        B = A / np.where(scale > 0, scale, 1.0)
        c = np.linalg.lstsq(B.T @ B, B.T @ u, rcond=1e-12)[0] / np.where(scale > 0, scale, 1.0)
        rest = norm([u - A @ c]) / total
        if rest < 0.01 * gap and rest < 1e-4:
            return -float(c[0]), rest, [-float(x) for x in c[1:]]
    return lr, gap, [0.0, 0.0]


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


def _joined(lists: list[Leaves]) -> np.ndarray:
    return joined(x for leaves in lists for x in leaves)


def _decayed(moves: Moves) -> list[np.ndarray]:
    """The weights before every move, the biases zero; and the biases, the weights zero."""
    return [_joined([[x * ((x.ndim < 2) == biases) for x in before] for before in moves.before])
            for biases in (False, True)]  # fmt: skip


_B1 = (0.9, 0.8, 0.95, 0.5)
_B2 = (0.999, 0.99, 0.9, 0.95)


FELT = 1e-3
"""The share of a denominator from which on the root in it is felt: so near moves come to an adaptive rule."""


def small_numbers(move: Leaves, grad: Leaves) -> list[Eps]:
    """What stands beside s = 1 in the denominator of the first move, where its entries say so.

    Entries whose gradient is large say nothing of a small number: none is read off those alone. Nor is one
    beside which the root is nothing: such a move is its gradient times a rate, and divided by no root.
    """
    u, g = (np.abs(joined(xs)) for xs in (move, grad))
    some = (u > 0) & (g > 0)
    if some.sum() < 4:
        return []
    found = []
    for power, inside in ((1, False), (2, True)):
        A = np.stack([u[some] ** power, (u[some] / g[some]) ** power], 1)
        scale = np.sqrt((A**2).sum(0))
        (a, b), *_ = np.linalg.lstsq(A / scale, np.ones(len(A)), rcond=None)
        a, b = a / scale[0], b / scale[1]
        felt = (a * A[:, 0]).max() > FELT
        if a > 0 and b > 0 and felt and np.abs(A @ (a, b) - 1).max() < 1e-4:
            found.append((float(b / a), inside))
    return found


def _right(grads: list[Leaves], moves: Moves) -> Iterator[Candidate]:
    read = small_numbers(moves.move(0), grads[0])
    yield from _squared(grads, read, ())
    yield from _with_means(grads, read, ())
    yield from _squared(grads, [], (1e-8, 1e-7, 1e-10, 1e-6))
    yield from _with_means(grads, [], (1e-8, 1e-7))
    yield from _half_corrected(grads, read)


def right_rules(grads: list[Leaves], moves: Moves) -> Iterator[list[Leaves]]:
    """The moves that every right rule makes, at a rate of minus one: plain steps first."""
    yield grads
    for *_, deltas in _right(grads, moves):
        yield deltas


def _wrong(grads: list[Leaves], moves: Moves) -> Iterator[Candidate]:
    rates = [(b1, b2) for b1 in _B1[:2] for b2 in _B2[:2]]
    read = small_numbers(moves.move(0), grads[0])
    for eps, inside in [(1e-8, False), *read]:
        for kind, (fault, words) in _WRONG_ADAM.items():
            for b1, b2 in rates:
                of_first = (eps, inside) in read and kind in _UNCORRECTED
                small = eps * _share(b2, inside) if of_first else eps
                yield f"Adam({b1}, {b2})", fault, words, list(_adam(grads, b1, b2, small, kind, inside))
    for b2 in _B2:
        yield (f"RMSprop({b2})", "optimizer_state_shared", "parameters share one buffer of squares",
               list(_squares(grads, b2, 1e-8, "shared")))  # fmt: skip
        for kind in _IN_ONE:
            yield (f"RMSprop({b2})", "optimizer_state_shared", "all parameters share one number of squares",
                   list(_squares(grads, b2, 1e-8, kind)))  # fmt: skip
        yield (f"RMSprop({b2})", "optimizer_state_mutated", "the root is written back into the squares",
               list(_squares(grads, b2, 1e-8, "rooted")))  # fmt: skip
    weights = moves.before[: len(grads)]
    for decay in (None, *_B2):
        yield (f"RMSprop({decay})" if decay else "Adagrad", "momentum_state_wrong",
               "the squares kept are the weights', not the gradients'",
               list(_squares(grads, decay, 1e-8, squared=weights)))  # fmt: skip


def _squared(grads: list[Leaves], read: list[Eps], usual: tuple[float, ...]) -> Iterator[Candidate]:
    """Rules that divide by a root of squares; the number that was read belongs to s = 1."""
    for eps, inside in [*read, *((eps, False) for eps in usual)]:
        yield "Adagrad", "", "", list(_squares(grads, None, eps, inside=inside))
        for b2 in _B2:
            small = eps * (_share(b2, inside) if read else 1.0)
            yield f"RMSprop({b2})", "", "", list(_squares(grads, b2, small, inside=inside))


def _with_means(grads: list[Leaves], read: list[Eps], usual: tuple[float, ...]) -> Iterator[Candidate]:
    """Rules that keep a mean of the gradients as well."""
    for eps, inside in [*read, *((eps, False) for eps in usual)]:
        for b1 in _B1:
            for b2 in _B2:
                yield f"Adam({b1}, {b2})", "", "", list(_adam(grads, b1, b2, eps, "right", inside))
                small = eps * (_share(b2, inside) if read else 1.0)
                plain = list(_adam(grads, b1, b2, small, "plain", inside))
                yield f"Adam({b1}, {b2}), uncorrected", "", "", plain


MEAN_AS_IS, SQUARES_AS_IS = "mean uncorrected", "squares uncorrected"


def _half_corrected(grads: list[Leaves], read: list[Eps]) -> Iterator[Candidate]:
    """Rules that correct one of the two for its bias: whether that is meant, their rate has to say."""
    for eps, inside in [*read, (1e-8, False)]:
        for b1 in _B1[:2]:
            for b2 in _B2[:2]:
                for kind in (MEAN_AS_IS, SQUARES_AS_IS):
                    small = eps * (_share(b2, inside) if read and kind == SQUARES_AS_IS else 1.0)
                    yield f"Adam({b1}, {b2}), {kind}", "", "", list(_adam(grads, b1, b2, small, kind, inside))


def _share(b2: float, inside: bool) -> float:
    """What the first squares enter a mean with, or the root of it."""
    return 1 - b2 if inside else float(np.sqrt(1 - b2))


def _root(squares: Any, eps: float, inside: bool) -> Any:
    return np.sqrt(squares + eps) if inside else np.sqrt(squares) + eps


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
    "corrected first": ("optimizer_state_mutated", "moments are corrected in place before gradients enter"),
    "rate kept": ("optimizer_state_mutated", "the corrected step size is kept, and corrected again"),
    "stuck": ("optimizer_state_mutated", "the step count of the bias correction never grows"),
    "one list": ("optimizer_state_shared", "the mean and the squares are kept in one buffer"),
    "all m": ("optimizer_state_shared", "parameters of one shape share their mean"),
    "all v": ("optimizer_state_shared", "parameters of one shape share their squares"),
    "shared": ("optimizer_state_shared", "parameters of one shape share their moments"),
    "one number": ("optimizer_state_shared", "all parameters share one number for their squares"),
    "one sum": ("optimizer_state_shared", "all parameters share one number for their squares"),
    "stale": ("momentum_state_wrong", "the mean of the step before is used: it is stale by one"),
    "new mean": ("momentum_state_wrong", "the mean is begun anew at every step: it remembers nothing"),
    "new squares": ("momentum_state_wrong", "the squares are begun anew at every step: no memory"),
    "both new": ("momentum_state_wrong", "both moments are begun anew at every step: they remember nothing"),
    "grows": ("momentum_state_wrong", "earlier gradients never fade from the mean"),
    "swapped": ("momentum_state_wrong", "the two decay rates are exchanged"),
    "exchanged": ("momentum_state_wrong", "the mean's bias correction and the squares' are exchanged"),
    "of the mean": ("momentum_state_wrong", "the squares are corrected for their bias by the mean's rate"),
    "multiplied": ("momentum_state_wrong", "moments are multiplied by their bias correction, not divided"),
    "coefficients": ("momentum_state_wrong", "beta stands on the new gradient and 1 - beta on the memory"),
}

_IN_ONE: dict[str, Callable[[Any], Any]] = {"one number": np.mean, "one sum": np.sum}
"""How the squares of a parameter become the one number that all have in common."""

_UNCORRECTED = ("plain", "rate kept", "corrected first")


def _pooled(grads: list[Leaves], moves: Moves, named: Iterable[float]) -> Iterator[Iterator[Leaves]]:
    """Rules whose moments, or one kind of them, all these parameters of one shape have in common."""
    own = {x for x in named if 0.4 < x < 1}
    read = small_numbers(moves.move(0)[:1], grads[0][:1])  # the first alone has its own moments yet
    fades = list(dict.fromkeys((*own, *_B2)))
    for eps, inside in [*read, (1e-8, False)]:
        for b2 in (None, *fades):
            yield _squares(grads, b2, eps, "shared", inside)
        for kind in ("shared", "all v", "all m"):
            for b1 in dict.fromkeys((*own, *_B1)):
                for b2 in fades:
                    yield _adam(grads, b1, b2, eps, kind, inside)


def _squares(
    grads: list[Leaves], b2: float | None, eps: float, kind: str = "right", inside: bool = False,
    squared: list[Leaves] | None = None,
) -> Iterator[Leaves]:  # fmt: skip
    """Gradients over the root of what is kept of their squares, or of those of what is `squared` instead."""
    store: dict[Any, Any] = {}
    for gs, xs in zip(grads, squared or grads, strict=True):
        out = []
        for k, (g, x) in enumerate(zip(gs, xs, strict=True)):
            key = {"shared": g.shape, **dict.fromkeys(_IN_ONE, 0)}.get(kind, k)
            new = _IN_ONE.get(kind, np.asarray)(x * x)
            old = store.get(key, np.zeros(np.shape(new)))
            store[key] = old + new if b2 is None else b2 * old + (1 - b2) * new
            root = _root(store[key], eps, inside)
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


def _adam(
    grads: list[Leaves], b1: float, b2: float, eps: float, kind: str, inside: bool = False
) -> Iterator[Leaves]:
    if kind == "swapped":
        b1, b2 = b2, b1
    m: dict[Any, Any] = {}
    v: dict[Any, Any] = {}
    count, rate = 0, 1.0
    for t, gs in enumerate(grads, 1):
        out = []
        rate *= np.sqrt(1 - b2**t) / (1 - b1**t) if kind == "rate kept" else 1.0
        for k, g in enumerate(gs):
            key = g.shape if kind in ("shared", "all m") else k
            vkey = 0 if kind in _IN_ONE else g.shape if kind in ("shared", "all v") else k
            count += 1
            n = {"per tensor": count, "per layer": (count + 1) // 2, "stuck": 1}.get(kind, t)
            p, q = (1 - b1, 1 - b2) if kind == "coefficients" else (b1, b2)
            if kind in ("new mean", "both new"):
                m.clear()
            if kind in ("new squares", "both new"):
                v.clear()
            if kind == "corrected first" and key in m:
                m[key], v[vkey] = m[key] / (1 - b1**n), v[vkey] / (1 - b2**n)
            before = m.get(key, np.zeros(g.shape))
            m[key] = (1.0 if kind == "grows" else p) * before + (1 - p) * g
            first = before if kind == "stale" else m[key]
            if kind == "one list":
                v = m
            new = _IN_ONE.get(kind, np.asarray)(g * g)
            v[vkey] = q * v.get(vkey, np.zeros(np.shape(new))) + (1 - q) * new
            mean = v[vkey] if kind == "one list" else first
            c1, c2 = {"exchanged": (b2, b1), "of the mean": (b1, b1)}.get(kind, (b1, b2))
            mh = mean if kind in (*_UNCORRECTED, MEAN_AS_IS) else mean / (1 - c1**n)
            vh = v[vkey] if kind in (*_UNCORRECTED, SQUARES_AS_IS) else v[vkey] / (1 - c2**n)
            if kind == "multiplied":
                mh, vh = mean * (1 - b1**n), v[vkey] * (1 - b2**n)
            if kind in ("in place", "m in place"):
                m[key] = mh
            if kind in ("in place", "v in place"):
                v[vkey] = vh
            out.append(rate * mh / _root(np.maximum(vh, 0), eps, inside))
        yield out
