"""The network as plain functions over a tree of parameters: k members that share one trunk.

    rows -> encoding -> a linear layer and ReLU a column -> times the member's +-1 vector -> trunk -> heads

Gorishniy, Kotelnikov, Babenko, "TabM: advancing tabular deep learning with parameter-efficient ensembling",
ICLR 2025. The loss is the mean of the members' losses, the prediction the mean of their predictions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from pullback.errors import ArgumentError
from pullback.primitives import activation as activations
from pullback.tabular._bins import encode
from pullback.tabular._regular import Pass, layer_norm
from pullback.typing import Array, Tree


class Shape(NamedTuple):
    """What a network is made of; plain numbers, as a file keeps them."""

    n_numbers: int
    n_plain: int
    n_bins: int
    width: int
    hidden: tuple[int, ...]
    members: int
    n_outputs: int


def initial(shape: Shape, rng: np.random.Generator) -> Tree:
    """Parameters to start from, float32: the trunk by fan-in, the heads zero."""
    size = shape.n_numbers * shape.width + shape.n_plain
    params: dict[str, Any] = {"trunk": [], "head": {}}
    if shape.n_numbers:
        encoder = rng.standard_normal((shape.n_numbers, shape.n_bins, shape.width))
        params["encoder"] = {
            "W": _float32(encoder / np.sqrt(shape.n_bins)),
            "b": _float32(rng.uniform(-0.5, 0.5, (shape.n_numbers, 1, shape.width))),
        }
    if shape.members > 1:
        params["signs"] = _float32(rng.choice([-1.0, 1.0], (shape.members, 1, size)))
    for width in shape.hidden:
        W = rng.standard_normal((size, width)) * np.sqrt(2.0 / size)
        params["trunk"].append({"W": _float32(W), "b": np.zeros(width, np.float32)})
        size = width
    params["head"] = {
        "W": np.zeros((shape.members, size, shape.n_outputs), np.float32),
        "b": np.zeros((shape.members, 1, shape.n_outputs), np.float32),
    }
    return params


def forward(
    params: Tree,
    X: Array,
    start: Array,
    inverse: Array,
    activation: Callable[[Array], Array],
    training: Pass | None = None,
) -> Array:
    """Outputs `(members, n_rows, n_outputs)` of rows `(n_rows, n_numbers + n_plain)`."""
    h = _embedded(params, X, start, inverse)
    members = params["head"]["W"].shape[0]
    if "signs" in params:
        h = (h * params["signs"]).reshape(members * X.shape[0], -1)
    for number, layer in enumerate(params["trunk"]):
        h = h @ layer["W"] + layer["b"]
        if "gain" in layer:
            h = layer_norm(h, layer) if training is None else training.normalise(number, h, layer)
        h = activation(h)
        if training is not None:
            h = training.drop(number, h)
    h = h.reshape(members, X.shape[0], -1)
    return h @ params["head"]["W"] + params["head"]["b"]


def _embedded(params: Tree, X: Array, start: Array, inverse: Array) -> Array:
    if "encoder" not in params:
        return X
    n_numbers, _, width = params["encoder"]["W"].shape
    code = encode(X[:, :n_numbers], start, inverse)
    parts = np.maximum(code @ params["encoder"]["W"] + params["encoder"]["b"], 0.0)
    h = np.transpose(parts, (1, 0, 2)).reshape(X.shape[0], n_numbers * width)
    if X.shape[1] == n_numbers:
        return h
    return np.concatenate([h, X[:, n_numbers:]], axis=1)


def _float32(x: Array) -> Array:
    return np.asarray(x, np.float32)


ACTIVATIONS = ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "sigmoid", "tanh")


def activation_named(name: Any) -> Any:
    """The activation of this name, or the function that was given."""
    if callable(name):
        return name
    if name not in ACTIVATIONS:
        raise ArgumentError(f"activation={name!r} is not known", expected=f"one of {', '.join(ACTIVATIONS)}")
    return getattr(activations, name)
