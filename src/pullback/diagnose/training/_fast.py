"""Whole runs as machine code: the patient's own loss, traced, under an optimiser that is known.

A run of thousands of steps takes milliseconds this way, so that comparing a dozen of them costs less than one
in NumPy. A loss that cannot be traced, or a rule that is not known, runs in NumPy as before.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.diagnose.loops._sandbox import Stopwatch
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._anatomy import Net
from pullback.diagnose.training._own_rules import looked_at, rates
from pullback.diagnose.training._runs import Judge, Leaves, Run, alive, looking
from pullback.program import program
from pullback.simplify import simplify
from pullback.train import Optimizer
from pullback.transforms import grad, value_and_grad
from pullback.tree import flatten

Loss = Callable[[Leaves, Any, Any], Any]
MOST_CALLS = 150
"""Of a simplified program that is compiled: longer ones take longer to compile than they save."""


class Fast:
    """The runs of one loss; machine code is made once for each optimiser and shape of batch.

    Parameters
    ----------
    losses : list of (callable, callable)
        Ways to write the patient's loss so that it can be traced: `loss(leaves, X, t)`, and `t` of `y`.
        The first that has the true gradient is taken.
    true : callable
        `true(leaves, X, y)`: the gradient that the traced one has to equal.
    points : list of leaves
        Where it has to.
    kind : str
        The numbers that runs are made in: "float64", or "float32" where the loop itself computes so.
    """

    def __init__(
        self, losses: list[tuple[Loss, Any]], true: Callable[..., Leaves], points: list[Leaves],
        kind: str = "float64",
    ) -> None:  # fmt: skip
        self.losses, self.true, self.points, self.kind = losses, true, points, kind
        self.made: dict[Any, Any] = {}
        self.loss: Loss | None = None
        self.targets: Any = None
        self.sought = False
        self.calls = 0
        """Of the gradient's simplified program."""

    def ready(self, X: Any, y: Any) -> bool:
        """Whether one of the losses can be traced truly, tried once on a batch."""
        if not self.sought:
            self.sought = True
            for loss, targets in self.losses:
                if self._equal(loss, targets, X, y):
                    self.loss, self.targets = loss, targets
                    break
        return self.loss is not None

    @property
    def rewritten(self) -> bool:
        """Whether not the loop's own loss (the last of `losses`) is run, but a network's like it."""
        return self.loss is not None and self.loss is not self.losses[-1][0]

    def _equal(self, loss: Loss, targets: Any, X: Any, y: Any) -> bool:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                slope = simplify(program(grad(loss), list(self.points[0]), X, targets(y)))
                self.calls = len(slope.calls)
                if self.calls > MOST_CALLS:
                    return False
                return all(_near(slope.run(*p, X, targets(y)), self.true(p, X, y)) for p in self.points)
        except Exception:  # what cannot be traced has no machine code
            return False

    def run(
        self,
        optimizer: Optimizer,
        lr: float,
        leaves: Leaves,
        rows: Callable[[int], Any],
        data: tuple[Any, Any],
        steps: int,
        judge: Judge,
        seconds: float,
        looks: int = 16,
    ) -> Run | None:
        """As `train`, with the exact gradient; None where there is no machine code for it."""
        first = rows(0)
        if not self.ready(data[0][first], data[1][first]):
            return None
        leaves = [np.array(x, self.kind) for x in leaves]
        arrays = [self._as_kind(data[0]), self._as_kind(self.targets(data[1]))]
        carry = [np.array(x) for x in flatten((list(leaves), optimizer.init(list(leaves))))[0]]
        epoch = self._epoch(optimizer, carry, leaves, arrays, len(first))
        if epoch is None:
            return None
        from pullback.compile import Runner

        runner, watch = Runner(epoch, carry, arrays), Stopwatch()
        run = Run(planned=steps)
        marks = looking(steps, looks)
        for at, after in zip(marks, [*marks[1:], None], strict=True):
            run.note(at, [np.array(x, float) for x in carry[: len(leaves)]], judge)
            if after is None or not alive(run) or watch.seconds() > seconds:
                break
            order = [rows(t) for t in range(at, after)]
            if any(len(r) != epoch.size for r in order):
                return None
            runner(np.concatenate(order).astype(np.int64), rates(lr, np.arange(at, after)))
            run.steps = after
        return None if runner.trouble[0] else run

    def _as_kind(self, x: Any) -> Any:
        """Rows in the runs' own kind of numbers; whole numbers and float64 stay what they are."""
        single = self.kind == "float32" and np.asarray(x).dtype.kind == "f"
        return np.ascontiguousarray(x, self.kind if single else None)

    def _epoch(self, optimizer: Optimizer, carry: Any, leaves: Leaves, arrays: Any, size: int) -> Any:
        kinds = [(x.dtype, x.shape[1:]) for x in arrays]
        key = (optimizer.name, *optimizer.settings.items(), size, *kinds)
        if key not in self.made:
            self.made[key] = self._make(optimizer, carry, leaves, arrays, size)
        return self.made[key]

    def _make(self, optimizer: Optimizer, carry: Any, leaves: Leaves, arrays: Any, size: int) -> Any:
        from pullback.compile import Epoch

        assert self.loss is not None
        loss = self.loss

        def step(params: Any, state: Any, X: Any, t: Any, lr: Any) -> Any:
            value, grads = value_and_grad(loss)(looked_at(optimizer, params, state), X, t)
            return value, *optimizer.update(params, grads, state, lr)

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                params, batch = list(leaves), [x[:size] for x in arrays]
                recorded = simplify(program(step, params, optimizer.init(params), *batch, 0.1))
                if [x.dtype for x in recorded.outputs[1 : 1 + len(carry)]] != [x.dtype for x in carry]:
                    return None
                return Epoch(recorded, len(carry), arrays, unrolled=False)
        except Exception:  # what cannot be compiled runs in NumPy
            return None


def _near(found: Any, true: Leaves) -> bool:
    size = np.sqrt(sum(float(np.sum(np.square(t))) for t in true))
    gap = np.sqrt(sum(float(np.sum(np.square(f - t))) for f, t in zip(found, true, strict=True)))
    return bool(gap <= 1e-5 * size)


def of_net(net: Net, width: int, penalty: dict[int, float]) -> list[tuple[Loss, Any]]:
    """The mean of a recognised network's row losses, their sum, and the mean beside a penalty of squares."""
    row = fn.formula(net.objective)

    def total(leaves: Leaves, X: Any, t: Any) -> Any:
        assert row is not None
        p = fn.VALUE[net.output](net.forward(leaves, X)[1][-1])
        return net.factor * np.sum(row(p, t))

    def mean(leaves: Leaves, X: Any, t: Any) -> Any:
        return total(leaves, X, t) / len(X)

    def penalised(leaves: Leaves, X: Any, t: Any) -> Any:
        return mean(leaves, X, t) + sum(0.5 * share * np.sum(leaves[k] ** 2) for k, share in penalty.items())

    def targets(y: Any) -> Any:
        return fn.targets(y, np.zeros((len(y), width)))

    if row is None or net.output == "unknown":
        return []
    return [(loss, targets) for loss in (mean, total, *([penalised] if penalty else []))]
