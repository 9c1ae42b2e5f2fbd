"""Parts of the update experiment: what adaptive rules divide by, read off the moves.

A move entry by entry is n / d: `n` the gradient or a mean of gradients, `d` the root of what is kept of their
squares. What of either is kept from step to step tells which rule it is, and whether anyone means it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain
from math import comb
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.updates._adaptive import MEAN_AS_IS, SQUARES_AS_IS
from pullback.diagnose.updates._coefficients import Kept, coefficients
from pullback.diagnose.updates._kept import factor_kept, kept_after, numbers_named
from pullback.diagnose.updates._moves import Moves, Rule, watch, watch_part

_FIXES = {
    "momentum_state_wrong": "m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g**2, divide by its root",
    "optimizer_state_mutated": "keep m and v as they are, and take corrections and roots of copies",
}


def _wrong(words: str, evidence: str, fault: str = "momentum_state_wrong") -> list[Finding]:
    return [Finding(fault, "step", words, evidence, _FIXES[fault], 1.0, 81)]


def root_of_signed(
    moves: Moves, grads: list[Leaves], elsewhere: Iterable[tuple[Leaves, Leaves]] = ()
) -> list[Finding]:
    """Whether the first move is no number just where the gradient is negative: a root of no squares.

    Not where as many numbers, drawn blindly, are just these in more than one case of twenty; of few numbers
    first moves from `elsewhere` tell more.
    """
    downs = ups = 0
    for move, gradient in chain([(moves.move(0), grads[0])], elsewhere):
        u, g = (joined(xs) for xs in (move, gradient))
        down, up = np.isfinite(u) & (g > 0), ~np.isfinite(u) & (g < 0)
        if not (np.isfinite(g).all() and (down | up | (g == 0)).all()):
            return []
        downs, ups = downs + int(down.sum()), ups + int(up.sum())
        if comb(downs + ups, ups) >= 20:
            return _wrong(
                "the gradients themselves are kept where their squares are meant: the root has no value",
                f"in first steps {ups} numbers become NaN, all those whose gradient is negative",
            )
    return []


def rule_kept_wrong(
    moves: Moves, grads: list[Leaves], moving: list[int],
    elsewhere: Callable[[], tuple[Moves, list[Leaves]]] | None = None,
) -> list[Finding] | None:  # fmt: skip
    """What is wrong in the coefficients of the moves' own rule: nothing, or None where they are not read.

    `elsewhere` gives moves and gradients from other weights, where what a count does is the same.
    """
    kept = coefficients(moves, grads, moving)
    if len(kept) < 3 and _without_root(moves, grads, moving):
        told = "the first move is the gradient over its square, entry by entry"
        bare = _wrong("the squares are divided by as they are: their root is not taken", told)
        bare[0].weight, bare[0].alone = 69.5, False  # a loop may learn so
        return bare
    if len(kept) < 3 and _times_root(moves, grads, moving):
        told = "the first move is the gradient times its own size, entry by entry: small ones hardly move"
        return _wrong("moments are multiplied by the root of the squares, not divided by it", told)
    if len(kept) == 2 and (as_written := _written_back(kept)):  # runs that grow so are soon past reading
        return as_written
    if len(kept) < 3:
        return _counted_apart(moves, grads, moving, elsewhere)
    if all(k.rooted for k in kept):
        told = "what a step divides by has a square that holds a multiple of it, one step earlier"
        return _wrong("the root of the squares is written back into them", told, _MUTATED)
    if any(k.rooted for k in kept):
        return None
    means, squares = [k.mean for k in kept], [k.squares for k in kept]
    found = (
        _memory_wrong(means, "gradients", "their mean", most=MOST_OF_MEAN)
        if max(np.abs(means)) > 1e-2
        else []
    )
    if max(np.abs(squares)) > NO_SQUARES:  # signs alone, or gradients that are clipped, keep nothing
        found = found or _memory_wrong(squares, "squares", "the squares", most=MOST_OF_SQUARES)
    found = found or _exchanged(kept)
    if found or not _steady(means) or not _steady(squares):
        return found or None
    return _turned(moves, grads, moving, means) or _uphill(moves, grads, moving)


NO_SQUARES = 1e-7
"""Up to this share of the last squares nothing is kept of them: all entries move by one size."""


def running_away(case: Case, moves: Moves, moving: list[int]) -> list[Finding] | None:
    """Whether moves that soon dwarf the first are those of moments that are written back corrected.

    Only two steps may be left of such a run; the third is looked at for this question alone.
    """
    whole = case.moves
    if whole is None or len(moves.after) > 2 or len(whole.after) < 3:
        return None
    three = whole.on(whole.rows[:3])
    if not all(np.isfinite(x).all() for after in three.after for x in after):
        return None
    return _written_back(coefficients(three, case.gradients(three), moving)) or None


def _written_back(kept: list[Kept]) -> list[Finding]:
    for what, subject, shares in (
        ("gradients", "their mean", [k.mean for k in kept]),
        ("squares", "the squares", [k.squares for k in kept]),
    ):
        if len(shares) > 1 and _as_corrected(shares, 0.01):
            return _memory_wrong(shares, what, subject, MOST_OF_SQUARES)
    return []


def _without_root(moves: Moves, grads: list[Leaves], moving: list[int]) -> bool:
    """Whether g / u of the first move is a straight line in g**2, and rests on it."""
    return _straight(moves, grads, moving, lambda u, g: (-g / u, g**2))


def _times_root(moves: Moves, grads: list[Leaves], moving: list[int]) -> bool:
    """Whether u / g of the first move is a straight line in |g|, and rests on it."""
    return _straight(moves, grads, moving, lambda u, g: (-u / g, np.abs(g)))


def _straight(moves: Moves, grads: list[Leaves], moving: list[int], pair: Callable[..., Any]) -> bool:
    """Whether of the first move's entries the first of a `pair` is a x + b, x the second, and b the less."""
    u, g = (np.concatenate([x[k].ravel() for k in moving]) for x in (moves.move(0), grads[0]))
    some = (u != 0) & (np.abs(g) > 0.03 * np.abs(g).max(initial=0)) & np.isfinite(u)
    if some.sum() < 12:
        return False
    ratio, x = pair(u[some], g[some])
    A = np.stack([x / ratio, 1 / ratio], 1)
    (a, b), *_ = np.linalg.lstsq(A, np.ones(len(A)), rcond=None)
    size = np.abs(g[some])
    return bool(a > 0 and np.abs(A @ (a, b) - 1).max() < 1e-3 and np.median(a * x) > abs(b)
                and np.ptp(size) > 0.5 * size.mean())  # fmt: skip


