"""The loss and the gradient of a case by whatever takes least time and gives the same."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose.loops._leaves import copies
from pullback.diagnose.loops._sandbox import Stopwatch
from pullback.diagnose.network._anatomy import Net
from pullback.diagnose.updates._moves import StepGradient, norm
from pullback.program import program
from pullback.simplify import simplify
from pullback.transforms import grad

Case = Any  # that of _case, which calls this file
Leaves = list[np.ndarray]
FEW, USUAL = 8, 32
"""The rows of a batch whose gradient says enough of all, and the usual ones."""
DEAR, SELDOM = 0.3, 8
"""Seconds that so many gradients as a run takes have to cost before one is traced, and the batches of
another shape that are not worth a trace.
"""


def quickest(case: Case) -> Callable[..., Leaves]:
    """The recognised network's gradient, its library's, the patient's own or its step's: a true one."""
    options = [case.net.gradient] if case.net is not None and case.net.objective != "unknown" else []
    options += [case.penalised] if options and case.penalty else []
    options += [case.patient.differentiate] if case.patient.differentiate is not None else []
    options += [_own(case)] if case.patient.has_grad else []
    options += [StepGradient(case)] if case.patient.has_step else []
    found = next((option for option in options if _equals_truth(case, option)), None)
    return found if found is not None else _by_loss(case)


def network_value(case: Case) -> Callable[..., float] | None:
    """The loss over the judged rows by the recognised network, where it gives the same; else None."""
    net = case.net
    if net is None or "unknown" in (net.objective, net.output):
        return None
    X, y = case.X[case.judged], case.y[case.judged]
    try:
        both = [(float(net.row_losses(leaves, X, y).mean()), case.truth.value(leaves, X, y))
                for leaves in (case.generic, case.reborn(3), case.leaves)]  # fmt: skip
    except Exception:  # what breaks is no loss
        return None
    for k in (1.0, float(len(case.judged))):
        if all(np.isfinite(b) and abs(k * a - b) <= 1e-9 * abs(b) for a, b in both):
            return partial(_times_mean, net, k, [x.shape for x in case.leaves])
    return None


def _times_mean(net: Net, k: float, shapes: list[Any], leaves: Leaves, X: Any, y: Any) -> float:
    """The multiple of the rows' mean loss; NaN of parameters that a step has given other shapes."""
    return k * float(net.row_losses(leaves, X, y).mean()) if [x.shape for x in leaves] == shapes else np.nan


def _by_loss(case: Case) -> Any:
    """The gradient by the recording, or by differences where these are sooner done: of few parameters."""
    if case.truth.how != "recorded":
        return case.gradient
    batch, watch = case.batch(), Stopwatch()
    case.truth.value(case.generic, *batch)
    differences = 2 * sum(x.size for x in case.leaves) * watch.seconds()
    watch = Stopwatch()
    case.gradient(case.generic, *batch)
    took = watch.seconds()
    if took >= 1.5 * differences:
        return case.truth.differences
    traced = TracedGradient(case) if took * case.steps > DEAR else None
    return traced if traced is not None and _equals_truth(case, traced) else case.gradient


class TracedGradient:
    """The gradient of the loss as a program of NumPy calls: long recurrent losses are recorded once so.

    One program for each shape of a batch; what is asked for seldom is not worth one.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.programs: dict[Any, Any] = {}
        self.asked: Counter[Any] = Counter()

    def __call__(self, leaves: Leaves, X: Any, y: Any) -> Leaves:
        key = np.shape(X), np.asarray(X).dtype, np.shape(y), np.asarray(y).dtype
        self.asked[key] += 1
        if key not in self.programs and (not self.programs or self.asked[key] > SELDOM):
            self.programs[key] = self._made(leaves, X, y)
        run = self.programs.get(key)
        return self.case.gradient(leaves, X, y) if run is None else [np.array(g) for g in run(*leaves, X, y)]

    def _made(self, leaves: Leaves, X: Any, y: Any) -> Any:
        """The program for batches of this shape; None where it is not the true gradient there."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run = simplify(program(grad(self.case.loss), list(leaves), X, y)).run
                pairs = list(zip(run(*leaves, X, y), self.case.gradient(leaves, X, y), strict=True))
        except Exception:  # what cannot be traced has no program
            return None
        alike = norm([f - g for f, g in pairs]) <= 1e-5 * norm([g for _, g in pairs])
        return run if alike else None


def few_rows(case: Case, steps: int, seconds: float) -> int | None:
    """Fewer rows a step than usual, for a loss that takes them one by one; None where all of them fit.

    A loop that takes a row at a time is held against many steps of few rows rather than a few of many.
    """
    few, usual = max(case.size, FEW), min(USUAL, case.n)
    if few >= usual:
        return None
    if "paces" not in case.kept:
        case.kept["paces"] = [_pace(case, size) for size in (few, usual)]
    sooner, later = case.kept["paces"]
    return few if steps * later > seconds and later > 2 * sooner else None


def _pace(case: Case, size: int) -> float:
    """Seconds that the gradient of so many rows takes."""
    batch, quick, watch = case.batch(0, size), case.quick, Stopwatch()
    quick(case.leaves, *batch)
    return watch.seconds()


def _own(case: Case) -> Callable[..., Leaves]:
    """The patient's own gradient, of copies."""

    def own(leaves: Leaves, X: Any, y: Any) -> Leaves:
        found = case.body.grad(copies(leaves), X, y)
        return [np.array(g, float).reshape(np.shape(x)) for g, x in zip(found, leaves, strict=True)]

    return own


def _equals_truth(case: Case, option: Any) -> bool:
    try:
        for leaves, t in ((case.generic, 0), (case.reborn(3), 1), (case.generic, 0)):
            at, true = _of_numbers(case, leaves, *case.batch(t))
            pairs = list(zip(option(at, *case.batch(t)), true, strict=True))
            size = norm([g for _, g in pairs])
            if not norm([f - g for f, g in pairs]) <= 1e-5 * size < np.inf:
                return False
    except Exception:  # what breaks is no gradient
        return False
    return True


def _of_numbers(case: Case, leaves: Leaves, X: Any, y: Any) -> tuple[Leaves, Leaves]:
    """Parameters and the true gradient there: nearer to zero where the loss's arithmetic breaks before.

    A formula that is not stable has no gradient where a stable one has, and says nothing against it.
    """
    for nearer in (1.0, 0.1, 0.01):
        at = [nearer * x for x in leaves]
        true = case.gradient(at, X, y)
        if all(np.isfinite(g).all() for g in true):
            break
    return at, true
