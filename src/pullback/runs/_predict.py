"""A run's model, or a model's file, applied to a file of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pullback import data, files
from pullback.data import Frame
from pullback.errors import DataError, FileError
from pullback.model import Model
from pullback.runs._folder import MODEL, SUMMARY
from pullback.typing import Array


@dataclass(frozen=True)
class Predictor:
    """A trained model as `pullback predict` applies it.

    Attributes
    ----------
    model : Model, MLPRegressor or MLPClassifier
    feature_names : tuple of str
    texts : frozenset of str
        The features that are categories.
    target_name : str
        Empty where nothing says it.
    """

    model: Any
    feature_names: tuple[str, ...]
    texts: frozenset[str]
    target_name: str

    def predict(self, X: Frame) -> Mapping[str, Array]:
        """Columns by name: the predictions, and a probability for each class."""
        name = f"predicted_{self.target_name}" if self.target_name else "predicted"
        if hasattr(self.model, "classes_"):
            shares = self.model.predict_proba(X)
            labels = self.model.classes_[shares.argmax(axis=1)]
            return {name: labels} | {f"probability_{c}": p for c, p in zip(self.model.classes_, shares.T)}
        if isinstance(self.model, Model):
            return {name: self.model.predict(_finite(X))}
        return {name: np.asarray(self.model.predict(X))}

    def lines(self, file: Path) -> Iterator[list[str]]:
        """A header, and a row of cells for each row of the file, which is read a stretch at a time.

        Raises
        ------
        DataError
            Where the file lacks a column of the model, or a column holds other things than in training.
        """
        first = True
        for frame in data.frames(file, self.feature_names, self.texts):
            columns = self.predict(frame)
            if first:
                yield list(columns)
                first = False
            for row in zip(*(c.tolist() for c in columns.values())):
                yield [repr(cell) if isinstance(cell, float) else str(cell) for cell in row]
        if first:
            raise DataError(f"{file} has a header and no rows", expected="a row at the least")


def load_model(path: Path) -> Predictor:
    """The model of a run's folder or of a model's file, with the names of its columns and of its target."""
    if not path.exists():
        raise FileError(f"{path} does not exist", expected="a run's folder, or a model's file")
    folder, path = (path, path / MODEL) if path.is_dir() else (path.parent, path)
    if not path.exists():
        raise FileError(
            f"{folder} holds no trained model",
            expected=f"the file {path.name}, which `pullback train --out {folder}` writes when it ends",
        )
    _, meta = files.load_arrays(path)
    kind = meta.get("class")
    if kind not in ("MLPRegressor", "MLPClassifier"):
        plain = Model.load(path)
        return Predictor(plain, plain.feature_names, frozenset(), plain.target_name)
    from pullback import tabular

    model = getattr(tabular, kind).load(path)
    columns = model.columns_
    texts = frozenset(n for n, levels in zip(columns.names, columns.levels) if levels is not None)
    return Predictor(model, tuple(columns.names), texts, _target_of(folder))


def _target_of(folder: Path) -> str:
    """What the run beside a model's file says that its target is called."""
    if not (folder / SUMMARY).exists():
        return ""
    return str(files.read_json(folder / SUMMARY).get("target", ""))


def _finite(X: Frame) -> Array:
    """Numbers `(n_rows, n_features)`; a gap is refused with its column and row."""
    for name, column in zip(X.columns, X.arrays):
        gaps = np.flatnonzero(np.isnan(column))
        if len(gaps):
            raise DataError(
                f"column {name!r} has no value in row {X.row_number(int(gaps[0]))}",
                where=X.name,
                expected="a number in every cell: a plain network takes no gaps",
                got=f"{len(gaps)} empty {'cell' if len(gaps) == 1 else 'cells'}",
                hint="fill in or drop such rows, or train with --preset default",
            )
    return np.stack(X.arrays, axis=1)
