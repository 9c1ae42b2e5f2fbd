"""What `step` did against the gradients: which parameters moved, by what rule, with what memory.

Does: runs six of the user's steps from a point without ties, and from the patient's own start.
Measures: each parameter's move against the true gradients of this and the earlier batches.
Speaks for: the update group, and the gradient group where the step's own gradient can be read off.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose._unrolled import UPDATES, fed_singly, in_turn, straight, unrolled
from pullback.diagnose.experiments.gradient import (
    GRADIENT,
    doubtful,
    once_more,
)
from pullback.diagnose.experiments.of_gradient._elsewhere import later
from pullback.diagnose.experiments.of_gradient._sharing import draws, draws_anew
from pullback.diagnose.experiments.of_treatment._penalties import coupled, replaced
from pullback.diagnose.experiments.of_update._answered import answered
from pullback.diagnose.experiments.of_update._by_rows import by_rows
from pullback.diagnose.experiments.of_update._cut_gradients import of_cut_gradients
from pullback.diagnose.experiments.of_update._denominators import (
    from_elsewhere,
    newest_unweighted,
    root_of_signed,
    rule_kept_wrong,
    rule_on_parts,
    running_away,
)
from pullback.diagnose.experiments.of_update._first_move import (
    all_cut_off,
    climbs,
    negated_inside,
)
from pullback.diagnose.experiments.of_update._floors import by_formula, readings
from pullback.diagnose.experiments.of_update._frozen import entries_still, still, used_gradients
from pullback.diagnose.experiments.of_update._gathered import gathered
from pullback.diagnose.experiments.of_update._leaf_by_leaf import by_leaf
from pullback.diagnose.experiments.of_update._linear_rules import beside_penalty, judge_linear
from pullback.diagnose.experiments.of_update._looked_up import half_uphill, left_out
from pullback.diagnose.experiments.of_update._masks import misscaled
from pullback.diagnose.experiments.of_update._meant import extrapolated
from pullback.diagnose.experiments.of_update._memories import (
    divides,
    follows_course,
    keeps_velocity,
    leads_twice,
    looks_elsewhere,
    nesterov,
    never_cleared,
    scheduled,
)
from pullback.diagnose.experiments.of_update._mispaired import crossed, mispaired
from pullback.diagnose.experiments.of_update._one_array import as_shared
from pullback.diagnose.experiments.of_update._out_of_place import out_of_place
from pullback.diagnose.experiments.of_update._outgrown import outgrown
from pullback.diagnose.experiments.of_update._partly_cleared import partly_cleared
from pullback.diagnose.experiments.of_update._rooted import rooted
from pullback.diagnose.experiments.of_update._signal_kept import signal_kept
from pullback.diagnose.experiments.of_update._standing import wrong_where_it_stands
from pullback.diagnose.experiments.of_update._taken_once import taken_once
from pullback.diagnose.experiments.of_update._together import together
from pullback.diagnose.experiments.of_update._unmasked import masked_moves, unmasked
from pullback.diagnose.experiments.of_update._windows import mean_of_last
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._adaptive import simulate
from pullback.diagnose.updates._kept import factor_kept, kept_after
from pullback.diagnose.updates._moves import (
    Moves,
    Rule,
    chosen,
    fit_linear,
    reached,
    steady,
    watch,
    with_numbers,
)


def experiment(case: Case) -> list[Finding]:
    """Findings about the step; those about its gradient only where `grad` itself is not given."""
    return outgrown(case) or as_shared(case, _looked_into(case, _examine(case)))


def _looked_into(case: Case, found: list[Finding]) -> list[Finding]:
    """What was found, unless the rows' pairing or roles, or the updates inside explain a wrong gradient."""
    guessed = any(doubtful(f) for f in found)
    split = half_uphill(case) if guessed else []
    if split or not any(f.id in GRADIENT for f in found) or _WITHIN in case.tried:
        return split or found
    exchanged = mispaired(case) or crossed(case) if guessed else []
    if exchanged:
        return exchanged
    moves = unrolled(case)
    if moves is None and _clips_rows(case):
        return [f for f in found if f.id not in GRADIENT]
    exact = _row_by_row(case) if guessed and moves is None else []
    if exact:
        return exact
    return once_more(case, found, _examine) if moves is None else _by_updates(case, found, moves)


def _clips_rows(case: Case) -> bool:
    """Whether a step that draws the order of its rows clips each entry of what one row alone says."""
    one, other = draws(case, 2)
    if all(map(np.array_equal, one, other)):
        return False
    single = fed_singly(case, 1)
    try:
        moves = watch(single.patient, case.generic, UPDATES)
        return all_cut_off(moves, single.gradients(moves))
    except Failure:  # it takes no single row
        return False


