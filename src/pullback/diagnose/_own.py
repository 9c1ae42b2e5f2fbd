"""A run of this library as a patient: with everything it was asked for known, nothing has to be inferred."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from pullback import tree
from pullback.errors import ArgumentError
from pullback.train import Result
from pullback.train._result import Asked
from pullback.train._step import Steps

MOST_ROWS = 20_000
"""How many rows an examination looks at; of more, a sample drawn once."""


class Loop:
    """A loop of `fit`, step by step, in float64: the optimiser's state and the step count are its own.

    A copy takes the state along and shares the recorded step, which never changes.
    """

    def __init__(self, asked: Asked, params: Any, blind: bool) -> None:
        self.asked, self.blind = asked, blind
        flat, self.structure = tree.flatten(params)
        self.n_params = len(flat)
        self.steps = Steps(asked.loss, asked.optimizer, asked.clip_norm, params)
        self.state = tree.leaves(asked.optimizer.init(params))
        self.count = 0

    def __deepcopy__(self, memo: dict[int, Any]) -> Loop:
        new = copy.copy(self)
        new.state = [np.array(x) for x in self.state]
        return new

    def loss(self, params: Any, X: Any, y: Any) -> Any:
        return self.asked.loss(params, X, None if self.blind else y)

    def step(self, params: Any, X: Any, y: Any) -> tuple[Any, float]:
        """One update: gradient, clipping, schedule and optimiser as the run has them."""
        asked, batch = self.asked, ((X,) if self.blind else (X, y))
        rate = asked.lr * asked.schedule(min(self.count, asked.total - 1), asked.total)
        carry = [*tree.leaves(params), *self.state]
        out = self.steps.at(carry, batch, rate)(*carry, *batch, rate)
        self.count += 1
        self.state = list(out[1 + self.n_params : 1 + len(carry)])
        return tree.unflatten(self.structure, out[1 : 1 + self.n_params]), float(out[0])


def own_patient(result: Result) -> dict[str, Any]:
    """The names of the protocol, of a run of `fit`."""
    asked = result.asked
    if asked is None:
        raise ArgumentError(
            "this result does not know what its run was asked for",
            expected="a result as `pullback.fit` returned it",
            got="one that was pickled or made by hand",
            hint="run `fit` again, or give params, X, y, loss and step",
        )
    params = tree.map(lambda x: np.array(x, np.float64), asked.params)
    rows = _order(asked, len(asked.X))
    X = _rows(asked.X, rows)
    y = X if asked.y is None else _rows(asked.y, rows)
    loop = Loop(asked, params, asked.y is None)
    names = {
        "params": params, "X": X, "y": y, "loss": loop.loss, "step": loop.step, "lr": asked.lr,
        "batch_size": asked.batch_size, "n_steps": asked.total,
    }  # fmt: skip
    if asked.X_val is not None and asked.y_val is not None:
        kept = np.arange(min(len(asked.X_val), MOST_ROWS))
        names |= {"X_val": _rows(asked.X_val, kept), "y_val": _rows(asked.y_val, kept)}
    return names


def _order(asked: Asked, n: int) -> np.ndarray:
    """The rows as the first epoch visited them, at most `MOST_ROWS`."""
    order = np.random.default_rng(asked.seed or 0).permutation(n) if asked.shuffle else np.arange(n)
    return order[:MOST_ROWS]


def _rows(x: Any, rows: np.ndarray) -> np.ndarray:
    x = np.asarray(x)[rows]
    return x.astype(np.float64) if x.dtype.kind == "f" else x


__all__ = ["own_patient"]
