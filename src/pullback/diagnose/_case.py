"""The case: one patient with every measurement the experiments share, each taken once, when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from pullback.diagnose._fresh import brink
from pullback.diagnose._measured import Leaves, Measured
from pullback.diagnose._quick import few_rows
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import Stopwatch
from pullback.diagnose.training._foretold import foretold
from pullback.diagnose.training._machine import Machine
from pullback.diagnose.training._rows import Heeded, OwnRows, heeded, own_rows
from pullback.diagnose.training._runs import Run, adam, settle, train, user_run
from pullback.diagnose.updates._fed import Fed, feed
from pullback.diagnose.updates._moves import Moves, watch
from pullback.train import adam as usual_adam

DEAR = 0.3
"""Seconds in NumPy from which a second run of the same kind is worth sparing."""


class Case(Measured):
    """Measurements of a patient, with its steps and training runs. Nothing here changes it."""

    def __init__(self, patient: Patient, budget: float) -> None:
        super().__init__(patient)
        self.budget = budget
        self.watch = Stopwatch()
        self.tried: list[str] = []
        self.facts: dict[str, Any] = {}
        self.rule: Any = None
        self.rate = 0.0
        """The step's rate, where it was read off moves whose gradient is wrong; else 0."""
        self.machine = Machine(self)
        self.meanwhile: list[Any] = []
        """What an experiment would say if it were stopped now."""
        self.decay: dict[int, float] = {}
        """By parameter the share of itself that a step takes away, where that is not in the loss."""
        self.ridge: dict[int, float] = {}
        """By parameter the multiple of itself added to its gradient, where that is not in the loss."""
        self.unruled = False
        """Whether three moves or more were looked at and no rule, right or wrong, reproduces them."""

    def longer(self, budget: float) -> Case:
        """The case from its beginning, in another time; what rests on no budget is not measured again."""
        out = Case(self.patient, budget)
        if "truth" in self.__dict__:  # which may follow another copy than the usual one
            out.body = self.body
            out.__dict__.update({name: x for name, x in self.__dict__.items() if name in _LASTING})
        return out

    def left(self) -> float:
        return self.budget - self.watch.seconds()

    @cached_property
    def step_tape(self) -> Tape | None:
        """The same, of the rows that the first step takes by itself, where it does."""
        if self.own_rows is None:
            return self.tape
        rows = self.own_rows.both[0]
        return self.tape_at(self.generic, self.X[rows], self.y[rows])

    @cached_property
    def user(self) -> Run:
        """The loop as written."""
        if not self.patient.has_step:
            return self.reference
        limit = min(0.25 * self.budget, 2.5)
        return foretold(self) or user_run(self.patient, self.judge, self.steps, limit)

    @cached_property
    def brink(self) -> tuple[Leaves, Leaves] | None:
        """The last parameters of the loop as written before its loss is NaN or inf, and the next ones."""
        return brink(self)

    @cached_property
    def horizon(self) -> int:
        """The steps every compared run takes: those the loop as written took in its time."""
        return max(self.user.steps, 1) if self.patient.has_step else min(self.steps, 500)

    def user_with(self, seconds: float | None = None, judge: Any = None, steps: int | None = None,
                  **changes: Any) -> Run:  # fmt: skip
        """The user's step with something exchanged; see `user_run`."""
        limit = min(seconds or 1.5, max(0.3 * self.left(), 0.05))
        judge, steps = judge or self.judge, steps or self.horizon
        run = self.machine.user(judge, steps, limit, **changes)
        return run or user_run(self.patient, judge, steps, limit, **changes)

    def shuffled(self, seed: int = 0, n: int | None = None, size: int | None = None) -> Any:
        """Rows of a batch drawn at random, without replacement within an epoch."""
        n, size = n or self.n, min(size or max(self.size, min(32, self.n)), n or self.n)
        orders: dict[int, np.ndarray] = {}

        def rows(t: int) -> np.ndarray:
            epoch, place = divmod(t * size, max(n - n % size, 1))
            if epoch not in orders:
                orders.clear()
                orders[epoch] = np.random.default_rng((seed, epoch)).permutation(n)
            return orders[epoch][place : place + size]

        return rows

    def mended(self, leaves: Leaves | None = None, lr: float = 0.01, data: Any = None, judge: Any = None,
               steps: int | None = None, seconds: float = 1.2, rows: Any = None) -> Run:  # fmt: skip
        """The exact gradient with Adam on shuffled rows, from `leaves`."""
        leaves, judge, steps = leaves or self.leaves, judge or self.judge, steps or self.horizon
        limit = min(seconds, max(0.3 * self.left(), 0.05))
        data = data or (self.X, self.y)
        rows = rows or self.shuffled(n=len(data[0]), size=self._taken(steps, limit))
        return self.machine.exact(usual_adam(), lr, leaves, rows, data, steps, judge, limit)

    def _taken(self, steps: int, seconds: float) -> int | None:
        """The rows a step takes by itself, or few, where the usual many are too dear; else None."""
        own = self.own_rows
        if steps * self.machine.pace < DEAR or self.machine.fast.ready(*self.batch()):
            return None
        return few_rows(self, steps, seconds) if own is None else max(32, *map(len, own.both))

    def mended_by(self, gradient: Any, leaves: Leaves, judge: Any, data: Any = None) -> Run:
        """Adam on another gradient, as many steps as the reference."""
        advance, start = adam(gradient, leaves, 0.02)
        limit = min(1.0, max(0.2 * self.left(), 0.05))
        steps = min(max(self.steps, 60), 600)
        data = data or (self.X, self.y)
        return train(advance, start, self.shuffled(n=len(data[0])), data, steps, judge, limit)

    @cached_property
    def reference(self) -> Run:
        """The best of a few mended runs: from the patient's start and from a fresh one."""
        steps = min(max(self.steps, 300), 1500)
        limit = 0.12 * self.budget
        first = self.mended(steps=steps, seconds=limit)
        if (
            steps * self.machine.pace > DEAR and abs(first.final) < 0.01 * self.base
        ):  # as good as none is left
            return first
        second = self.mended(leaves=self.reborn(), lr=0.02, steps=steps, seconds=limit)
        return min((first, second), key=lambda run: run.final)

    @cached_property
    def settled(self) -> float:
        """What the judged rows' loss can be brought to from fresh weights, whatever the scales of X and y."""
        X, y = self.X[self.judged], self.y[self.judged]
        limit = min(0.1 * self.budget, max(0.3 * self.left(), 0.05))
        return settle(self.judge, lambda leaves: self.quick(leaves, X, y), self.reborn(), limit)

    @cached_property
    def moves(self) -> Moves | None:
        """Six of the user's steps from the generic point."""
        return self._six(self.generic)

    @cached_property
    def first(self) -> Moves | None:
        """Six of the user's steps from the patient's own start."""
        return self._six(None)

    @cached_property
    def listened(self) -> Fed | None:
        """Four of the user's steps from the generic point with their calls of `grad`, where all make some."""
        heard = feed(self.patient, self.generic, 4)
        return heard if heard is not None and all(heard.asked) else None

    def _six(self, leaves: Leaves | None) -> Moves | None:
        if not self.patient.has_step:
            return None
        moves = watch(self.patient, leaves, 6)
        return moves if self.own_rows is None else moves.on(self.own_rows.both)

    @cached_property
    def own_rows(self) -> OwnRows | None:
        """The rows of X and y that the step takes by itself, where it does not take those it is given."""
        return own_rows(self.patient, self.generic, self.gradient) if self.patient.has_step else None

    @cached_property
    def heeded(self) -> Heeded | None:
        """Rows that a step heeds which picks some out of all, and rows it does not, if no more is known."""
        if not self.patient.has_step or self.own_rows is not None:
            return None
        return heeded(self.patient, self.generic, self.gradient)

    def gradients(self, moves: Moves) -> list[Leaves]:
        """The true gradients at the parameters and rows of some moves."""
        return [
            self.gradient(before, self.X[rows], self.y[rows])
            for before, rows in zip(moves.before, moves.rows, strict=True)
        ]


_LASTING = [name for name, x in vars(Measured).items() if isinstance(x, cached_property)]

__all__ = ["Case", "Leaves"]