def _counted_apart(
    moves: Moves, grads: list[Leaves], moving: list[int],
    elsewhere: Callable[[], tuple[Moves, list[Leaves]]] | None,
) -> list[Finding] | None:  # fmt: skip
    """Whether parameters keep the same shares, each by itself, but their rates go unlike ways.

    They go the same ways from other weights: rates that the gradients set, by their norms, do not.
    """
    rates = _rates_apart(moves, grads, moving)
    if rates is None or np.ptp(_paths(rates), axis=0).max() < 0.1:  # by the weights' norm they drift a little
        return None
    again = rates if elsewhere is None else _rates_apart(*elsewhere(), moving)
    if again is None or again.keys() != rates.keys():
        return None
    if np.abs(_paths(again) / _paths(rates) - 1).max() > 0.05:
        return None
    told = "; ".join(
        f"of parameter {k} as {', '.join(number(x) for x in r)}" for k, r in list(rates.items())[:2]
    )
    return _wrong("the step count grows with every tensor, not with every step",
                  f"from step to step the rate goes {told}", _MUTATED)  # fmt: skip


def _rates_apart(moves: Moves, grads: list[Leaves], moving: list[int]) -> dict[int, np.ndarray] | None:
    """Each parameter's rates, step by step, where all keep the same shares; None where they do not."""
    read = {k: coefficients(moves, grads, [k]) for k in moving}
    read = {k: kept for k, kept in read.items() if len(kept) >= 3 and not any(x.rooted for x in kept)}
    shares = np.array([[(x.mean, x.squares) for x in kept[:3]] for kept in read.values()])
    if len(read) < 2 or np.ptp(shares, axis=(0, 1)).max() > 2e-2 or not 0 < shares[..., 1].min() < 1:
        return None
    first = {k: _median_size(moves.move(0)[k]) for k in read}
    return {k: np.array([first[k], *(x.rate for x in kept[:3])]) for k, kept in read.items()}


def _paths(rates: dict[int, np.ndarray]) -> np.ndarray:
    return np.array([r[1:] / r[:1] for r in rates.values()])


def _median_size(u: np.ndarray) -> float:
    """Of the entries that move at all: what letters or units a batch has nothing of stay where they are."""
    return float(np.median(np.abs(u[u != 0]))) if u.any() else 0.0


