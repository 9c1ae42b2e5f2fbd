"""Steps over rows that come by and by: one pass over each lot, compiled once for a size of batch.

Lots of any size are cut into batches of `batch_size`, a small lot into one of the next power of two; rows of
weight zero fill up. So there are few programs, and a call costs what its rows cost.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from pullback import tree
from pullback._where import user_level
from pullback.errors import PullbackWarning
from pullback.tabular._batches import REPAID, seconds_in_numpy, whole_batches
from pullback.tabular._training import Training
from pullback.train._arguments import Rows
from pullback.train._native import Native
from pullback.train._step import Steps
from pullback.typing import Array, Tree

ROWS = 4096
"""Rows that are handed to machine code at a time, in memory of its own."""


class Stream:
    """A network that goes on learning.

    Parameters
    ----------
    task : Training
    moments : list of arrays, or None
        The leaves of the optimiser's state to go on from.
    engine : str
        "auto": NumPy, until the work done would have repaid compiling.
    weighted : bool
        Whether the loss heeds rows' weights; else what is left of a lot is a batch of its own.
    """

    def __init__(
        self,
        task: Training,
        moments: list[Array] | None,
        *,
        engine: str,
        weighted: bool,
    ) -> None:
        self.task, self.engine, self.weighted = task, engine, weighted
        self.steps = Steps(task.loss, task.optimizer, None, task.learned)
        learned, self.structure = tree.flatten(task.learned)
        self.n_learned = len(learned)
        fresh = tree.leaves(task.optimizer.init(task.learned))
        self.carry: list[Any] = [*learned, *_fitting(moments, fresh)]
        self.seconds = 0.0
        self.rows: tuple[Array, ...] = ()
        self.native: Native | None = None

    @property
    def learned(self) -> Tree:
        """The parameters as they now are."""
        return tree.unflatten(self.structure, [np.array(x) for x in self.carry[: self.n_learned]])

    @property
    def moments(self) -> list[Array]:
        """The leaves of the optimiser's state."""
        return list(self.carry[self.n_learned :])

    def learn(self, X: Array, targets: Array, batch_size: int, lr: float) -> float:
        """One pass over these rows, in this order; the mean loss, each batch's as it was before its step.

        A loss that becomes infinite or NaN gives a warning, and the weights are those before the call.
        """
        before, losses, sizes = list(self.carry), [], []
        with np.errstate(all="ignore"):
            for rows, wanted, size in self._lots(X, targets, batch_size):
                losses.extend(self.run(rows, wanted, np.full(len(rows) // size, lr)))
                sizes.extend([size] * (len(rows) // size))
        finite = np.isfinite(losses).all() and all(np.isfinite(x).all() for x in self.carry)
        if not finite:
            self.carry = before
            warnings.warn(
                "the loss became infinite or NaN; the weights are those before this call; try a smaller lr",
                PullbackWarning,
                stacklevel=user_level(),
            )
            return float("nan")
        return float(np.average(losses, weights=sizes))

    def run(self, X: Array, targets: Array, rates: Array) -> list[float]:
        """One step for each rate, on as many batches of equal size; their losses."""
        size = len(X) // len(rates)
        self.seconds += seconds_in_numpy(self.task.learned, len(X), size)
        at, losses = max(1, ROWS // size), []
        for first in range(0, len(rates), at):
            some = rates[first : first + at]
            part = slice(first * size, (first + len(some)) * size)
            losses.extend(self._stretch(X[part], targets[part], size, some))
        return losses

    def _stretch(self, X: Array, targets: Array, size: int, rates: Array) -> list[float]:
        one = X[:size], targets[:size]
        step = self.steps.at(self.carry, one, rates[0])
        if size <= ROWS and (self.engine == "native" or (self.engine == "auto" and self.seconds > REPAID)):
            native = self._room(X, targets)
            runner = native.runner(self.steps.program(one), self.carry)
            done = runner and native.run(runner, self.carry, np.arange(len(X)), rates, False)
            if done:
                self.carry = done.carry
                return [float(x) for x in done.losses]
        losses = []
        for i, rate in enumerate(rates):
            rows = slice(i * size, (i + 1) * size)
            out = step(*self.carry, X[rows], targets[rows], rate)
            self.carry = list(out[1 : 1 + len(self.carry)])
            losses.append(float(out[0]))
        return losses

    def _room(self, X: Array, targets: Array) -> Native:
        """Machine code, and these rows where it reads them."""
        if self.native is None:
            self.rows = tuple(np.zeros((ROWS, x.shape[1]), np.float32) for x in (X, targets))
            rows = Rows(self.rows[0], self.rows[1], np.dtype(np.float32))
            self.native = Native(rows, strict=self.engine == "native")
        for room, x in zip(self.rows, (X, targets), strict=True):
            room[: len(x)] = x
        return self.native

    def _lots(self, X: Array, targets: Array, batch_size: int) -> list[tuple[Array, Array, int]]:
        n = len(X)
        size = min(batch_size, 1 << (n - 1).bit_length())
        if self.weighted:
            return [(*whole_batches(X, targets, size), size)]
        cut = n - n % batch_size
        lots = [(X[:cut], targets[:cut], batch_size), (X[cut:], targets[cut:], n - cut)]
        return [lot for lot in lots if len(lot[0])]


def _fitting(moments: list[Array] | None, fresh: list[Any]) -> list[Any]:
    shapes = [np.shape(x) for x in fresh]
    return fresh if moments is None or [np.shape(x) for x in moments] != shapes else moments
