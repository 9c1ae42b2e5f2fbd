"""The recipe from numbers to a trained network: scale, neighbours, bins, members; and back to predictions.

Everything is learned from the training rows. The target is standardised for training; what an
`Outputs` gives back stands in the target's own units again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import train, tree
from pullback.tabular._batches import engine_of, size_of, whole_batches
from pullback.tabular._bins import bins
from pullback.tabular._neighbours import Neighbours
from pullback.tabular._network import Shape, activation_named, forward, initial
from pullback.tabular._presets import Preset
from pullback.tabular._regular import prepared
from pullback.tabular._scale import RobustScaler
from pullback.tabular._training import Loss, training
from pullback.tabular._turns import turned_axes
from pullback.train import Epoch
from pullback.train._checkpoint import State
from pullback.typing import Array, Tree

CHUNK, CELLS = 4096, 2_000_000
"""Rows, and bins of all their columns, predicted at a time, which bounds the memory of a prediction."""


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
        near = Neighbours.fit(scaled, Y, rng, rounds=preset.rounds, rows=preset.rows, kriging=preset.kriging)
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
    """A trained network and its inputs.

    Attributes
    ----------
    params : tree of arrays
        What predicts.
    result : Result or None
        Of the training, to go on from; None where rows came by and by since.
    learned : tree of arrays, or None
        What the optimiser changed: `params` with what only training needs, without what it leaves alone.
    moments : list of arrays, or None
        The leaves of the optimiser's state.
    """

    inputs: Inputs
    params: Tree
    activation: Any
    history: list[Epoch]
    best_epoch: int
    result: Any = None
    learned: Tree | None = None
    moments: list[Array] | None = None

    @property
    def trainable(self) -> Tree:
        """The parameters that a further training starts from."""
        if self.learned is None:
            return self.params
        return {**self.learned, **{name: x for name, x in self.params.items() if name == "signs"}}

    def end(self, seed: int) -> Any:
        """Where a further training begins, if more than the weights is known of it."""
        if self.result is not None or self.learned is None or self.moments is None:
            return self.result
        flat, rng = tree.leaves(self.learned), np.random.default_rng(seed)
        state = State(flat, list(self.moments), flat, None, 0, 0, (), dict(rng.bit_generator.state))
        return train.Result(self.learned, [], 0, "", 0.0, "", state)

    def outputs(self, numbers: Array, plain: Array) -> Array:
        """The members' outputs `(members, n_rows, n_outputs)`, float64."""
        size = max(16, min(CHUNK, CELLS // max(1, self.inputs.start.size)))
        parts = [
            self._raw(self.inputs(numbers[i : i + size], plain[i : i + size]))
            for i in range(0, len(numbers), size)
        ]
        return np.concatenate(parts, axis=1)

    def _raw(self, X: Array) -> Array:
        act = activation_named(self.activation)
        return forward(
            widened(self.params), X.astype(np.float64), self.inputs.start, self.inputs.inverse, act
        )


def on_rows(inputs: Inputs, numbers: Array, plain: Array, Y: Array) -> tuple[Inputs, Array]:
    """Inputs as they were fitted, with these rows as the neighbours, each left out of its own."""
    scaled = inputs.scaler.transform(numbers)
    near = inputs.neighbours
    if near is None:
        return inputs, inputs.join(scaled, None, plain)
    near = dataclasses.replace(
        near, points=np.asarray(scaled, np.float32), targets=np.asarray(Y, np.float32), trees=[]
    )
    inputs = dataclasses.replace(inputs, neighbours=near)
    return inputs, inputs.join(scaled, near.training_features(), plain)


def new_params(
    inputs: Inputs,
    n_inputs: int,
    n_outputs: int,
    preset: Preset,
    seed: int,
    normalisation: str | None = None,
) -> Tree:
    """Parameters to start from."""
    n_numbers, n_bins = inputs.start.shape
    shape = Shape(
        n_numbers, n_inputs - n_numbers, n_bins, preset.width, preset.hidden, preset.members, n_outputs
    )
    return prepared(initial(shape, np.random.default_rng(seed)), normalisation)


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
    weighted: bool = True,
    engine: str = "auto",
    dropout: float = 0.0,
    seen_by: Callable[..., Any] | None = None,
    **options: Any,
) -> Network:
    """Train on inputs `(n_rows, n_inputs)` and targets `(n_rows, n_outputs + 1)`, weights in the last.

    With `weighted` the loss heeds those weights, and batches are of one size: see `whole_batches`. `seen_by`,
    given what makes parameters for prediction of those in training, is one more callback.
    """
    task = training(
        params,
        (inputs.start, inputs.inverse),
        loss,
        preset,
        activation=activation,
        dropout=dropout,
        seed=seed,
    )
    size = size_of(len(X), preset.batch_size)
    engine = engine_of(engine, params, len(X) * preset.epochs, size)
    if weighted:
        X, targets = whole_batches(X, targets, size)
    if seen_by is not None:
        options["callbacks"] = (*options.get("callbacks", ()), seen_by(task.params))
    X_val, y_val = validation if validation is not None else (None, None)
    result = train.fit(
        task.loss, task.learned, X, targets, X_val=X_val, y_val=y_val, seed=seed, lr=preset.lr,
        optimizer=task.optimizer, schedule=options.pop("schedule"), val_loss=task.val_loss,
        batch_size=size, epochs=preset.epochs, engine=engine, **options,
    )  # fmt: skip
    return Network(
        inputs, task.params(result.params), activation, result.history, result.best_epoch, result,
        result.params, result.state.optimizer,
    )  # fmt: skip


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
