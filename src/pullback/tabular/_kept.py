"""What a fitted estimator leaves to the world: its file, its ONNX graph, its card, its pickle."""

from __future__ import annotations

import os
from typing import Any, Self

from sklearn.utils.validation import check_is_fitted

from pullback import files
from pullback.tabular import _card, _onnx
from pullback.tabular._file import load, save
from pullback.tabular._plainly import lowered, raised


class Kept:
    """Files of an estimator; a base of `MLPRegressor` and `MLPClassifier`."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to one safetensors file; neighbour features keep their training rows.

        Of functions of your own (loss, activation, schedule, callbacks) only their arguments' names are kept.
        """
        check_is_fitted(self, "networks_")
        save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, activation: Any = None) -> Self:
        """Read what `save` wrote; a damaged or foreign file is a `FileError`.

        An activation of the user's own is in no file: it is given again as `activation`.
        """
        return load(cls, path, activation)  # type: ignore[no-any-return]

    def to_onnx(self, path: str | os.PathLike[str], X: Any = None) -> float | None:
        """Write the model, from raw columns to predictions, as an ONNX graph; needs `pullback[onnx]`.

        A table of numbers is one input `X`, double `(n_rows, n_features)`; where there are categories, each
        column is an input `(n_rows, 1)` of its own name, double or text. Missing are NaN and "". Outputs are
        `prediction` (and `quantiles`), or `label` and `probabilities`. Neighbour features make the
        training rows a part of the graph.

        Parameters
        ----------
        path : path
        X : table, optional
            Rows on which onnxruntime must predict as the model does; made-up rows without.

        Returns
        -------
        float or None
            The greatest difference found, over the target's standard deviation (of probabilities: as it is);
            None, with a warning, where onnxruntime is not installed.

        Raises
        ------
        ArgumentError
            For an activation of the user's own, or without the package onnx.
        PullbackError
            Where onnxruntime predicts otherwise; then nothing is written.
        """
        check_is_fitted(self, "networks_")
        return _onnx.to_onnx(self, path, X)

    def card(
        self, path: str | os.PathLike[str] | None = None, *, title: str = "", description: str = ""
    ) -> str:
        """A model card in Markdown, with the sections that Hugging Face's hub looks for.

        It says what the training rows were like, column by column, the metrics on the validation rows, the
        settings, the limits, and how the model is loaded; a saved model keeps what it needs for that.

        Parameters
        ----------
        path : path, optional
            A file to write it to, by custom `README.md`.
        title, description : str
            In place of the class's name, and of a sentence about the library.
        """
        check_is_fitted(self, "networks_")
        text = _card.card(self, title, description)
        if path is not None:
            files.write_text(path, text)
        return text

    def __getstate__(self) -> Any:
        """What pickle and skops keep: dicts, lists and arrays, no class of ours and no machine code."""
        state: Any = super().__getstate__()
        return {k: None if k == "_streams" else lowered(v) for k, v in state.items()}

    def __setstate__(self, state: Any) -> None:
        super().__setstate__({k: raised(v) for k, v in state.items()})  # type: ignore[misc]
