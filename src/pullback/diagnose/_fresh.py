"""Other parameters of a case: fresh ones to begin with, and the last ones before a loop breaks."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose.loops._leaves import flatten

Leaves = list[np.ndarray]


def reborn(case: Any, seed: int = 0, only: int | None = None) -> Leaves:
    """Fresh initial weights: normal, divided by the root of the inputs' number; other leaves as they
    are where they are ones or divide something, else zero. Without any matrix the longest vectors are
    weights.
    """
    rng = np.random.default_rng(seed)
    out, flat = [], all(x.ndim < 2 for x in case.leaves)
    longest = max(x.size for x in case.leaves) if flat else 0
    for k, x in enumerate(case.leaves):
        fresh: Any = np.zeros(x.shape)
        if k in case.weights or (x.ndim == 2 and min(x.shape) > 1):
            fresh = rng.standard_normal(x.shape) * np.sqrt(1.6 / max(fan_in(case, k), 1))
        elif (x.size and np.allclose(x, 1.0)) or k in case.divisors:
            fresh = x.copy()
        elif x.size == longest > 1:
            fresh = rng.standard_normal(x.shape) * np.sqrt(1.6 / longest)
        out.append(fresh if only is None or only == k else x.copy())
    return out


def fan_in(case: Any, k: int) -> int:
    """The number of inputs of the layer whose weight leaf `k` is."""
    x = case.leaves[k]
    if x.ndim < 2:
        return int(x.size)
    if case.net is not None:
        for layer in case.net.layers:
            if layer.w == k:
                return int(x.shape[0] if layer.stored == "io" else x.shape[1])
    return (case.tape.summed(k) if case.tape else 0) or int(x.shape[0])


def brink(case: Any) -> tuple[Leaves, Leaves] | None:
    """The last parameters of the loop as written before its loss is NaN or inf, and the next ones."""
    if np.isfinite(case.user.losses).all():
        return None
    body = case.patient.fresh()
    np.random.set_state(case.patient.random)
    params, before, leaves = body.params, case.leaves, case.leaves
    for t in range(case.user.at[int(np.argmin(np.isfinite(case.user.losses)))] + 1):
        rows = case.patient.batch(t)
        leaves = [np.array(x, float) for x in flatten(params)]
        if not all(np.isfinite(x).all() for x in leaves) or not np.isfinite(
                case.truth.value(leaves, case.X[rows], case.y[rows])):  # fmt: skip
            return before, leaves
        before = leaves
        params = body.step(params, body.X[rows], body.y[rows])
    return before, leaves
