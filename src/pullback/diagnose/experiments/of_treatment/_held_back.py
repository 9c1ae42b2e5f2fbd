"""Parts of the treatment experiment: a gradient wrong in no known way, in a loop that learns by it.

The output layer learns whatever is below it, so that most of the way is no proof of a gradient. The proof
that one is wrong: the output layer goes by the true gradient, at a rate that is known by it; the layers below
go by what each row adds to a mean, as a gradient does and no adaptive, clipped or second-order step; that is
none of theirs; and the true gradient, by the same rule at the same rate, leaves less than half of the loss.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.gradient import doubtful
from pullback.diagnose.experiments.of_gradient._match import compare
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.training._runs import Run
from pullback.diagnose.updates._moves import fit_linear, norm, one_move
from pullback.train import Optimizer, momentum, sgd

EXACTLY = "the exact gradient by the loop's own rule"
EXACT = 1e-5
"""How far a move may be from a multiple of the gradient, or from the sum of what its rows say: rounding."""
OWN = 0.01
"""The part of what is wrong in a move that has to come from its rows: none of it does of a penalty."""
LESS, LESS_UNSEEN = 0.5, 0.75
"""The share of the loss that the true gradient leaves at most, on the loop's own rows and on unseen ones."""


def held_back(runs: Compared, so_far: list[Finding]) -> list[Finding]:
    """Those names of the nearest mistake that stand, though the loop gets most of the way."""
    guesses = [f for f in so_far if doubtful(f) and "step" in f.evidence]
    if not guesses or runs.cut_off or runs.case.own_rows is not None:
        return []
    try:
        rule = _own_rule(runs.case) if _below_is_wrong(runs.case) else None
    except Failure:  # it takes no fewer rows
        return []
    if rule is None or not _better(runs, *rule):
        return []
    for f in guesses:
        f.evidence += f"; {EXACTLY} ends at {number(runs.made[EXACTLY].final)}, not {number(runs.user.final)}"
        f.curves = {"as written": runs.user.curve(), EXACTLY: runs.made[EXACTLY].curve()}
    runs.proof = ""  # that run tells nothing of the loop's own gradient
    return guesses


def _below_is_wrong(case: Case) -> bool:
    """Whether the output layer moves by the true gradient, and others by sums over rows of another."""
    half = case.size // 2
    rows = case.patient.batch(0)[: 2 * half]
    if half < 2 or len(case.weights) < 2:
        return False
    parts = [_first(case, some) for some in (rows, rows[:half], rows[half:])]
    (whole, true), *halves = parts
    match, top = compare([-u for u in whole], true), case.weights[-1]
    wrong = [k for k, gap in enumerate(match.gaps) if gap > 100 * EXACT and not match.zero[k]]
    if not match.gaps[top] < EXACT or not match.factors[top] > 0 or not wrong:
        return False
    return all(_by_rows(k, whole, halves, match.factors[top]) for k in wrong)


def _first(case: Case, rows: np.ndarray) -> tuple[Leaves, Leaves]:
    """The first move of a fresh copy on some rows, and the true gradient there."""
    body = case.patient.begun()
    moved = one_move(body, case.generic, body.X[rows], body.y[rows])
    return moved, case.gradient(case.generic, case.X[rows], case.y[rows])


def _by_rows(k: int, whole: Leaves, halves: list[tuple[Leaves, Leaves]], rate: float) -> bool:
    """Whether a move is a sum over its rows, what is wrong in it differs by rows, and is no rate."""
    (one, slope), (other, slant) = ((u[k], g[k]) for u, g in halves)
    summed = one + other
    share = float(np.sum(whole[k] * summed)) / (norm([summed]) ** 2 or 1.0)
    if not norm([whole[k] - share * summed]) < EXACT * norm([whole[k]]) or not share > 0:
        return False
    rate = rate / (2 * share)
    first, second = one + rate * slope, other + rate * slant
    rows_own = norm([first - second]) > OWN * max(norm([first]), norm([second]))
    down = bool((one * slope <= 0).all())  # rates that someone set are above zero
    entry_rates = down and norm([one * slant - other * slope]) < EXACT * norm([one * slant])
    return rows_own and not entry_rates


def _own_rule(case: Case) -> tuple[Optimizer, float] | None:
    """The rule and rate by which the output layer follows its true gradients; None if it is no usual one."""
    moves = case.moves
    if moves is None:
        return None
    rule = fit_linear(moves, case.gradients(moves), [case.weights[-1]])
    c = np.array(rule.coefficients[:-1])
    if not rule.gap < 100 * EXACT or not c[0] > 0 or abs(rule.coefficients[-1]) > EXACT:
        return None
    beta = float(c[1] / c[0]) if len(c) > 1 else 0.0
    if not np.allclose(c, c[0] * beta ** np.arange(len(c)), rtol=0, atol=1e-3 * c[0]):
        return None
    return (momentum(beta), float(c[0])) if beta > 1e-3 else (sgd(), float(c[0]))


def _better(runs: Compared, optimizer: Optimizer, rate: float) -> bool:
    """Whether the true gradient leaves far less: from this start, a fresh one, and on unseen rows."""
    case = runs.case

    def exact(leaves: Leaves, **given: Any) -> Run:
        given = {"rows": case.patient.batch, "data": (case.X, case.y), "judge": case.judge, **given}
        limit = 0.3 * case.left()
        return case.machine.exact(optimizer, rate, leaves, given["rows"], given["data"],
                                  given.get("steps", case.horizon), given["judge"], limit)  # fmt: skip

    if not runs.less(EXACTLY, partial(exact, case.leaves), LESS):
        return False
    fresh = case.reborn(1)
    as_written = case.user_with(leaves=fresh)
    if as_written.steps < as_written.planned or not exact(fresh).final < LESS * as_written.final:
        return False
    data, rest, own = runs.apart
    n = len(data[0])
    again = exact(case.leaves, data=data, rows=lambda t: case.patient.batch(t, n=n),
                  judge=runs.judge_of(rest), steps=own.steps)  # fmt: skip
    return bool(again.final < LESS_UNSEEN * own.final)