def _row_by_row(case: Case) -> list[Finding]:
    """The mistake of a step that draws anew among the rows it is given, where one row alone has it exactly.

    Of one row there is nothing to draw, so that its gradient is known. Masks are drawn all the same.
    """
    if case.own_rows is not None or not draws_anew(case):
        return []
    single = fed_singly(case, 1)
    try:
        found = [] if draws_anew(single) else _examine(single)
    except Failure:  # it takes no single row
        return []
    return [f for f in found if f.id in GRADIENT and f.confidence == 1.0]


def _by_updates(case: Case, found: list[Finding], moves: Moves) -> list[Finding]:
    """What the updates within one step say, where it makes many.

    Guesses about its gradient fall then, and where a rule reproduces the updates all that was read off their
    sum: errors that are whole numbers add up to many things.
    """
    case.tried.append(_WITHIN)
    if draws_anew(case):  # fewer rows are no first part of many then
        moves = watch(fed_singly(case, len(moves.rows[0])).patient, case.generic, UPDATES)
    inside, known = _of_updates(case, moves)
    if known:
        found = [f for f in found if f.id not in GRADIENT]
        case.unruled = False
    else:
        found = once_more(case, found, _examine)
        found = [f for f in found if f.confidence == 1.0 or f.id not in GRADIENT] if straight(
            case, moves) else found  # fmt: skip
    return [*(f for f in found if not doubtful(f)), *inside]


def _made_of_updates(case: Case, moves: Moves) -> list[Finding] | None:
    """What the updates say of which a step is made, where a rule or a mistake gives them exactly; else None.

    The rules that are tried on whole steps cost a gradient of all rows each, and none is the rule of such a
    step.
    """
    try:
        inner = unrolled(case) if len(moves.rows[0]) == case.size and not draws_anew(case) else None
    except Failure:  # it takes no fewer rows
        return None
    if inner is None:
        return None
    inside, known = _of_updates(case, inner)
    if not known and not (inside and in_turn(case, len(inner.rows[0]), {})):
        return None
    case.tried.append(_WITHIN)
    return inside


_WITHIN = "the updates within one step against the true gradients of their rows"


def _of_updates(case: Case, moves: Moves) -> tuple[list[Finding], bool]:
    """What updates say, and whether it stands for the step: a rule reproduces them, or their sum tells."""
    of = fed_singly(case, len(moves.rows[0]))
    true = of.gradients(moves)
    if all_cut_off(moves, true):
        return [], True
    moving, few = moves.moving(true), reached(moves, true)
    moves = few if fit_linear(few, true, moving).gap < 1e-6 else moves
    found = [f for f in _rule(of, moves, true, true, moving) if not doubtful(f)]
    summed = together(case, moves) if of.rule is None else []
    exact = any(f.confidence == 1.0 for f in found)
    if summed and (summed[0].confidence == 1.0 or not exact):
        return summed, True
    return found, of.rule is not None


def _examine(case: Case) -> list[Finding]:
    moves = case.moves
    if moves is None:
        return []
    case.tried.append("each parameter's move against -lr times the true gradient")
    moves = steady(moves)
    moves, true = with_numbers(moves, case.gradients(moves))
    frozen = still(case, moves, true)
    if any(f.id == "params_not_updated" for f in frozen):
        return frozen
    if not all(np.isfinite(a).all() for after in moves.after for a in after):
        return frozen + root_of_signed(moves, true, _first_moves(case))
    if case.heeded is not None:  # of rows that are not known no gradient is
        return frozen
    noisy = misscaled(case) or unmasked(case)
    if noisy:
        return noisy
    moves, true = masked_moves(case) or (moves, true)
    used = used_gradients(case, moves) or true
    if used is true and not all(np.isfinite(g).all() for g in true[0]):
        return frozen
    moving = moves.moving(true)
    resting = entries_still(case, moves, used, moving) or left_out(case, moves, used)
    if resting:
        return frozen + resting
    found = _rule(case, moves, true, used, moving)
    if any(f.id in ("grad_not_zeroed", "momentum_state_wrong") for f in found) and mean_of_last(case, moving):
        return frozen
    if not found and case.unruled:
        found = [f for f in later(case, _examine) if f.id in GRADIENT and not doubtful(f)]
    return frozen + (found or by_rows(case))


def _first_moves(case: Case) -> Iterator[tuple[Leaves, Leaves]]:
    """The first moves from other weights, and the gradients there."""
    for seed in range(4):
        moves = watch(case.patient, case.reborn(seed), 1)
        yield moves.move(0), case.gradients(moves)[0]


