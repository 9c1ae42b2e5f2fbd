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
from pullback.diagnose.updates._moves import Rule, norm
from pullback.train import Optimizer, adam, momentum, sgd

MENDABLE = {*GROUPS["gradient formula"], *GROUPS["update rule"]}


def prove(case: Case, faults: list[Finding]) -> None:
    """Give the first fault its two curves, where it has none and the exact gradient mends it."""
    if not faults or faults[0].curves or faults[0].id not in MENDABLE or not case.patient.has_step:
        return
    written, runs = case.user, {}
    broke = not np.isfinite(written.final)
    steps = written.planned if broke else written.steps
    bar = written.start if broke else min(written.final - 0.1 * abs(written.final), written.start)
    for words, optimizer, lr in _rules(case):
        if case.left() < 0.1 * case.budget:
            break
        limit = min(1.2, 0.5 * case.left())
        runs[words] = case.machine.exact(optimizer, lr, case.leaves, case.patient.batch, (case.X, case.y),
                                         steps, case.judge, limit)  # fmt: skip
        if runs[words].final < bar:
            break
    if runs:
        words = min(runs, key=lambda name: runs[name].final)
        faults[0].curves = {"as written": written.curve(), words: runs[words].curve()}


def _rules(case: Case) -> Iterator[tuple[str, Optimizer, float]]:
    """Ways to move like the loop, done right with the exact gradient; the likeliest first."""
    rule = case.rule
    name, rate = (rule.name, abs(rule.lr)) if rule is not None else ("", case.rate or _first_rate(case))
    if rate and name.startswith("Adam"):
        yield "exact gradient, Adam at the loop's rate", adam(), rate
    elif rate and name.startswith("RMSprop"):
        yield "exact gradient, RMSprop at the loop's rate", adam(0.0, float(name[len("RMSprop(") : -1])), rate
    elif rate:
        yield "exact gradient at the loop's rate", sgd(), rate
    if name == "linear" and any(abs(c) > 1e-3 * rate for c in _past(rule)):
        yield "exact gradient, momentum of 0.9", momentum(0.9), rate
    yield "exact gradient, Adam", adam(), 0.01


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
