"""The gradients that a PyTorch optimiser is given, against differences of the loss.

What update rule an optimiser has is its own: where the gradients that come to it are right, one of many rules
that no experiment knows explains its moves, and no mistake in a backward pass does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

FORMULAS = frozenset({
    "grad_transposed", "grad_wrong_input", "grad_wrong_delta", "grad_missing_activation_derivative",
    "grad_activation_derivative_wrong", "grad_drops_upstream", "grad_bias_wrong",
})  # fmt: skip
"""Faults of a backward pass, which a rule that is not recognised can be taken for."""
EPS, AGREE, SURE = 1e-5, 1e-3, 0.3


def refuted(found: Any, loop: Any, at: list[np.ndarray], X: Any, y: Any) -> None:
    """Drop what is said of a backward pass, where the gradients that the optimiser is given are right."""
    if not found.faults or found.faults[0].id not in FORMULAS or not fed_right(loop, at, X, y):
        return
    found.faults = [f for f in found.faults if f.id not in FORMULAS and f.confidence > SURE]
    if not found.faults:
        found.verdict = "cannot tell" if found.reason else "healthy"


def fed_right(loop: Any, at: list[np.ndarray], X: Any, y: Any) -> bool:
    """Whether one step gives the optimiser the loss's own gradient, or a multiple of it as clipping does."""
    grads = loop.fed(at, X, y)
    return grads is not None and agrees(lambda leaves: loop.loss(leaves, X, y), at, grads)


def agrees(loss: Any, at: list[np.ndarray], grads: list[np.ndarray]) -> bool:
    """Whether gradients are, all by one positive factor, the slopes of a loss, along two directions."""
    rng, told, slopes = np.random.default_rng(0), [], []
    for k, x in enumerate(at):
        for _ in range(2):
            v = rng.standard_normal(x.shape)
            ends = [loss([*at[:k], x + s * EPS * v, *at[k + 1 :]]) for s in (1, -1)]
            told.append(float(np.sum(grads[k] * v)))
            slopes.append((ends[0] - ends[1]) / (2 * EPS))
    a, b = np.array(told), np.array(slopes)
    factor = float(a @ b) / (float(b @ b) or 1.0)
    return factor > 0 and float(np.abs(a - factor * b).max()) <= AGREE * float(np.abs(a).max())


__all__ = ["agrees", "fed_right", "refuted"]
