"""Parts of the update experiment: what a step makes of gradients chosen for it, where it asks `grad`.

No rule that people mean lets one parameter's earlier gradient enter another's move, treats parameters unlike
as time goes by, or takes the gradient at weights of which some are already new.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_gradient._sharing import one_buffer
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.updates._fed import Answer, Fed, feed
from pullback.diagnose.updates._moves import norm


def answered(case: Case) -> list[Finding]:
    """What is wrong with the update rule alone, whatever the gradients are."""
    heard = case.listened
    if heard is None:
        return []
    if any(len(asked) > 1 for asked in heard.asked):
        return _half_new(heard)
    return _mixes(case) or _uneven(case) or _astray(case, heard)


def sizes_by_rule(case: Case) -> bool:
    """Whether the rule itself sets how far a parameter moves, as one that divides by norms or squares does.

    A gradient three times as large moves the same or less than three times as far: a factor between two
    parameters then says nothing of their gradients.
    """
    if case.listened is None:
        return False
    g = case.gradient(case.generic, *case.batch())
    one, three = (feed(case.patient, case.generic, 1, _times(g, s)) for s in (1.0, 3.0))
    if one is None or three is None:
        return False
    ratios = [norm([b]) / norm([a]) for a, b in zip(one.moves[0], three.moves[0], strict=True) if a.any()]
    return bool(ratios) and max(ratios) < 2.5


def _times(g: Leaves, s: float) -> Answer:
    return lambda t: [s * x for x in g]


def _half_new(heard: Fed) -> list[Finding]:
    """Whether `grad` is asked about weights of which some are as before the step and others as after it."""
    for before, move, asked in zip(heard.before, heard.moves, heard.asked, strict=True):
        moving = [k for k, m in enumerate(move) if m.any()]
        for at in asked[1:]:
            old = [k for k in moving if np.array_equal(at[k], before[k])]
            new = [k for k in moving if np.allclose(at[k], before[k] + move[k], rtol=1e-12, atol=0)]
            if old and new and len(set(old) | set(new)) == len(moving) and not set(old) & set(new):
                return [Finding(
                    "update_order", "step", "some weights are changed before the others' gradients are taken",
                    f"grad is asked with parameter {new[0]} as after the step and {old[0]} as before it",
                    "compute all gradients before any weight is changed", 1.0, 82)]  # fmt: skip
    return []


def _mixes(case: Case) -> list[Finding]:
    """Whether what one parameter's gradient was in one step changes the others' moves in the next.

    The first answer is zero for all but one parameter, once small and once three times as large, and the
    second step begins where the first did: a rate that follows the loss, and clipping, meet the same in both.
    A rate that follows what gradients have been changes all other moves by one factor.
    """
    count = len(case.generic)
    size = _size(case)
    for j in range(count):
        ends = []
        for times in (1.0, 3.0):
            fed = feed(case.patient, case.generic, 2, _one_then_others(case, j, times * size, size), True)
            if fed is None:
                return []
            ends.append(fed.moves[1])
        others = [k for k in range(count) if k != j]
        if len(others) > 1 and _one_factor(*([end[k] for k in others] for end in ends)):
            continue
        for k in others:
            a, b = (end[k] for end in ends)
            if norm([a - b]) > 1e-3 * max(norm([a]), norm([b])) > 0:
                return [one_buffer(min(j, k), max(j, k))]
    return []


def _one_factor(a: Leaves, b: Leaves) -> bool:
    """Whether all of `b` is one multiple of `a`."""
    one, other = (joined(xs) for xs in (a, b))
    factor = float(one @ other) / float(one @ one or 1.0)
    return norm([other - factor * one]) < 1e-6 * norm([other])


def _one_then_others(case: Case, j: int, first: float, then: float) -> Answer:
    def answer(t: int) -> Leaves:
        return [np.full(x.shape, (first if t == 0 else 0.0) if k == j else (0.0 if t == 0 else then))
                for k, x in enumerate(case.generic)]  # fmt: skip

    return answer


def _size(case: Case) -> float:
    """A gradient as large as the patient's own, number by number."""
    g = case.gradient(case.generic, *case.batch())
    return norm(g) / np.sqrt(max(sum(x.size for x in g), 1)) or 1.0


def _same(case: Case, size: float) -> Answer:
    return lambda t: [np.full(x.shape, size) for x in case.generic]


def _once(case: Case, size: float) -> Answer:
    return lambda t: [np.full(x.shape, 0.0 if t else size) for x in case.generic]


def _uneven(case: Case) -> list[Finding]:
    """Whether the same gradient in all parameters moves them, step by step, in changing proportion.

    The gradient and its negative are both tried, from the same weights in every step: half the difference is
    free of any decay of the weights.
    """
    size = _size(case)
    up, down = (feed(case.patient, case.generic, 5, _same(case, s * size), True) for s in (1.0, -1.0))
    if up is None or down is None:
        return []
    sizes = np.array([[float(np.mean(a - b)) for a, b in zip(x, y, strict=True)]
                      for x, y in zip(up.moves, down.moves, strict=True)])  # fmt: skip
    moving = [k for k in range(sizes.shape[1]) if np.all(np.abs(sizes[:, k]) > 0)]
    if len(moving) < 2 or not np.isfinite(sizes).all():
        return []
    shares = sizes[:, moving] / sizes[:, moving[:1]]
    drift = np.ptp(shares, axis=0) / np.abs(shares).max(axis=0)
    if drift.max() < 0.15:  # a rate that goes by the weights' norm drifts a little
        return []
    k = moving[int(np.argmax(drift > 0.15))]
    return [Finding(
        "optimizer_state_mutated", "step", "the step count grows with every tensor, not with every step",
        f"fed with one and the same gradient, parameters {moving[0]} and {k} move as 1 to "
        f"{number(shares[0][moving.index(k)])}, then as 1 to {number(shares[-1][moving.index(k)])}",
        "count once per step, keep m and v uncorrected", 1.0, 81)]  # fmt: skip


def _astray(case: Case, heard: Fed) -> list[Finding]:
    """Whether a look ahead goes elsewhere than the memory of the moves leads."""
    t = len(heard.moves) - 1
    ahead = np.concatenate([(a - b).ravel() for a, b in zip(heard.asked[t][0], heard.before[t], strict=True)])
    last = joined(heard.moves[t - 1])
    if not ahead.any() or not last.any() or not np.isfinite(ahead).all() or not np.isfinite(last).all():
        return []
    share = float(ahead @ last) / float(last @ last)
    kept = _memory(case)
    if kept is None or norm([ahead - share * last]) > 1e-4 * norm([ahead]) or abs(share / kept - 1) < 0.2:
        return []
    return [Finding(
        "momentum_state_wrong", "step", "the look ahead goes elsewhere than the velocity leads: it is scaled "
        "again on the way", f"the gradient is taken {number(share)} of the last move ahead, and "
        f"{number(kept)} of that move is kept", "look ahead by what is kept of the last move", 1.0, 81,
    )]  # fmt: skip


def _memory(case: Case) -> float | None:
    """What is kept of a move in the next step, read off a gradient that comes once; None where it is not."""
    size = _size(case)
    ends = []
    for times in (1.0, 2.0):
        fed = feed(case.patient, case.generic, 3, _once(case, times * size))
        if fed is None:
            return None
        ends.append([norm(m) for m in fed.moves])
    (a, b, c), (d, *_) = ends
    linear = a > 0 and abs(d / a - 2) < 1e-3 and b > 0
    return b / a if linear and abs(c / b - b / a) < 1e-2 * (b / a) else None