def _rule(
    case: Case, moves: Moves, true: list[Leaves], used: list[Leaves], moving: list[int]
) -> list[Finding]:
    if not moving:
        return []
    waits = gathered(case, moves, moving)
    if waits is not None:
        return waits
    for grads in readings(case, moves, true, used):
        rule = fit_linear(moves, grads, moving)
        if rule.gap < 1e-4:
            case.decay = dict.fromkeys(moving, rule.coefficients[-1])
            found = replaced(case.decay) or judge_linear(case, rule, moves, grads, moving)
            if not found or rule.plain or not divides(moves, grads, moving):
                return found
        elif (fed := beside_penalty(case, rule, moves, grads, moving)) is not None:
            return fed
        formula = None if grads is true or grads is used else by_formula(case, moves)
        if (grads is true or formula is not None) and follows_course(case, moves, formula):
            return []
        adaptive = simulate(moves.of(moving), chosen(grads, moving))
        if adaptive is not None and adaptive.gap < 1e-3:
            case.decay = dict(zip(moving, adaptive.per_leaf, strict=True))
            return replaced(case.decay) or _judge_adaptive(case, adaptive, [grads[0][k] for k in moving])
    cut = of_cut_gradients(moves.of(moving), chosen(true, moving))
    if cut is not None:
        return _judge_adaptive(case, cut, [true[0][k] for k in moving])
    if case.own_rows is not None and case.own_rows.repeated:  # of weights that are not known no gradient is
        return climbs(moves, true, moving, near=0.7)
    inside = _made_of_updates(case, moves)
    if inside is not None:
        return inside
    root = rooted(case, moves, true, moving)
    if root is not None:
        return root
    kept = never_cleared(moves.of(moving), chosen(used, moving))
    kept = kept or partly_cleared(moves.of(moving), chosen(used, moving))
    if kept:
        return [Finding(
            "grad_not_zeroed", "step" if len(kept) == len(moving) else moving[kept[0]],
            "every step carries all gradients of earlier batches",
            "a usual rule reproduces the moves if it is given the sums of all gradients so far",
            "set the gradient buffers to zero before each backward pass", 1.0, 81)]  # fmt: skip
    before = taken_once(moves, true, moving) or out_of_place(case, moves, true, moving)
    before = before or signal_kept(case, moves, moving)
    read = before or rule_kept_wrong(moves, used, moving, partial(from_elsewhere, case))
    read = rule_on_parts(case, moving) if read is None else read
    read = running_away(case, moves, moving) if read is None else read
    if read is not None:
        return read
    alone = answered(case)
    if alone:
        return alone
    if nesterov(case, moves, moving) or extrapolated(case):
        return []
    elsewhere = looks_elsewhere(case, moves, moving) or leads_twice(case, moves, moving)
    if elsewhere:
        return elsewhere
    by_schedule = scheduled(moves, used, moving, lambda: case.listened is not None or keeps_velocity(
        case, moves, used, moving))  # fmt: skip
    if by_schedule is not None:
        return by_schedule
    uphill = climbs(moves, true, moving)
    if uphill:
        return uphill
    ridge = coupled(moves.of(moving), chosen(true, moving))
    if ridge:
        case.ridge = {moving[k]: lam for k, lam in ridge.items()}
        return []
    standing = wrong_where_it_stands(case, moves, moving)
    return _judge_adaptive(case, *standing) if standing else by_leaf(case, moves, true, used, moving)


def _judge_adaptive(case: Case, rule: Rule, first: Leaves) -> list[Finding]:
    case.rule = rule
    moves = case.moves
    if rule.lr < 0 and moves is not None:
        kept = factor_kept(kept_after(case.patient, case.generic), first)
        if kept and max(kept) < 0 and not negated_inside(case, moves, case.gradients(moves)):
            return [Finding(
                "momentum_state_wrong", "step", "the mean of gradients is kept with a minus: it goes uphill",
                f"after one step {number(min(kept))} times the gradient is kept",
                "m = beta1 m + (1 - beta1) g", 1.0, 81)]  # fmt: skip
        return [Finding(
            "grad_sign_flipped", "step", "the step goes uphill: the update is added",
            f"{rule.name} with rate {number(rule.lr)} reproduces the moves", "subtract the update",
            1.0, 82)]  # fmt: skip
    if not rule.wrong:
        return newest_unweighted(case, rule, first)
    fixes = {
        "optimizer_state_mutated": "keep m and v uncorrected, use corrected copies, count once per step",
        "optimizer_state_shared": "give every parameter its own buffers",
        "momentum_state_wrong": "m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g**2",
    }
    return [Finding(
        rule.wrong, "step", f"{rule.name}: {rule.words}",
        f"this rule reproduces six steps to {number(100 * rule.gap)} %, the right one does not",
        fixes[rule.wrong], 1.0, 81)]  # fmt: skip


__all__: list[Any] = ["experiment"]
