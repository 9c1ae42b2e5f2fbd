"""Weights drawn to zero: by a penalty in the loss, or by the step itself, and what that costs.

A step may take a share of each weight away (decay), or add a multiple of it to the gradient (ridge) before
an adaptive rule sees it. Both are meant; they are a fault where the rows' loss stays near the best constant
with them, and not without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.labels import learnable
from pullback.diagnose.experiments.of_gradient._owed import owed_otherwise
from pullback.diagnose.experiments.of_treatment._comparing import CURED, Compared
from pullback.diagnose.training._machine import TRACE
from pullback.diagnose.training._runs import Run
from pullback.diagnose.updates._adaptive import sampled, usual_rules
from pullback.diagnose.updates._moves import Moves, norm

HELD = 0.55
"""The share of the improvement without a penalty below which the penalty is too strong."""

MOSTLY = 0.8
"""The share that the exact gradient gets with it above which it is not, whatever unseen rows say."""

DEAR = 2 / 3
"""The share of the unseen rows' loss that has to be left without the penalty where it is too strong."""

DRAINED = 0.02
"""The share of its first size below which a weight matrix has been taken away."""

Judge = Callable[[Leaves], float]
Part = Callable[[Leaves, Any, Any], Leaves]


def without_ridge(observed: Leaves, true: Leaves, leaves: Leaves) -> tuple[Leaves, dict[int, float]]:
    """An observed gradient less the multiples of the weights that are added to it, and these multiples.

    A parameter is looked at only where its gradient and its own values explain all that was observed. A few
    numbers are always so explained: of these only the multiple counts that larger parameters have.
    """
    out, ridge, factors = list(observed), {}, set[tuple[float, float]]()
    for k, (o, g, w) in enumerate(zip(observed, true, leaves, strict=True)):
        A = np.column_stack([np.ravel(g), np.ravel(w)])
        if w.size < 6 or not np.isfinite(o).all() or norm([o]) == 0 or np.linalg.matrix_rank(A) < 2:
            continue
        f, extra = np.linalg.lstsq(A, np.ravel(o), rcond=None)[0]
        rest = norm([np.ravel(o) - A @ (f, extra)])
        if rest < 1e-6 * norm([o]) and extra * f > 0 and norm([extra * w]) > 1e-5 * norm([o]):
            out[k], ridge[k] = o - extra * w, float(extra / f)
            factors.add((float(f), float(extra)))
    for k, (o, g, w) in enumerate(zip(observed, true, leaves, strict=True)):
        for f, extra in factors if 0 < w.size < 6 and w.any() else ():
            if norm([o - f * g - extra * w]) < 1e-6 * min(norm([o]), norm([extra * w])):
                out[k], ridge[k] = o - extra * w, extra / f
                break
    return (out, ridge) if ridge and _one_sign(ridge) else (list(observed), {})


def _one_sign(ridge: dict[int, float]) -> bool:
    return all(x > 0 for x in ridge.values())


def replaced(decay: dict[int, float]) -> list[Finding]:
    """The finding that a step takes all of its weights away: its update stands in their place.

    `w =- lr * g` is read as `w = -(lr * g)`. No decay takes everything at once.
    """
    lost = [k for k, share in decay.items() if abs(share - 1) < 1e-6]
    if not lost:
        return []
    return [Finding(
        "inplace_mutation", "step", "the step overwrites the weights with its update instead of moving them",
        f"after a step nothing is left of parameter {', '.join(map(str, lost))}: each is its update alone",
        "write w -= lr * g, or w = w - lr * g; w =- lr * g assigns", 1.0, 82)]  # fmt: skip


def coupled(moves: Moves, grads: list[Leaves]) -> dict[int, float]:
    """The multiple of the weights that, added to the gradients, lets a usual adaptive rule give the moves.

    These rules take entry by entry, so that some entries of each parameter tell as much as all.
    """
    moves, grads = sampled(moves, grads)
    u = np.concatenate([x.ravel() for t in range(len(grads)) for x in moves.move(t)])
    if len(u) < 12 or not u.any() or not np.isfinite(u).all():
        return {}

    def gaps(lam: float, biases: bool, only: Any = None) -> Iterator[tuple[float, float, bool, int]]:
        together = [[g + lam * w * (w.ndim > 1 or biases) for g, w in zip(gs, before, strict=True)]
                    for gs, before in zip(grads, moves.before, strict=True)]  # fmt: skip
        return ((_gap(u, deltas), lam, biases, j) for j, deltas in enumerate(usual_rules(together))
                if only is None or j in only)  # fmt: skip

    scales = 10.0 ** np.arange(-5, 3.5, 0.5)
    tried = sorted(found for biases in (False, True) for lam in scales for found in gaps(lam, biases))
    least, lam, biases, _ = tried[0]
    if least > 0.3:
        return {}
    near = list(dict.fromkeys(j for *_, j in tried))[:5]  # the rules that come nearest: all take a second
    width = 10.0**0.5
    for _ in range(24):
        width = width**0.7
        least, lam, *_ = min(min(gaps(x, biases, near)) for x in (lam, lam * width, lam / width))
    if least > 1e-3:
        return {}
    return {k: float(lam) for k, w in enumerate(moves.before[0]) if w.ndim > 1 or biases}


