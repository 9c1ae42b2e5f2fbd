"""One step of training as a flat function: gradient, clipping and update, recorded once a batch shape.

    loss, *carry, *grads = step(*carry, X_batch, [y_batch,] lr)

`carry` are the leaves of the parameters and of the optimiser's state. The step is replayed as generated
NumPy where the loss can be recorded, and is run call by call, to the same bits, where it cannot.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pullback import tree
from pullback.errors import ArgumentError, TraceError
from pullback.program import Program, program
from pullback.simplify import simplify
from pullback.train._optimisers import Optimizer, clip_gradients
from pullback.transforms import value_and_grad
from pullback.typing import Tree

Flat = Callable[..., tuple[Any, ...]]
Loss = Callable[..., Any]


class Steps:
    """The steps of one run, one for each shape of batch, made when first needed."""

    def __init__(self, loss: Loss, optimizer: Optimizer, clip_norm: float | None, params: Tree) -> None:
        self.loss, self.optimizer, self.clip_norm = loss, optimizer, clip_norm
        self.structures = [tree.flatten(x)[1] for x in (params, optimizer.init(params))]
        self.n_params = len(tree.leaves(params))
        self.eager = False
        self.known: dict[Any, Flat] = {}

    def step(self, params: Tree, state: Tree, batch: tuple[Any, ...], lr: Any) -> Tree:
        """The step over trees: `(loss, params, state, grads)`; grads are those before clipping."""
        loss = self.loss if len(batch) == 2 else _without_y(self.loss)
        value, grads = value_and_grad(loss)(params, *batch)
        clipped = grads if self.clip_norm is None else clip_gradients(grads, self.clip_norm)
        new_params, new_state = self.optimizer.update(params, clipped, state, lr)
        return value, new_params, new_state, grads

    def at(self, carry: Sequence[Any], batch: tuple[Any, ...], lr: Any) -> Flat:
        """The flat step for batches of this shape, at examples of what it will be called with."""
        key = tuple(np.shape(x) for x in batch)
        if key not in self.known:
            self.known[key] = self._make(carry, batch, lr)
        return self.known[key]

    def _make(self, carry: Sequence[Any], batch: tuple[Any, ...], lr: Any) -> Flat:
        if not self.eager:
            recorded = self._record(*self._trees(carry), batch, lr)
            if recorded is not None:
                return recorded
        self.eager = True

        def step(*leaves: Any) -> tuple[Any, ...]:
            params, state = self._trees(leaves[: len(carry)])
            return tuple(tree.leaves(self.step(params, state, leaves[len(carry) : -1], leaves[-1])))

        return step

    def _record(self, params: Tree, state: Tree, batch: tuple[Any, ...], lr: Any) -> Flat | None:
        """None where a recording would not do as the loss does: it needs values, draws numbers or counts."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            try:
                first, second = (program(self.step, params, state, batch, lr) for _ in range(2))
            except TraceError:
                return None
        if not _same(first, second):
            return None
        _refuse_outer_difference(first, self.n_params, batch)
        return simplify(first).run

    def _trees(self, carry: Sequence[Any]) -> tuple[Tree, Tree]:
        params, state = self.structures
        return (
            tree.unflatten(params, carry[: self.n_params]),
            tree.unflatten(state, carry[self.n_params :]),
        )


def _same(a: Program, b: Program) -> bool:
    """Whether two recordings of one function agree in their text and in what they took from outside."""
    first, second = a.constants, b.constants
    return (
        a.source == b.source
        and first.keys() == second.keys()
        and all(np.array_equal(first[k], second[k], equal_nan=first[k].dtype.kind == "f") for k in first)
    )


def _refuse_outer_difference(recorded: Program, n_params: int, batch: tuple[Any, ...]) -> None:
    """`pred (n, 1) - y (n,)` is an (n, n) array: every row against every target. Never meant.

    Refused only where one side is `y` itself and the other depends on the parameters.
    """
    if len(batch) < 2 or np.ndim(batch[1]) == 0 or len(batch[1]) < 2:
        return
    y = recorded.inputs[-2]  # the arguments are params, state, X, y, lr
    n = y.shape[0]
    learned = {id(x) for x in recorded.inputs[:n_params]}
    for call in recorded.calls:
        variables = list(call.variables())
        if any(id(x) in learned for x in variables):
            learned.update(id(x) for x in call.outs)
        others = [x for x in variables if id(x) in learned]
        if not (y in variables and others and call.outs[0] is not None):
            continue
        if call.outs[0].shape == (n, n) and {y.shape, others[0].shape} == {(n,), (n, 1)}:
            raise ArgumentError(
                f"the loss sets an array of shape {others[0].shape} against y of shape {y.shape}, which "
                f"NumPy broadcasts to {(n, n)}: every row against every target",
                where=call.where,
                expected="predictions and targets of one shape",
                hint=f"give y as shape {others[0].shape}, or take pred[:, 0] in the loss",
            )


def _without_y(loss: Loss) -> Loss:
    return lambda params, X: loss(params, X, None)
