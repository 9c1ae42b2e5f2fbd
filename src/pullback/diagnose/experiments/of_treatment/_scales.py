"""Parts of the treatment experiment: targets, and features made in the model, on unlike or large scales.

Powers of a column, or pixels multiplied inside the model, are not to be seen in X, and X standardised says
nothing of them. But a first layer whose weights are divided by the features' sizes, and whose moves are
divided by their squares, learns step by step as it would from features of size one.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._columnwise import means_and_deviations
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._first_inputs import first_inputs
from pullback.diagnose.experiments._state import row_by_row
from pullback.diagnose.experiments.labels import explained
from pullback.diagnose.experiments.of_treatment._comparing import Compared, short
from pullback.diagnose.experiments.of_treatment._uneven import column_sizes, standardised, uneven
from pullback.diagnose.network._functions import labels

USUAL = 0.001
"""The rate from which a rule that divides by the slopes' size is not slow; of all squares ten times it."""


def unlike_inside(runs: Compared) -> Finding | None:
    """The finding that features made in the model are on scales that one step size cannot serve."""
    case = runs.case
    found = _features(case)
    if found is None:
        return None
    leaf, sizes, axis = found
    top, least = float(sizes.max()), float(sizes.min())
    if (top / least < 15 or top < 3) and top < 15:
        return None
    shape = [1] * case.leaves[leaf].ndim
    shape[axis] = len(sizes)
    by = sizes.reshape(shape)
    adaptive = case.rule is not None and case.rule.name.startswith(("Adam", "RMS"))
    start = [x / by if k == leaf else x for k, x in enumerate(case.leaves)]
    moves: list[Any] = [1.0] * len(start)
    moves[leaf] = 1 / by if adaptive else 1 / by**2
    if not runs.cured("features of size one", partial(case.user_with, leaves=start, scale=moves)):
        return None
    return Finding(
        "inputs_unscaled", "X", "what the model makes of X is on scales that one step size cannot serve",
        f"their sizes go from {number(least)} to {number(top)}; of size one, the same loop learns",
        "scale X so that what the first layer sees has mean 0 and deviation 1", 0.9, 64)  # fmt: skip