def _gap(u: np.ndarray, deltas: Iterator[Leaves]) -> float:
    d = np.concatenate([x.ravel() for leaves in deltas for x in leaves])
    power = float(d @ d)
    return norm([u - (u @ d / power) * d]) / norm([u]) if power and np.isfinite(power) else np.inf


def too_strong(runs: Compared, blank: bool) -> Finding | None:
    """The finding that a penalty or a decay keeps the loop from its rows.

    Of `blank` rows, which tell nothing of others, it may only keep the loop from learning by heart.
    """

    def in_step() -> Finding | None:
        return None if blank else owed_otherwise(runs.case, _decay(runs) or _ridge(runs))

    return _penalty(runs, blank) or in_step() or _drained(runs)


def without_a_step(case: Case, so_far: list[Finding]) -> list[Finding]:
    """The same of a loop that gives a gradient alone: what the penalty leaves of the data to any step.

    Such a loop may be there to have its gradient checked: a penalty that only costs much is meant.
    """
    if any(f.weight >= 79 and f.confidence > 0.6 for f in so_far) or _part(case) is None:
        return []
    heavy = _penalty(Compared(case), case.n >= 60 and not learnable(case))
    return [] if heavy is None else [heavy]


def _penalty(runs: Compared, blank: bool) -> Finding | None:
    """The data's loss reached with and without the penalty's part of the gradient."""
    case = runs.case
    X, y = case.batch()
    part = _part(case)
    if part is None:
        return None

    def less(leaves: Any, X: Any, y: Any) -> Any:
        whole, penalty = case.quick(leaves, X, y), part(leaves, X, y)
        return [w - p for w, p in zip(whole, penalty, strict=True)]

    share = _of_rows(part, case.generic, X, y, len(case.judged))

    def data_only(leaves: Any) -> float:
        penalty = part(leaves, X, y)
        return case.judge(leaves) - 0.5 * share * sum(
            float(np.sum(p * w)) for p, w in zip(penalty, leaves, strict=True)
        )

    held = data_only(runs.reference.leaves)
    base = min(runs.base, data_only(case.leaves))
    if case.head is not None and min(base - runs.goal, base - held) >= MOSTLY * base > 0:
        return None  # no loss is below zero: what is left beside the penalty is too little to be its fault
    run = case.mended_by(less, case.reborn(), data_only)
    case.tried.append("no penalty")
    mine = data_only(runs.user.leaves) if np.isfinite(runs.user.final) else np.inf
    room = base - run.final
    eaten = base - runs.goal < HELD * room and base - mine < HELD * room
    if room < 0.1 * abs(base) or base - held >= MOSTLY * room:
        return None  # what the loop lacks beside the exact gradient under the same penalty is its own fault
    much = eaten or base - held < HELD * room
    wide = case.patient.has_step and sum(w.size for w in case.leaves) > case.n >= 60  # it may fit any rows
    noisy = not much or room < HELD * abs(base)  # most is left without it, too: noise, perhaps
    unsure = blank or wide or noisy
    if unsure and not (case.patient.has_step and _dear_unseen(runs, less, part)):
        return None
    return Finding(
        "regularisation_too_strong", "loss", "the penalty dominates the data term",
        f"the data's loss ends at {number(mine)} with it and {number(run.final)} without (best constant "
        f"{number(base)})", "divide the penalty's factor by 100", 0.9, 66)  # fmt: skip


