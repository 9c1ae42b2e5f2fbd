"""The report of a run: what its folder holds, and how much each column matters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from pullback import files
from pullback.data import Frame, Problem
from pullback.errors import FileError, PullbackError
from pullback.report import Facts, page
from pullback.runs._folder import COLUMNS, HISTORY, MODEL, SUMMARY, TEST_ROWS
from pullback.runs._predict import Predictor, load_model
from pullback.runs._settings import BUNDLED, Settings
from pullback.runs._train import load_table
from pullback.typing import Array

CELLS = 60_000
"""About how many rows are predicted to find out what the columns are worth."""


def report_run(folder: Path, out: Path | None = None) -> Path:
    """Write the page of a run; by default into its folder, as report.html. Returns where it is.

    Raises
    ------
    FileError
        Where the folder holds no run that has ended, or a file of it is damaged.
    """
    if not folder.is_dir() or not (folder / SUMMARY).exists():
        raise FileError(
            f"{folder} holds no run that has ended",
            expected=f"the files {SUMMARY} and {MODEL}, which `pullback train --out {folder}` writes",
            hint="name the folder of a run; `pullback train` prints it",
        )
    out = folder / "report.html" if out is None else out
    files.write_text(out, page(_facts(folder)))
    return out


def _facts(folder: Path) -> Facts:
    summary = files.read_json(folder / SUMMARY)
    arrays, meta = files.load_arrays(folder / TEST_ROWS)
    predictor = load_model(folder)
    without, importance = "", []
    try:
        problem = load_table(_settings(summary))
        _refuse_changed(problem, summary)
        importance = column_importance(predictor, problem, arrays["rows"], meta["classes"])
    except PullbackError as error:
        without = f"the table cannot be read again ({str(error).splitlines()[0]})"
    return Facts(
        summary, files.read_lines(folder / HISTORY), files.read_json(folder / COLUMNS), arrays["true"],
        arrays["predicted"], meta["classes"], importance, without,
        *_loading(folder, predictor, meta["classes"]),
    )  # fmt: skip


def _settings(summary: dict[str, Any]) -> Settings:
    """As the run had them; its file by the place where it lay."""
    said: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in summary["settings"].items()}
    if said["data"] not in BUNDLED and summary.get("file"):
        said["data"] = summary["file"]
    return Settings(**said)


def _refuse_changed(problem: Problem, summary: dict[str, Any]) -> None:
    if len(problem.y) != summary["rows"] or not set(summary["features"]) <= set(problem.X.columns):
        raise FileError("it is not the table that the run saw")


def column_importance(
    predictor: Predictor, problem: Problem, rows: Array, classes: list[str] | None
) -> list[tuple[str, float, float]]:
    """By column: how much RMSE or log loss rises where its test rows are shuffled, and the spread of that.

    Parameters
    ----------
    predictor : Predictor
    problem : Problem
    rows : `(n,)` array
        The test rows, of which so many are taken that the work is bounded.
    classes : list of str, or None
    """
    names, rng = list(predictor.feature_names), np.random.default_rng(0)
    repeats = 3 if len(names) <= 100 else 1
    most = max(50, CELLS // (repeats * len(names)))
    rows = rows if len(rows) <= most else rng.choice(rows, most, replace=False)
    X, y = problem.X.select(names).take(rows), problem.y[rows]
    start = _loss(predictor, X, y, classes)
    found = []
    for i, name in enumerate(names):
        rises = []
        for _ in range(repeats):
            mixed = list(X.arrays)
            mixed[i] = rng.permutation(mixed[i])
            rises.append(_loss(predictor, Frame(X.columns, tuple(mixed)), y, classes) - start)
        found.append((name, float(np.mean(rises)), float(np.std(rises))))
    return found


def _loss(predictor: Predictor, X: Frame, y: Array, classes: list[str] | None) -> float:
    columns = list(predictor.predict(X).values())
    if classes is None:
        return float(np.sqrt(np.mean((columns[0] - y) ** 2)))
    own = np.stack(columns[1:], axis=1)[np.arange(len(y)), np.searchsorted(predictor.model.classes_, y)]
    return float(-np.log(np.clip(own, 1e-15, None)).mean())


def _loading(folder: Path, predictor: Predictor, classes: list[str] | None) -> tuple[str, str]:
    """How the model is loaded: in Python, and on the command line."""
    path = f"{folder}/{MODEL}"
    if predictor.model.__class__.__module__.startswith("pullback.model"):
        load = f"from pullback.model import Model\n\nmodel = Model.load({path!r})"
        use = "model.feature_names  # the columns of X, in this order\nmodel.predict(X)"
    else:
        kind = type(predictor.model).__name__
        load = f"import pullback as pb\n\nmodel = pb.{kind}.load({path!r})"
        use = (
            f"X = pb.data.read_frame('new.csv').select({_listed(predictor.feature_names)})\nmodel.predict(X)"
        )
        use += "\nmodel.predict_proba(X)  # columns as in model.classes_" if classes is not None else ""
    return f"{load}\n{use}", f"pullback predict {folder} new.csv --output predictions.csv"


def _listed(names: tuple[str, ...]) -> str:
    if len(names) <= 6:
        return str(list(names))
    return "model.columns_.names"
