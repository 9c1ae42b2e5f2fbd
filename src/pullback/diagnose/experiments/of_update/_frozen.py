"""Parts of the update experiment: parameters that a step does not move, and why."""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_update._staircase import staircase
from pullback.diagnose.loops._leaves import copies
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._kept import with_fractions
from pullback.diagnose.updates._moves import Moves, fit_linear, norm, watch

MANY, LATER = 1000, 4
"""So many steps leave nothing out by chance; how many times fewer ones are made, to see what moves later."""


def still(case: Case, moves: Moves, true: list[Leaves]) -> list[Finding]:
    """Parameters that do not move although their gradient is not zero."""
    count = len(case.leaves)
    stays = [k for k in range(count) if _only_fades(moves, k) and not _owes_it(moves, true, k)]
    frozen = [k for k in stays if norm([g[k] for g in true]) > 1e-9 * norm([x for g in true for x in g])]
    if frozen and len(frozen) < count:
        ended = case.user.leaves
        frozen = [k for k in frozen if len(ended) == count and _scaled(ended[k], case.leaves[k])]
        if frozen and case.horizon < MANY:  # a search along one number after the other may come to it yet
            later = case.user_with(steps=LATER * case.horizon).leaves
            frozen = [k for k in frozen if len(later) == count and _scaled(later[k], case.leaves[k])]
    added = [k for k in frozen if added_over_units(case, moves, true, k)]
    if added:
        frozen = [k for k in frozen if k not in added]
        if not frozen:
            return []
    if not frozen:
        return _its_own(case, moves) or _underflow(case) or staircase(case, stays, true)
    if not all(np.isfinite(x).all() for x in case.user.leaves):
        return []
    if len(frozen) == count and case.first is not None and _moved(case) and not _only_zeros_moved(case):
        return []
    swallowed = _swallowed(case, frozen)
    if swallowed:
        return swallowed
    if len(frozen) == count or all(
        not np.any(moves.move(t)[k]) for t in range(len(true)) for k in range(count)
    ):
        return [_nothing_moves(case, moves, true)]
    if _hidden_by_rounding(moves, true, frozen):
        return [_nothing_moves(case, moves, true)]
    return [Finding(
        "layer_not_updated", frozen[0],
        f"never moved: parameter {', '.join(map(str, frozen))}",
        f"unchanged after {len(true)} steps; the gradient's norm there is "
        f"{number(norm([true[0][k] for k in frozen]))}",
        f"update parameter {frozen[0]} with the others", 1.0, 85)]  # fmt: skip


def _swallowed(case: Case, frozen: list[int]) -> list[Finding]:
    """Whether what does not move does once the arrays of whole numbers that a step keeps hold fractions."""
    apart, count = with_fractions(case.patient, case.generic)
    if not count:
        return []
    try:
        moves = watch(apart, case.generic, 1)
    except Failure:
        return []
    if not all(np.any(moves.move(0)[k]) for k in frozen):
        return []
    return [Finding(
        "dtype_truncation", "step" if len(frozen) == len(case.leaves) else frozen[0],
        "whole numbers are kept where fractions are needed",
        f"{count} arrays that the step keeps are of whole numbers; as float64 they let it move",
        "make every buffer of floats: np.zeros_like of a float array, no dtype=int", 1.0, 86)]  # fmt: skip