def rule_on_parts(case: Case, moving: list[int]) -> list[Finding] | None:
    """The same by parts of the rows where a step takes all: gradients that hardly change tell no memory."""
    if case.size < case.n or case.n < 24 or case.own_rows is not None:
        return None
    moves = watch_part(case.patient, case.generic, 6, case.n // 6)
    if moves is None or not all(np.isfinite(x).all() for after in moves.after for x in after):
        return None
    return rule_kept_wrong(moves, case.gradients(moves), moving, partial(from_elsewhere, case))


def from_elsewhere(case: Case) -> tuple[Moves, list[Leaves]]:
    """Six moves from fresh weights, and the true gradients there."""
    moves = watch(case.patient, case.reborn(), 6)
    return moves, case.gradients(moves)


def _uphill(moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Finding]:
    """Whether the first move, which has the sign of each entry's gradient or its opposite, goes uphill.

    Where only some parameters do, they are what is wrong.
    """
    along = {k: float(np.sum(np.sign(moves.move(0)[k]) * np.sign(grads[0][k]))) for k in moving}
    told = "the first move has the sign of the gradient, entry by entry"
    up = [k for k in moving if along[k] > 0.98 * np.count_nonzero(grads[0][k]) > 0]
    down = [k for k in moving if along[k] < -0.98 * np.count_nonzero(grads[0][k]) < 0]
    if up and down and len(up) + len(down) == len(moving):
        words = f"parameter {', '.join(map(str, up))} goes uphill, where the others go downhill"
        return [Finding("grad_sign_flipped", up[0], words, told, "subtract its update too", 1.0, 82)]
    if sum(along.values()) > 0:
        words = "the step goes uphill: the update is added"
        return [Finding("grad_sign_flipped", "step", words, told, "subtract the update", 1.0, 82)]
    return []


def _turned(moves: Moves, grads: list[Leaves], moving: list[int], means: list[float]) -> list[Finding]:
    """Whether a move goes along the mean of the gradients, where the first goes against it.

    No rate is below zero: what the mean is divided by, or multiplied with, changes its sign on the way.
    """
    u, g = ([np.concatenate([x[k].ravel() for k in moving]) for x in xs]
            for xs in ([moves.move(t) for t in range(len(grads))], grads))  # fmt: skip
    m, along = g[0], [_agreement(u[0], g[0])]
    for t, share in enumerate(means, 1):
        m = share * m + g[t]
        along.append(_agreement(u[t], m))
    up = [t for t, x in enumerate(along) if x > 0.98]
    if not up or along[0] > -0.98:
        return []
    told = f"step 1 goes against the mean of the gradients, step {up[0] + 1} along it, entry by entry"
    return _wrong("what corrects the mean of the gradients for its bias turns its sign", told)


def _agreement(u: np.ndarray, m: np.ndarray) -> float:
    """1 where all numbers that are not small have one sign, -1 where they have opposite ones."""
    some = (np.abs(m) > 0.03 * np.abs(m).max(initial=0)) & np.isfinite(u) & (u != 0)
    return float(np.mean(np.sign(u[some]) * np.sign(m[some]))) if some.any() else 0.0


MOST_OF_MEAN, MOST_OF_SQUARES = 1 - 5e-4, 1 + 3e-3
"""The most of itself that a mean of gradients may keep, and sums of squares, which Adagrad keeps whole."""


_MUTATED = "optimizer_state_mutated"


def _memory_wrong(shares: list[float], what: str, subject: str, most: float) -> list[Finding]:
    """Whether the shares that are kept, from the second step on, are none that anyone means."""
    told = (
        f"of earlier {what} {', '.join(number(x) for x in shares)} times what was there is kept, step by step"
    )
    if np.median(shares) < -1e-2:
        return _wrong(f"earlier {what} enter with a minus", told)
    if _as_corrected(shares):
        return _wrong(f"the bias correction of {subject} is written back", told, _MUTATED)
    if not _steady(shares):
        return []
    if np.median(shares) > most:
        return _wrong(f"what is kept of earlier {what} grows from step to step", told)
    if max(shares) < 0.35:
        return _wrong(f"earlier {what} hardly last: the coefficients stand on the wrong terms", told)
    return []


def _steady(shares: list[float]) -> bool:
    return bool(np.ptp(shares) <= 1e-2 * max(1.0, *shares))


def _as_corrected(shares: list[float], loose: float = 0.03) -> bool:
    """Whether the shares go as beta / (1 - beta**t): what is kept had been divided by its correction."""
    beta = shares[0] / (1 + shares[0])
    return bool(shares[0] > 1 and abs(shares[1] * (1 - beta**2) / beta - 1) < loose)


def _exchanged(kept: list[Kept]) -> list[Finding]:
    """Whether two steady memories stand, or are corrected, in each other's place."""
    b1, b2 = (float(np.median(x)) for x in ([k.mean for k in kept], [k.squares for k in kept]))
    if not 0.05 < b1 < 1 or not 0 < b2 < 1 or abs(b1 - b2) < 0.02:
        return []
    if b1 > 0.985 and b2 < 0.95:
        return _wrong(
            "the two decay rates are exchanged", f"the mean keeps {number(b1)}, the squares {number(b2)}"
        )
    t = np.arange(2, len(kept) + 2)
    rates = np.array([k.rate for k in kept])
    first, second = 1 - b1**t, 1 - b2**t
    for words, path in (
        ("the mean is corrected for its bias by the squares' rate, and they by its", np.sqrt(first) / second),
        ("moments are multiplied by their bias correction where they are divided by it",
         first / np.sqrt(second)),
    ):  # fmt: skip
        if np.allclose(rates / rates[0], path / path[0], rtol=5e-3):
            return _wrong(words, f"from step to step its rate goes as {', '.join(number(r) for r in rates)}")
    return []


def newest_unweighted(case: Case, rule: Rule, first: Leaves) -> list[Finding]:
    """Whether the newest gradient, or its square, enters what is kept with another weight than one minus it.

    Under a right rule that only changes the rate of the moves, so what is kept after one step tells; and that
    the code names the rate that is meant, not the one that comes of it.
    """
    betas = [float(x) for x in rule.name.partition("(")[2].partition(")")[0].split(", ") if x]
    shares = [1 - b for b in betas]
    if not shares or rule.wrong:
        return []
    named, after = numbers_named(case.patient), kept_after(case.patient, case.generic)
    powers = [1, 2][-len(shares) :]
    weights = [
        _weight(factor_kept(after, [g**p for g in first]), s) for s, p in zip(shares, powers, strict=True)
    ]
    odd = [(a, s, p) for a, s, p in zip(weights, shares, powers, strict=True) if abs(a / s - 1) > 1e-3]
    change = float(np.prod([(a / s) ** (1 / p if p == 2 else -1) for a, s, p in odd]))
    whole = len(shares) == 2 and not rule.name.endswith("uncorrected") and odd and [o[2] for o in odd] == [2]
    meant = [rule.lr * change, *_uncorrected_rates(rule, shares, change)]
    as_meant = not _among(rule.lr, named) and any(_among(rate, named) for rate in meant)
    rate = next((rate for rate in meant if _among(rate, named)), meant[0])
    if not odd:
        return _never_fades(rule) if as_meant else []
    if not ((whole and odd[0][0] == 1) or as_meant):
        return []
    a, share, p = odd[0]
    found = _wrong(
        f"the newest {'gradient' if p == 1 else 'square'} enters what is kept with the weight {number(a)}, "
        f"where {number(share)} is meant",
        f"after one step {number(a)} times the {'squared ' if p == 2 else ''}gradient is kept; the moves are "
        f"{number(rule.lr / rate)} times as large as the rate says")  # fmt: skip
    if abs(a - 1) < 1e-4 and not whole:  # a sum that fades may be meant: it is no fault by itself
        found[0].weight, found[0].alone = 69.5, False
    return found


def _uncorrected_rates(rule: Rule, shares: list[float], change: float) -> list[float]:
    """The rates that a code may name whose correction of the mean, or of the squares, is that of step one.

    To divide by 1 - beta in every step multiplies the moves for good.
    """
    if rule.name.endswith(MEAN_AS_IS):
        return [rule.lr * change * shares[0]]
    return [rule.lr * change / np.sqrt(shares[1])] if rule.name.endswith(SQUARES_AS_IS) else []


def _never_fades(rule: Rule) -> list[Finding]:
    """A rate that is the named one times the first step's bias correction: a loop may still learn so."""
    what = "mean" if rule.name.endswith(MEAN_AS_IS) else "squares"
    found = _wrong(f"the bias correction of the {what} is that of the first step for ever",
                   f"{rule.name}, with rate {number(rule.lr)}, reproduces the moves; the code names another",
                   _MUTATED)  # fmt: skip
    found[0].weight, found[0].alone = 69.5, False
    return found


def _weight(factors: list[float], share: float) -> float:
    """What the newest enters with, of the multiples of it that are kept: the share meant, if that is one."""
    if not factors or any(abs(a / share - 1) < 1e-3 for a in factors):
        return share
    return min((a for a in factors if a > 0), key=lambda a: abs(a - 1) < 1e-4, default=share)


def _among(x: float, named: list[float]) -> bool:
    return any(abs(x - abs(n)) < 1e-4 * abs(x) for n in named)
