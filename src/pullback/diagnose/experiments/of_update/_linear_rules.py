"""Parts of the update experiment: moves that are fixed multiples of this and earlier gradients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_gradient._owed import divided_twice, drawn_away, penalty_ratio, turned
from pullback.diagnose.experiments.of_update._fading import LEAST, judge_memory
from pullback.diagnose.experiments.of_update._memories import keeps_velocity
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._adaptive import LOOKED_AT, sampled
from pullback.diagnose.updates._kept import (
    factor_kept,
    kept_after,
    never_written,
    numbers_named,
    share_of_move,
)
from pullback.diagnose.updates._moves import Moves, Rule, fit_decayed, fit_linear, norm


def judge_linear(
    case: Case, rule: Rule, moves: Moves, grads: list[Leaves], moving: list[int]
) -> list[Finding]:
    """A fixed combination of this and earlier gradients: is it a rule anyone means?"""
    c = np.array(rule.coefficients[: len(grads)])
    case.rule = rule
    scale = np.abs(c).max()
    if scale == 0:
        return []
    if c[0] < 0 and (np.abs(c[1:]) < 1e-3 * scale).all():
        return [Finding(
            "grad_sign_flipped", "step", "the step goes uphill: the update is added",
            f"each step is {number(-c[0])} times the gradient", "subtract the update", 1.0, 82)]  # fmt: skip
    astray = _made_of_weights(case, rule, moves, moving)
    if astray:
        return astray
    away = drawn_away(case, moves, case.decay, rule.lr, rule.gap) or turned(case, moves, grads[0], rule)
    if away or len(c) < 2:
        return away
    if not (rule.gap < 1e-7 or (_single(case) and rule.doubt < 1e-4)):
        return beside_penalty(case, rule, moves, grads, moving) or []
    if rule.plain:
        return _forgotten(case, rule)
    return (
        _remembered(case, c, moves, grads, moving)
        or _divided_beside(c, len(moves.rows[0]))
        or _scaled_twice(case, rule, grads[0], moving)
    )


def _made_of_weights(case: Case, rule: Rule, moves: Moves, moving: list[int]) -> list[Finding]:
    """Whether what is kept as a velocity is a share of the weights, not of the last velocity, and a gradient.

    Nothing of earlier gradients is in a move then, and of the weights as much as people keep of a velocity:
    a decay, with whichever sign, takes far less.
    """
    newest, *earlier, decay = rule.coefficients
    if rule.gap > 1e-6 or not earlier or max(map(abs, earlier)) > 1e-3 * abs(newest):
        return []
    kept = factor_kept(kept_after(case.patient, moves.before[0]), [moves.move(0)[k] for k in moving])
    share = next((-a * decay for a in kept if LEAST < -a * decay < 1 - 1e-4), None)
    if share is None:
        return []
    return [Finding(
        "momentum_state_wrong", "step", "the velocity is made of the weights, not of its own last value",
        f"what is kept after a step holds {number(share)} times the weights, and no earlier gradient",
        "keep v = beta v - lr g: beta stands on the velocity, not on the weights", 1.0, 81)]  # fmt: skip


def _divided_beside(c: np.ndarray, n: int) -> list[Finding]:
    """Whether beside the newest gradient the velocity counts for one over the rows of what is kept of it.

    So it does where a step divides by the rows both what the velocity takes in and what it gives out. A share
    that people choose is another.
    """
    if len(c) < 3 or n < 8 or not (c[:3] > 0).all():
        return []
    fades, early = c[2] / c[1], c[1] / c[0]
    if not LEAST < fades < 1 or not early < fades:
        return []
    share = early / (fades - early)  # c is g and share times the sum of all that is left of earlier ones
    if abs(share * n / fades - 1) > 1e-3:
        return []
    return [Finding(
        "grad_averaged_twice", "step", "the step is divided by the number of rows once more",
        f"the velocity keeps {number(fades)}, but enters beside the newest gradient {number(share)} times: "
        f"{number(fades)} divided by {n} rows",
        "divide by the number of rows once, in the loss or in the step", 0.95, 80)]  # fmt: skip


def _forgotten(case: Case, rule: Rule) -> list[Finding]:
    """Whether plain steps read a velocity, as most of it is kept, that nothing is ever written into.

    It enters at the rate, as a sum of gradients, or as the last move; an anchor of the weights hardly does.
    """
    try:
        enters = never_written(case.patient, case.generic)
    except Failure:  # a step may refuse a second epoch
        return []
    kept = 0.0 if enters is None else max(enters, -enters / rule.lr)
    if not LEAST < kept < 1 - 1e-4:  # gradients are added up whole
        return []
    return [Finding(
        "momentum_state_wrong", "step", "the velocity is read in every step and never written: it stays zero",
        f"filled by hand, {number(kept)} of it enters the move, and it stays as it was filled",
        "write the new velocity back: v[...] = beta v + g, or velocities[k] = v", 1.0, 81)]  # fmt: skip


def beside_penalty(
    case: Case, rule: Rule, moves: Moves, grads: list[Leaves], moving: list[int]
) -> list[Finding] | None:
    """What is wrong in a velocity whose gradients hold a penalty's part, near a rule that leaves it out.

    None where no such part explains what the rule leaves over, or it is missing and not added.
    """
    if rule.gap > NEAR or len(grads) < 3:
        return None
    biases = [k for k in moving if case.is_bias(k)]
    some = sampled(moves, grads, LOOKED_AT)
    fed = fit_decayed(*some, moving, rule, biases)
    if not _exact(fed):
        return _beside_sums(*some, moving, biases)
    *memory, of_weights, of_biases = fed.coefficients
    found = _remembered(case, np.array(memory), moves, grads, moving)
    if found or min(of_weights, of_biases) < -TRACE or fed.lr <= 0:
        return found or None
    extra = {k: of_biases if k in biases else of_weights for k in moving}
    case.rule = replace(fed, coefficients=[*memory, 0.0])
    case.ridge = {k: lam for k, lam in extra.items() if lam > TRACE}
    return _divided_but_for_penalty(case, fed.lr)


def _exact(fed: Rule) -> bool:
    return fed.gap < 1e-7 and fed.doubt < 1e-4


def _beside_sums(
    moves: Moves, grads: list[Leaves], moving: list[int], biases: list[int]
) -> list[Finding] | None:
    """What is wrong in a velocity that is fed sums of all gradients so far, and with each the newest weights.

    A buffer that is never cleared keeps gradients alone where the penalty is added to what is read from it:
    of the weights less is kept then than of the gradients.
    """
    sums: list[Leaves] = []
    for gs in grads:
        sums.append([g + (sums[-1][k] if sums else 0.0) for k, g in enumerate(gs)])
    fed = fit_decayed(moves, sums, moving, fit_linear(moves, sums, moving), biases)
    memory = np.cumsum(fed.coefficients[: len(grads)])
    if not _exact(fed) or fed.lr <= 0 or min(fed.coefficients[-2:]) < -TRACE:
        return None
    found = judge_memory(memory / np.abs(memory).max(), float(np.abs(memory).max()), True)
    return [f for f in found if f.id == "grad_not_zeroed"] or None


def _divided_but_for_penalty(case: Case, rate: float) -> list[Finding]:
    """Whether the penalty's part is larger by the number of rows, and a rate that people choose less by it.

    Then the rows' part is divided by their number twice, and the penalty's as the loss has it.
    """
    n, ratio = case.size, penalty_ratio(case, case.ridge)
    if ratio is None or not divided_twice(case, ratio, rate):
        return []
    return [Finding(
        "grad_averaged_twice", "step", "the rows' part of the gradient is divided by their number once more",
        f"beside it stands {number(ratio)} times the penalty's part; the rate {number(rate)} is "
        f"{number(rate * n)} divided by {n} rows",
        "divide by the number of rows once, in the error signal or in the products", 0.95, 69.5,
        alone=False)]  # fmt: skip


TRACE = 1e-6
"""The multiple of the weights below which what is fitted beside gradients is nothing."""
NEAR = 0.2
"""Up to this part of them moves may be off a rule, if what they lack is to be a penalty's."""


