"""What the two estimators share: rows checked, split and encoded; networks trained; predictions."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted, validate_data

from pullback.errors import ArgumentError
from pullback.tabular import _losses, _plots
from pullback.tabular._batches import size_of
from pullback.tabular._callbacks import CallbackSupportMixin, Tasks, seen_by, with_callbacks
from pullback.tabular._card import facts_with_more, fit_facts
from pullback.tabular._checks import (
    check_held,
    check_held_target,
    check_settings,
    refuse_no_columns,
    refuse_repeated,
)
from pullback.tabular._encode import Columns, check_infinite, columns_of, is_frame
from pullback.tabular._explain import Explained
from pullback.tabular._kept import Kept
from pullback.tabular._presets import Preset, preset_named
from pullback.tabular._rates import LearningRates, range_test
from pullback.tabular._recipe import Inputs, Network, fit_inputs, new_params, on_rows, train_network
from pullback.tabular._rows import distinct, split_rows
from pullback.tabular._stream import Stream
from pullback.tabular._task import Encoded, Task
from pullback.tabular._training import training
from pullback.tabular._watch import constant_losses, warn_of
from pullback.typing import Array, Tree

_OWN = ("epochs", "batch_size", "lr", "weight_decay", "members")


class TableModel(CallbackSupportMixin, Kept, Explained, BaseEstimator):  # type: ignore[misc]
    """The base of `MLPRegressor` and `MLPClassifier`."""

    _labels = False
    _seed_: int
    _streams: list[Stream] | None = None
    _in_parts = False

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
        dropout: float = 0.0,
        normalisation: str | None = None,
        neighbours: bool = True,
        validation_fraction: float = 0.15,
        patience: int | None = None,
        callbacks: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        progress: bool = False,
        engine: str = "auto",
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
        self.dropout = dropout
        self.normalisation = normalisation
        self.neighbours = neighbours
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.callbacks = callbacks
        self.warm_start = warm_start
        self.random_state = random_state
        self.progress = progress
        self.engine = engine

    def _settings(self, n_rows: int | None = None) -> Preset:
        """The preset with what was given in its place, and the rest as so many rows ask for."""
        preset = preset_named(self.preset, neighbours=self._looks_at_neighbours())
        given = {name: getattr(self, name) for name in _OWN if getattr(self, name) is not None}
        if self.hidden is not None:
            given["hidden"] = tuple(self.hidden)
        preset = preset._replace(**given)
        return preset if n_rows is None else preset.for_rows(n_rows, given)

    def _looks_at_neighbours(self) -> bool:
        """Not where the rows come by and by: the same row again would be its own neighbour."""
        return self.neighbours and not self._in_parts

    def _checked(self, X: Any, *, reset: bool) -> list[Array]:
        """The columns of X, after scikit-learn's checks of shape and names."""
        if is_frame(X):
            refuse_repeated(X)
            refuse_no_columns(X)
            validate_data(self, X, reset=reset, skip_check_array=True)
            if len(X) == 0:
                raise ValueError(f"Found array with 0 sample(s) (shape={X.shape}); at least 1 is required.")
        else:
            kind = np.asarray(X).dtype.kind if isinstance(X, (list, np.ndarray)) else "f"
            dtype = None if kind == "O" else "numeric"
            X = validate_data(self, X, reset=reset, dtype=dtype, ensure_all_finite="allow-nan")
        columns = columns_of(X)
        unnamed = X.columns if is_frame(X) else [f"x{i}" for i in range(len(columns))]
        names = list(getattr(self, "feature_names_in_", unnamed))
        if reset:
            self._names = [str(name) for name in names]
        check_infinite(columns, self._names)
        return columns

    def _encoded(self, X: Any) -> tuple[Array, Array]:
        check_is_fitted(self, "networks_")
        return self.columns_.transform(self._checked(X, reset=False))

    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None, X_val: Any = None, y_val: Any = None) -> Self:
        """Learn from a table.

        Parameters
        ----------
        X : DataFrame or array `(n_rows, n_features)`
        y : array `(n_rows,)`, or for a regressor `(n_rows, n_outputs)`
        sample_weight : array `(n_rows,)`, optional
            Of any scale; a row of weight two is the row given twice.
        X_val, y_val : optional
            Rows to keep the best epoch by; without them a share of the rows is held back.

        Raises
        ------
        ArgumentError
            Naming the argument or column, before any work.
        """
        given = {
            "X": X,
            "y": y,
            "metadata": {} if sample_weight is None else {"sample_weight": sample_weight},
        }
        check_settings(self)
        columns = self._checked(X, reset=True)
        task, held = self._task(columns, y, sample_weight), None
        if check_held(X_val, y_val):
            there = self._checked(X_val, reset=False)
            held = there, check_held_target(there, self._held_target(y_val), task.Y)
        rows = distinct(columns, task.Y, task.weights)
        task = task._replace(Y=task.Y[rows.index], weights=rows.weights)
        return self._fit_rows([c[rows.index] for c in columns], task, held, given)

    def _fit_rows(
        self, columns: list[Array], task: Task, held: tuple[Any, Array] | None, given: dict[str, Any]
    ) -> Self:
        """Split off validation rows where none were given, and train on rows that differ."""
        again = self.warm_start and hasattr(self, "networks_")
        self._in_parts = again and self._in_parts
        seed = self._seed_ if again else self._seed()
        train, val = split_rows(len(task.Y), 0.0 if held else self.validation_fraction, seed)
        if again:
            self._refuse_other_outputs(task.n_outputs)
        else:
            self._fit_columns([c[train] for c in columns], task, seed)
        encoded = self._targets(columns, task)
        outside = None
        if held is not None:
            outside = self._targets(held[0], task._replace(Y=held[1], weights=np.ones(len(held[1]))))
        elif len(val):
            outside = encoded.rows(val)
        before = self.networks_ if again else []
        preset = self._settings(len(train))
        rows = encoded.rows(train)
        self.networks_: list[Network] = []
        self._streams = None
        tasks = Tasks(self, given, preset.fits, preset.epochs, self.patience if outside else None)
        for i in range(preset.fits):
            tasks.begin()
            network = self._train(i, rows, outside, task, before, tasks)
            tasks.end_network()
            self.networks_.append(network)
            if tasks.stopped or network.result.stopped == "interrupted":
                break  # Ctrl-C or a callback ends the fit, not only this network
        self.history_ = [record for network in self.networks_ for record in network.history]
        self.n_iter_ = len(self.networks_[0].history)
        self.best_epoch_ = self.networks_[0].best_epoch
        held_rows = None if outside is None else ((outside.numbers, outside.plain), outside.targets)
        self.facts_ = fit_facts(self, [c[train] for c in columns], rows.Y, held_rows)
        levels = getattr(self, "quantiles", None)
        warn_of(self.networks_[0], rows, constant_losses(task, rows, outside, levels, self._labels))
        tasks.end()
        return self

    def _train(
        self, i: int, rows: Encoded, outside: Encoded | None, task: Task, before: list[Network], tasks: Tasks
    ) -> Network:
        """The i-th network, from its own seed, or from where it ended before."""
        result = None
        if i < len(before):
            inputs, params, result = before[i].inputs, before[i].trainable, before[i].end(self._seed_ + i)
            inputs, X = on_rows(inputs, rows.numbers, rows.plain, rows.Y)
        else:
            inputs, params, X = self._new_network(i, rows, task.n_outputs)
        validation = None
        if outside is not None:
            validation = (inputs(outside.numbers, outside.plain), outside.targets)
        act, done = self._activation(), list(self.networks_)

        def attributes(params: Tree) -> dict[str, Any]:
            return {"networks_": [*done, Network(inputs, params, act, [], 0)]}

        return train_network(
            inputs, params, X, rows.targets, validation, task.objective.loss,
            self._settings(len(X)),
            activation=act, seed=self._seed_ + i, schedule=self.schedule,
            patience=self.patience if validation else None,
            progress=self.progress, engine=self.engine, after=result, dropout=self.dropout,
            callbacks=tuple(self.callbacks or ()), weighted=task.objective.weighted,
            seen_by=lambda to_params: seen_by(tasks, lambda learned: attributes(to_params(learned))),
        )  # fmt: skip

    def _new_network(self, i: int, rows: Encoded, n_outputs: int) -> tuple[Inputs, Tree, Array]:
        """Inputs learned from rows, parameters to start from, and those rows' inputs."""
        preset, seed = self._settings(), self._seed_ + i
        inputs, X = fit_inputs(
            rows.numbers, rows.plain, rows.Y, preset, neighbours=self._looks_at_neighbours(),
            labels=self._labels, seed=seed,
        )  # fmt: skip
        return inputs, new_params(inputs, X.shape[1], n_outputs, preset, seed, self.normalisation), X

    def _fit_columns(self, columns: list[Array], task: Task, seed: int) -> None:
        """Learn how columns become numbers, and how the target is scaled."""
        self._seed_ = seed
        self.columns_ = Columns.fit(columns, self._names)
        if not self._labels:
            self.target_ = _losses.scaled_target(task.Y, task.weights, task.objective.scaling)
        self._link = task.objective.link

    def _targets(self, columns: list[Array], task: Task) -> Encoded:
        """Rows as networks are trained on them."""
        numbers, plain = self.columns_.transform(columns)
        Y = task.Y if self._labels else self.target_.transform(task.Y)
        return Encoded(numbers, plain, Y, np.column_stack([Y, task.weights]).astype(np.float32))

    def _task(self, columns: list[Array], y: Any, sample_weight: Any) -> Task:
        """Targets and weights, checked, and what to minimise."""
        raise NotImplementedError

    def _held_target(self, y: Any) -> Array:
        """Targets of validation rows."""
        raise NotImplementedError

    def _partial_fit(self, columns: list[Array], task: Task) -> Self:
        """One pass over these rows in a random order, from where the networks stand."""
        check_settings(self)
        preset, act = self._settings(), self._activation()
        first = not hasattr(self, "networks_")
        if first:
            self._in_parts = True
            preset = self._settings()
            self._fit_columns(columns, task, self._seed())
        else:
            self._refuse_other_outputs(task.n_outputs)
        rows = self._targets(columns, task)
        if first:
            made = [self._new_network(i, rows, task.n_outputs)[:2] for i in range(preset.fits)]
            self.networks_ = [Network(inputs, params, act, [], 0) for inputs, params in made]
            self.history_, self._passes = [], 0
        streams = self._streams or [self._stream(i, task) for i in range(len(self.networks_))]
        self._streams = streams
        self._passes = getattr(self, "_passes", 0) + 1
        order = np.random.default_rng([self._seed_, self._passes]).permutation(len(rows.Y))
        losses = []
        for network, stream in zip(self.networks_, streams, strict=True):
            X = network.inputs(rows.numbers[order], rows.plain[order])
            losses.append(stream.learn(X, rows.targets[order], preset.batch_size, preset.lr))
            network.learned, network.moments, network.result = stream.learned, stream.moments, None
            network.params = stream.task.params(network.learned)
        self.loss_ = float(np.mean(losses))
        if first:
            self.facts_ = fit_facts(self, columns, rows.Y, None)
        elif hasattr(self, "facts_"):
            self.facts_ = facts_with_more(self.facts_, len(rows.Y))
        return self

    def _stream(self, i: int, task: Task) -> Stream:
        network = self.networks_[i]
        inputs = network.inputs
        task_of = training(
            network.trainable, (inputs.start, inputs.inverse), task.objective.loss, self._settings(),
            activation=self._activation(), dropout=self.dropout, seed=self._seed_ + i,
        )  # fmt: skip
        return Stream(task_of, network.moments, engine=self.engine, weighted=task.objective.weighted)

    def _activation(self) -> Any:
        if not callable(self.activation):
            return self.activation
        return _losses.as_function(
            self.activation, np.linspace(-1.0, 1.0, 4).reshape(2, 2), argument="activation"
        )

    def _refuse_other_outputs(self, n_outputs: int) -> None:
        there = self.networks_[0].params["head"]["b"].shape[-1]
        if there != n_outputs:
            raise ArgumentError(
                f"a fit that goes on, and a y of {n_outputs} outputs",
                expected=f"{there}, as there were before",
                hint="fit with warm_start=False starts anew",
            )

    def _seed(self) -> int:
        from sklearn.utils import check_random_state

        if isinstance(self.random_state, (int, np.integer)):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _outputs(self, X: Any) -> Array:
        """All members' outputs of all networks `(members, n_rows, n_outputs)`."""
        numbers, plain = self._encoded(X)
        return np.concatenate([network.outputs(numbers, plain) for network in self.networks_])

    def find_lr(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        low: float = 1e-5,
        high: float = 1.0,
        steps: int = 200,
    ) -> LearningRates:
        """Try learning rates from `low` to `high`, one step each, on a network of its own.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        low, high : float
            Rates in equal ratios between them.
        steps : int

        Returns
        -------
        LearningRates
            `value`, to be given as `lr`, and the curve: `plot()` draws it.

        Examples
        --------
        >>> from pullback.tabular import MLPRegressor
        >>> X = np.linspace(-1, 1, 300)[:, None]
        >>> found = MLPRegressor("fast", random_state=0).find_lr(X, X[:, 0] ** 2)
        >>> 1e-4 < found.value < 1e-1
        True
        """
        if not (0 < low < high and np.isfinite(high)) or steps < 20:
            raise ArgumentError(
                f"find_lr(low={low}, high={high}, steps={steps})",
                expected="0 < low < high, and 20 steps or more",
            )
        check_settings(self)
        model = clone(self)
        columns = model._checked(X, reset=True)
        task = model._task(columns, y, sample_weight)
        model._fit_columns(columns, task, model._seed())
        rows = model._targets(columns, task)
        inputs, params, inner = model._new_network(0, rows, task.n_outputs)
        model.networks_ = [Network(inputs, params, model._activation(), [], 0)]
        size = size_of(len(inner), model._settings().batch_size)
        rng = np.random.default_rng(model._seed_)
        stream = model._stream(0, task)
        return range_test(stream, inner, rows.targets, size, np.geomspace(low, high, steps), rng)

    def plot_history(self, ax: Any = None) -> Any:
        """Draw training and validation loss by epoch, the epoch that was kept marked; the axes.

        Parameters
        ----------
        ax : matplotlib axes, optional
            New ones without.
        """
        check_is_fitted(self)
        return _plots.history([(network.history, network.best_epoch) for network in self.networks_], ax)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "networks_")
