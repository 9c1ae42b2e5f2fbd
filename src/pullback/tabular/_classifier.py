"""`MLPClassifier`: classes foretold from a table."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d

from pullback.errors import ArgumentError
from pullback.tabular import _losses
from pullback.tabular._checks import check_lengths, checked_weights, first_rows, refuse_weights
from pullback.tabular._encode import missing
from pullback.tabular._estimator import TableModel
from pullback.tabular._recipe import probabilities
from pullback.tabular._task import Task
from pullback.typing import Array


class MLPClassifier(ClassifierMixin, TableModel):
    """An MLP classifier for tables, good with its defaults; two classes or more, of any labels.

    Parameters
    ----------
    loss : str or callable
        "log_loss", "brier", or `loss(logits, targets)` of arrays `(n, n_classes)`, the targets columns of
        0 and 1; see `MLPRegressor`.
    preset, hidden, activation, members, epochs, batch_size, lr, weight_decay, schedule, dropout
    normalisation, neighbours
    validation_fraction, patience, callbacks, warm_start, random_state, progress, engine
        As in `MLPRegressor`.
    class_weight : dict, "balanced" or None
        What a row of each class weighs.

    Attributes
    ----------
    classes_ : `(n_classes,)` array

    Examples
    --------
    >>> X = np.linspace(-1, 1, 80)[:, None]
    >>> model = MLPClassifier("fast", epochs=40, random_state=0).fit(X, np.where(X[:, 0] > 0, "up", "down"))
    >>> model.predict([[-0.8], [0.8]])
    array(['down', 'up'], dtype='<U4')
    """

    _labels = True
    classes_: Array

    def __init__(
        self,
        preset: str = "default",
        *,
        hidden: tuple[int, ...] | None = None,
        activation: Any = "relu",
        loss: Any = "log_loss",
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
        class_weight: Any = None,
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
        self.class_weight = class_weight

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Learn from more rows: as `MLPRegressor.partial_fit`.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array of labels
            All that there will ever be; needed on the first call only.

        Examples
        --------
        >>> rng, model = np.random.default_rng(0), MLPClassifier("fast", random_state=0)
        >>> for X in rng.uniform(-1, 1, (20, 256, 2)):
        ...     model = model.partial_fit(X, X[:, 0] > X[:, 1], classes=[False, True])
        >>> model.score(X, X[:, 0] > X[:, 1]) > 0.9
        True
        """
        first = not hasattr(self, "networks_")
        columns, labels = self._checked(X, reset=first), checked_labels(y)
        self._set_parts_classes(classes, first)
        return self._partial_fit(columns, self._weighed(columns, labels, sample_weight, self.classes_))

    def _task(self, columns: list[Array], y: Any, sample_weight: Any) -> Task:
        labels = checked_labels(y)
        check_lengths(columns, labels)
        self._set_classes(np.unique(labels))
        if len(self.classes_) < 2:
            raise ArgumentError(
                f"y holds one class only: {self.classes_.tolist()[0]!r}",
                expected="two classes or more",
                hint="a classifier of one class has nothing to learn; look at how y was made",
            )
        return self._weighed(columns, labels, sample_weight, None)

    def _weighed(self, columns: list[Array], labels: Array, sample_weight: Any, seen: Any) -> Task:
        """Weights of rows times weights of classes, `seen` where rows come by and by."""
        from sklearn.utils.class_weight import compute_class_weight

        check_lengths(columns, labels)
        Y, weights = self._one_hot(labels, "y"), checked_weights(sample_weight, labels)
        if self.class_weight is not None:
            if seen is not None and self.class_weight == "balanced":
                raise ArgumentError(
                    'class_weight="balanced" in partial_fit, which sees a part of the rows',
                    expected="a dict of what each class weighs, or None",
                )
            known = {} if seen is None else {"classes": seen, "y": seen}
            each = compute_class_weight(
                self.class_weight,
                **(known or {"classes": self.classes_, "y": labels, "sample_weight": weights}),
            )
            weights = checked_weights(weights * each[np.searchsorted(self.classes_, labels)], labels)
        objective = _losses.classification(self.loss, len(self.classes_))
        refuse_weights(weights, objective)
        return Task(Y, weights, objective, len(self.classes_))

    def _held_target(self, y: Any) -> Array:
        return self._one_hot(checked_labels(y), "y_val")

    def _set_parts_classes(self, classes: Any, first: bool) -> None:
        if classes is None:
            if first:
                raise ArgumentError(
                    "the first call of partial_fit without classes",
                    expected="classes=, all that there will be",
                )
            return
        given = np.unique(np.asarray(classes))
        if not first and not np.array_equal(given, self.classes_):
            raise ArgumentError(
                "classes is not the same as in the first call of partial_fit",
                expected=", ".join(map(str, self.classes_)),
                got=", ".join(map(str, given)),
            )
        self.classes_ = given

    def _set_classes(self, classes: Array) -> None:
        again = self.warm_start and hasattr(self, "networks_")
        if again and not np.array_equal(classes, self.classes_):
            raise ArgumentError(
                "warm_start with other classes than those of the last fit",
                expected=", ".join(map(str, self.classes_)),
                got=", ".join(map(str, classes)),
                hint="warm_start=False starts anew",
            )
        self.classes_ = classes

    def predict_proba(self, X: Any) -> Array:
        """Probabilities `(n_rows, n_classes)`, in the order of `classes_`."""
        check_is_fitted(self)
        return probabilities(self._outputs(X))

    def predict(self, X: Any) -> Array:
        """The most probable class of each row, `(n_rows,)`."""
        check_is_fitted(self)
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def _one_hot(self, labels: Array, name: str) -> Array:
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            known = ", ".join(map(str, self.classes_))
            raise ArgumentError(
                f"{name} holds {unknown.tolist()[0]!r}, which is none of the classes", expected=known
            )
        return (labels[:, None] == self.classes_[None, :]).astype(np.float64)


def checked_labels(y: Any) -> Array:
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    labels = column_or_1d(y, warn=True)
    bad: Any = []
    if labels.dtype.kind in "fO":
        bad = np.flatnonzero(~np.isfinite(labels) if labels.dtype.kind == "f" else missing(labels))
    if len(bad):
        raise ArgumentError(
            "Input y contains NaN or infinity.", expected="a label in every row", got=first_rows(bad),
            hint="leave those rows out, or make missing a class of its own",
        )  # fmt: skip
    check_classification_targets(labels)
    if type_of_target(labels) == "unknown":
        raise ValueError("Unknown label type: unknown")
    return np.asarray(labels)
