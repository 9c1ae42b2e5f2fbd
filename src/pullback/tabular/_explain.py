"""What predictions depend on: derivatives by named column, permutation importance, a picture of both."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from pullback import files
from pullback.errors import ArgumentError
from pullback.tabular import _gradients
from pullback.tabular._encode import is_frame
from pullback.typing import Array


class Explained:
    """Explanations of a fitted estimator; a base of `MLPRegressor` and `MLPClassifier`."""

    def input_gradients(self, X: Any, output: Any = None, *, neighbours: str = "moving") -> Any:
        """Derivatives of the predictions by the columns, at each row.

        In the target's units (of a classifier: in probability) per unit of the raw column, through scaling,
        encoding and neighbours. Exact wherever the prediction is smooth; which training rows are the nearest
        is held fixed, as it is all around a row. NaN for categories, and for numbers that are missing.

        What neighbours say changes quickly between one training row and the next, and turns sharply at each:
        their share of a derivative is true for tiny steps only. `neighbours="held"` keeps their features as
        they are, which tells what the network itself makes of a column.

        Parameters
        ----------
        X : table `(n_rows, n_features)`
        output : int or label, optional
            Of several targets the number, of classes the label; with two classes the second by default.
        neighbours : "moving" or "held"

        Returns
        -------
        `(n_rows, n_features)` float64 array, or a pandas or polars frame where X is one.

        Examples
        --------
        >>> from pullback.tabular import MLPRegressor
        >>> X = np.random.default_rng(0).uniform(-1, 1, (400, 2))
        >>> model = MLPRegressor("fast", epochs=60, neighbours=False, random_state=0).fit(X, 3 * X[:, 0])
        >>> model.input_gradients(X).mean(axis=0).round() + 0.0
        array([3., 0.])
        """
        check_is_fitted(self, "networks_")
        columns = self._checked(X, reset=False)  # type: ignore[attr-defined]
        if neighbours not in ("moving", "held"):
            raise ArgumentError(f"neighbours={neighbours!r}", expected='"moving" or "held"')
        place = _gradients.place_of(self, output)
        found = _gradients.by_columns(self, columns, place, neighbours == "held")
        if not is_frame(X):
            return found
        if hasattr(X, "iloc"):
            return type(X)(found, index=X.index, columns=X.columns)
        return type(X)({name: found[:, i] for i, name in enumerate(X.columns)})

    def permutation_importance(
        self, X: Any, y: Any, *, n_repeats: int = 5, random_state: Any = 0, scoring: Any = None
    ) -> Any:
        """How much the score falls when a column's values are shuffled among the rows.

        scikit-learn's `inspection.permutation_importance`. Ask it of rows that the model was not trained on.

        Returns
        -------
        Bunch of `names`, `importances_mean`, `importances_std` `(n_features,)`, and `importances`
            In units of the score: R2 or accuracy, or `scoring`.

        Examples
        --------
        >>> from pullback.tabular import MLPRegressor
        >>> X = np.random.default_rng(0).uniform(-1, 1, (400, 2))
        >>> model = MLPRegressor("fast", epochs=20, random_state=0).fit(X, 3 * X[:, 0])
        >>> model.permutation_importance(X, 3 * X[:, 0]).importances_mean.argmax()
        np.int64(0)
        """
        from sklearn.inspection import permutation_importance

        check_is_fitted(self, "networks_")
        found = permutation_importance(
            self, X, y, n_repeats=n_repeats, random_state=random_state, scoring=scoring
        )
        found["names"] = list(self._names)  # type: ignore[attr-defined]
        return found

    def plot_importance(
        self,
        X: Any,
        y: Any,
        path: str | os.PathLike[str] | None = None,
        *,
        columns: int = 20,
        output: Any = None,
    ) -> Any:
        """Two bar charts side by side: permutation importance, and the mean size of `input_gradients`.

        The derivatives are given per interquartile range of the column in X (where that is zero, per
        standard deviation), so that columns of different units can be compared, with the neighbours held;
        categories have none.

        Parameters
        ----------
        X, y : rows to ask, best those that the model was not trained on
        path : path, optional
            A PNG or SVG file to write.
        columns : int
            The most important ones are shown.
        output : int or label, optional
            As for `input_gradients`.

        Returns
        -------
        matplotlib Figure
        """
        shuffled = self.permutation_importance(X, y)
        slopes = np.asarray(self.input_gradients(X, output, neighbours="held"), np.float64)
        moved = _per_range(slopes, self._checked(X, reset=False))  # type: ignore[attr-defined]
        figure = _picture(self, shuffled, moved, columns)
        if path is not None:
            files.write_bytes(path, _drawn(figure, os.fspath(path)))
        return figure


def _per_range(slopes: Array, columns: list[Array]) -> Array:
    """The mean size of a column's derivatives, times its interquartile range; NaN for categories."""
    found = np.full(len(columns), np.nan)
    for i, column in enumerate(columns):
        known = ~np.isnan(slopes[:, i])
        if known.any():
            values = np.asarray(column, np.float64)[known]
            low, high = np.quantile(values, [0.25, 0.75])
            found[i] = np.abs(slopes[known, i]).mean() * (high - low or values.std())
    return found


def _picture(model: Any, shuffled: Any, moved: Array, columns: int) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    order = np.argsort(shuffled.importances_mean, kind="stable")[-columns:]
    names = [_short(shuffled.names[i]) for i in order]
    figure = Figure(figsize=(9, 1.3 + 0.3 * len(order)), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, sharey=True)
    classes = hasattr(model, "classes_")
    left.barh(names, shuffled.importances_mean[order], xerr=shuffled.importances_std[order],
              color="tab:blue", error_kw={"ecolor": "0.2", "elinewidth": 1, "capsize": 2})  # fmt: skip
    left.set(title="Permutation importance", xlabel=f"fall of {'accuracy' if classes else 'R²'}")
    right.barh(names, np.nan_to_num(moved[order]), color="tab:orange")
    unit = "probability" if classes else "target's units"
    near = any(network.inputs.neighbours is not None for network in model.networks_)
    right.set(
        title=f"Input gradients{', neighbours held' * near}",
        xlabel=f"mean size, in {unit} per interquartile range",
    )
    for place, i in enumerate(order):
        if np.isnan(moved[i]):
            right.text(0, place, "  a category: none", va="center", color="0.5", fontsize="small")
    for axes in (left, right):
        axes.grid(axis="x", alpha=0.3)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.axvline(0, color="0.3", linewidth=0.8)
    return figure


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:27]}…"


def _drawn(figure: Any, name: str) -> bytes:
    import io

    place = io.BytesIO()
    figure.savefig(place, format="svg" if name.lower().endswith(".svg") else "png", dpi=120)
    return place.getvalue()
