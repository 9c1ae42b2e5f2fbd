"""Parts of the gradient experiment: the part of a gradient that a penalty in the loss owes to the weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, is_round, number
from pullback.diagnose.updates._kept import numbers_named
from pullback.diagnose.updates._moves import Moves, Rule, norm

SURE, UNSURE = 0.95, 0.5
"""A penalty with a minus leads astray; one that is too small, or left out, a loop may not mind."""


def penalty_share(
    case: Case, observed: Leaves, true: Leaves, bad: list[int], common: float
) -> tuple[str, str, float] | None:
    """What is wrong where gradients have the rows' part right, and some multiple of the penalty's part."""
    penalty = case.truth.penalty_grad(case.generic, *case.batch())
    if penalty is None or not all(np.any(penalty[k]) and penalty[k].size > 3 for k in bad):
        return None
    found = [_two_parts(observed[k], true[k] - penalty[k], penalty[k]) for k in bad]
    parts = [f for f in found if f is not None]
    free = len(bad) == len([t for t in true if np.any(t)])  # where all are wrong nothing else tells the rate
    rate = parts[0][0] if parts and free else common
    if len(parts) < len(found) or rate == 0 or any(abs(a / rate - 1) > 1e-4 for a, _ in parts):
        return None
    ratios = [m / rate for _, m in parts]
    if np.ptp(ratios) > 1e-3 * max(np.abs(ratios)) + 1e-6:
        return None
    if ratios[0] < -1e-4:
        return "grad_sign_flipped", "the penalty's part of the gradient has the wrong sign", SURE
    if ratios[0] < 1e-4:
        return "grad_constant_factor", "the penalty's part of the gradient is left out", UNSURE
    if divided_twice(case, ratios[0], rate * case.rate):  # moves come divided by what is taken for the rate
        return "grad_averaged_twice", "the rows' part of the gradient is divided by their number twice", SURE
    return "grad_constant_factor", f"{number(ratios[0])} times the penalty's part of the gradient", UNSURE


def divided_twice(case: Case, ratio: float, rate: float) -> bool:
    """Whether the penalty's part is larger by the number of rows, and the rows' part is what is wrong.

    A rate that people choose, or that the step goes by, is less by that number then; else the penalty's part
    is what someone forgot to divide.
    """
    n = case.size
    if n < 4 or abs(ratio / n - 1) > 1e-3 or not rate > 0 or not case.patient.has_step:
        return False
    named = np.abs(numbers_named(case.patient))
    told = [bool(np.any(np.abs(named / x - 1) < 1e-4)) for x in (rate * n, rate)]
    return told == [True, False] or (is_round(rate * n) and not is_round(rate))


def _two_parts(o: np.ndarray, data: np.ndarray, penalty: np.ndarray) -> tuple[float, float] | None:
    """The multiples of the rows' part and the penalty's that make the gradient; None where none do."""
    A = np.column_stack([np.ravel(data), np.ravel(penalty)])
    scale = np.sqrt((A**2).sum(0))
    if not scale.all() or not np.isfinite(A).all() or np.linalg.matrix_rank(A / scale) < 2:
        return None
    a, m = np.linalg.lstsq(A / scale, np.ravel(o), rcond=None)[0] / scale
    return (float(a), float(m)) if norm([np.ravel(o) - A @ (a, m)]) < 1e-6 * norm([o]) else None


def owed_otherwise(case: Case, found: Finding | None) -> Finding | None:
    """A pull to zero that is too strong, named by its cause where the loss has a smaller penalty."""
    rate = case.rate or (case.rule.lr if case.rule is not None else 0.0)
    if found is None or found.where != "step" or not (case.ridge or rate > 0):
        return found
    extra = case.ridge or {k: share / rate for k, share in case.decay.items() if share > 1e-12}
    cause = larger_penalty(case, extra)
    told = f"{found.words}; {found.evidence}"
    return replace(cause[0], evidence=told, confidence=found.confidence, weight=found.weight,
                   alone=found.alone) if cause else found  # fmt: skip


def larger_penalty(case: Case, extra: dict[int, float]) -> list[Finding]:
    """The penalty of the loss with another factor, where that is what multiples of the weights beside it are.

    A loop may learn in spite of it.
    """
    ratio = penalty_ratio(case, extra)
    if ratio is None:
        return []
    told = f"{number(max(extra.values()))} times the weights too much"
    return [Finding(
        "grad_constant_factor", min(extra) if len(extra) == 1 else "grad",
        f"{number(ratio)} times the penalty's part of the gradient", told,
        "take the penalty's gradient as the loss has it", 0.9, 69.5, alone=False)]  # fmt: skip


def penalty_ratio(case: Case, extra: dict[int, float]) -> float | None:
    """What a gradient has of the loss's penalty, where multiples of the weights beside it are more of it."""
    penalty = case.truth.penalty_grad(case.generic, *case.batch())
    ratios: list[float] = []
    if penalty is None:
        return None
    for k, more in extra.items():
        w = case.generic[k]
        owed = float(np.sum(penalty[k] * w)) / (float(np.sum(w * w)) or 1.0)
        if owed <= 0 or norm([penalty[k] - owed * w]) > 1e-6 * norm([penalty[k]]):
            return None
        ratios.append(1 + more / owed)
    return ratios[0] if ratios and np.ptp(ratios) <= 1e-3 * ratios[0] else None