def entries_still(case: Case, moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Finding]:
    """Entries of a parameter that stay, although they have a gradient, while a rule moves all its others.

    So it is where a loop over the entries starts from the old ones each time, or is left in its first round.
    """
    if not moving:
        return []
    T = len(grads)
    stays = {k: np.all([moves.move(t)[k] == 0 for t in range(T)], axis=0) for k in moving}
    largest = [max(np.abs(g[k]).max(initial=0) for k in moving) for g in grads]
    slope = {k: np.max([np.abs(g[k]) / (most or 1.0) for g, most in zip(grads, largest, strict=True)], axis=0)
             for k in moving}  # fmt: skip
    odd = [k for k in moving if 0 < stays[k].sum() < stays[k].size and _owed(slope[k], stays[k])]
    if T < 3 or not odd or not all(np.all(moves.move(t)[k][~stays[k]]) for k in odd for t in range(T)):
        return []
    before, after, slopes = (
        [[x[k][~stays[k]] for k in moving] for x in xs[:T]] for xs in (moves.before, moves.after, grads)
    )
    rule = fit_linear(Moves(before, after), slopes)
    k, ended = odd[0], case.user.leaves
    if rule.gap > 1e-4 or rule.lr <= 0 or len(ended) <= k or np.any((ended[k] - case.leaves[k])[stays[k]]):
        return []
    some, count = ", ".join(map(str, np.flatnonzero(stays[k])[:6])), int((~stays[k]).sum())
    return [Finding(
        "layer_not_updated", k, f"of parameter {k} only {count} of {stays[k].size} entries move",
        f"entries {some} have gradients up to {number(float(np.abs(grads[0][k][stays[k]]).max()))} and stay",
        "update every entry: copy the parameter before the loop over its entries, return after it",
        1.0, 85)]  # fmt: skip


def _owed(slope: np.ndarray, stays: np.ndarray) -> bool:
    """Whether what stays has slopes, none of them small; or few are, and not all below those of what moves.

    A step may pass over the smallest entries on purpose.
    """
    rests = slope[stays]
    few = rests.all() and np.median(rests) > 1e-3 and rests.max() > slope[~stays].min()
    return bool((rests > 1e-3).all() or few)


def added_over_units(case: Case, moves: Moves, true: list[Leaves], k: int) -> bool:
    """Whether a bias stays because its gradient is added up over its units, where it adds up to nothing.

    So does that of logits under a softmax. That no unit has a number of its own shows in another bias, whose
    units all move alike though their gradients differ, or in the shape of what `grad` returns.
    """
    g = [gs[k] for gs in true]
    if not case.is_bias(k) or true[0][k].size < 2 or any(abs(x.sum()) > 1e-9 * np.abs(x).sum() for x in g):
        return False
    others = [j for j in range(len(true[0])) if j != k and case.is_bias(j) and true[0][j].size > 1]
    return _single_number(case, k) or any(_alike_only(moves, true, j) for j in others)


def _alike_only(moves: Moves, true: list[Leaves], k: int) -> bool:
    """Whether a parameter's numbers all move by one and the same, though their gradients are unlike."""
    pairs = [(moves.move(t)[k], g[k]) for t, g in enumerate(true)]
    return all(
        u.any() and np.ptp(u) <= 1e-9 * np.abs(u).max() and np.ptp(g) > 1e-3 * np.abs(g).max()
        for u, g in pairs
    )


def _single_number(case: Case, k: int) -> bool:
    """Whether what `grad` returns for a parameter of many numbers is one."""
    if not case.patient.has_grad:
        return False
    body = case.patient.fresh()
    X, y = case.batch()
    grads = body.grad([np.array(x, float) if np.ndim(x) else float(x) for x in case.generic], X, y)
    return len(grads) > k and np.size(grads[k]) == 1


def _hidden_by_rounding(moves: Moves, true: list[Leaves], frozen: list[int]) -> bool:
    """Whether the rate at which the others move is too small to change a weight of those that do not.

    The largest rate of the steps watched: a warm-up begins at none.
    """
    free = [k for k in range(len(true[0])) if k not in frozen]
    rate = max(norm([moves.move(t)[k] for k in free]) / max(norm([true[t][k] for k in free]), 1e-300)
               for t in range(len(true)))  # fmt: skip
    return all(
        rate * np.abs(true[0][k]).max(initial=0) < np.spacing(np.abs(moves.before[0][k])).max(initial=0)
        for k in frozen
    )