def _dear_unseen(runs: Compared, less: Part, part: Part) -> bool:
    """Whether without the penalty far less of the data's loss is left on rows kept apart as well.

    Noise that nothing foretells is left either way, so that it need not be next to nothing. A penalty that is
    divided by the rows weighs more beside these, which are few.
    """
    case = runs.case
    if case.n < 60:
        return False
    data, rest, own = runs.apart
    X, y = case.batch()
    share = _of_rows(part, case.generic, X, y, len(rest[0]))

    def judge(leaves: Leaves) -> float:
        beside = 0.5 * share * sum(
            float(np.sum(p * w)) for p, w in zip(part(leaves, X, y), leaves, strict=True))  # fmt: skip
        return case.truth.value(leaves, *rest) - beside

    free = case.mended_by(less, case.reborn(), judge, data)
    return bool(len(own.leaves) > 0 and free.final < DEAR * judge(own.leaves))


def _part(case: Case) -> Part | None:
    """The penalty's part of the gradient, None where there is none.

    Multiples of the weights cost next to nothing: they are measured once for each number of rows beside them,
    as a penalty may be divided by it. What else a recording finds is recorded at every step.
    """
    X, y = case.batch()
    if case.truth.how != "recorded":
        ridge = in_loss(case.loss, case.generic, X, y)
        return (lambda leaves, X, y: [ridge.get(k, 0.0) * w for k, w in enumerate(leaves)]) if ridge else None

    even = _even(case, X, y)

    def recorded(leaves: Leaves, X: Any, y: Any) -> Leaves:
        found = case.truth.penalty_grad(leaves, X, y) or [0 * w for w in leaves]
        return [p if k in even else 0 * p for k, p in enumerate(found)]

    known: dict[int, list[float] | None] = {}

    def part(leaves: Leaves, X: Any, y: Any) -> Leaves:
        if len(X) not in known:
            known[len(X)] = _multiples(lambda at: recorded(at, X, y), [case.generic, case.reborn(3)])
        shares = known[len(X)]
        return recorded(leaves, X, y) if shares is None else [
            share * w for share, w in zip(shares, leaves, strict=True)]  # fmt: skip

    return part if any(np.any(p) for p in recorded(case.generic, X, y)) else None


def _even(case: Case, X: Any, y: Any) -> set[int]:
    """The parameters that the loss owes as much to as to their negatives, as a penalty has it.

    A bias that reaches a hinge by sums alone has a slope in which no row is seen, and is no penalty's.
    """
    here, there = (case.truth.penalty_grad([s * w for w in case.generic], X, y) or [] for s in (1, -1))
    pairs = zip(here, there, strict=False)
    return {k for k, (a, b) in enumerate(pairs) if np.allclose(a, -b, rtol=1e-6, atol=1e-12)}


def _multiples(part: Callable[[Leaves], Leaves], points: list[Leaves]) -> list[float] | None:
    """By parameter the multiple of itself that a penalty's gradient is at all points; None if it is not."""
    shares: list[float] = []
    for leaves in points:
        found = part(leaves)
        if not shares:
            shares = [float(np.sum(p * w)) / (float(np.sum(w * w)) or 1.0)
                      for p, w in zip(found, leaves, strict=True)]  # fmt: skip
        rest = [p - share * w for p, share, w in zip(found, shares, leaves, strict=True)]
        if not norm(rest) <= 1e-6 * norm(found):
            return None
    return shares


def in_loss(loss: Any, leaves: Leaves, X: Any, y: Any) -> dict[int, float]:
    """By parameter the multiple of itself that the loss adds to its gradient, by the loss's values alone.

    Where all rows are zero, a weight that multiplies them tells the prediction nothing. What the loss still
    owes to it is a penalty's: for one of squares, k times as large, k**2 times as much. A bias may owe a
    square too, but one that the targets move.
    """
    if np.asarray(X).dtype.kind != "f":
        return {}
    numbers = np.asarray(y).dtype.kind == "f" and len(np.unique(y)) > 2
    nothing = [np.zeros_like(w) for w in leaves]

    def owed(k: int, w: np.ndarray, t: Any) -> float:
        alone = [w if j == k else o for j, o in enumerate(nothing)]
        return float(loss(alone, 0 * X, t)) - float(loss(nothing, 0 * X, t))

    out: dict[int, float] = {}
    for k, w in enumerate(leaves):
        if w.size < 2:
            continue
        other = np.random.default_rng(k).standard_normal(w.shape)
        tries = [(w, y), (3 * w, y), (other, y), *([(w, y + 1)] if numbers else [])]
        shares = [2 * owed(k, v, t) / float(np.sum(v * v)) for v, t in tries if np.any(v)]
        if len(shares) == len(tries) and shares[0] > 1e-9 and np.ptp(shares) < 1e-5 * shares[0]:
            out[k] = shares[0]
    return out