def drawn_away(case: Case, moves: Moves, decay: dict[int, float], rate: float, gap: float) -> list[Finding]:
    """Whether a step makes weights larger where a penalty, or a decay, makes them smaller: its sign is wrong.

    Of a loss with a penalty it only counts where more is added than leaving the penalty out would give.
    """
    some = [k for k, share in decay.items() if _grows(moves, k, share, gap)]
    if not some or rate <= 0 or gap > 1e-6:
        return []
    penalty = case.truth.penalty_grad(case.generic, *case.batch())
    owed = {k: 0.0 if penalty is None else float(np.sum(penalty[k] * w)) / float(np.sum(w * w))
            for k, w in enumerate(case.generic) if k in some}  # fmt: skip
    if any(owed[k] < 0 or decay[k] / rate > -1.001 * owed[k] for k in some):
        return []
    words = "weights are drawn away from zero: the penalty, or the decay, has a minus"
    told = f"every step adds {number(-100 * decay[some[0]])} % of itself to parameter {some[0]}"
    fix = "subtract the decay, or add the penalty's gradient to the rows'"
    found = Finding("grad_sign_flipped", some[0], words, told, fix, SURE, 80)
    if not all(owed.values()):
        found.weight, found.alone = 69.5, False  # a loop may learn so, and nothing says what was meant
    return [found]


def turned(case: Case, moves: Moves, first: Leaves, rule: Rule) -> list[Finding]:
    """Whether plain steps hold the penalty's part of the gradient with a minus, and all the rest as it is.

    So seen it does not matter which entries, a bias in a column of ones say, the penalty leaves out.
    """
    penalty = case.truth.penalty_grad(case.generic, *case.batch())
    at_hand = all(map(np.array_equal, moves.before[0], case.generic)) and len(moves.rows[0]) == case.size
    kept = max(map(abs, rule.coefficients[1:-1]), default=0.0)
    if penalty is None or kept > 1e-3 * rule.lr or not at_hand or rule.gap <= 1e-6:
        return []
    bad = [k for k, part in enumerate(penalty) if np.any(part)]
    told = penalty_share(case, [-m for m in moves.move(0)], first, bad, rule.lr) if bad else None
    if told is None or told[0] != "grad_sign_flipped":
        return []
    return [Finding(
        told[0], bad[0], told[1],
        f"the rows' part at a rate of {number(rule.lr)}, less the penalty's part, gives the first move",
        "add the penalty's gradient to the rows'", told[2], 80)]  # fmt: skip


def _grows(moves: Moves, k: int, share: float, gap: float) -> bool:
    """Whether what is added of a parameter itself counts beside its move, and is no trace of rounding.

    A move that is next to nothing beside its parameter holds of it little but what rounding left.
    """
    part = -share * norm([moves.before[0][k]])
    counts = part > max(1e-3, 100 * gap) * norm([moves.move(0)[k]]) and -share > TRACE
    return bool(counts and moves.before[0][k].size > 3)


TRACE = 1e-9
"""The share of a parameter that no one adds to it in a step on purpose."""
