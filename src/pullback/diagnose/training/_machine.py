"""The runs of a case in machine code: the exact gradient under Adam, and the loop's own rule where known.

The loop as written runs as it was written, if need be to its end. Where its rule reproduces it on the exact
gradient, the runs that it is compared with are made by that rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from pullback.diagnose.loops._leaves import flatten
from pullback.diagnose.loops._sandbox import Failure, Stopwatch
from pullback.diagnose.training._fast import Fast, of_net
from pullback.diagnose.training._own_rules import adagrad, looked_at, measured, rate_of, rates, rmsprop
from pullback.diagnose.training._runs import Judge, Leaves, Run, descend, train
from pullback.diagnose.updates._adaptive import small_numbers
from pullback.diagnose.updates._moves import Moves, norm, watch
from pullback.train import Optimizer, adam, momentum, nesterov, sgd

Case = Any  # that of _case, which calls this file
WORTH = 0.12
"""Seconds that a run has to take in NumPy before machine code is made; of a long program, twice that."""
LONG = 60
"""The calls of a long one."""
FIRST = 24
"""The first steps of the loop that its rule has to reproduce."""
USUAL = 1e-8
"""What stands beside a root where nothing says otherwise."""
TRACE = 1e-3
"""The share of themselves that weights may lose in a whole run and pass for undecayed: float32 rounds so."""


_ADAPTIVE: dict[str, Callable[..., Optimizer]] = {"Adam": adam, "RMSprop": rmsprop, "Adagrad": adagrad}


def _looks_on(past: np.ndarray) -> bool:
    """Whether earlier gradients weigh as in a velocity that is looked along: b^2 / (1 + b), and b of that."""
    if len(past) < 4 or not 0 < past[2] < past[1]:
        return False
    b = past[2] / past[1]
    told = b ** np.arange(1, len(past)) * b / (1 + b)
    return bool(np.allclose(past[1:], told, atol=1e-4))


def _whole(rows: Callable[[int], Any], n: int) -> bool:
    """Whether all rows are given in order."""
    return np.array_equal(rows(0), np.arange(n)) and np.array_equal(rows(1), np.arange(n))


def together(a: Run, b: Run) -> bool:
    """Whether two runs that lose ground agree in the first quarter of their looks, closely: later on, where
    every step goes astray, rounding parts any two.
    """
    part = len(b.losses) // 4
    return part > 3 and a.at == b.at and bool(np.allclose(a.losses[:part], b.losses[:part], rtol=1e-3))


class Machine:
    """Runs of one case, in machine code where that is possible and pays."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def exact(self, optimizer: Optimizer, lr: float, leaves: Leaves, rows: Callable[[int], Any], data: Any,
              steps: int, judge: Judge, seconds: float) -> Run:  # fmt: skip
        """The exact gradient under an optimiser."""
        if self._pays(steps):
            run = self.fast.run(optimizer, lr, leaves, rows, data, steps, judge, seconds)
            if run is not None:
                return run
        advance, start = descend(optimizer, lr, self.case.quick, leaves)
        return train(advance, start, rows, data, steps, judge, seconds)

    def user(self, judge: Judge, steps: int, seconds: float, scale: Any = 1.0, leaves: Leaves | None = None,
             data: Any = None, rows: Any = None, relief: dict[int, float] | None = None,
             looks: int = 16, again: int = 0, order: Any = None) -> Run | None:  # fmt: skip
        """The loop with something exchanged, as `user_run`; None where only the loop itself can make it."""
        if again or isinstance(scale, list) or not self._spares(steps) or self.stand_in is None:
            return None
        optimizer, lr = self.stand_in
        if relief:
            optimizer = sgd() if optimizer.name == "sgd" else optimizer
        case, data = self.case, data or (self.case.X, self.case.y)
        if rows is None or self.onward:  # a step that takes blocks of its own does so of whatever it is given
            if rows is not None and not _whole(rows, len(data[0])):
                return None
            rows = lambda t: self.taken(t, len(data[0]))  # noqa: E731
        if order is not None:
            data = tuple(x[order] for x in data)
        run = self.fast.run(optimizer, lr * scale, leaves or case.leaves, rows, data, steps, judge, seconds,
                            looks)  # fmt: skip
        spoilt = run is not None and self.fast.rewritten and not np.isfinite(run.final)
        return None if spoilt else run  # the loop may clip, on its way, what the formula takes the log of

    @property
    def onward(self) -> bool:
        """Whether the step takes one block after another of the rows it is given."""
        own = self.case.own_rows
        return own is not None and bool(own.onward) and self.case.size >= self.case.n

    def taken(self, t: int, n: int | None = None) -> np.ndarray:
        """The rows that step `t` takes."""
        rows: np.ndarray = (
            self.case.own_rows.batch(t, n or self.case.n) if self.onward else self.case.patient.batch(t, n=n)
        )
        return rows

    def _batch(self, t: int) -> tuple[Any, Any]:
        rows = self.taken(t)
        return self.case.X[rows], self.case.y[rows]

    def finish(self) -> None:
        """Bring the loop as written to its end by its own rule, where the time for it was up before.

        Half a run held against whole ones would be called too slow.
        """
        case, cut = self.case, self.case.user
        if cut.failure is None and cut.steps < cut.planned and np.isfinite(cut.final):
            whole = self.user(case.judge, cut.planned, 1.0)
            if whole is not None and whole.steps == cut.planned:
                whole.broke, whole.pace = cut.broke, cut.pace
                case.user = whole

    def _pays(self, steps: int) -> bool:
        """Whether machine code saves time over this many exact gradients in NumPy."""
        case, seconds = self.case, steps * self.pace
        if seconds <= WORTH or not (case.left() > 1.0 or self.fast.made):
            return False
        return self._worth(seconds)

    def _spares(self, steps: int) -> bool:
        """The same of the loop itself, whose own steps may take far longer than the exact gradient."""
        return self._pays(steps) or (self.case.left() > 1.0 and self._worth(steps * self.case.user.pace))

    def _worth(self, seconds: float) -> bool:
        if seconds <= WORTH or not self.fast.ready(*self.case.batch()):
            return False
        return bool(self.fast.made) or self.fast.calls <= LONG or seconds > 2 * WORTH

    @cached_property
    def pace(self) -> float:
        """Seconds that one exact gradient takes in NumPy."""
        case = self.case
        quick = case.quick  # found before the watch starts
        watch = Stopwatch()
        for t in range(4):
            quick(case.leaves, *case.batch(t))
        return watch.seconds() / 4

    @cached_property
    def fast(self) -> Fast:
        case = self.case
        losses = of_net(case.net, case.leaves_out, case.penalty) if case.net is not None else []
        points = [case.generic, case.reborn(3)]
        return Fast([*losses, (case.loss, np.asarray)], case.gradient, points, self.kind)

    @cached_property
    def kind(self) -> str:
        """The numbers that the loop computes with: "float32" where every weight is so, after a step too."""
        case = self.case
        leaves = case.patient.leaves
        if not case.patient.has_step or any(x.dtype != np.float32 for x in leaves):
            return "float64"
        body = case.patient.fresh()
        try:
            moved = flatten(body.step(body.params, *(x[case.patient.batch(0)] for x in (body.X, body.y))))
        except Failure:
            return "float64"
        return "float32" if all(np.asarray(x).dtype == np.float32 for x in moved) else "float64"

    @cached_property
    def stand_in(self) -> tuple[Optimizer, float] | None:
        """The loop's own rule and rate, where they reproduce what it does."""
        told, found = self.case.user.rule, self.rule
        if told is not None or found is None:
            return told
        alike = found if self._starts_alike(*found) else self._rescaled()
        return alike if alike is not None and self._ends_alike(*alike) else None

    def _rescaled(self) -> tuple[Optimizer, float] | None:
        """Plain steps along the true gradient, where the loop's first ones are a fixed multiple of it."""
        first = self._first
        grads = [self.case.quick(before, *self._batch(t)) for t, before in enumerate(first.before)]
        lr = rate_of(first, grads)
        return (sgd(), lr) if lr > 0 and self._starts_alike(sgd(), lr) else None

    @cached_property
    def rule(self) -> tuple[Optimizer, float] | None:
        """The loop's own rule and rate as its first moves show them, where it is a usual one."""
        rule, case = self.case.rule, self.case
        if not case.patient.has_step or (rule is not None and (rule.wrong or not rule.lr > 0)):
            return None
        if rule is None:
            return self._measured()
        shares = case.decay.values()
        lost = any(abs(share) * case.steps > TRACE for share in shares)
        decays = {round(share / rule.lr, 9) for share in shares} if lost else {0.0}
        if len(decays) > 1:
            return None
        decay = decays.pop()
        if decay < 0:
            return None  # no usual rule draws weights away from zero
        if rule.name == "linear":
            past = np.array(rule.coefficients[:-1]) / rule.coefficients[0]
            beta = float(past[1]) if len(past) > 1 and abs(past[1]) > max(1e-6, 2 * rule.gap) else 0.0
            if not beta:
                return sgd(weight_decay=decay), rule.lr
            if _looks_on(past):
                return nesterov(past[2] / past[1]), rule.lr / (1 + past[2] / past[1])
            fades = np.allclose(past, beta ** np.arange(len(past)), atol=1e-4) and 0 < beta < 1
            return (momentum(beta), rule.lr) if fades and abs(decay) < 1e-9 else None
        numbers = [float(x) for x in re.findall(r"\d*\.\d+", rule.name)]
        if abs(decay) > 1e-9 or (rule.name.startswith("Adam") and not rule.name.endswith(")")):
            return None
        known = [make for name, make in _ADAPTIVE.items() if rule.name.partition("(")[0] == name]
        return (known[0](*numbers, eps=self._beside_root(rule.name)), rule.lr) if known else None

    def _beside_root(self, name: str) -> float:
        """What an adaptive rule adds to the root of the squares, as the first move shows it."""
        case, first = self.case, self._first
        read = small_numbers(first.move(0), case.quick(first.before[0], *self._batch(0)))
        kept = [float(x) for x in re.findall(r"\d*\.\d+", name)] if name.startswith("RMSprop") else []
        share = np.sqrt(1 - kept[0]) if kept else 1.0
        return next((float(eps * share) for eps, inside in read if not inside), USUAL)

    def _measured(self) -> tuple[Optimizer, float] | None:
        """A velocity that looks ahead, or a rate that falls, read off the first moves one by one."""
        case = self.case
        return measured(self._first, lambda leaves, t: case.quick(leaves, *self._batch(t)),
                        max(1, case.n // len(self.taken(0))))  # fmt: skip

    def _starts_alike(self, optimizer: Optimizer, lr: float) -> bool:
        """Whether each of the first steps leads from where the loop stood to where it went.

        Steps are taken one by one: a loop that is chaotic magnifies any rounding from step to step.
        """
        case, moves = self.case, self._first
        state, gaps, ways = optimizer.init(list(case.leaves)), [], []
        for t, (before, after) in enumerate(zip(moves.before, moves.after, strict=True)):
            grads = case.quick(looked_at(optimizer, before, state), *self._batch(t))
            params, state = optimizer.update(before, grads, state, rates(lr, np.array([t]))[0])
            gaps.append(norm([a - b for a, b in zip(params, after, strict=True)]))
            ways.append(norm(moves.move(t)))
        gap, way = norm(gaps), norm(ways)
        return bool(gap <= 1e-3 * way) if np.isfinite(way) else not np.isfinite(gap)

    @cached_property
    def _first(self) -> Moves:
        return watch(self.case.patient, None, min(FIRST, self.case.user.steps))

    def _chaotic(self, optimizer: Optimizer, lr: float) -> bool:
        """Whether the same rule from the same start soon goes another way, by rounding alone."""
        case, params = self.case, list(self.case.leaves)
        state = optimizer.init(list(params))
        for t in range(len(self._first.after)):
            grads = case.quick(looked_at(optimizer, params, state), *self._batch(t))
            params, state = optimizer.update(params, grads, state, rates(lr, np.array([t]))[0])
        gap = norm([a - b for a, b in zip(params, self._first.after[-1], strict=True)])
        return bool(gap > 1e-2 * norm([a - b for a, b in zip(params, case.leaves, strict=True)]))

    def _ends_alike(self, optimizer: Optimizer, lr: float) -> bool:
        """Whether the loss goes the same way: a rate that changes later is seen here."""
        case, written = self.case, self.case.user
        run = self.fast.run(optimizer, lr, case.leaves, self.taken, (case.X, case.y), written.steps,
                            case.judge, 2.0)  # fmt: skip
        if run is None:
            return False
        if not np.isfinite(written.final):
            return not np.isfinite(run.final)
        ends = [r.losses[-1] if written.steps < written.planned else r.final for r in (run, written)]
        far = abs(ends[0] - ends[1]) / abs(written.start - min(ends) or 1.0)
        if far <= 0.05 or (far <= 0.25 and self._chaotic(optimizer, lr)):
            return True
        return min(run.final, written.final) > written.start and together(run, written)
