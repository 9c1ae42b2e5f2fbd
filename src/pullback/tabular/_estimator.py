"""What the two estimators share: rows checked, split and encoded; networks trained; predictions."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_sample_weight, check_array, check_is_fitted, validate_data

from pullback.errors import ArgumentError
from pullback.tabular import _losses
from pullback.tabular._card import fit_facts
from pullback.tabular._encode import Columns, check_infinite, columns_of, is_frame
from pullback.tabular._explain import Explained
from pullback.tabular._kept import Kept
from pullback.tabular._losses import Objective
from pullback.tabular._presets import Preset, preset_named
from pullback.tabular._recipe import Inputs, Network, fit_inputs, new_params, train_network
from pullback.tabular._rows import distinct
from pullback.tabular._watch import warn_of
from pullback.typing import Array

_OWN = ("epochs", "batch_size", "lr", "weight_decay", "members")


class TableModel(Kept, Explained, BaseEstimator):
    """The base of `MLPRegressor` and `MLPClassifier`."""

    _labels = False
    _seed_: int

    def __init__(
        self,
        preset: str = "default",
        *,
        hidden: tuple[int, ...] | None = None,
        activation: Any = "relu",
        loss: Any = "squared_error",
        members: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        weight_decay: float | None = None,
        schedule: Any = "cosine",
        neighbours: bool = True,
        validation_fraction: float = 0.15,
        patience: int | None = None,
        callbacks: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        progress: bool = False,
        engine: str = "reference",
    ) -> None:
        self.preset = preset
        self.hidden = hidden
        self.activation = activation
        self.loss = loss
        self.members = members
        self.epochs = epochs
        self.batch_size = batch_size
        self.lr = lr
        self.weight_decay = weight_decay
        self.schedule = schedule
        self.neighbours = neighbours
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.random_state = random_state
        self.progress = progress
        self.engine = engine

    def _settings(self) -> Preset:
        """The preset with what was given in its place."""
        preset = preset_named(self.preset, neighbours=self.neighbours)
        given = {name: getattr(self, name) for name in _OWN if getattr(self, name) is not None}
        if self.hidden is not None:
            given["hidden"] = tuple(self.hidden)
        return preset._replace(**given)

    def _checked(self, X: Any, *, reset: bool) -> list[Array]:
        """The columns of X, after scikit-learn's checks of shape and names."""
        if is_frame(X):
            _refuse_repeated(X)
            validate_data(self, X, reset=reset, skip_check_array=True)
            if len(X) == 0:
                raise ValueError(f"Found array with 0 sample(s) (shape={X.shape}); at least 1 is required.")
        else:
            kind = np.asarray(X).dtype.kind if isinstance(X, (list, np.ndarray)) else "f"
            dtype = None if kind == "O" else "numeric"
            X = validate_data(self, X, reset=reset, dtype=dtype, ensure_all_finite="allow-nan")
        columns = columns_of(X)
        names = list(getattr(self, "feature_names_in_", [f"x{i}" for i in range(len(columns))]))
        if reset:
            self._names = [str(name) for name in names]
        check_infinite(columns, self._names)
        return columns

    def _encoded(self, X: Any) -> tuple[Array, Array]:
        check_is_fitted(self, "networks_")
        return self.columns_.transform(self._checked(X, reset=False))

    def _fit_rows(
        self,
        columns: list[Array],
        Y: Array,
        weights: Array,
        held: tuple[Any, Array] | None,
        objective: Objective,
        n_outputs: int,
    ) -> Self:
        """Make equal rows one, split off validation rows where none were given, and train."""
        self._refuse_weights(weights, objective)
        rows = distinct(columns, Y, weights)
        columns, Y, weights = [c[rows.index] for c in columns], Y[rows.index], rows.weights
        again = self.warm_start and hasattr(self, "networks_")
        seed = self._seed_ if again else self._seed()
        train, val = self._split(Y, seed, held)
        if again:
            self._refuse_other_outputs(n_outputs)
        else:
            self._seed_ = seed
            self.columns_ = Columns.fit([c[train] for c in columns], self._names)
            if not self._labels:
                self.target_ = _losses.scaled_target(Y, weights, objective.scaling)
            self._link = objective.link
        if not self._labels:
            Y = self.target_.transform(Y)
            held = held and (held[0], self.target_.transform(held[1]))
        numbers, plain = self.columns_.transform(columns)
        targets = np.column_stack([Y, weights]).astype(np.float32)
        outside = None
        if held is not None:
            outside = (self.columns_.transform(held[0]), np.column_stack([held[1], np.ones(len(held[1]))]))
        elif len(val):
            outside = ((numbers[val], plain[val]), targets[val])
        before = self.networks_ if again else []
        act = self._activation()
        self.networks_: list[Network] = []
        preset = self._settings()
        for i in range(preset.fits):
            if again:
                inputs, params, result = before[i].inputs, before[i].params, before[i].result
                inputs, X = _on_rows(inputs, numbers[train], plain[train], Y[train])
            else:
                inputs, X = fit_inputs(
                    numbers[train], plain[train], Y[train], preset,
                    neighbours=self.neighbours, labels=self._labels, seed=seed + i,
                )  # fmt: skip
                params, result = new_params(inputs, X.shape[1], n_outputs, preset, seed + i), None
            validation = None
            if outside is not None:
                validation = (inputs(*outside[0]), outside[1].astype(np.float32))
            network = train_network(
                inputs, params, X, targets[train], validation, objective.loss, preset,
                activation=act, seed=seed + i, schedule=self.schedule,
                patience=self.patience if validation else None,
                progress=self.progress, engine=self.engine, after=result,
                callbacks=tuple(self.callbacks or ()),
            )  # fmt: skip
            self.networks_.append(network)
        self.history_ = [record for network in self.networks_ for record in network.history]
        self.n_iter_ = len(self.networks_[0].history)
        self.best_epoch_ = self.networks_[0].best_epoch
        self.facts_ = fit_facts(self, [c[train] for c in columns], Y[train], outside)
        start = objective.loss(np.zeros((1, len(train), n_outputs), np.float32), targets[train])
        warn_of(self.networks_[0], numbers[train], plain[train], Y[train], float(start))
        return self

    def _activation(self) -> Any:
        if not callable(self.activation):
            return self.activation
        return _losses.as_function(
            self.activation, np.linspace(-1.0, 1.0, 4).reshape(2, 2), argument="activation"
        )

    def _refuse_weights(self, weights: Array, objective: Objective) -> None:
        if not objective.weighted and not (weights == weights[0]).all():
            raise ArgumentError(
                "rows have weights, and loss gives one number for all rows",
                expected="a loss that gives a number for each row",
            )

    def _refuse_other_outputs(self, n_outputs: int) -> None:
        there = self.networks_[0].params["head"]["b"].shape[-1]
        if there != n_outputs:
            raise ArgumentError(
                f"warm_start with a y of {n_outputs} outputs",
                expected=f"{there}, as in the last fit",
                hint="warm_start=False starts anew",
            )

    def _split(self, Y: Array, seed: int, held: Any) -> tuple[Array, Array]:
        """Numbers of the rows to train and to validate on; small tables are trained on whole."""
        n = len(Y)
        if held is not None or n < 200 or not self.validation_fraction:
            return np.arange(n), np.arange(0)
        order = np.random.default_rng(seed).permutation(n)
        n_val = round(n * self.validation_fraction)
        return np.sort(order[n_val:]), np.sort(order[:n_val])

    def _seed(self) -> int:
        from sklearn.utils import check_random_state

        if isinstance(self.random_state, (int, np.integer)):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _outputs(self, X: Any) -> Array:
        """All members' outputs of all networks `(members, n_rows, n_outputs)`."""
        numbers, plain = self._encoded(X)
        return np.concatenate([network.outputs(numbers, plain) for network in self.networks_])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "networks_")


def checked_weights(weights: Any, X: Any, Y: Array) -> Array:
    """Sample weights `(n_rows,)`, of any scale."""
    if weights is None:
        return np.ones(len(Y))
    checked = _check_sample_weight(weights, np.empty((len(Y), 1)), dtype=np.float64, ensure_non_negative=True)
    if not checked.sum() > 0:
        raise ArgumentError("sample_weight sums to zero", expected="a weight above 0 for some row")
    return np.asarray(checked)


def checked_target(y: Any, name: str = "y") -> Array:
    """Targets `(n_rows, n_outputs)` float64, finite."""
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    Y = check_array(y, ensure_2d=False, dtype=np.float64, input_name=name, allow_nd=False)
    return np.asarray(Y.reshape(len(Y), -1))


def _on_rows(inputs: Inputs, numbers: Array, plain: Array, Y: Array) -> tuple[Inputs, Array]:
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


def _refuse_repeated(X: Any) -> None:
    names = [str(name) for name in X.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArgumentError(f"X has more than one column named {twice[0]!r}", expected="names of their own")