def _of_rows(part: Part, leaves: Leaves, X: Any, y: Any, judged: int) -> float:
    """What a penalty beside the judged rows is to one beside a batch: it may be divided by their number."""
    half = max(len(X) // 2, 1)
    sizes = [norm(part(leaves, X[:n], y[:n])) for n in (half, len(X))]
    divided = len(X) > 1 and abs(sizes[0] * half - sizes[1] * len(X)) < 1e-6 * sizes[1] * len(X)
    return len(X) / judged if divided else 1.0


def _decay(runs: Compared) -> Finding | None:
    """The user's own step, each parameter given back what it takes away."""
    case = runs.case
    decay = {k: share for k, share in case.decay.items() if share * case.steps > TRACE}
    held = runs.share(runs.user.final) < CURED
    if (
        not decay
        or not held
        or not runs.cured("no decay of the weights", lambda: case.user_with(relief=decay))
    ):
        return None
    end = runs.made["no decay of the weights"].final
    largest = max(decay.values())
    return _finding(
        "step", f"every step takes {number(100 * largest)} % of the weights away",
        f"the loss ends at {number(runs.user.final)}; without the decay at {number(end)}",
        "divide the weight decay by 100")  # fmt: skip


def _drained(runs: Compared) -> Finding | None:
    """Weights that the run takes to nothing, where the penalty itself is not to be seen.

    One that is paid by the weights of the batch's rows alone (factors, embeddings) hangs on the rows too.
    """
    case, ended = runs.case, runs.user.leaves
    if len(ended) != len(case.leaves) or not np.isfinite(runs.user.final):
        return None
    gone = [k for k, (x, z) in enumerate(zip(case.leaves, ended, strict=True))
            if x.ndim == 2 and min(x.shape) > 1 and norm([z]) < DRAINED * norm([x])]  # fmt: skip
    if not gone or runs.user.final < 0.1 * abs(runs.base):
        return None
    kept = runs.reference.leaves
    if _part(case) is not None and all(norm([kept[k]]) >= DRAINED * norm([case.leaves[k]]) for k in gone):
        return None  # by the same loss's gradient they stay: the step left them no slope but the penalty's
    if _with_smaller_steps(runs):
        return None
    left = max(norm([ended[k]]) / norm([case.leaves[k]]) for k in gone)
    return _finding(
        "loss", "training takes whole weight matrices to zero",
        f"parameter {gone[0]} ends at {number(100 * left)} % of its first size, and the loss at "
        f"{number(runs.user.final)}", "divide the penalty's factor by 100")  # fmt: skip


def _with_smaller_steps(runs: Compared) -> bool:
    """Whether smaller steps alone learn under the same penalty: it drains only what large ones killed."""
    case = runs.case
    if runs.room < HELD:
        return False
    tries = {f"moves times {s:g}": partial(case.user_with, scale=s) for s in (0.1, 0.01)}
    return any(runs.cured(name, make) for name, make in tries.items())


def _ridge(runs: Compared) -> Finding | None:
    """The exact gradient with Adam, with and without the multiple of the weights the step adds."""
    case = runs.case
    if not case.ridge:
        return None

    def less(leaves: Any, X: Any, y: Any) -> Any:
        return case.gradient(leaves, X, y)

    def more(leaves: Any, X: Any, y: Any) -> Any:
        grads = less(leaves, X, y)
        return [g + case.ridge.get(k, 0.0) * w for k, (g, w) in enumerate(zip(grads, leaves, strict=True))]

    free, held = (case.mended_by(gradient, case.reborn(), case.judge) for gradient in (less, more))
    case.tried.append("no penalty in the step")
    room = runs.base - free.final
    if (
        room < 0.1 * abs(runs.base)
        or not _held(runs.base, held, room)
        or runs.base - runs.user.final > HELD * room
    ):
        return None
    return _finding(
        "step", f"the step adds {number(max(case.ridge.values()))} times the weights to the gradient",
        f"the loss ends at {number(runs.user.final)}; without the penalty at {number(free.final)}",
        "divide the weight decay by 100")  # fmt: skip


def _held(base: float, run: Run, room: float) -> bool:
    return not base - run.final > HELD * room


def _finding(where: str, words: str, evidence: str, fix: str) -> Finding:
    return Finding("regularisation_too_strong", where, words, evidence, fix, 0.9, 66)
