"""Cotangents of another shape than their input's: what was forgotten, by what makes the shapes agree."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.check._differences import derive, rounding
from pullback.check._evidence import ERRORS, eps_of, flat_value
from pullback.check._fit import Mistake
from pullback.check._subject import Subject, floats_of
from pullback.errors import PullbackError


def name_shapes(subject: Subject, rng: np.random.Generator) -> tuple[Mistake | None, list[int]]:
    """The mistake behind cotangents of wrong shapes, and the inputs it concerns."""
    value, pull = subject.pair([x.copy() for x in subject.points])
    outputs = floats_of(value)
    us = [np.asarray(rng.uniform(0.5, 1.5, y.shape) * np.ones_like(y)) for y in outputs]
    try:
        parts = pull([u if u.ndim else u[()] for u in us]).parts
    except (*ERRORS, PullbackError):
        return None, []
    bad = [
        i
        for i, (g, x) in enumerate(zip(parts, subject.points, strict=True))
        if g is not None and np.shape(g) != x.shape
    ]
    truths = {i: _truth(subject, i, outputs, us, rng) for i in range(len(subject.points))}
    for i in bad:
        for j in bad:
            if i != j and _same(parts[i], truths[j]) and _same(parts[j], truths[i]):
                names = subject.labels
                text = f"the cotangents of {names[i]} and {names[j]} are swapped"
                return Mistake(
                    "swapped", text, f"return them in the order of the inputs: {', '.join(names)}", leaf=i
                ), bad
    for i in bad:
        mistake = _one(np.asarray(parts[i], float), truths[i], subject.labels[i], i)
        if mistake is not None:
            return mistake, bad
    return None, bad


def _truth(
    subject: Subject, i: int, outputs: Any, us: Any, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The true cotangent of one input for these u, and its bound."""
    m = sum(y.size for y in outputs)
    F, eps = flat_value(subject, m), eps_of(outputs)
    w = np.concatenate([u.reshape(-1) for u in us])
    x = subject.points[i]
    if x.size > 400:
        return np.full(x.shape, np.nan), np.full(x.shape, np.inf)
    base = rounding(F, subject.points, rng, eps)
    s = derive(F, subject.points, [(i, k) for k in range(x.size)], base, eps)
    return (s.value @ w).reshape(x.shape), (s.bound @ np.abs(w)).reshape(x.shape)


def _same(got: Any, truth: tuple[np.ndarray, np.ndarray]) -> bool:
    got = np.asarray(got, float)
    if got.shape != truth[0].shape:
        return False
    return bool(np.all(np.abs(got - truth[0]) <= 4 * truth[1] + 1e-9 * np.max(np.abs(got), initial=0.0)))


def _one(got: np.ndarray, truth: tuple[np.ndarray, np.ndarray], label: str, i: int) -> Mistake | None:
    true, bound = truth
    if got.ndim == true.ndim >= 2 and _same(np.swapaxes(got, -1, -2), truth):
        return Mistake("transposed", f"the cotangent of {label} is transposed", "transpose it (.T)", leaf=i)
    for axes in _axes(got.ndim):
        if _same(
            np.sum(got, axis=axes).reshape(true.shape) if np.sum(got, axis=axes).size == true.size else got,
            truth,
        ):
            text = (
                f"the cotangent of {label} is not summed over axis {_word(axes)}, "
                f"along which {label} is broadcast"
            )
            return Mistake("missing_sum", text, f"sum over it: np.sum(..., axis={_word(axes)})", leaf=i)
    for axes in _axes(true.ndim):
        for word, reduce in (("summed", np.sum), ("averaged", np.mean)):
            for keep in (False, True):
                less = reduce(true, axis=axes, keepdims=keep), np.sum(bound, axis=axes, keepdims=keep)
                if less[0].shape == got.shape and _same(got, less):
                    text = f"the cotangent of {label} is {word} over axis {_word(axes)}, which {label} has"
                    return Mistake(
                        "extra_sum", text, f"leave out the reduction over axis {_word(axes)}", leaf=i
                    )
    return None


def _axes(ndim: int) -> list[tuple[int, ...]]:
    every = [tuple(k for k in range(ndim) if code >> k & 1) for code in range(1, 2 ** min(ndim, 5))]
    return sorted(every, key=len)


def _word(axes: tuple[int, ...]) -> str:
    return str(axes[0]) if len(axes) == 1 else str(axes)
