"""The case: one patient with every measurement the experiments share, each taken once, when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from pullback.diagnose._fresh import brink, fan_in, reborn
from pullback.diagnose._points import as_held, dividing, in_floats, tamed, untied
from pullback.diagnose._quick import few_rows, network_value, quickest
from pullback.diagnose._truth import Truth
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import Failure, Stopwatch
from pullback.diagnose.network._anatomy import Net, calmly
from pullback.diagnose.network._head import Head, head, is_mean, predicts_of_zeros
from pullback.diagnose.training._foretold import foretold
from pullback.diagnose.training._machine import Machine
from pullback.diagnose.training._rows import Heeded, OwnRows, heeded, own_rows
from pullback.diagnose.training._runs import Run, adam, settle, train, user_run
from pullback.diagnose.updates._fed import Fed, feed
from pullback.diagnose.updates._moves import Moves, norm, watch
from pullback.train import adam as usual_adam

Leaves = list[np.ndarray]
DEAR = 0.3
"""Seconds in NumPy from which a second run of the same kind is worth sparing."""


class Case:
    """Measurements of a patient. Nothing here changes it."""

    def __init__(self, patient: Patient, budget: float) -> None:
        self.patient = patient
        self.budget = budget
        self.watch = Stopwatch()
        self.body = patient.followed()
        self.X, self.y = (np.array(x, np.int8 if x.dtype == bool else None) for x in (patient.X, patient.y))
        self.leaves = [np.array(x, float) for x in patient.leaves]
        self.n, self.size = patient.n, patient.batch_size
        self.tried: list[str] = []
        self.facts: dict[str, Any] = {}
        self.rule: Any = None
        self.rate = 0.0
        """The step's rate, where it was read off moves whose gradient is wrong; else 0."""
        self.machine = Machine(self)
        self.meanwhile: list[Any] = []
        """What an experiment would say if it were stopped now."""
        self.kept: dict[str, Any] = {}
        """What experiments read off the rows alone, once."""
        self.decay: dict[int, float] = {}
        """By parameter the share of itself that a step takes away, where that is not in the loss."""
        self.ridge: dict[int, float] = {}
        """By parameter the multiple of itself added to its gradient, where that is not in the loss."""
        self.unruled = False
        """Whether three moves or more were looked at and no rule, right or wrong, reproduces them."""

    def left(self) -> float:
        return self.budget - self.watch.seconds()

    def loss(self, leaves: Leaves, X: Any, y: Any) -> Any:
        return self.body.loss(leaves, X, y)

    @cached_property
    def generic(self) -> Leaves:
        """Parameters near the patient's, with ties, zeros and symmetries broken."""
        return as_held(tamed(untied(self.leaves, self.X), self.first_loss), self.patient.leaves)

    def first_loss(self, leaves: Leaves) -> float:
        """The loss of up to 64 rows, NaN where it cannot be had."""
        try:
            out = self.loss([x.copy() for x in leaves], *self.batch(0, min(self.n, 64)))
        except Failure:
            return float("nan")
        return float(np.asarray(out).reshape(-1)[0])

    def batch(self, t: int = 0, size: int | None = None) -> tuple[Any, Any]:
        rows = self.patient.batch(t, size)
        return self.X[rows], self.y[rows]

    @cached_property
    def truth(self) -> Truth:
        """The true gradient; where a recording loses it, again with notes of all arrays the patient keeps."""
        first = self._truth_now()
        if first.how == "recorded":
            return first
        plain, value = self.body, first.value(self.generic, *self.batch())
        self.body = self.patient.followed(arrays=True)
        again = self._truth_now()
        if again.how == "recorded" and np.isclose(again.value(self.generic, *self.batch()), value, rtol=1e-5):
            return again
        self.body = plain
        return first

    def _truth_now(self) -> Truth:
        size = min(max(self.size, 8), 64, self.n)
        return Truth(self.loss, self.generic, *self.batch(0, size))

    @cached_property
    def tape(self) -> Tape | None:
        """The recording of the first batch at the generic point."""
        return self.tape_at(self.generic, *self.batch())

    @cached_property
    def step_tape(self) -> Tape | None:
        """The same, of the rows that the first step takes by itself, where it does."""
        if self.own_rows is None:
            return self.tape
        rows = self.own_rows.both[0]
        return self.tape_at(self.generic, self.X[rows], self.y[rows])

    def tape_at(self, leaves: Leaves, X: Any, y: Any) -> Tape | None:
        try:
            X = X.astype(self.followed.dtype)
            return Tape(self._in_arrays, leaves, X, y) if self.truth.how == "recorded" else None
        except Exception:  # a loss that cannot be recorded has no tape
            return None

    @cached_property
    def _in_arrays(self) -> Any:
        """The loss; of a network that is written number by number, the same loss in arrays."""
        net = self.net
        if net is None or not net.by_number or net.objective == "unknown":
            return self.loss

        def whole(leaves: Leaves, X: Any, y: Any) -> Any:
            rows = net.row_losses(leaves, X, y)
            return rows.sum() if self.per_row > 1 else rows.mean()

        values = [f(self.generic, *self.batch()) for f in (whole, self.loss)]
        return whole if abs(values[0] - values[1]) <= 1e-6 * abs(values[1]) else self.loss

    @cached_property
    def net(self) -> Net | None:
        try:
            return calmly(self.truth.loss, self.generic, self.followed, self.y)
        except Exception:  # a loss that cannot be recorded has no anatomy
            return None

    @cached_property
    def followed(self) -> np.ndarray:
        """The rows of X as a recording follows them best."""
        y = self.y[self.judged]
        whole = in_floats(lambda X: self.truth.value(self.generic, X, y), self.X[self.judged])
        return self.X.astype(whole.dtype)

    @cached_property
    def head(self) -> Head | None:
        """What the loss makes of the predictions; known for some losses whose network is not."""
        net = self.net
        if net is not None and "unknown" not in (net.output, net.objective):
            mean = is_mean(net, self.truth.value, self.leaves, self.X[self.judged], self.y[self.judged])
            return Head(net.output, net.objective, net.factor, net.shift, self.leaves_out, mean=mean)
        try:
            return head(self.truth.loss, self.generic, self.X, self.y)
        except Exception:  # a loss that cannot be recorded has no head
            return None

    @cached_property
    def weights(self) -> list[int]:
        """The leaves that multiply something of the rows, in the order of the forward pass."""
        return [p.leaf for p in self.tape.products] if self.tape else [
            k for k, x in enumerate(self.leaves) if x.ndim == 2 and min(x.shape) > 1
        ]  # fmt: skip

    def is_bias(self, k: int) -> bool:
        """Whether a leaf is added, unit by unit: no matrix, nor what multiplies the rows."""
        x = self.leaves[k]
        return k not in self.weights and k not in self._coefficients and (x.ndim < 2 or min(x.shape) == 1)

    @cached_property
    def _coefficients(self) -> set[int]:
        """The leaves that multiply something of the rows entry by entry."""
        return {leaf for leaf, *_ in self.tape.scalings()} if self.tape else set()

    @cached_property
    def judged(self) -> np.ndarray:
        return np.unique(np.linspace(0, self.n - 1, min(self.n, 500)).astype(int))

    def judge(self, leaves: Leaves) -> float:
        """The patient's loss over up to 500 rows from all its data."""
        if self._quick_value is not None:
            found: float = self._quick_value(leaves, self.X[self.judged], self.y[self.judged])
            if np.isfinite(found):
                return found
        return self._value(leaves, *(x.copy() for x in self._judged_rows))

    @cached_property
    def _judged_rows(self) -> tuple[Any, Any]:
        """The judged rows, once; float32 is widened here, as every product with float64 would do it again."""
        rows = self.X[self.judged], self.y[self.judged]
        wide = [x.astype(float) if x.dtype == np.float32 else x for x in rows]
        return wide[0], wide[1]

    def judge_on(self, leaves: Leaves, X: Any, y: Any) -> float:
        return self._value(leaves, X[self.judged], y[self.judged])

    def _value(self, leaves: Leaves, X: Any, y: Any) -> float:
        try:
            return self.truth.value(leaves, X, y)
        except Failure:
            return float("nan")

    @cached_property
    def steps(self) -> int:
        return self.patient.n_steps

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

    def gradient(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        return self.truth.grad(leaves, X, y)

    @cached_property
    def quick(self) -> Any:
        """The gradient for whole runs: one that equals the true one and takes less time, if there is any."""
        return quickest(self)

    @cached_property
    def penalty(self) -> dict[int, float]:
        """By parameter the multiple of itself that the loss adds to the network's gradient."""
        net, batch = self.net, self.batch()
        if net is None or "unknown" in (net.objective, net.output) or self.per_row > 1:
            return {}
        pairs = zip(self.gradient(self.generic, *batch), net.gradient(self.generic, *batch), strict=True)
        power = [float(np.sum(x * x)) or 1.0 for x in self.generic]
        shares = {k: float(np.sum((g - n) * self.generic[k])) / power[k] for k, (g, n) in enumerate(pairs)}
        return {k: share for k, share in shares.items() if abs(share) > 1e-12}

    def penalised(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        assert self.net is not None
        return [g + self.penalty.get(k, 0.0) * leaves[k]
                for k, g in enumerate(self.net.gradient(leaves, X, y))]  # fmt: skip

    @cached_property
    def _quick_value(self) -> Any:
        """The loss over the judged rows by the recognised network, where it gives the same; else None."""
        return network_value(self)

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

    def reborn(self, seed: int = 0, only: int | None = None) -> Leaves:
        """Fresh initial weights; see `reborn`."""
        return reborn(self, seed, only)

    def fan_in(self, k: int) -> int:
        """The number of inputs of the layer whose weight leaf `k` is."""
        return fan_in(self, k)

    @cached_property
    def divisors(self) -> list[int]:
        """The leaves, no weights, that may not be zero: widths, temperatures."""
        batch = self.batch(0, min(self.size, 8))
        return dividing(self.leaves, self.weights, lambda leaves: self.gradient(leaves, *batch))

    @cached_property
    def predicts_of_zeros(self) -> bool:
        """Whether parameters of zero are known to predict something other than zeros."""
        return self.head is not None and predicts_of_zeros(
            self.head, self._value, self.leaves, self.X, self.y)  # fmt: skip

    @cached_property
    def base(self) -> float:
        """The loss of the best constant prediction, as near as it can be had: what knowing X must beat."""
        zero = self.judge([0 * x for x in self.leaves])
        found = [self.judge(self.leaves), zero]
        if self.head is not None:
            check = np.nan if self.predicts_of_zeros else zero
            found.append(self.head.constant(self.y[self.judged], self.per_row, check))
        good = [x for x in found if np.isfinite(x)]
        return min(good) if good else float("nan")

    def worth(self, base: float) -> float:
        """How far a loss lies above that of predictions that equal their targets: zero itself means nothing
        where the formula leaves out what rests on the targets alone, as with counts.
        """
        floor = self.head.floor(self.y[self.judged], self.per_row) if self.head is not None else 0.0
        return float(base - floor if floor and base > floor else abs(base))

    @cached_property
    def per_row(self) -> float:
        """What the loss of many rows is to the mean of their single losses: 1 for a mean, n for a sum."""
        picked = self.judged[: min(len(self.judged), 16)]
        shift = self.net.shift if self.net is not None else 0.0
        whole = self.truth.value(self.generic, self.X[picked], self.y[picked]) - shift
        try:
            rows = [self.truth.value(self.generic, self.X[i : i + 1], self.y[i : i + 1]) for i in picked]
        except Failure:  # a loss that takes no single row
            return 1.0
        mean = float(np.mean(rows)) - shift
        ratio = whole / mean if mean else 1.0
        return len(self.judged) if abs(ratio / len(picked) - 1) < 0.01 and len(picked) > 1 else 1.0

    @cached_property
    def leaves_out(self) -> int:
        assert self.net is not None
        return int(self.net.layers[-1].weight(self.leaves).shape[1])

    @cached_property
    def moves(self) -> Moves | None:
        """Six of the user's steps from the generic point."""
        return self._watch(self.generic, 6)

    @cached_property
    def first(self) -> Moves | None:
        """Six of the user's steps from the patient's own start."""
        return self._watch(None, 6)

    @cached_property
    def listened(self) -> Fed | None:
        """Four of the user's steps from the generic point with their calls of `grad`, where all make some."""
        heard = feed(self.patient, self.generic, 4)
        return heard if heard is not None and all(heard.asked) else None

    def _watch(self, leaves: Leaves | None, count: int, size: int | None = None) -> Moves | None:
        if not self.patient.has_step:
            return None
        moves = watch(self.patient, leaves, count, size)
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


__all__ = ["Case", "Leaves", "norm"]
