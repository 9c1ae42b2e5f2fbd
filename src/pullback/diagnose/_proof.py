"""The run that proves a fault of the gradient or the update: the same loop with that alone mended.

What only whole runs can show is found by such runs already. A fault that was found by arithmetic gets its run
here: the exact gradient, moved by the rule and the rate that were read off the loop's own steps.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._explain import GROUPS
from pullback.diagnose._findings import Finding
from pullback.diagnose._moves import Rule, norm
from pullback.diagnose._runs import Advance, adam, heavy_ball, rmsprop, sgd, train

MENDABLE = {*GROUPS["gradient formula"], *GROUPS["update rule"]}


def prove(case: Case, faults: list[Finding]) -> None:
    """Give the first fault its two curves, where it has none and the exact gradient mends it."""
    if not faults or faults[0].curves or faults[0].id not in MENDABLE or not case.patient.has_step:
        return
    written, runs = case.user, {}
    for words, advance in _rules(case):
        if case.left() < 0.1 * case.budget:
            break
        limit = min(1.2, 0.5 * case.left())
        runs[words] = train(advance, case.leaves, case.patient.batch, (case.X, case.y),
                            max(written.steps, 1), case.judge, limit)  # fmt: skip
        if runs[words].final < min(written.final - 0.1 * abs(written.final), written.start):
            break
    if runs:
        words = min(runs, key=lambda name: runs[name].final)
        faults[0].curves = {"as written": written.curve(), words: runs[words].curve()}


def _rules(case: Case) -> Iterator[tuple[str, Advance]]:
    """Ways to move like the loop, done right with the exact gradient; the likeliest first."""
    rule, rate = case.rule, _first_rate(case)
    name = rule.name if rule is not None else ""
    if rule is not None and rule.lr and name.startswith("Adam"):
        yield "exact gradient, Adam at the loop's rate", adam(case.quick, case.leaves, abs(rule.lr))[0]
    elif rule is not None and rule.lr and name.startswith("RMSprop"):
        decay = float(name[len("RMSprop(") : -1])
        advance = rmsprop(case.quick, case.leaves, abs(rule.lr), decay)
        yield "exact gradient, RMSprop at the loop's rate", advance
    elif rule is not None and rule.lr:
        yield "exact gradient at the loop's rate", sgd(case.quick, abs(rule.lr))
    elif rate > 0:
        yield "exact gradient at the loop's rate", sgd(case.quick, rate)
    if rule is not None and name == "linear" and any(abs(c) > 1e-3 * abs(rule.lr) for c in _past(rule)):
        yield "exact gradient, momentum of 0.9", heavy_ball(case.quick, case.leaves, abs(rule.lr), 0.9)
    yield "exact gradient, Adam", adam(case.quick, case.leaves, 0.01)[0]


def _past(rule: Rule) -> list[float]:
    """The weights of the earlier gradients in a move."""
    return rule.coefficients[1:-1]


def _first_rate(case: Case) -> float:
    """The rate of the first step that moves, by the sizes of move and gradient; 0 where it cannot be had."""
    moves = case.first
    if moves is None:
        return 0.0
    for t, true in enumerate(case.gradients(moves)):
        moved, size = norm(moves.move(t)), norm(true)
        if moved > 0 and size > 0 and np.isfinite(moved / size):
            return moved / size
    return 0.0
