"""The recipe from numbers to a trained network: scale, neighbours, bins, members; and back to predictions.

Everything is learned from the training rows. The target is standardised for training; what an
`Outputs` gives back stands in the target's own units again.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import train, tree
from pullback.tabular._bins import bins
from pullback.tabular._neighbours import Neighbours
from pullback.tabular._network import Shape, activation_named, forward, initial
from pullback.tabular._presets import Preset
from pullback.tabular._scale import RobustScaler
from pullback.tabular._turns import turned_axes
from pullback.train import Epoch
from pullback.typing import Array, Tree

Loss = Callable[[Array, Array], Array]
"""`loss(outputs, targets)`: `(members, n, n_outputs)` and `(n, n_outputs + 1)`, weights last, to a number."""

CHUNK = 4096
"""Rows predicted at a time, which bounds the memory of a prediction."""


@dataclasses.dataclass
class Inputs:
    """What turns numbers and plain columns into the network's inputs."""

    scaler: RobustScaler
    neighbours: Neighbours | None
    near_scaler: RobustScaler | None
    start: Array
    inverse: Array
    directions: Array | None = None

    def __call__(self, numbers: Array, plain: Array) -> Array:
        """Inputs `(n_rows, n_inputs)` float32 of rows that were not trained on."""
        scaled = self.scaler.transform(numbers)
        near = None if self.neighbours is None else self.neighbours.transform(scaled)
        return self.join(scaled, near, plain)

    def join(self, scaled: Array, near: Array | None, plain: Array) -> Array:
        """Scaled numbers, neighbour features and plain columns side by side."""
        parts = [scaled]
        if self.directions is not None:
            parts.append(scaled @ self.directions)
        if near is not None and self.near_scaler is not None:
            parts.append(self.near_scaler.transform(near))
        return np.concatenate([*parts, plain], axis=1).astype(np.float32)


def fit_inputs(
    numbers: Array, plain: Array, Y: Array, preset: Preset, *, neighbours: bool, labels: bool, seed: int
) -> tuple[Inputs, Array]:
    """Learn the inputs of training rows; also those rows' inputs, each left out of its neighbours.

    Parameters
    ----------
    numbers, plain : `(n_rows, ...)` arrays
    Y : `(n_rows, n_outputs)` array
        Standardised targets, or classes as columns of 0 and 1.
    """
    scaler = RobustScaler.fit(numbers)
    scaled = scaler.transform(numbers)
    rng = np.random.default_rng(seed)
    near = None
    if neighbours:
        near = Neighbours.fit(scaled, Y, rng, rounds=preset.rounds, rows=preset.rows)
    features = near.training_features() if near is not None else None
    near_scaler = RobustScaler.fit(features) if features is not None else None
    inputs = Inputs(scaler, near, near_scaler, np.zeros((0, 1)), np.zeros((0, 1)))
    if preset.angles > 1:
        inputs.directions = turned_axes(scaled, Y, rng, angles=preset.angles)
    joined = inputs.join(scaled, features, plain)
    encoded = joined[:, : joined.shape[1] - plain.shape[1]]
    count = min(preset.bins, max(2, len(encoded) // 8))
    inputs.start, inputs.inverse = bins(
        encoded, Y.argmax(1) if labels else Y, count, min_rows=preset.bin_rows, labels=labels
    )
    return inputs, joined


@dataclasses.dataclass
class Network:
    """A trained network and its inputs."""

    inputs: Inputs
    params: Tree
    activation: Any
    history: list[Epoch]
    best_epoch: int
    result: Any = None

    def outputs(self, numbers: Array, plain: Array) -> Array:
        """The members' outputs `(members, n_rows, n_outputs)`, float64."""
        parts = [
            self._raw(self.inputs(numbers[i : i + CHUNK], plain[i : i + CHUNK]))
            for i in range(0, len(numbers), CHUNK)
        ]
        return np.concatenate(parts, axis=1)

    def _raw(self, X: Array) -> Array:
        act = activation_named(self.activation)
        return forward(
            widened(self.params), X.astype(np.float64), self.inputs.start, self.inputs.inverse, act
        )


def new_params(inputs: Inputs, n_inputs: int, n_outputs: int, preset: Preset, seed: int) -> Tree:
    """Parameters to start from."""
    n_numbers, n_bins = inputs.start.shape
    shape = Shape(
        n_numbers, n_inputs - n_numbers, n_bins, preset.width, preset.hidden, preset.members, n_outputs
    )
    return initial(shape, np.random.default_rng(seed))


def train_network(
    inputs: Inputs,
    params: Tree,
    X: Array,
    targets: Array,
    validation: tuple[Array, Array] | None,
    loss: Loss,
    preset: Preset,
    *,
    activation: Any,
    seed: int,
    **options: Any,
) -> Network:
    """Train on inputs `(n_rows, n_inputs)` and targets `(n_rows, n_outputs + 1)`, weights in the last."""
    act = activation_named(activation)
    learned = {name: x for name, x in params.items() if name != "signs"}
    fixed = {name: x for name, x in params.items() if name == "signs"}

    def objective(p: Tree, X: Array, y: Array) -> Array:
        return loss(forward({**p, **fixed}, X, inputs.start, inputs.inverse, act), y)

    X_val, y_val = validation if validation is not None else (None, None)
    result = train.fit(
        objective, learned, X, targets, X_val=X_val, y_val=y_val, seed=seed, lr=preset.lr,
        optimizer=train.adamw(0.9, 0.99, weight_decay=preset.weight_decay), schedule=options.pop("schedule"),
        batch_size=max(1, min(preset.batch_size, math.ceil(len(X) / 4))), epochs=preset.epochs, **options,
    )  # fmt: skip
    best = tree.map(np.asarray, result.params)
    return Network(inputs, {**best, **fixed}, activation, result.history, result.best_epoch, result)


def squared(outputs: Array, targets: Array) -> Array:
    """The mean over members and rows of squared errors, weighted."""
    d = outputs - targets[:, :-1]
    return np.mean(d * d * targets[:, -1:])


def cross_entropy(outputs: Array, targets: Array) -> Array:
    """The mean over members and rows of `-log p(class)`, weighted; targets are columns of 0 and 1."""
    top = np.max(outputs, axis=-1, keepdims=True)
    shifted = outputs - top
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    return -np.mean(np.sum(log_p * targets[:, :-1], axis=-1) * targets[:, -1])


def pinball(levels: Array) -> Loss:
    """The loss whose least is at the quantiles `levels`, one output each."""
    levels = np.asarray(levels, np.float32)

    def loss(outputs: Array, targets: Array) -> Array:
        d = targets[:, :1] - outputs
        return np.mean(np.maximum(levels * d, (levels - 1.0) * d) * targets[:, -1:])

    return loss


def widened(params: Tree) -> Tree:
    """Parameters in float64, in which the order of rows changes no digit of a prediction; NumPy alone."""
    if isinstance(params, dict):
        return {name: widened(x) for name, x in params.items()}
    if isinstance(params, list):
        return [widened(x) for x in params]
    return np.asarray(params, np.float64)


def probabilities(outputs: Array) -> Array:
    """Class probabilities `(n_rows, n_classes)`: the mean of the members'."""
    e = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return np.asarray((e / e.sum(axis=-1, keepdims=True)).mean(axis=0))