def _nothing_moves(case: Case, moves: Moves, true: list[Leaves]) -> Finding:
    size = (
        f"after {len(true)} steps every parameter is bit-identical; the gradient is {number(norm(true[0]))}"
    )
    if any(np.any(m) for t in range(len(true)) for m in moves.move(t)):
        size = "every parameter only fades by its decay, whatever its gradient"
    rate = _hidden_rate(case)
    if rate:
        size += (
            f"; from zero weights the step is {number(rate)} times the gradient, too small to change a weight"
        )
    return Finding(
        "params_not_updated", "step", "nothing moves: the step leaves every parameter as it was", size,
        "update the arrays the model uses, by a step large enough to change them", 1.0, 86)  # fmt: skip


def _hidden_rate(case: Case) -> float:
    """The step's size where rounding hides it: read off a parameter that is zero, which any step changes."""
    X, y = case.batch()
    for k in reversed(case.weights):
        leaves = [np.zeros(x.shape) if j == k else x for j, x in enumerate(case.generic)]
        moves = watch(case.patient, leaves, 1)
        used = used_gradients(case, moves)
        move, g = moves.move(0)[k], (used[0] if used else case.gradient(leaves, X, y))[k]
        scale = np.abs(move).max(initial=0)
        if scale > 0 and np.any(g):
            u = move / scale
            c = float(np.sum(u * g)) / float(np.sum(g * g))
            if norm([u - c * g]) < 1e-3 * norm([u]):
                return abs(c) * scale
    return 0.0


