"""Numbers too narrow for a loop: what breaks in the precision it is written in, and not in float64.

A loop is examined in float64, where an eps of 1e-8 is no zero and the exponential of 100 is a number. Some
steps on one batch, before and after it is widened, tell what the precision alone does.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding

STEPS = 30


def breaks(loop: Any, dtype: Any, X: Any, y: Any) -> int | None:
    """The step after which a weight or a loss is no number; None where all stay numbers, or a step fails."""
    run, kept, drawn = copy.copy(loop), [p.data for p in loop.ours], np.random.get_state()
    run.dtype = dtype
    try:
        with loop.torch.random.fork_rng([]):
            return _broken(run, X, y)
    except Exception:  # the loop's own error: it is met again, and reported
        return None
    finally:
        np.random.set_state(drawn)
        for p, x in zip(loop.ours, kept, strict=True):
            p.data = x
        loop.state.load(loop)


def _broken(run: Any, X: Any, y: Any) -> int | None:
    params = run.leaves()
    for i in range(STEPS):
        params, told = run.step(params, X, y)
        if not all(np.isfinite(x).all() for x in (*params, 0.0 if told is None else told)):
            return i + 1
    return None


def too_narrow(found: Any, name: str, broken: int | None) -> None:
    """Name the precision, where a loop that is well in float64 breaks in its own."""
    if broken is None or found.verdict != "healthy":
        return
    found.faults.append(Finding(
        "loss_unstable", "step", f"weights or losses become NaN or inf in {name}, and do not in float64",
        f"on one batch at step {broken}", "train in float32, or set a larger eps and scale the loss",
        0.95, 92))  # fmt: skip
    found.verdict = "faulty"


__all__ = ["breaks", "too_narrow"]