def _remembered(
    case: Case, c: np.ndarray, moves: Moves, grads: list[Leaves], moving: list[int]
) -> list[Finding]:
    scale = float(np.abs(c).max())
    keeps = case.listened is not None or keeps_velocity(case, moves, grads, moving)
    return judge_memory(c / scale, scale, keeps, lambda: numbers_named(case.patient))


def _single(case: Case) -> bool:
    """Whether the loop is in single precision, whose rounding a right rule leaves over."""
    return any(np.asarray(x).dtype == np.float32 for x in (*case.patient.leaves, case.patient.X))


def _scaled_twice(case: Case, rule: Rule, first: Leaves, moving: list[int]) -> list[Finding]:
    """Whether a velocity takes the gradient times a rate, and the move takes the velocity times it again."""
    rate, next_one = rule.coefficients[0], rule.coefficients[1]
    if len(moving) < 2 or abs(next_one) < 1e-3 * abs(rate) or rate <= 0:
        return []
    mean = 1 - next_one / rate
    if 0 < mean < 1 and _share_enters_twice(case, mean):
        return [_twice_scaled(
            f"1 - beta = {number(mean)} stands in it, and in the move",
            f"twice as much of the newest gradient makes the move four times as large; {number(mean)} "
            "is what is not kept of the last",
            "keep v = beta v + (1 - beta) g and move by -lr v")]  # fmt: skip
    kept = factor_kept(kept_after(case.patient, case.generic), [first[k] for k in moving])
    a = next((abs(a) for a in kept if abs(a * a / rate - 1) < 1e-4), 1.0)
    if abs(a - 1) < 1e-3 or (abs(a / mean - 1) < 1e-3 and not _enters_twice(case, a)):
        return []  # a mean of gradients is meant
    return [_twice_scaled(
        "the rate is in it, and in the move",
        f"the velocity takes {number(a)} times the gradient, the move {number(a)} times the velocity",
        "keep v = beta v + g and move by -lr v")]  # fmt: skip


