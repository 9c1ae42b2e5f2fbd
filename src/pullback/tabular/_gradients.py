"""Derivatives of predictions by the raw columns, by the reverse pass through everything a prediction does.

Each part is piecewise smooth, and where it is smooth the derivative is exact: the bins' derivative is the
slope of the bin that the value lies in, and which training rows are the nearest is the same all around a
row, so that their distances alone move. At a kink (the edge of a bin, a neighbour at distance zero) it is
that of a side, or zero. With the neighbours held, their features stay as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.errors import ArgumentError
from pullback.tabular import _answers
from pullback.tabular._neighbours import K
from pullback.tabular._network import activation_named, forward
from pullback.tabular._recipe import widened
from pullback.tabular._scale import smooth_clip
from pullback.transforms import vjp
from pullback.typing import Array

_ROWS = 512


def by_columns(model: Any, columns: list[Array], place: int, held: bool = False) -> Array:
    """Derivatives `(n_rows, n_columns)` of output `place`; NaN for categories and missing values."""
    facts = model.columns_
    numbers, plain = facts.transform(columns)
    found = np.full((len(columns[0]), len(columns)), np.nan)
    parts = [
        _of_rows(model, numbers[i : i + _ROWS], plain[i : i + _ROWS], place, held)
        for i in range(0, len(numbers), _ROWS)
    ]
    found[:, facts.numeric] = np.concatenate(parts)
    for i in facts.numeric:
        found[np.isnan(np.asarray(columns[i], np.float64)), i] = np.nan
    return found


def place_of(model: Any, output: Any) -> int:
    """The number of the output that a user means: a target by number, a class by label."""
    if hasattr(model, "classes_"):
        labels = model.classes_.tolist()
        if output is None and len(labels) == 2:
            return 1
        if output in labels:
            return int(labels.index(output))
        known = ", ".join(map(repr, labels))
        raise ArgumentError(f"output={output!r} names no class", expected=f"one of {known}")
    count = 1 if model.quantiles is not None else np.size(model.target_.mean)
    if output is None and count == 1:
        return 0
    if isinstance(output, (int, np.integer)) and 0 <= output < count:
        return int(output)
    raise ArgumentError(
        f"output={output!r} names no target", expected=f"a number from 0 to {count - 1}, as there are {count}"
    )


def _of_rows(model: Any, numbers: Array, plain: Array, place: int, held: bool) -> Array:
    if not numbers.shape[1]:
        return numbers
    value, back = vjp(lambda x: _foretold(model, x, numbers, plain, place, held), numbers)
    return np.asarray(back(np.ones_like(value))[0])


def _foretold(model: Any, x: Array, at: Array, plain: Array, place: int, held: bool) -> Array:
    """One prediction a row `(n_rows,)` of numbers x, which are `at`; can be traced by x."""
    outputs = [_outputs(network, x, at, plain, held) for network in model.networks_]
    if hasattr(model, "classes_"):
        chances = []
        for out in outputs:
            e = np.exp(out - np.max(out, axis=-1, keepdims=True))
            chances.append((e / np.sum(e, axis=-1, keepdims=True))[:, :, place])
        return np.mean(np.concatenate(chances, axis=0), axis=0)
    out = np.concatenate(outputs, axis=0)
    mean = np.mean(np.exp(out) if model._link == "exp" else out, axis=0)
    if model.quantiles is None:
        return mean[:, place] * model.target_.scale[place]
    return _middle(mean, model) * model.target_.scale[0]


def _middle(mean: Array, model: Any) -> Array:
    """The quantile that `predict` gives: that of the rank nearest the median."""
    return np.sort(mean, axis=1)[:, _answers.nearest_middle(model.quantiles)]


def _outputs(network: Any, x: Array, at: Array, plain: Array, held: bool) -> Array:
    inputs = network.inputs
    scaled = _scaled(x, inputs.scaler)
    parts = [scaled]
    if inputs.directions is not None:
        parts.append(scaled @ inputs.directions)
    if inputs.neighbours is not None:
        there = inputs.scaler.transform(at)
        near = (
            inputs.neighbours.transform(there)
            if held
            else neighbour_features(inputs.neighbours, scaled, there)
        )
        parts.append(_scaled(near, inputs.near_scaler))
    joined = np.concatenate([*parts, np.asarray(plain, np.float64)], axis=1)
    act = activation_named(network.activation)
    return forward(widened(network.params), joined, inputs.start, inputs.inverse, act)


def _scaled(x: Array, scaler: Any) -> Array:
    return smooth_clip((x - scaler.center) / scaler.scale)


def neighbour_features(near: Any, scaled: Array, at: Array) -> Array:
    """The features of `Neighbours.transform` of rows `scaled`, which are `at`; can be traced by `scaled`."""
    parts = []
    for metric, search in zip(near.weights, near.searches(), strict=True):
        used = np.flatnonzero(metric)
        away, index = search.nearest(at, K, False)
        points = np.asarray(near.points, np.float64)[:, used] * metric[used]
        distance = _lengths(scaled[:, used][:, None, :] * metric[used] - points[index], away > 0)
        for k in (K // 3, K):
            parts.append(_mean(distance[:, :k], np.asarray(near.targets, np.float64)[index[:, :k]]))
        parts.append(np.log(distance[:, K // 3 - 1 : K // 3] + 1e-9))
    if near.kernel is not None:
        parts += _kriging(near, scaled, at)
    return np.concatenate(parts, axis=1)


def _lengths(gap: Array, apart: Array) -> Array:
    """Lengths `(n, k)` of `(n, k, n_columns)`; where they are not apart, zero, as is the derivative."""
    there = apart.astype(np.float64)
    return np.sqrt(np.sum(gap * gap, axis=2) + (1.0 - there)) * there


def _kriging(near: Any, scaled: Array, at: Array) -> list[Array]:
    """As `krige`, in what can be traced: among the neighbours nothing moves with the row."""
    kernel, index = near.kernel, near.search_of_kernel().nearest(at, near.near, False)[1]
    points, targets = (np.asarray(a, np.float64)[index] for a in (near.points, near.targets))
    away = points - at[:, None, :]
    inverse = np.linalg.inv(kernel.among(away))
    k = np.zeros(index.shape)
    for weights, size in zip(kernel.weights, kernel.sizes, strict=True):
        apart = np.any(away * weights != 0.0, axis=2)
        k = k + size * np.exp(-_lengths((points - scaled[:, None, :]) * weights, apart))
    one = inverse.sum(axis=2)
    to_k = (inverse @ k[:, :, None])[:, :, 0]
    short = (1.0 - np.sum(to_k, axis=1, keepdims=True)) / one.sum(axis=1, keepdims=True)
    shares = to_k + one * short
    mean = np.sum(shares[:, :, None] * targets, axis=1)
    known = np.sum(shares * k, axis=1, keepdims=True)
    return [mean, np.sqrt(np.maximum(kernel.sizes.sum() + kernel.nugget - known, 0.0))]


def _mean(distance: Array, targets: Array) -> Array:
    """As `_neighbours._mean`, in what can be traced."""
    weight = 1.0 / (distance + (1e-3 * distance[:, -1:] + 1e-12))
    share = weight / np.sum(weight, axis=1, keepdims=True)
    return np.sum(share[:, :, None] * targets, axis=1)
