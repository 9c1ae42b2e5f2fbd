"""Parts of the update experiment: moves that no one rule explains, parameter by parameter.

Where every parameter follows its own gradients, some by a factor or a memory of their own; where the moves
follow no gradient of the loss, but one that is wrong.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments.gradient import (
    FIXES,
    compare,
    consensus,
    doubtful,
    downhill,
    examine_gradient,
)
from pullback.diagnose.experiments.of_gradient._by_piece import rate_by_pieces, shared_by_pieces
from pullback.diagnose.experiments.of_gradient._entries import rate_by_entries, rate_named
from pullback.diagnose.experiments.of_gradient._owed import drawn_away
from pullback.diagnose.experiments.of_gradient._sharing import one_buffer, rows_used, shared
from pullback.diagnose.experiments.of_treatment._penalties import replaced
from pullback.diagnose.experiments.of_update._answered import sizes_by_rule
from pullback.diagnose.experiments.of_update._averaged import averaged
from pullback.diagnose.experiments.of_update._behind_squares import behind_squares
from pullback.diagnose.experiments.of_update._fading import judge_memory
from pullback.diagnose.experiments.of_update._first_move import (
    all_uphill,
    clipped,
    cut_off,
    levels_off,
    made_of,
    met_inside,
    rate_by_mistakes,
    resting,
    share_taken,
    sign_like,
    some_uphill,
)
from pullback.diagnose.experiments.of_update._linear_rules import shared_rules
from pullback.diagnose.experiments.of_update._meant import cut_alike, sized_by_norms
from pullback.diagnose.experiments.of_update._memories import keeps_velocity
from pullback.diagnose.experiments.of_update._pooled_moments import pooled_moments
from pullback.diagnose.experiments.of_update._pooled_norms import own_norms, pooled_norms
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._kept import numbers_named
from pullback.diagnose.updates._moves import (
    Moves,
    Rule,
    fit_linear,
    norm,
)
from pullback.diagnose.updates._own_rates import rates_given


def by_leaf(
    case: Case, moves: Moves, true: list[Leaves], used: list[Leaves], moving: list[int]
) -> list[Finding]:
    """No one rule fits all: shared buffers, one leaf's own factor, or another gradient inside the step."""
    out: list[Finding] = []
    first = [-m for m in moves.move(0)]
    rows = rows_used(case, moves, moving, sign_like(first, true[0]) or cut_off(first, true[0]))
    if rows is not None:
        return rows
    rules = shared_rules(moves, used, {k: fit_linear(moves, used, [k]) for k in moving})
    fine = [k for k in moving if rules[k].gap < 1e-4]
    if len(fine) == len(moving):
        return [] if sizes_by_rule(case) else _own_factors(case, moves, true, used, rules)
    pooled = shared(moves, used, moving, [k for k in moving if k not in fine])
    pooled = pooled or shared_by_pieces(case, moves, used, moving) or pooled_moments(
        moves, used, moving, lambda: numbers_named(case.patient))  # fmt: skip
    pooled = pooled or pooled_norms(moves, used, moving)
    if pooled:
        return pooled
    if clipped(moves, used, moving) or sized_by_norms(moves, used, moving) or own_norms(
        moves, used, moving) or _set_apart(case, moves, used[0], moving):  # fmt: skip
        return []
    decay = share_taken(moves.move(0), used[0], moves.before[0])
    if decay:
        case.decay, case.unruled = decay, True
        return []
    if (not case.patient.has_grad or used is not true) and not sizes_by_rule(case):
        out = averaged(case, true[0], moving, FIXES) or _inside(
            case, moves, true, moving, [k for k in moving if k not in fine]
        )
        made = None if out and not doubtful(out[0]) else behind_squares(case, moves, true, moving)
        out = out if made is None else _named(case, made, true[0], moves.after[0])
    case.unruled = not out and len(moves.after) > 2 and not _plain(moves, used, moving)
    return out


def _set_apart(case: Case, moves: Moves, first: Leaves, moving: list[int]) -> bool:
    """Whether the first moves go along their gradients, at rates or up to a length that someone set.

    What comes after may have a schedule or a memory beside.
    """
    match = compare([-moves.move(0)[k] for k in moving], [first[k] for k in moving])
    rates = dict(zip(moving, match.factors, strict=True))
    if any(match.zero) or max(match.gaps) > 1e-6 or min(match.factors) <= 0:
        return False
    return cut_alike(moves.move(0), rates) or _given(case, rates)


def _plain(moves: Moves, grads: list[Leaves], moving: list[int]) -> bool:
    """Whether the first two moves are their gradients times one rate: nothing is kept from step to step."""
    rule = fit_linear(Moves(moves.before[:2], moves.after[:2]), grads[:2], moving)
    return rule.gap < 1e-6 and rule.plain


