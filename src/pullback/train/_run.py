"""One run of training: epochs of minibatches, validation, early stopping, and how it can end."""

from __future__ import annotations

import dataclasses
import math
import os
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from pullback import tree
from pullback._where import user_level
from pullback.errors import PullbackWarning
from pullback.train import _checkpoint
from pullback.train._arguments import Rows
from pullback.train._checkpoint import State
from pullback.train._optimisers import Optimizer, global_norm
from pullback.train._progress import Progress
from pullback.train._result import Epoch, Result
from pullback.train._schedules import Schedule
from pullback.train._step import Flat, Loss, Steps
from pullback.typing import Array, Tree

Metric = Callable[[Tree, Array, Any], float]
Callback = Callable[[Epoch, Tree], Any]

CHUNK = 4096
"""How many rows are gathered, or evaluated, at a time."""


class NonFiniteError(Exception):
    """A number of this epoch is infinite or NaN; the text says which and where."""


class LastStep(NamedTuple):
    """What an epoch's last step leaves to be measured: weights before it, gradients, learning rate."""

    before: list[Any]
    grads: list[Any]
    lr: float


@dataclasses.dataclass
class Run:
    """What was asked for, and `live`: the leaves of weights and optimiser state at this moment."""

    loss: Loss
    params: Tree
    rows: Rows
    validation: Rows | None
    optimizer: Optimizer
    lr: float
    schedule: Schedule
    total: int
    batch_size: int
    epochs: int
    shuffle: bool
    rng: np.random.Generator
    clip_norm: float | None
    patience: int | None
    keep_best: bool
    metrics: dict[str, Metric]
    callbacks: tuple[Callback, ...]
    checkpoint: str | os.PathLike[str] | None
    engine: str = "reference"
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)
    val_loss: Loss | None = None
    begun: int = 0

    def __post_init__(self) -> None:
        flat, self.structure = tree.flatten(self.params)
        self.n_params = len(flat)
        self.params = self._tree(flat, copy=True)
        self.steps = Steps(self.loss, self.optimizer, self.clip_norm, self.params)
        self.live: Sequence[Any] = []
        self.native: Any = None
        if self.engine != "reference":
            from pullback.train._native import Native

            self.native = Native(self.rows, strict=self.engine == "native")

    def first(self) -> State:
        """The state before the first epoch."""
        flat = tree.leaves(self.params)
        state = tree.leaves(self.optimizer.init(self.params))
        return State(flat, state, flat, None, 0, 0, (), dict(self.rng.bit_generator.state))

    def go(self, state: State, shown: bool) -> Result:
        """Run the epochs that are left, until something ends them."""
        self.rng.bit_generator.state = state.rng
        self.live = state.params
        stopped, detail = self._why_done(state), ""
        with Progress(shown, self.epochs, state.epoch, len(self.rows)) as bar:
            try:
                while not stopped:
                    state = self._epoch(state, bar)
                    stopped = self._after(state, bar) or self._why_done(state)
            except KeyboardInterrupt:
                stopped = "interrupted"
            except NonFiniteError as error:
                stopped, detail = "non-finite", str(error)
                self.live = state.params
        return self._result(state, stopped, detail)

    def _epoch(self, state: State, bar: Progress) -> State:
        began = time.perf_counter()
        with np.errstate(all="ignore"):  # an overflow ends the run, with a message that says where
            train_loss, last = self._pass(state, bar)
            params = list(self.live[: self.n_params])
            _refuse_non_finite(params, f"the weights became infinite or NaN in epoch {state.epoch + 1}")
            val_loss = self._validate(params, state.epoch + 1)
            metrics = self._measure(params)
            record = Epoch(
                epoch=state.epoch + 1,
                train_loss=train_loss,
                val_loss=val_loss,
                gradient_norm=float(global_norm(last.grads)),
                update_ratio=_update_ratio(last.before, params),
                lr=float(last.lr),
                seconds=time.perf_counter() - began,
                metrics=metrics,
            )
        return self._advanced(state, record, params)

    def _advanced(self, state: State, record: Epoch, params: list[Any]) -> State:
        score = record.train_loss if record.val_loss is None else record.val_loss
        better = state.best_loss is None or score < state.best_loss
        return State(
            params=params,
            optimizer=list(self.live[self.n_params :]),
            best=params if better else state.best,
            best_loss=score if better else state.best_loss,
            best_epoch=record.epoch if better else state.best_epoch,
            epoch=record.epoch,
            history=(*state.history, record),
            rng=dict(self.rng.bit_generator.state),
        )

    def _pass(self, state: State, bar: Progress) -> tuple[float, LastStep]:
        """One pass over the rows: the mean of the losses, and the last step."""
        n = len(self.rows)
        order = self.rng.permutation(n) if self.shuffle else None
        self.live = [*state.params, *state.optimizer]
        number, total = (state.epoch - self.begun) * math.ceil(n / self.batch_size), 0.0
        last = LastStep([], [], 0.0)
        for rows, size in segments(n, self.batch_size):
            chosen = np.arange(rows.start, rows.stop) if order is None else order[rows]
            rates = self._rates(number, len(chosen) // size)
            losses, last = self._stretch(chosen, size, rates, rows.stop == n)
            self._refuse_non_finite_loss(losses, chosen, number, state)
            total += size * math.fsum(losses)
            number += len(losses)
            bar.advance(size * len(losses))
        return total / n, last

    def _stretch(self, rows: np.ndarray, size: int, rates: np.ndarray, last: bool) -> tuple[Any, LastStep]:
        """Batches of one shape, by whichever engine runs them."""
        self.start = self.live
        one = tuple(x[0] for x in self._batches(rows[:size], size))
        step = self.steps.at(self.live, one, rates[0])
        runner = self.native and self.native.runner(self.steps.program(one), self.live)
        done = self.native.run(runner, self.live, rows, rates, last) if self.native and runner else None
        if done is None:
            return self._run(step, self._batches(rows, size), rates)
        self.live = done.carry
        if not last:
            return done.losses, LastStep([], [], rates[-1])
        batch = (x[0] for x in self._batches(rows[-size:], size))
        out = step(*done.before, *batch, rates[-1])
        return done.losses, LastStep(done.before[: self.n_params], list(out[1 + len(self.live) :]), rates[-1])

    def _batches(self, rows: Any, size: int) -> tuple[np.ndarray, ...]:
        """These rows, cut: arrays of shape `(n_batches, size, ...)`."""
        return tuple(x.reshape(-1, size, *x.shape[1:]) for x in self.rows.take(rows))

    def _run(
        self, step: Flat, batches: tuple[np.ndarray, ...], rates: np.ndarray
    ) -> tuple[list[Any], LastStep]:
        """Batches of one shape, one after the other: the inner loop."""
        losses: list[Any] = []
        before = carry = self.live
        end = 1 + len(carry)
        out: tuple[Any, ...] = ()
        try:
            for *batch, rate in zip(*batches, rates, strict=True):
                out = step(*carry, *batch, rate)
                losses.append(out[0])
                before, carry = carry, out[1:end]
        finally:  # Ctrl-C finds the weights of the last whole step here
            self.live = carry
        return losses, LastStep(list(before[: self.n_params]), list(out[end:]), rates[-1])

    def _refuse_non_finite_loss(
        self, losses: Sequence[Any], rows: np.ndarray, first: int, state: State
    ) -> None:
        """Name the first step whose loss is infinite or NaN, and the function it came from."""
        finite = np.isfinite(losses)
        if finite.all():
            return
        at = int(np.argmin(finite))
        text = f"the loss became infinite or NaN at step {first + at + 1}, in epoch {state.epoch + 1}"
        raise NonFiniteError(text + self._culprit(rows, len(rows) // len(losses), first, at))

    def _culprit(self, rows: np.ndarray, size: int, first: int, at: int) -> str:
        """Replay the steps before it in NumPy, and look at every number of it and the one before."""
        batches, rates = self._batches(rows[: (at + 1) * size], size), self._rates(first, at + 1)
        one = tuple(x[0] for x in batches)
        step, recorded = self.steps.at(self.start, one, rates[0]), self.steps.program(one)
        if recorded is None:
            return ""
        from pullback.train._native import culprit

        carry = list(self.start)
        for *batch, rate in zip(*batches, rates, strict=True):
            found = culprit(recorded, [*carry, *batch, rate])
            if found:
                return f", {found}"
            carry = list(step(*carry, *batch, rate)[1 : 1 + len(carry)])
        return ""

    def _rates(self, first: int, count: int) -> np.ndarray:
        steps = range(first, first + count)
        return np.array([self.lr * self.schedule(step, self.total) for step in steps])

    def _validate(self, params: list[Any], epoch: int) -> float | None:
        if self.validation is None:
            return None
        rows, total, loss = self.validation, 0.0, self.val_loss or self.loss
        for start in range(0, len(rows), CHUNK):
            X, y = rows.both(slice(start, start + CHUNK))
            total += len(X) * float(loss(self._tree(params), X, y))
        _refuse_non_finite([total], f"the validation loss became infinite or NaN in epoch {epoch}")
        return total / len(rows)

    def _measure(self, params: list[Any]) -> dict[str, float]:
        if not self.metrics:
            return {}
        X, y = (self.validation or self.rows).both(slice(None))
        return {name: float(f(self._tree(params), X, y)) for name, f in self.metrics.items()}

    def _after(self, state: State, bar: Progress) -> str:
        """Save, and tell the others; why to stop, if one of them says so."""
        if self.checkpoint is not None:
            _checkpoint.save(self.checkpoint, state, self.settings)
        record = state.history[-1]
        bar.record(record)
        answers = [callback(record, self._tree(state.params, copy=True)) for callback in self.callbacks]
        return "callback" if any(x is True for x in answers) else ""

    def _why_done(self, state: State) -> str:
        if state.epoch >= self.epochs:
            return "epochs"
        waited = state.epoch - state.best_epoch
        return "patience" if self.patience is not None and waited >= self.patience else ""

    def _result(self, state: State, stopped: str, detail: str) -> Result:
        best = self.keep_best and state.best_epoch > 0
        message = self._message(state, stopped, detail)
        if stopped == "non-finite":
            warnings.warn(message, PullbackWarning, stacklevel=user_level())
        return Result(
            params=self._tree(state.best if best else self.live[: self.n_params], copy=True),
            history=list(state.history),
            best_epoch=state.best_epoch,
            stopped=stopped,
            seconds=math.fsum(record.seconds for record in state.history),
            message=message,
            state=state,
        )

    def _message(self, state: State, stopped: str, detail: str) -> str:
        why = {
            "epochs": f"all {self.epochs} epochs were run",
            "patience": f"no lower validation loss for {self.patience} epochs",
            "interrupted": f"interrupted in epoch {min(state.epoch + 1, self.epochs)}",
            "callback": f"a callback stopped the run after epoch {state.epoch}",
            "non-finite": detail,
        }[stopped]
        if not state.best_epoch:
            held = (
                "the weights are those of the start" if stopped == "non-finite" else "no epoch was completed"
            )
        elif self.keep_best:
            held = f"the weights are those of epoch {state.best_epoch}, the best"
        else:
            held = "the weights are the last" + (" finite ones" if stopped == "non-finite" else "")
        hint = "; try a smaller lr, clip_norm=1.0, or standardised columns" * (stopped == "non-finite")
        return f"{why}; {held}{hint}"

    def _tree(self, flat: Sequence[Any], copy: bool = False) -> Tree:
        return tree.unflatten(self.structure, [np.array(x) for x in flat] if copy else flat)


def segments(n: int, size: int) -> Iterator[tuple[slice, int]]:
    """Stretches of `n` rows that are whole batches of one size, and the size; the rest comes last.

    Examples
    --------
    >>> list(segments(10, 4))
    [(slice(0, 8, None), 4), (slice(8, 10, None), 2)]
    """
    whole, stretch = n // size * size, size * max(1, CHUNK // size)
    for start in range(0, whole, stretch):
        yield slice(start, min(start + stretch, whole)), size
    if whole < n:
        yield slice(whole, n), n - whole


def _refuse_non_finite(numbers: Sequence[Any], text: str) -> None:
    if not all(np.isfinite(x).all() for x in numbers):
        raise NonFiniteError(text)


def _update_ratio(before: list[Any], after: list[Any]) -> float:
    moved = global_norm([b - a for a, b in zip(before, after, strict=True)])
    norm = global_norm(before)
    return float(moved / norm) if norm > 0 else math.inf if moved > 0 else 0.0
