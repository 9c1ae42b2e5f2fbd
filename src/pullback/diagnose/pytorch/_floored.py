"""A ReLU between a model and a cross-entropy, by the same loop without it.

Classes whose sums are below nought have no slope there, and may never come back. Whether that is what keeps a
loop from learning, its own steps tell, with the ReLU taken away on the way into the loss.
"""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding, number
from pullback.diagnose.loops._sandbox import TimeUp, limited

LOSSES = ("cross_entropy", "binary_cross_entropy_with_logits")
BENDS = ("relu", "relu_")
STEPS, SECONDS, BETTER = 150, 10.0, 0.5
"""Steps with and without it, their time, and the share of the loss that is left at most without."""


def floored(found: Any, loop: Any, start: Any, patient: Any) -> list[Finding]:
    """The finding that a loop which does not learn does without the ReLU behind its last layer."""
    X, y, first = patient.X, patient.y, patient.batch(0)
    if found.verdict == "healthy":
        return []
    try:
        if not _bypassed(loop, start, X[first], y[first]):
            return []
        with limited(SECONDS):
            own, without = (_ends(loop, start, patient, way) for way in (False, True))
    except (Exception, TimeUp):  # the loop's own error, which is reported
        return []
    finally:
        loop.put(start)
        loop.start.load(loop)
    if not (np.isfinite(without) and without < BETTER * (own if np.isfinite(own) else np.inf)):
        return []
    steps = min(STEPS, patient.n_steps or STEPS)
    return [Finding(
        "output_range_clipped", "output", "a ReLU holds the outputs at 0 and above, before the cross-entropy",
        f"without it the same {steps} steps end at {number(without)}, with it at {number(own)}",
        "leave the ReLU behind the last layer out", 0.95, 94)]  # fmt: skip


def _bypassed(loop: Any, start: Any, X: Any, y: Any) -> bool:
    with _without(loop) as met:
        loop.loss(start, X, y)
    return bool(met)


def _ends(loop: Any, start: Any, patient: Any, without: bool) -> float:
    """The mean loss of the last tenth of the batches."""
    run, params, told = copy.copy(loop), start, []
    run.state = loop.start
    steps = min(STEPS, patient.n_steps or STEPS)
    with _without(loop) if without else contextlib.nullcontext():
        for i in range(steps):
            rows = patient.batch(i)
            if i >= 0.9 * steps:
                told.append(loop.loss(params, patient.X[rows], patient.y[rows]))
            params, _ = run.step(params, patient.X[rows], patient.y[rows])
    return float(np.mean(told))


@contextlib.contextmanager
def _without(loop: Any) -> Any:
    """A cross-entropy is given what its ReLU is given; yields a list that grows by one where that is so."""
    from torch.overrides import TorchFunctionMode

    behind: dict[int, tuple[Any, Any]] = {}
    met: list[bool] = []

    class Bypass(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            name, kwargs = getattr(func, "__name__", ""), kwargs or {}
            if name in BENDS:
                before = args[0].clone()
                out = func(*args, **kwargs)
                behind[id(out)] = out, before
                return out
            if name in LOSSES and args and id(args[0]) in behind:
                met.append(True)
                args = (behind[id(args[0])][1], *args[1:])
                behind.clear()
            return func(*args, **kwargs)

    with Bypass():
        yield met


__all__ = ["floored"]