def _scaled(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether `a` is `b`, or a share of it."""
    share = float(np.sum(a * b)) / float(np.sum(b * b) or 1.0)
    return bool(np.array_equal(a, b) or np.allclose(a, share * b, rtol=1e-9, atol=0))


def _only_fades(moves: Moves, k: int) -> bool:
    """Whether a parameter never moves, or only loses the same share of itself in every step: its decay."""
    u = np.concatenate([moves.move(t)[k].ravel() for t in range(len(moves.after))])
    if not u.any():
        return True
    w = np.concatenate([before[k].ravel() for before in moves.before])
    share = float(u @ w) / float(w @ w or 1.0)
    return bool(u.size > 6 and -0.5 < share < 0 and norm([u - share * w]) < 1e-9 * norm([u]))


def _owes_it(moves: Moves, true: list[Leaves], k: int) -> bool:
    """Whether a parameter that only fades follows its gradient all the same, at one rate: its penalty's."""
    u, g = (np.concatenate([x[k].ravel() for x in xs])
            for xs in ([moves.move(t) for t in range(len(true))], true))  # fmt: skip
    rate = -float(u @ g) / float(g @ g or 1.0)
    return bool(u.any() and rate > 0 and norm([u + rate * g]) < 1e-6 * norm([u]))


def _moved(case: Case) -> bool:
    """Whether the loop as written ends elsewhere than it began."""
    ended = case.user.leaves
    return any(not np.array_equal(a, b) for a, b in zip(ended, case.leaves, strict=True))


def _only_zeros_moved(case: Case) -> bool:
    """Whether what moved are only parameters that start at zero, which any step changes."""
    kept = [_held(a, b) for a, b in zip(case.user.leaves, case.patient.leaves, strict=True)]
    return any(kept) and not any(x.any() for x, same in zip(case.leaves, kept, strict=True) if not same)


def _held(now: np.ndarray, then: np.ndarray) -> bool:
    """Whether rounding holds a parameter where it was: at most some numbers near zero give way a little."""
    change = np.abs(now - np.asarray(then, float))
    held = np.spacing(np.abs(then)).max(initial=0)
    return not change.any() or bool(np.mean(change > 0) < 0.5 and change.max() < held and np.any(then))


def _its_own(case: Case, moves: Moves) -> list[Finding]:
    """Whether a step hands back the same arrays, those the loop starts from, whatever weights it is given.

    What it computes goes to copies of them, or to names that are forgotten.
    """
    kept = all(
        np.array_equal(a, b)
        for after in moves.after[:-1]
        for a, b in zip(after, moves.after[-1], strict=True)
    )
    if len(moves.after) < 3 or not kept or not any(np.any(m) for m in moves.move(0)):
        return []
    first = case.first  # asked last: the whole run is better made once the rule is known
    if first is None or _moved(case) or norm(_gradient(case, first)) == 0:
        return []
    return [Finding(
        "params_not_updated", "step", "nothing moves: the step hands back arrays that it never updates",
        f"from other weights too {len(moves.after)} steps end at those that the loop starts from",
        "return the arrays that were updated, or write into those that are returned", 1.0, 86)]  # fmt: skip


def _underflow(case: Case) -> list[Finding]:
    first = case.first
    if first is None:
        return []
    ways = [norm([a - b]) for a, b in zip(first.after[-1], first.before[0], strict=True)]
    total = norm(ways)
    pairs = zip(first.after[-1], case.patient.leaves, strict=True)
    if not np.isfinite(total) or not all(_held(now, x) for now, x in pairs if np.any(x)):
        return []
    some = total > 0 or _moved(case)
    if some and not _only_zeros_moved(case):
        return []
    grads = _gradient(case, first)
    if norm(grads) == 0 or (some and not _hidden_elsewhere(case, first, grads)):
        return []
    if case.moves is not None and norm(grads) < 1e-6 * norm(_gradient(case, case.moves)):
        return []  # elsewhere the same step moves them: the start is to blame
    if _could_move(case, first, grads):
        return []
    which = "every parameter" if total == 0 else "every parameter that is not zero at the start"
    return [Finding(
        "params_not_updated", "step", "nothing moves: the step is too small to change any weight",
        f"after {len(first.after)} steps {which} is bit-identical",
        "use a step the weights' precision can hold", 1.0, 86)]  # fmt: skip


def _could_move(case: Case, first: Moves, grads: Leaves) -> bool:
    """Whether no rounding holds what stays at the start: a zero, or a weight that the step's rate elsewhere
    would move. What the step goes by is then something else than the gradient of its batch.
    """
    if case.moves is None:
        return False
    rate = norm(case.moves.move(0)) / max(norm(_gradient(case, case.moves)), 1e-300)
    if not 0 < rate < np.inf:
        return False
    held = [
        np.abs(rate * g) > 1e3 * np.spacing(np.abs(np.asarray(x)))
        for g, x in zip(grads, case.patient.leaves, strict=True)
    ]
    stays = [now == x for now, x in zip(first.after[-1], first.before[0], strict=True)]
    return any(np.any(a & b) for a, b in zip(held, stays, strict=True))


def _gradient(case: Case, moves: Moves) -> Leaves:
    """The true gradient where the first of some moves begins."""
    return case.gradient(moves.before[0], case.X[moves.rows[0]], case.y[moves.rows[0]])


def _hidden_elsewhere(case: Case, first: Moves, grads: Leaves) -> bool:
    """Whether the rate at which zeros moved is one that the precision of no other weight can hold.

    Where there is no other weight, those that stay are zero too: their gradient is, nothing is hidden.
    """
    zeros = [k for k, x in enumerate(case.leaves) if not x.any()]
    rate = norm([first.move(0)[k] for k in zeros]) / max(norm([grads[k] for k in zeros]), 1e-300)
    others = [
        (np.abs(grads[k]).max(initial=0), x) for k, x in enumerate(case.patient.leaves) if k not in zeros
    ]
    return rate > 0 and len(others) > 0 and all(
        1e-9 * norm(grads) < g and rate * g < np.spacing(np.abs(np.asarray(x))).max(initial=0)
        for g, x in others)  # fmt: skip


def used_gradients(case: Case, moves: Moves) -> list[Leaves] | None:
    """What the patient's own grad gives along the moves, where it is given."""
    if not case.patient.has_grad:
        return None
    body = case.patient.fresh()
    out = []
    for before, rows in zip(moves.before, moves.rows, strict=True):
        gs = body.grad(copies(before), body.X[rows], body.y[rows])
        if len(gs) != len(before):
            return None
        fixed = [
            np.zeros(x.shape) if g is None else np.asarray(g, float) for g, x in zip(gs, before, strict=True)
        ]
        if any(g.size != x.size for g, x in zip(fixed, before, strict=True)):
            return None
        out.append([g.reshape(x.shape).copy() for g, x in zip(fixed, before, strict=True)])
    return out