def _twice_scaled(by: str, evidence: str, fix: str) -> Finding:
    words = f"the velocity is scaled twice: {by}"
    return Finding("momentum_state_wrong", "step", words, evidence, fix, 0.9, 80)


def _share_enters_twice(case: Case, mean: float) -> bool:
    """Whether what a mean of gradients takes of the newest stands in the move a second time.

    The number that says it, or how much of the mean is kept, is changed so that twice as much is taken.
    """
    beta = 1 - mean
    changes = ((mean, 2.0), (beta, (2 * beta - 1) / beta))
    try:
        growth = [g for value, by in changes for g in share_of_move(case.patient, case.generic, value, by)]
    except Failure:  # a step may refuse such numbers
        return False
    return any(abs(g / 4 - 1) < 1e-3 for g in growth)


def _enters_twice(case: Case, a: float) -> bool:
    """Whether a number of this value that a step goes by makes the move four times as large when doubled."""
    return any(abs(growth / 4 - 1) < 1e-3 for growth in share_of_move(case.patient, case.generic, a))


def shared_rules(moves: Moves, grads: list[Leaves], rules: dict[int, Rule]) -> dict[int, Rule]:
    """Each parameter's own rule; of one with too few numbers to tell any, that of another which fits it.

    Where none does a velocity of its own may: that has two numbers only.
    """
    told = [rule for rule in rules.values() if rule.gap < 1e-4]
    out = dict(rules)
    for k in (k for k, rule in rules.items() if moves.move(0)[k].size * len(grads) <= len(rule.coefficients)):
        fitting = next((rule for rule in told if _fits(rule, moves, grads, k)), None)
        out[k] = fitting or _velocity(moves, grads, k) or rules[k]
    return out


def _velocity(moves: Moves, grads: list[Leaves], k: int) -> Rule | None:
    """The rule of a parameter whose moves are a share of the last one and a multiple of the gradient."""
    if len(grads) < 5:
        return None
    u, g = (np.stack([x[k].ravel() for x in xs])
            for xs in ([moves.move(t) for t in range(len(grads))], grads))  # fmt: skip
    A = np.stack([np.concatenate([0 * u[:1], u[:-1]]).ravel(), -g.ravel()], 1)
    (share, rate), *_ = np.linalg.lstsq(A, u.ravel(), rcond=None)
    gap = norm([u.ravel() - A @ (share, rate)]) / max(norm([u]), 1e-300)
    if gap > 1e-7 or share < LEAST:
        return None
    memory = [float(rate * share**t) for t in range(len(grads))]
    return Rule("linear", memory[0], gap, [*memory, 0.0])


def _fits(rule: Rule, moves: Moves, grads: list[Leaves], k: int) -> bool:
    *memory, share = rule.coefficients
    made = [share * moves.before[t][k] + sum(c * grads[t - j][k] for j, c in enumerate(memory[: t + 1]))
            for t in range(len(grads))]  # fmt: skip
    u = [moves.move(t)[k] for t in range(len(grads))]
    return norm([a + b for a, b in zip(u, made, strict=True)]) < 1e-4 * norm(u)