def _own_factors(
    case: Case, moves: Moves, true: list[Leaves], used: list[Leaves], rules: dict[int, Rule]
) -> list[Finding]:
    """Every parameter follows its gradients, but not all by the same weights."""
    if used is not true and case.patient.has_grad:
        observed_ok = all(
            np.allclose(u, t, rtol=1e-4, atol=1e-8) for a, b in zip(used, true, strict=True)
            for u, t in zip(a, b, strict=True))  # fmt: skip
        if not observed_ok:
            return []
    lead = {k: rule.coefficients[0] for k, rule in rules.items()}
    ordered = sorted(lead.values())
    usual = ordered[len(ordered) // 2]
    case.decay = {k: rule.coefficients[-1] for k, rule in rules.items()}
    lost = replaced(case.decay)
    if lost:
        return lost
    firsts = [-m - case.decay.get(k, 0.0) * moves.before[0][k] for k, m in enumerate(moves.move(0))]
    weights = [k for k in case.weights if k in lead]
    usual = lead[weights[-1]] if weights and len({round(lead[k] / usual, 3) for k in weights}) == 1 else usual
    usual = rate_named(case, ordered, usual) if usual > 0 else usual
    if max(ordered) < 0:
        return all_uphill(rules)
    if usual <= 0:  # some go downhill, and what is usual is read off those
        downhill = [x for x in ordered if x > 0]
        if not downhill:
            return []
        usual = downhill[len(downhill) // 2]
    case.rate = usual
    away = drawn_away(case, moves, case.decay, usual, max(rule.gap for rule in rules.values()))
    if away:
        return away
    scaled = [f / usual for f in firsts]
    sure = used is not true and case.patient.has_grad
    found = some_uphill(lead) if sure else [] if _given(case, lead) else examine_gradient(
        case, scaled, case.step_tape, true[0], "step", moves.after[0], expect_one=False)  # fmt: skip
    memories = {k: np.array(r.coefficients[:-1]) / r.coefficients[0] for k, r in rules.items()
                if r.coefficients[0]}  # fmt: skip
    lists = [c[:3] for c in memories.values() if len(c) >= 3]
    if sure and lists and max(float(np.abs(c - lists[0]).max()) for c in lists) > 0.05:
        return [one_buffer(min(memories), max(memories))]
    for k, c in memories.items():
        keeps = case.listened is not None or keeps_velocity(case, moves, used, [k])
        bad = judge_memory(c, usual, keeps, lambda: numbers_named(case.patient))
        if bad and bad[0].id == "grad_not_zeroed":  # these alone are left to grow
            return [replace(bad[0], where=k)]
        if bad:
            return bad
    return found


def _given(case: Case, rates: dict[int, float]) -> bool:
    """Whether someone gave the parameters these rates, each its own."""
    try:
        return min(rates.values()) > 0 and rates_given(case.patient, case.generic, rates)
    except Failure:  # a step may refuse other numbers
        return False


def _inside(case: Case, moves: Moves, true: list[Leaves], moving: list[int], odd: list[int]) -> list[Finding]:
    """The first move, or the gradient met inside the step, against the true gradient and its mistakes."""
    u = [-m for m in moves.move(0)]
    match = compare(u, true[0])
    told = not sign_like(true[0], true[0])  # where flags alone come in, any gradient has one size
    flat = told and sign_like(u, true[0])
    met = met_inside(case, moves, true) if flat or (told and levels_off(u, true[0])) else None
    if flat or (met is not None and made_of(u, met)):
        return [] if met is None else _named(case, met, true[0])
    if cut_off(u, true[0]):
        return []
    f = consensus(match)
    good = any(match.gaps[k] < 1e-4 for k in match.telling())
    trusted = [k for k in (*case.weights, *moving) if k in moving and k not in odd and match.gaps[k] < 1e-4]
    row = good and case.size == 1 and not trusted  # every unit's gradient goes along the true one then
    known = rate_by_mistakes(case, u, tight=1e-6) if row and len(moving) > 1 else None
    if trusted and match.factors[trusted[0]] > 0:  # a single number agrees with any factor: not asked
        f = rate_named(case, [match.factors[k] for k in trusted], match.factors[trusted[0]])
    elif known is not None:
        f = known
    elif not good:
        sizes = [abs(x) for x, z in zip(match.factors, match.zero, strict=True) if not z]
        f = float(np.median(sizes or [1.0]))  # of a factor and its negative the middle is none
        f = (
            rate_by_pieces(case, u, true[0])
            or rate_by_entries(case, moves, true, odd)
            or rate_by_mistakes(case, u)
            or f
        )
    f = downhill(match, f)
    if f == 0:
        return []
    case.rate = f
    scaled = [x / f for x in u]
    if not _wrong_first(scaled, true[0]):
        return []
    return examine_gradient(case, scaled, case.step_tape, true[0], "step", moves.after[0], expect_one=False,
                            resting=resting(moves, true, f), rated=known is not None)  # fmt: skip


def _named(case: Case, gradient: Leaves, true: Leaves, after: Leaves | None = None) -> list[Finding]:
    """What is wrong with a gradient met inside the step: uphill, where it is the opposite of the true one."""
    opposite = all(np.allclose(-g, t, rtol=1e-6, atol=0) for g, t in zip(gradient, true, strict=True))
    return examine_gradient(case, gradient, case.tape, true, "step", after, expect_one=opposite)


def _wrong_first(scaled: Leaves, true: Leaves) -> bool:
    return any(norm([s - t]) > 1e-4 * max(norm([t]), 1e-12) for s, t in zip(scaled, true, strict=True))
