"""Part of the treatment experiment: a bias for any model, by a column of ones beside X.

Where the layers cannot be read off, nothing can be added to them. But a loop that takes tables of any width
takes one with a column of ones too, and the weights of that column are the first layer's biases. One that
takes no other table still shows what the last bias would do: targets less a constant are learnt as well, and
so is X less its means by a line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._biases import constant_column, lacks_bias
from pullback.diagnose.experiments.of_objective._least import added
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.experiments.of_treatment._odds import unshifted_odds
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._functions import labels, of_numbers
from pullback.diagnose.training._runs import Run, adam, train, user_run

LEAST, LEFT = 0.1, 0.85
"""The share of a constant's loss that a bias has to take away, and what it may leave of the best without."""


@dataclass
class Widened:
    """X with its column of ones, and the parameters with a weight of zero for it."""

    X: Any
    leaves: Leaves

    def judge(self, case: Case) -> Any:
        X, y = self.X[case.judged], case.y[case.judged]
        return lambda leaves: case.truth.value(leaves, X, y)


def without_any_bias(runs: Compared) -> Finding | None:
    """Of a model of unknown layers and no bias, which learns far more once X has a column of ones."""
    case = runs.case
    if _read(case) or _biased(case):
        return None
    if not np.isfinite(runs.user.final):
        return None
    wide = widened(case)
    t = _less_a_constant(case) if wide is None else None
    odds = unshifted_odds(runs) if wide is None and t is None else None
    if odds is not None:
        return odds
    both: tuple[Callable[[], Run], ...]
    if wide is not None:
        name, both = "a column of ones beside X", (partial(_written, case, wide), partial(_exact, case, wide))
    elif t is not None:
        name, both = "a constant taken off the targets", _runs_on(case, t)
    elif _one_number_a_column(case):
        name, both = "X less its means", _runs_on(case, case.y, _centred(case.X))
    else:
        return None
    runs.run(name, lambda: min((make() for make in both), key=lambda run: run.final))
    ended = runs.made[name].final
    best = min(runs.user.final, runs.goal)
    if not best - ended > LEAST * abs(runs.base) or not ended < LEFT * min(best, case.settled):
        return None
    runs.goal, runs.proof = min(runs.goal, ended), name
    return lacks_bias(f"a constant reaches {number(runs.base)}, this loop {number(runs.user.final)}", ended)


def _read(case: Case) -> bool:
    """Whether biases can be tried in the network itself; weights of classes shift what is best far more."""
    net = case.net
    return net is not None and "unknown" not in (net.output, net.objective) and " by " not in net.objective


def _biased(case: Case) -> bool:
    if constant_column(case):
        return True
    slopes = case.gradient(case.generic, *case.batch(0, min(case.n, 64)))
    own = len(case.leaves) > 1 and any(case.is_bias(k) for k in _heeded(slopes))
    return own or _holds_bias(case, slopes)


def _holds_bias(case: Case, slopes: Leaves) -> bool:
    """Whether a parameter that holds several layers holds a row of numbers that are only added."""
    return any(at.ndim < 2 and np.any(np.ravel(slopes[k])[at] != 0) for k, at in added(case))


def _heeded(slopes: Leaves) -> list[int]:
    """The parameters that the loss has any use for: a bias that is kept but never added shifts nothing."""
    return [k for k, slope in enumerate(slopes) if np.any(slope != 0)]


def widened(case: Case) -> Widened | None:
    """The table and the parameters with one more column, where the loss takes them and heeds the column."""
    if case.X.ndim != 2:
        return None
    k = (case.weights or [0])[0]
    for axis in range(case.leaves[k].ndim):
        if case.leaves[k].shape[axis] == case.X.shape[1] and _takes(case, k, axis):
            leaves = [_longer(x, axis) if j == k else x for j, x in enumerate(case.leaves)]
            return Widened(_beside(case.X), leaves)
    return None


def _takes(case: Case, k: int, axis: int) -> bool:
    """Whether a weight of zero for the column leaves the loss as it is, and another one does not."""
    rows = case.judged[:20]
    X, y, far = case.X[rows], case.y[rows], _beside(case.X[rows])
    blind, heeding = ([_longer(x, axis, w) if j == k else x for j, x in enumerate(case.generic)]
                      for w in (0.0, 0.3))  # fmt: skip
    try:
        meant, same = case.truth.value(case.generic, X, y), case.truth.value(blind, far, y)
        other, without = (case.truth.value(heeding, Z, y) for Z in (far, _beside(X, 0.0)))
    except Failure:  # a loss of so many columns only
        return False
    return bool(abs(same - meant) <= 1e-9 * abs(meant) and abs(other - without) > 1e-9 * abs(without))


def _less_a_constant(case: Case) -> np.ndarray | None:
    """The targets less what a line through X has where X is zero, where only their distance counts."""
    head = case.head
    if head is None or (head.output, head.own) != ("identity", False) or not of_numbers(head.objective):
        return None
    X, y = np.asarray(case.X, float).reshape(case.n, -1), np.asarray(case.y, float)
    if labels(case.y) or X.shape[1] >= case.n:
        return None
    A = np.column_stack([np.ones(case.n), X])
    return np.asarray(y - np.linalg.lstsq(A, y.reshape(case.n, -1), rcond=None)[0][0].reshape(y.shape[1:]))


def _one_number_a_column(case: Case) -> bool:
    """Whether no more numbers than X has columns have a slope, and these are far from their means."""
    if case.X.ndim != 2 or case.X.dtype.kind != "f" or len(case.leaves) != 1:
        return False
    off = np.abs(case.X.mean(0)) > 0.2 * case.X.std(0)
    heeded = np.count_nonzero(case.gradient(case.generic, *case.batch(0, min(case.n, 64)))[0])
    return bool(0 < heeded <= case.X.shape[1] and off.any())


def _centred(X: np.ndarray) -> np.ndarray:
    """A line through the means has the bias that matters most, where none can be added."""
    return np.asarray(X - X.mean(0))


def _runs_on(case: Case, t: np.ndarray, X: Any = None) -> tuple[Callable[[], Run], Callable[[], Run]]:
    """The loop itself and the reference on other targets, or other inputs."""
    X = case.X if X is None else X
    judge = lambda leaves: case.judge_on(leaves, X, t)  # noqa: E731
    return (partial(case.user_with, data=(X, t), judge=judge),
            partial(case.mended, lr=0.02, data=(X, t), judge=judge))  # fmt: skip


def _beside(X: Any, value: float = 1.0) -> np.ndarray:
    return np.hstack([np.asarray(X, float), np.full((len(X), 1), value)])


def _longer(x: np.ndarray, axis: int, value: float = 0.0) -> np.ndarray:
    return np.concatenate([x, np.full_like(np.take(x, [0], axis), value)], axis)


def _written(case: Case, wide: Widened) -> Run:
    """The loop itself, where what it keeps fits parameters of another shape."""
    limit = max(0.15 * case.left(), 0.05)
    return user_run(case.patient, wide.judge(case), case.horizon, limit, leaves=wide.leaves,
                    data=(wide.X, case.y))  # fmt: skip


def _exact(case: Case, wide: Widened) -> Run:
    """The reference with the column."""
    steps, limit = min(max(case.steps, 300), 1500), max(0.15 * case.left(), 0.05)
    advance, start = adam(case.gradient, wide.leaves, 0.02)
    return train(advance, start, case.shuffled(), (wide.X, case.y), steps, wide.judge(case), limit)
