"""The gradients that a PyTorch optimiser is given, against differences of the loss.

What update rule an optimiser has is its own: where the gradients that come to it are right, one of many rules
that no experiment knows explains its moves, and no mistake in a backward pass does.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding, number
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.pytorch._meant import learns_by_its_own

FORMULAS = frozenset({
    "grad_transposed", "grad_wrong_input", "grad_wrong_delta", "grad_missing_activation_derivative",
    "grad_activation_derivative_wrong", "grad_drops_upstream", "grad_bias_wrong",
})  # fmt: skip
"""Faults of a backward pass, which a rule that is not recognised can be taken for."""
EPS, AGREE, SURE, UPHILL = 1e-5, 1e-3, 0.3, 0.1


def refuted(found: Any, loop: Any, at: list[np.ndarray], X: Any, y: Any) -> None:
    """Drop what is said of a backward pass, where the gradients that the optimiser is given are right."""
    if not found.faults or found.faults[0].id not in FORMULAS:
        return
    if not (fed_right(loop, at, X, y) or learns_by_its_own(found.faults[0], loop, at, X, y)):
        return
    found.faults = [f for f in found.faults if f.id not in FORMULAS and f.confidence > SURE]
    if not found.faults:
        found.verdict = "cannot tell" if found.reason else "healthy"


def another_loss(found: Any, loop: Any, at: list[np.ndarray], X: Any, y: Any) -> list[Finding]:
    """The finding that a loop, not learning, goes down a loss of its step's own, and up the given one."""
    if found.verdict == "healthy":
        return []
    try:
        fed, told = loop.fed(at, X, y), _told(loop, at, X, y)
        given, true = loop.loss(at, X, y), loop.gradient(at, X, y)
        if fed is None or abs(told - given) <= AGREE * abs(given):
            return []
        along = _cosine(fed, true)
        if not (along < -UPHILL and agrees(lambda leaves: _told(loop, leaves, X, y), at, fed)):
            return []
    except Exception:  # the loop's own error, or a step that tells no loss
        return []
    return [Finding(
        "loss_formula_wrong", "loss", "the step goes down a loss of its own, and up the loss that is given",
        f"on one batch its loss is {number(told)} and the given one {number(given)}; the cosine of their "
        f"gradients is {number(along)}", "call backward() of loss_fn(model(X), y)", 0.95, 94)]  # fmt: skip


def _told(loop: Any, at: list[np.ndarray], X: Any, y: Any) -> float:
    """The loss that the first step tells from these weights."""
    fresh = copy.copy(loop)
    fresh.state = loop.start
    return float(fresh.step(at, X, y)[1])


def _cosine(a: list[np.ndarray], b: list[np.ndarray]) -> float:
    u, v = (joined(xs) for xs in (a, b))
    return float(u @ v / ((np.linalg.norm(u) * np.linalg.norm(v)) or 1.0))


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


__all__ = ["agrees", "another_loss", "fed_right", "refuted"]
