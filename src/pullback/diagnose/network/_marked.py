"""Objectives whose classes are marked by other numbers than 0 and 1, or weigh unlike, and how they are named.

"squared to 0.1 and 0.9" has targets of 0.1 and 0.9 in place of 0 and 1. "binary cross-entropy by 0.5 and 9"
counts labels of zero (or -1) half and those of one nine times; "cross-entropy by 2, 0.6 and 1" has a weight
for each of its classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray
BY_CLASS = "cross-entropy"
"""The objective that is linear in its targets, a column a class: weights are targets of another size."""
_ENOUGH = 5
"""Rows beyond the numbers that are fitted, which have to agree with them."""


def plain(name: str) -> str:
    """The objective's name without its marks and weights."""
    return name.partition(" to ")[0].partition(" by ")[0]


def softened(name: str, t: Any) -> tuple[str, Any]:
    """An objective's plain name and the targets that it is given; for weights by target see `counted`."""
    kind, to, ends = name.partition(" to ")
    if to:
        low, high = map(float, ends.split(" and "))
        return kind, low + (high - low) * t
    kind, by, numbers = name.partition(" by ")
    return kind, t * np.array(_numbers(numbers)) if by and kind == BY_CLASS else t


def counted(name: str, t: Any, entries: Any) -> Any:
    """What each output and target adds, as often as the targets' classes count."""
    kind, by, numbers = name.partition(" by ")
    if not by or kind == BY_CLASS:
        return entries
    low, high = _numbers(numbers)
    return np.where(t > 0, high, low) * entries


def shares(name: str, t: Array) -> Array:
    """The mean of the targets, a column each, as often as the loss counts them."""
    if " by " not in name:
        return np.asarray(t.mean(0, keepdims=True))
    meant = counted(name, t, softened(name, t)[1])
    each = meant.sum(1, keepdims=True) if plain(name) == BY_CLASS else counted(name, t, np.ones(t.shape))
    return np.asarray(meant.sum(0, keepdims=True) / np.maximum(each.sum(0, keepdims=True), 1e-300))


def _numbers(text: str) -> list[float]:
    return [float(x) for x in text.replace(" and ", ", ").split(", ")]


def weighted(z: Array, t: Array, values: Array, value: Any, objective: Any) -> (
        tuple[str, str, float, float]):  # fmt: skip
    """The loss of classes that weigh unlike: in each class a multiple of one objective, beside a constant."""
    for out, name, marks in _KNOWN:
        if not np.isin(t, marks).all() or np.ptp(t) == 0 or (name == BY_CLASS and t.shape[1] < 2):
            continue
        with np.errstate(all="ignore"):
            entries = objective[name](value[out](z), t)
        of_class = entries if name == BY_CLASS else np.column_stack(
            [np.where(t == mark, entries, 0.0).sum(1) for mark in marks])  # fmt: skip
        found = _weights(of_class, values)
        if found is not None:
            told = ", ".join(f"{w:.10g}" for w in found[0][:-1]) + f" and {found[0][-1]:.10g}"
            return out, f"{name} by {told}", 1.0, found[1]
    return "unknown", "unknown", 1.0, 0.0


def _weights(of_class: Array, values: Array) -> tuple[Array, float] | None:
    """The weight of each class and the constant, where the rows' losses fit them to rounding."""
    parts = np.column_stack([of_class, np.ones(len(values))])
    if len(values) < parts.shape[1] + _ENOUGH or not np.isfinite(parts).all() or np.ptp(values) == 0:
        return None
    size = np.abs(parts).max(0)
    if (size == 0).any() or np.linalg.matrix_rank(parts / size) < parts.shape[1]:
        return None
    fit = np.linalg.lstsq(parts / size, values, rcond=None)[0] / size
    gap = np.sqrt(np.mean((parts @ fit - values) ** 2))
    if gap > 1e-5 * values.std() or not (fit[:-1] > 1e-3 * fit[:-1].max()).all():
        return None
    return fit[:-1], 0.0 if abs(fit[-1]) < 1e-6 * abs(values.mean()) else float(fit[-1])


_KNOWN = [
    ("sigmoid", "binary cross-entropy", (0.0, 1.0)), ("identity", "binary cross-entropy", (0.0, 1.0)),
    ("softmax", BY_CLASS, (0.0, 1.0)), ("identity", "logistic", (-1.0, 1.0)),
    ("identity", "hinge", (-1.0, 1.0)), ("identity", "squared hinge", (-1.0, 1.0)),
]  # fmt: skip
