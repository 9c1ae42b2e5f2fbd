"""The native engine's part in a run: stretches of an epoch as machine code, in buffers of its own.

The reference engine stays the judge: it gives the gradients that an epoch's record shows, it runs what
machine code refuses, and where a number becomes infinite or NaN it is asked which function made it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pullback import tree
from pullback._dispatch import full_name
from pullback._where import Where
from pullback.compile import Epoch, NotLoweredError, Runner
from pullback.errors import PullbackError, PullbackWarning
from pullback.pair import Primitive
from pullback.program import Program, Var
from pullback.train._arguments import Rows


class Stretch(NamedTuple):
    """What some steps left: their losses, the leaves after them, and the leaves before the last of them."""

    losses: np.ndarray
    carry: list[np.ndarray]
    before: list[np.ndarray]


class Native:
    """Runs steps as machine code, for one run; made once, kept for all its epochs.

    Parameters
    ----------
    rows : Rows
    strict : bool
        Whether a program without machine code is an error; else the run goes on in NumPy, after a notice.
    """

    def __init__(self, rows: Rows, strict: bool) -> None:
        self.rows, self.strict, self.refused = rows, strict, False
        self.known: dict[int, Runner] = {}
        self.arrays = [np.ascontiguousarray(x) for x in (rows.X, rows.y) if x is not None]
        self.buffers: list[np.ndarray] = []

    def runner(self, step: Program | None, carry: Sequence[Any]) -> Runner | None:
        """The machine code of a step, or None where the reference engine has to run it."""
        if self.refused or step is None:
            self._refuse_unrecorded(step)
            return None
        if id(step) not in self.known:
            if not self.buffers:
                self.buffers = [np.array(x) for x in carry]
            try:
                made = Epoch(step, len(carry), self.arrays)
            except NotLoweredError as error:
                self._notice(error)
                return None
            self.known[id(step)] = Runner(made, self.buffers, self.arrays)
        return self.known[id(step)]

    def run(
        self, runner: Runner, carry: Sequence[Any], order: np.ndarray, rates: np.ndarray, last: bool
    ) -> Stretch | None:
        """Steps over the rows `order`; None where an index was out of range, which NumPy shall explain."""
        for buffer, x in zip(self.buffers, carry, strict=True):
            np.copyto(buffer, x)
        order = np.ascontiguousarray(order, np.int64)
        cut = len(rates) - 1 if last else len(rates)
        split = cut * (len(order) // len(rates))
        losses, before = [], list(carry)
        if cut:
            losses.append(runner(order[:split], rates[:cut]))
        if last:
            before = self._copies()
            losses.append(runner(order[split:], rates[cut:]))
        if runner.trouble[0]:
            runner.trouble[0] = 0
            return None
        return Stretch(np.concatenate(losses), self._copies(), before)

    def _copies(self) -> list[np.ndarray]:
        return [x.copy() if x.ndim else x[()] for x in self.buffers]

    def _refuse_unrecorded(self, step: Program | None) -> None:
        if self.strict and step is None:
            raise PullbackError(
                'engine="native" was asked for, but the loss cannot be recorded as a program',
                hint="a loss that branches on values or draws random numbers runs on the reference engine",
            )

    def _notice(self, error: NotLoweredError) -> None:
        if self.strict:
            raise error
        self.refused = True
        warnings.warn(f"trained in NumPy, not in machine code: {error}", PullbackWarning, stacklevel=2)


def culprit(step: Program, leaves: Sequence[Any]) -> str:
    """The first call of a program that makes an infinite or NaN number of finite ones, and its line."""
    known: dict[int, Any] = {id(v): x for v, x in zip(step.inputs, leaves, strict=True)}
    with np.errstate(all="ignore"):
        for call in step.calls:
            flat, structure = tree.flatten(tuple(call.args), none_is_leaf=True)
            args = tree.unflatten(structure, [known[id(x)] if isinstance(x, Var) else x for x in flat])
            value = call.primitive.plain(*args, **call.settings)
            outs = [value] if call.structure is None else tree.flatten(value, none_is_leaf=True)[0]
            known.update((id(v), x) for v, x in zip(call.outs, outs, strict=True) if v is not None)
            if any(_is_bad(x) for x in outs):
                return _named(call.primitive, call.where)
    return ""


def _is_bad(x: Any) -> bool:
    return getattr(x, "dtype", np.dtype(object)).kind == "f" and not np.isfinite(x).all()


def _named(primitive: Primitive, where: Where | None) -> str:
    name = full_name(primitive.numpy) if primitive.numpy is not None else primitive.name
    return f"first in {name}" + (f" at {where}" if where is not None else "")


__all__ = ["Native", "Stretch", "culprit"]
