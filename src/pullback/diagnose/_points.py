"""Points where a patient is measured: near its start, but without what makes gradients agree by accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.diagnose._columnwise import mean_squares

Leaves = list[np.ndarray]


def untied(leaves: Leaves, X: Any) -> Leaves:
    """These parameters with ties, zeros and symmetries broken, of a size that suits their number and X."""
    rng = np.random.default_rng(7)
    out: Leaves = []
    rms = np.sqrt(mean_squares(X)) if X.ndim == 2 else None
    for x in leaves:
        typical = float(np.std(x)) if x.size > 1 else 0.0
        fan = x.shape[0] if x.ndim == 2 and min(x.shape) > 1 else max(x.size, 1)
        size = min(max(0.3 * typical, 0.2 / np.sqrt(fan)), 0.5)
        bounded = x if np.abs(x).max(initial=0) * 1.0 <= 3 / np.sqrt(fan) + 1 else x / (
            np.abs(x).max() * np.sqrt(fan) / 2)  # fmt: skip
        x = bounded + size * rng.standard_normal(x.shape)
        out.append(_against(x, rms) if rms is not None and not any(_fits(o, rms) for o in out) else x)
    return out


def tamed(leaves: Leaves, value: Callable[[Leaves], float], most: float = 8.0) -> Leaves:
    """Smaller weights, where the loss is far above that of next to none: saturated sums hide slopes."""
    small = value([1e-3 * x for x in leaves])
    for factor in (1.0, 0.1, 0.01):
        found = [factor * x if x.ndim > 1 else x for x in leaves]
        loud = value(found)
        flat = loud > 2 * abs(small) and _stands_still(found, loud, value)
        if not (loud > most * abs(small) or flat) or not np.isfinite(small):
            return found
    return leaves


def _stands_still(leaves: Leaves, loss: float, value: Callable[[Leaves], float]) -> bool:
    """Whether weights a little larger change nothing: a logarithm cut off at a floor hides every slope."""
    moved = [(1 + 1e-3) * x if x.ndim > 1 else x for x in leaves]
    return abs(value(moved) - loss) <= 1e-9 * abs(loss)


def dividing(leaves: Leaves, weights: list[int], gradient: Callable[[Leaves], Leaves]) -> list[int]:
    """The leaves, no weights nor tables, at whose zero the gradient is not finite: they divide."""
    return [
        k
        for k, x in enumerate(leaves)
        if k not in weights and x.all() and not np.allclose(x, 1.0) and (x.ndim < 2 or min(x.shape) < 2)
        if not _sound(gradient, [0 * w if j == k else w for j, w in enumerate(leaves)])
    ]


def _sound(gradient: Callable[[Leaves], Leaves], leaves: Leaves) -> bool:
    try:
        return all(np.isfinite(g).all() for g in gradient(leaves))
    except Exception:  # what cannot be had at zero has to be something else
        return False


def _fits(x: np.ndarray, rms: np.ndarray) -> bool:
    return x.ndim > 0 and len(rms) in x.shape and (x.ndim == 2 or x.shape == rms.shape)


def _against(x: np.ndarray, rms: np.ndarray) -> np.ndarray:
    """First weights made smaller where the inputs are large, so that sums are of ordinary size."""
    if not _fits(x, rms):
        return x
    scale = np.maximum(rms, 1.0)
    return x / (
        scale if (x.shape[-1] == len(rms) and x.shape[0] != len(rms)) or x.ndim == 1 else scale[:, None]
    )


def as_held(leaves: list[np.ndarray], own: list[np.ndarray]) -> list[np.ndarray]:
    """Numbers that the patient's own arrays can hold: its rounding of others looks like a first move."""
    return [x.astype(o.dtype).astype(float) if o.dtype.kind == "f" else x
            for x, o in zip(leaves, own, strict=True)]  # fmt: skip


def in_floats(value: Callable[[Any], float], X: np.ndarray) -> np.ndarray:
    """Rows of whole numbers as floats, where the loss makes the same of them.

    A recording does not follow single whole numbers, which may be places in an array: of rows that are taken
    apart number by number it sees nothing then.
    """
    if X.dtype.kind not in "iub":
        return X
    try:
        same = value(X.astype(float)) == value(X)
    except Exception:  # what is looked up by them has no place of such a name
        return X
    return X.astype(float) if same else X
