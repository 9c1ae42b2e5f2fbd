"""Parts of the gradient experiment: of error signal and input one is right, and the other is not.

Asked of single rows, so it needs to know no input that a mistake may have taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.experiments.of_gradient._sharing import draws_anew
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._moves import one_move


def follows_its_signal(case: Case, tape: Tape, bad: list[int]) -> bool:
    """Whether each wrong gradient, of a weight of one output, is a right error signal times another input.

    Such a gradient of one row is a number times a vector. Given another row's target, the number alone
    changes: where what is observed changes by what the true one does, its number is right. A step that turns
    or stretches every gradient alike takes no other input: that is a choice of the way down.
    """
    if not all(_of_one_output(case, tape, k) for k in bad):
        return False
    if not _taken(case) or (not case.patient.has_grad and draws_anew(case)):
        return False
    most = 4 if case.patient.has_grad else 4 + max(case.leaves[k].size for k in bad)
    rows = [_inputs(case, i, bad) for i in range(min(most, case.size))] if most < MOST else []
    if not rows or any(row is None for row in rows):
        return False
    given, true = ([np.array([row[k][side] for row in rows if row is not None]) for k in range(len(bad))]
                   for side in (0, 1))  # fmt: skip
    return all(_another(g, t) for g, t in zip(given, true, strict=True)) and (
        case.patient.has_grad or not any(map(_stretched, given, true)))  # fmt: skip


def follows_its_input(case: Case, tape: Tape, bad: list[int]) -> bool:
    """Whether each wrong gradient, of a weight of one output, is its input times another error signal.

    Of single rows each is a multiple of the true one then, and not always the same.
    """
    weights = [k for k in bad if not case.is_bias(k)]
    if not weights or not all(_of_one_output(case, tape, k) for k in weights):
        return False
    if not _taken(case) or (not case.patient.has_grad and draws_anew(case)):
        return False
    X, y = case.batch()
    kinds = np.unique(np.reshape(y, (len(y), -1)), axis=0, return_index=True)[1][:4]
    rows = [(X[i : i + 1], y[i : i + 1]) for i in sorted({*range(min(4, len(X))), *kinds.tolist()})]
    pairs = [(_given(case, *row), case.gradient(case.generic, *row)) for row in rows]
    return all(_unlike_multiples([(g[k], t[k]) for g, t in pairs if g is not None]) for k in weights) and all(
        g is not None for g, _ in pairs)  # fmt: skip


def _taken(case: Case) -> bool:
    """Whether the loop's own functions take the parameters, which may be layers put together of its own."""
    return [x.shape for x in case.generic] == [x.shape for x in case.patient.leaves]


def _unlike_multiples(pairs: list[tuple[np.ndarray, np.ndarray]]) -> bool:
    """Whether the first of each pair is a multiple of the second, by factors that differ."""
    factors = []
    for o, t in pairs:
        power = float(np.sum(t * t))
        factor = float(np.sum(o * t)) / power if power > 0 else 0.0
        if not np.isfinite(factor) or np.linalg.norm(o - factor * t) > 1e-6 * np.linalg.norm(o):
            return False
        factors += [factor] if power > 0 else []
    return len(factors) > 2 and bool(np.ptp(factors) > 0.01 * np.abs(factors).max())


MOST = 60
"""So many single rows are asked for, to tell another input from a step that stretches its gradient."""


def _inputs(case: Case, i: int, bad: list[int]) -> list[tuple[np.ndarray, np.ndarray]] | None:
    """A row's gradients, observed and true, where both change alike as it gets another row's target."""
    X, y = case.batch()
    others = [j for j in range(len(y)) if np.any(y[j] != y[i])]
    if not others:
        return None
    asked = [(X[i : i + 1], y[t : t + 1]) for t in (i, others[0])]
    given, true = (
        [_given(case, *rows) for rows in asked],
        [case.gradient(case.generic, *rows) for rows in asked],
    )
    if given[0] is None or given[1] is None:
        return None
    found = [tuple(np.ravel(g[k]) for g in (given[0], true[0], given[1], true[1])) for k in bad]
    return [(o, t) for o, t, *_ in found] if all(_in_step(*one) for one in found) else None


def _another(given: np.ndarray, true: np.ndarray) -> bool:
    """Whether some row's observed gradient points another way than its true one."""
    along = np.abs(np.sum(given * true, axis=1))
    sizes = np.linalg.norm(given, axis=1) * np.linalg.norm(true, axis=1)
    return bool((along < (1 - 1e-6) * sizes).any())


def _stretched(given: np.ndarray, true: np.ndarray) -> bool:
    """Whether one symmetric matrix, or too little to tell, makes of every true gradient what is observed."""
    if len(true) <= true.shape[1]:
        return True
    by = np.linalg.lstsq(true, given, rcond=None)[0]
    fits = np.linalg.norm(true @ by - given) < 1e-5 * np.linalg.norm(given)
    return bool(fits and np.linalg.norm(by - by.T) < 1e-5 * np.linalg.norm(by))


def _of_one_output(case: Case, tape: Tape, k: int) -> bool:
    """Whether a parameter is, as a whole, what one product takes to a single number a row."""
    shape = case.leaves[k].shape
    single = len(shape) == 1 or (len(shape) == 2 and 1 in shape)
    uses = [p for p in tape.products if p.leaf == k]
    whole = len(uses) == 1 and len(uses[0].nodes) == 1 and uses[0].weights[0].value.shape == shape
    return bool(single and case.leaves[k].size > 2 and whole and uses[0].nodes[0].value.size == len(tape.X))


def _given(case: Case, X: Any, y: Any) -> Leaves | None:
    """What `grad` gives on one row, or a first step takes away."""
    body = case.patient.fresh()
    try:
        if case.patient.has_grad:
            out = [np.asarray(g, float) for g in body.grad([x.copy() for x in case.generic], X, y)]
        else:
            out = [-u for u in one_move(body, case.generic, X, y)]
    except (Failure, ValueError):
        return None
    return out if [o.shape for o in out] == [x.shape for x in case.generic] else None


def _in_step(o: np.ndarray, t: np.ndarray, other_o: np.ndarray, other_t: np.ndarray) -> bool:
    """Whether an observed and a true gradient change by one factor, not near one, with another target."""
    if not (o.any() and t.any() and np.isfinite([*o, *t, *other_o, *other_t]).all()):
        return False
    ratio = float(other_t @ t) / float(t @ t)
    same = [np.linalg.norm(b - ratio * a) <= 1e-5 * np.linalg.norm(a) * max(abs(ratio), 1)
            for a, b in ((o, other_o), (t, other_t))]  # fmt: skip
    return abs(ratio - 1) > 0.01 and all(map(bool, same))
