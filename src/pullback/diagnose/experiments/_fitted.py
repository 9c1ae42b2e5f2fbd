"""A network trained on some rows, the best it does on others, and the best it does on its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from pullback.diagnose._case import Leaves
from pullback.diagnose.network._anatomy import Net
from pullback.diagnose.training._runs import adam, settle


def fit(net: Net, leaves: Leaves, data: Any, steps: int, lr: float) -> float:
    """The best mean row loss on unseen rows during training by Adam."""
    X, y, Xt, yt = data
    advance, params = adam(net.gradient, leaves, lr)
    rng, best = np.random.default_rng(0), np.inf
    for t in range(steps):
        if t % 25 == 0:
            best = min(best, float(net.row_losses(params, Xt, yt).mean()))
        rows = rng.integers(0, len(X), min(64, len(X)))
        params = advance(params, X[rows], y[rows])
        if not all(np.isfinite(p).all() for p in params):
            return best
    return min(best, float(net.row_losses(params, Xt, yt).mean()))


def settled(net: Net, starts: Iterable[Leaves], X: Any, y: Any, seconds: float) -> float:
    """The least mean row loss on these rows that a quasi-Newton method ends at, from any of the starts."""

    def value(leaves: Leaves) -> float:
        return float(net.row_losses(leaves, X, y).mean())

    return min(settle(value, lambda leaves: net.gradient(leaves, X, y), start, seconds) for start in starts)