def _features(case: Case) -> tuple[int, np.ndarray, int] | None:
    """The first layer's weight, the sizes of what it is given by the model, and the axis they lie along.

    None where that is X as it is, whose columns have been looked at: most pixels near an edge are dark.
    """
    rows = case.judged[:: max(1, len(case.judged) // 100)]
    tape = None if row_by_row(case) else case.tape_at(case.generic, case.X[rows], case.y[rows])
    if tape is None:
        return None
    for product in tape.products:
        node, weight, seen = product.nodes[0], product.weights[0], product.inputs[0]
        if len(product.nodes) > 1 or seen.deps & (tape.rows - 1) or node.name not in ("matmul", "dot"):
            continue
        values = np.asarray(seen.value, float)
        whole = weight.value.shape == case.leaves[product.leaf].shape
        if values.ndim != 2 or len(rows) not in values.shape or not whole:
            return None
        if uneven(case) is None and _as_given(case, values, rows):
            return None
        sizes = np.sqrt(np.mean(np.square(values), axis=0 if len(values) == len(rows) else 1))
        axis = weight.value.ndim - 1 if node.parents[0] is weight else 0
        if len(sizes) != weight.value.shape[axis] or not (sizes > 0).any():
            return None
        return product.leaf, np.where(sizes > 1e-6 * sizes.max(), sizes, 1.0), axis
    return None


def _as_given(case: Case, values: np.ndarray, rows: np.ndarray) -> bool:
    given = np.asarray(case.X[rows], float).reshape(len(rows), -1)
    return any(np.array_equal(table, given) for table in (values, values.T))


def at_last_even(runs: Compared) -> Finding | None:
    """A loop that runs away at every smaller step, and learns once its columns are standardised.

    What the model makes of a column of ordinary size (its powers, its exponential) may be of any size.
    """
    case = runs.case
    if runs.share(runs.user.final) > 0 or uneven(case) is not None:
        return None
    Z = standardised(case)
    if Z is None or not _off_standard(case):
        return None
    judge = lambda leaves: case.judge_on(leaves, Z, case.y)  # noqa: E731
    even = partial(case.user_with, data=(Z, case.y), judge=judge)
    if not runs.cured("inputs standardised", even) and not runs.cured(
            "inputs standardised, moves times 0.1", partial(even, scale=0.1)):  # fmt: skip
        return None
    return Finding(
        "inputs_unscaled", "X", "what the model makes of these features is on no scale that a step can serve",
        f"sizes up to {number(float(column_sizes(case).max()))}; no smaller step learns from them, and the "
        "same loop does from standardised ones",
        "subtract each column's mean and divide by its deviation", 0.85, 63,
    )  # fmt: skip


def _off_standard(case: Case) -> bool:
    """Whether columns lie away from zero, or are of another size than one."""
    mean, deviation = means_and_deviations(first_inputs(case))
    sizes = column_sizes(case)
    moving = deviation > 0
    return bool(sizes.max() > 2 or (np.abs(mean) > deviation)[moving].any())


def far_targets(runs: Compared) -> Finding | None:
    """Targets of unusual size, where the loop learns once they are standardised."""
    case = runs.case
    t = _standardised(case)
    if t is None or _only_early(runs):
        return None
    judge = lambda leaves: case.judge_on(leaves, case.X, t)  # noqa: E731
    broke = not np.isfinite(runs.user.final)  # when it broke says nothing of the steps it was to take
    run = case.user_with(data=(case.X, t), judge=judge, steps=runs.user.planned if broke else None)
    mended = case.mended(leaves=case.reborn(), data=(case.X, t), judge=judge, steps=max(run.steps, 1))
    case.tried.append("targets standardised")
    start = judge(case.reborn())
    got = (start - run.final) / max(start - mended.final, 1e-12) if np.isfinite(run.final) else -1
    if got < 0.6 or _served(runs, run.final / start):
        return None
    return _far(case)


def _served(runs: Compared, left: float) -> bool:
    """Whether a larger step, or more of them, does as well by the targets as they are.

    `left` is the share of a constant's loss that is left of standardised ones.
    """
    case, most = runs.case, 2 * max(left, 0.01) * runs.base
    if _out_of_reach(case):
        return False
    if not np.isfinite(runs.user.final) or not runs.user.descends or case.left() < 0.4 * case.budget:
        return False
    steps = min(12 * case.horizon, 20000)
    changes: tuple[tuple[str, dict[str, Any]], ...] = (
        ("moves times 10", {"scale": 10.0}), ("moves times 100", {"scale": 100.0}),
        (f"{number(steps / case.horizon)} times the steps", {"steps": steps}))  # fmt: skip
    for name, change in changes:
        runs.run(name, partial(case.user_with, seconds=0.1 * case.budget, **change))
        if runs.made[name].final <= most:
            return True
    return False


def _out_of_reach(case: Case) -> bool:
    """Whether targets lie further off than weights come in all steps of a usual rate that divides by slopes.

    Such a rule moves a weight by about its rate, whatever the loss: a rate that serves these targets is none
    that anyone would choose. One that adds up all squares moves it by ever less.
    """
    size = float(np.sqrt(np.mean(np.square(np.asarray(case.y, float)))))
    way = _way(case)
    return way > 0 and size > max(30 * way, 100)


def _way(case: Case) -> float:
    """About how far a rule of a usual rate that divides by the slopes' size moves a weight in all; else 0."""
    rule = case.rule
    if rule is None:
        return 0.0
    if rule.name.startswith("Adagrad"):
        return 2 * rule.lr * float(np.sqrt(case.horizon)) if rule.lr >= 10 * USUAL else 0.0
    return rule.lr * case.horizon if rule.name.startswith(("Adam", "RMS")) and rule.lr >= USUAL else 0.0


def _only_early(runs: Compared) -> bool:
    """Whether the step size serves the targets as they are, once it is given an ordinary number of steps."""
    return short(runs.case) and not runs.cut_off and runs.falls and runs.longer()[0]


def costly_targets(runs: Compared) -> Finding | None:
    """The same where no reference learns such targets: shares of a constant's loss are compared.

    A loss of targets of deviation 1 is on another scale than the loss of the targets as they are, but what
    is left of either once the loop has ended is not. Where little is left, far less has to be left of those
    targets, unless no weights come as far as these in all steps.
    """
    case = runs.case
    t = _standardised(case)
    if t is None or not runs.user.final > 0.04 * runs.base > 0 or _only_early(runs):
        return None
    none = [0 * x for x in case.leaves]
    base = case.judge_on(none, case.X, t)
    run = case.user_with(data=(case.X, t), judge=lambda leaves: case.judge_on(leaves, case.X, t))
    case.tried.append("targets standardised")
    left = runs.user.final / _of_a_constant(runs, none)
    much = left > 0.15 or _out_of_reach(case)
    if not run.final < min(base, (0.4 if much else 0.1) * left * base):
        return None
    if base - run.final < 0.5 * explained(case) * base:  # it does not learn those either
        return None
    if _served(runs, run.final / base) or (case.n >= 60 and not runs.better_of_unseen(t)):
        return None
    return _far(case)


def _of_a_constant(runs: Compared, none: list[np.ndarray]) -> float:
    """The loss of the best constant, of which `runs.base` falls short where a start is by chance better."""
    y = np.asarray(runs.case.y, float)
    centred = runs.case.judge_on(none, runs.case.X, y - y.mean(0))
    return max(runs.base, centred if np.isfinite(centred) else 0.0)


def _standardised(case: Case) -> Any:
    """The targets with mean 0 and deviation 1 where they are numbers of unusual size, else None."""
    y = np.asarray(case.y, float)
    counts = case.net is not None and (case.net.output == "exp" or case.net.objective == "Poisson's")
    if labels(case.y) or y.std() == 0 or counts:
        return None
    if 0.03 < float(np.sqrt(y.std() ** 2 + y.mean() ** 2)) < 8:
        return None
    if straight_in_targets(case) or _falls_for_ever(case):
        return None
    return (y - y.mean(0)) / np.where(y.std(0) > 0, y.std(0), 1.0)


def straight_in_targets(case: Case) -> bool:
    """Whether the loss is a straight line in its targets, far to either side, as that of counts is.

    Then it measures no distance to them: it has no meaning for targets of mean 0, and none at zero.
    """
    y = np.asarray(case.y, float)
    far = 1e3 * y.std()
    low, here, high = (case.judge_on(case.generic, case.X, y + s * far) for s in (-1, 0, 1))
    return bool(abs(low + high - 2 * here) <= 1e-6 * abs(high - low))


def _falls_for_ever(case: Case) -> bool:
    """Whether the loss falls without end as all targets go far off to one side, at any weights looked at.

    So does a deviance of counts, with its logarithm of the targets, for some that are negative: it measures
    no distance to them.
    """
    y = np.asarray(case.y, float)
    for leaves in (case.generic, case.reference.leaves):
        for weights in (leaves, [-np.asarray(x, float) for x in leaves]):
            for far in (y.std(), -y.std()):
                here, off, beyond = (case.judge_on(weights, case.X, y + s * far) for s in (0, 1e5, 1e8))
                if beyond < off < here:
                    return True
    return False


def _far(case: Case) -> Finding:
    y = np.asarray(case.y, float)
    return Finding(
        "targets_unscaled", "y", "the targets are so large or shifted that the step size cannot serve them",
        f"mean {number(float(y.mean()))}, deviation {number(float(y.std()))}; standardised, the same loop "
        "learns",
        "subtract the targets' mean, divide by their deviation, undo it when predicting",
        0.95, 63)  # fmt: skip
