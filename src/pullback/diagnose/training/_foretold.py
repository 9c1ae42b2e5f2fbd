"""The loop as written, ended early: where it keeps nothing, its rule tells the rest of its run.

A step that leaves all it goes by as it was knows no count of its calls. From the same parameters and rows it
moves the same way, however late it is called. So it is enough to see it move by its rule at first, and again
here and there along the way that the rule goes in machine code.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from pullback.diagnose.loops._footprint import footprint
from pullback.diagnose.loops._leaves import flatten
from pullback.diagnose.loops._sandbox import Failure, Stopwatch
from pullback.diagnose.training._own_rules import rate_of
from pullback.diagnose.training._runs import Judge, Leaves, Run
from pullback.diagnose.updates._moves import norm, watch
from pullback.train import sgd

Case = Any  # that of _case, which calls this file
FIRST, PART = 200, 8
"""The loop's own first steps that have to go by the rule, and those at every look along the way."""
DEAR = 0.4
"""Seconds that the whole run has to take before any of it is spared."""
ROUNDING = 1e-6
"""How far a move may be from the rule's: what rounding, and the reading of the rate, can do."""
EACH = 1e-15
"""And, as a share of the weights, what a few sums of float64 can do."""


def foretold(case: Case) -> Run | None:
    """The whole run by the loop's own rule; None where not every move that was looked at is the rule's.

    It has no parameters before its last step: those are of use only where moves fade with a count.
    """
    if case.steps < 4 * FIRST or not _fit(case):
        return None
    try:
        return _Own(case).run()
    except Failure:  # the whole run says when
        return None


def _fit(case: Case) -> bool:
    """Whether a step moves by this batch's true gradient alone, and its parameters are arrays and no more."""
    rule = case.rule
    plain = rule is not None and rule.name == "linear" and rule.plain and not rule.wrong
    return bool(plain and case.own_rows is None and _only_arrays(case.patient.params))


def _only_arrays(params: Any) -> bool:
    if type(params) in (list, tuple, dict):
        return all(map(_only_arrays, params.values() if isinstance(params, dict) else params))
    return isinstance(params, np.ndarray) and params.dtype == np.float64


class _Own:
    """The loop's own steps beside its rule's, on one copy of it."""

    def __init__(self, case: Case) -> None:
        self.case, self.body = case, case.patient.fresh()
        first = watch(case.patient, None, PART)
        self.lr = rate_of(first, case.gradients(first))
        self.seen: list[Leaves] = []

    def run(self) -> Run | None:
        """The whole run, where all is as it has to be."""
        case, before = self.case, self._kept()
        if before is None or not self.lr > 0 or self.pace * case.steps < DEAR:
            return None
        run = self._by_rule(case.leaves, 0, case.steps, self._judge) if self._first_alike() else None
        if run is None or not np.isfinite(run.losses).all() or not self._all_along(run):
            return None
        run.pace, run.rule = self.pace, (sgd(), self.lr)
        return run if self._kept() == before else None

    def _kept(self) -> str | None:
        return footprint(self.body.function("step"), self.body.X, self.body.y)

    @cached_property
    def pace(self) -> float:
        """Seconds that a step takes."""
        clock = Stopwatch()
        self._own(self.case.leaves, 0)
        return clock.seconds() / PART

    def _own(self, leaves: Leaves, first: int) -> Leaves | None:
        """Where a few steps of the loop lead, the number of the first given; None where one is not sound."""
        body, params = self.body, self.body.tree([x.copy() for x in leaves])
        for t in range(first, first + PART):
            rows = self.case.patient.batch(t)
            params = body.step(params, body.X[rows], body.y[rows])
            if not (_only_arrays(params) and _sound(body.reported)):
                return None
        return [np.array(x) for x in flatten(params)]

    def _alike(self, leaves: Leaves, first: int) -> Leaves | None:
        """Where a few steps lead, the loop's own and its rule's alike; None where these part."""
        own, run = self._own(leaves, first), self._by_rule(leaves, first, PART)
        return own if own is not None and run is not None and _close(own, run.leaves, leaves) else None

    def _first_alike(self) -> bool:
        """Whether the first steps are the rule's, few by few and together: rounding drives nothing apart."""
        leaves: Leaves | None = self.case.leaves
        for t in range(0, FIRST, PART):
            leaves = None if leaves is None else self._alike(leaves, t)
        run = self._by_rule(self.case.leaves, 0, FIRST)
        return leaves is not None and run is not None and _close(leaves, run.leaves, self.case.leaves)

    def _by_rule(self, leaves: Leaves, first: int, steps: int, judge: Judge | None = None) -> Run | None:
        case = self.case
        run: Run | None = case.machine.fast.run(
            sgd(), self.lr, leaves, lambda t: case.patient.batch(first + t), (case.X, case.y), steps,
            judge or (lambda leaves: 0.0), 2.0, 16 if judge else 2)  # fmt: skip
        return run if run is not None and run.steps == steps else None

    def _judge(self, leaves: Leaves) -> float:
        self.seen.append(leaves)
        return float(self.case.judge(leaves))

    def _all_along(self, run: Run) -> bool:
        """Whether the loop moves by its rule from every look on, and its loss of all rows stays finite."""
        case, last = self.case, len(self.seen) - 1
        losses = (case.loss(self.seen[k], case.X, case.y) for k in (last // 2, last))
        return all(map(_sound, losses)) and all(
            self._alike(leaves, t) is not None for t, leaves in zip(run.at[:-1], self.seen[:-1], strict=True)
        )


def _sound(reported: Any) -> bool:
    return reported is None or bool(np.isfinite(reported).all())


def _close(found: Leaves, told: Leaves, start: Leaves) -> bool:
    """Whether two ways from `start` lead to the same place, to within rounding."""
    if [x.shape for x in found] != [x.shape for x in told]:
        return False
    move = norm([a - b for a, b in zip(told, start, strict=True)])
    gap = norm([a - b for a, b in zip(found, told, strict=True)])
    return bool(gap <= ROUNDING * move + EACH * norm(start))
