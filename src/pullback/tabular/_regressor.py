"""`MLPRegressor`: numbers foretold from a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from pullback.errors import ArgumentError
from pullback.tabular import _answers, _losses
from pullback.tabular._checks import check_lengths, checked_target, checked_weights, refuse_weights
from pullback.tabular._estimator import TableModel
from pullback.tabular._task import Task
from pullback.typing import Array


class MLPRegressor(RegressorMixin, TableModel):
    """An MLP for tables, good with its defaults: a raw table in, predictions in the target's units out.

    Parameters
    ----------
    preset : "default", "fast" or "best"
        How much work is done for how much accuracy; the arguments below replace single numbers of it.
    hidden : tuple of int, optional
        Widths of the trunk.
    activation : str or callable
        A name ("relu", "gelu", "mish", ...), or a function of arrays that can be traced or returns a pair.
    loss : str or callable
        "squared_error", "absolute_error", "huber", "poisson", "gamma", "quantile" (with `quantiles`), or
        `loss(predictions, targets)` of arrays `(n, n_outputs)`, the target standardised: a number for each
        row, or their mean; traceable, or returning a pair `(value, vjp)`. "huber" turns linear at one
        standard deviation; "poisson" and "gamma" predict means above 0.
    members : int, optional
        Networks that share the trunk and are averaged.
    epochs, batch_size, lr, weight_decay : optional
    schedule : str or callable
        Of the learning rate: "constant", "cosine", "linear", "step", "warmup", "one_cycle", or
        `f(step, total_steps)`, as in `pullback.fit`.
    dropout : float
        Share of the trunk's hidden units that a training step leaves out.
    normalisation : None, "layer" or "batch"
        Of the trunk's layers, before the activation: each row on its own, or by the moments of the batch,
        in predictions by their running averages.
    neighbours : bool
        Whether the targets of the nearest training rows become features.
    validation_fraction : float
        Of 200 rows or more this share is held back, to keep the best epoch by, where no X_val is given.
    patience : int, optional
        Stop after so many epochs without a better one.
    quantiles : sequence of float, optional
        Levels in (0, 1); then `predict_quantiles` gives them, and `predict` the one nearest the median.
    callbacks : sequence of callables, optional
        `callback(record, params)` after each epoch, as in `pullback.fit`; True stops the fit.
    warm_start : bool
        Whether `fit` goes on where the last one ended, `epochs` more, with its scaling, its optimiser's
        state and its best epoch; with schedule="constant" to the bits of one longer fit.
    random_state : int, RandomState or None
    progress : bool
    engine : str
        "native": steps run as machine code. "reference": in NumPy. "auto": native where the work (rows,
        epochs and size of the network, never the clock) repays compiling it.

    Attributes
    ----------
    history_ : list of `pullback.train.Epoch`
        Losses are of the standardised target.
    networks_, columns_, target_, n_iter_, best_epoch_, n_features_in_, feature_names_in_

    Examples
    --------
    >>> X = np.linspace(-1, 1, 80)[:, None]
    >>> model = MLPRegressor("fast", epochs=60, random_state=0).fit(X, X[:, 0] ** 2)
    >>> model.score(X, X[:, 0] ** 2) > 0.9
    True
    """

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
        quantiles: Sequence[float] | None = None,
        callbacks: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        progress: bool = False,
        engine: str = "auto",
    ) -> None:
        super().__init__(
            preset, hidden=hidden, activation=activation, loss=loss, members=members, epochs=epochs,
            batch_size=batch_size, lr=lr, weight_decay=weight_decay, schedule=schedule, dropout=dropout,
            normalisation=normalisation, neighbours=neighbours,
            validation_fraction=validation_fraction, patience=patience, callbacks=callbacks,
            warm_start=warm_start, random_state=random_state, progress=progress, engine=engine,
        )  # fmt: skip
        self.quantiles = quantiles

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from more rows: one pass over them in batches, at the learning rate `lr`.

        The first call on a model that was not fitted learns what turns columns and target into numbers, from
        its rows alone and once for all, so give it some hundreds; it has no neighbour features. After `fit`
        the weights go on from the best epoch's, and the rows should be new ones.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`, but weights as they are given: one is a row as any other.

        Examples
        --------
        >>> rng, model = np.random.default_rng(0), MLPRegressor("fast", random_state=0)
        >>> for X in rng.uniform(-1, 1, (200, 256, 2)):
        ...     model = model.partial_fit(X, X[:, 0] * X[:, 1])
        >>> model.score(X, X[:, 0] * X[:, 1]) > 0.9
        True
        """
        columns = self._checked(X, reset=not hasattr(self, "networks_"))
        return self._partial_fit(columns, self._task(columns, y, sample_weight))

    def _task(self, columns: list[Array], y: Any, sample_weight: Any) -> Task:
        y = y if y is None else np.asarray(y)
        Y = checked_target(y)
        check_lengths(columns, Y)
        weights = checked_weights(sample_weight, Y)
        self._flat = np.ndim(y) == 1
        levels = self._levels(Y)
        n_outputs = Y.shape[1] if levels is None else len(levels)
        objective = _losses.regression(self.loss, levels, n_outputs)
        refuse_weights(weights, objective)
        return Task(Y, weights, objective, n_outputs)

    def _held_target(self, y: Any) -> Array:
        return checked_target(y, "y_val")

    def predict(self, X: Any) -> Array:
        """Predictions in the target's units, of the shape of `y` in `fit`."""
        check_is_fitted(self)
        return _answers.regression(self._outputs(X), self.target_, self._link, self.quantiles, self._flat)

    def predict_quantiles(self, X: Any) -> Array:
        """The quantiles `(n_rows, n_levels)` that `quantiles=` asked for; they never cross."""
        check_is_fitted(self)
        if self.quantiles is None:
            raise ArgumentError(
                "predict_quantiles of a model that was fitted for the mean",
                hint="MLPRegressor(quantiles=(0.05, 0.5, 0.95)).fit(X, y)",
            )
        return _answers.quantiles(self._outputs(X), self.target_, self.quantiles)

    def _levels(self, Y: Array) -> Array | None:
        if self.quantiles is None and self.loss != "quantile":
            return None
        if self.quantiles is None:
            raise ArgumentError('loss="quantile" without quantiles', hint="quantiles=(0.05, 0.5, 0.95)")
        levels = np.asarray(self.quantiles, np.float64)
        if levels.ndim != 1 or not len(levels) or not ((levels > 0) & (levels < 1)).all():
            raise ArgumentError(f"quantiles={self.quantiles!r}", expected="levels between 0 and 1")
        if Y.shape[1] != 1:
            raise ArgumentError("quantiles of more than one target", expected="y of shape (n_rows,)")
        return levels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.required = True
        tags.regressor_tags.poor_score = False
        return tags
