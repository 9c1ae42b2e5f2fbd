"""The folder of a run: what is written into it, when, and what is found there by a run that resumes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from pullback import files, report
from pullback.data import Problem, Split
from pullback.errors import FileError, PullbackError
from pullback.runs._settings import Settings
from pullback.train import Result, health
from pullback.typing import Array

MODEL, SUMMARY, SETTINGS = "model.safetensors", "summary.json", "settings.json"
TEST_ROWS, COLUMNS, HISTORY = "test_rows.safetensors", "columns.json", "history.jsonl"
CHECKPOINT = "checkpoint.safetensors"


@dataclasses.dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes
    ----------
    folder : Path
    model : Model, MLPRegressor, MLPClassifier, or None
        None for a run that had ended before.
    result : Result or None
    metrics : dict
        `[predictor][set][metric]`: the network first, then what it is compared with, on "val" and "test";
        "rmse", "mae" and "r2", or "accuracy", "log_loss" and "roc_auc" (two classes) or "balanced_accuracy".
    summary : dict
        The object that `--json` prints.
    """

    folder: Path
    model: Any
    result: Result | None
    metrics: dict[str, Any]
    summary: dict[str, Any]


def next_folder(parent: Path, name: str) -> Path:
    """The first of `name`, `name-2`, `name-3`, ... that does not exist in `parent`."""
    number = 1
    while (folder := parent / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return folder


def ended(folder: Path, settings: Settings, resume: bool) -> Run | None:
    """The run in the folder, if it has ended; an error where it is not to be touched, or another one's."""
    there = (folder / MODEL).exists()
    if there and not resume:
        raise FileError(
            f"{folder} already holds a trained model",
            expected="a new folder",
            hint="choose another --out, or remove the folder",
        )
    if resume and settings.preset != "plain":
        _refuse_other(folder, settings)
    if not there or not (folder / SUMMARY).exists():
        return None
    summary = files.read_json(folder / SUMMARY)
    if summary.get("stopped") == "interrupted":
        return None
    return Run(folder, None, None, summary["metrics"], summary)


def how_it_resumes(settings: Settings, folder: Path) -> str:
    """What `--resume` does with the folder, in words."""
    if not (folder / SETTINGS).exists():
        return f"{folder} holds no run; this one begins at the beginning"
    if settings.preset == "plain":
        known = (folder / CHECKPOINT).exists()
        return "resumed from its last whole epoch" if known else "no epoch was whole; it begins again"
    return "a preset keeps no checkpoint: fitted anew from its seed, to the bits of an uninterrupted run"


def _refuse_other(folder: Path, settings: Settings) -> None:
    """A preset's run is fitted anew, which makes the same model only of the same settings."""
    if not (folder / SETTINGS).exists():
        return
    there, here = files.read_json(folder / SETTINGS), as_json(settings)
    differ = [name for name in here if name in there and there[name] != here[name]]
    if differ:
        raise FileError(
            f"{folder} holds a run that was set up otherwise",
            expected="; ".join(f"{name}: {here[name]}" for name in differ),
            got="; ".join(f"{name}: {there[name]}" for name in differ),
            hint="resume with the same options, or choose another --out",
        )


@contextmanager
def opened(folder: Path, settings: Settings) -> Iterator[None]:
    """The folder with the settings in it; where the run is refused, a new folder does not stay."""
    new = not folder.exists()
    files.write_json(folder / SETTINGS, as_json(settings))
    try:
        yield
    except PullbackError:
        if new and [path.name for path in folder.iterdir()] == [SETTINGS]:
            (folder / SETTINGS).unlink()
            folder.rmdir()
        raise


def as_json(settings: Settings) -> dict[str, Any]:
    """The settings as a JSON file has them: lists for tuples."""
    found = dataclasses.asdict(settings)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def summary_of(
    settings: Settings, problem: Problem, rows: Split, metrics: dict[str, Any], result: Result, seconds: float
) -> dict[str, Any]:
    """The object that `--json` prints."""
    network, seen = metrics["network"]["test"], health(result)
    path = (
        Path(settings.data).absolute()
        if settings.data != problem.name and Path(settings.data).exists()
        else None
    )
    return {
        "data": problem.name, "file": None if path is None else str(path), "note": problem.note,
        "task": problem.task, "target": problem.target_name, "unit": problem.target_unit,
        "rows": len(problem.y), "train_rows": len(rows.train), "val_rows": len(rows.val),
        "test_rows": len(rows.test), "features": list(problem.X.columns), "notes": list(problem.notes),
        **network, "metrics": metrics,
        "epochs": len(result.history), "best_epoch": result.best_epoch, "stopped": result.stopped,
        "message": result.message, "health": list(seen.concerns), "found": seen.found,
        "seconds": round(seconds, 3), "seed": settings.seed, "settings": as_json(settings),
    }  # fmt: skip


def write_test_rows(folder: Path, problem: Problem, rows: Array, predicted: Array, classes: Any) -> None:
    """Keep the test rows' targets and predictions, for the report."""
    true = problem.y[rows] if classes is None else np.searchsorted(classes, problem.y[rows])
    arrays = {
        "rows": np.asarray(rows, np.int64),
        "true": true,
        "predicted": np.asarray(predicted, np.float64),
    }
    meta = {"classes": None if classes is None else [str(c) for c in classes]}
    files.save_arrays(folder / TEST_ROWS, arrays, meta)


def write_outcome(
    folder: Path, result: Result, problem: Problem, rows: Split, predicted: Array, summary: dict[str, Any],
    unit: str, classes: Any = None,
) -> None:  # fmt: skip
    """History, pictures, test rows and the summary; that last, since it says that the run has ended."""
    lines = [files.to_json(dataclasses.asdict(record)) for record in result.history]
    files.write_text(folder / HISTORY, "".join(f"{line}\n" for line in lines))
    files.write_json(folder / COLUMNS, list(problem.columns))
    write_test_rows(folder, problem, rows.test, predicted, classes)
    report.learning_curve(folder / "learning_curve.png", result, unit)
    if classes is None:
        named = problem.target_name + (f" ({problem.target_unit})" if problem.target_unit else "")
        rmse = summary["metrics"]["network"]["test"]["rmse"]
        report.predicted_against_true(folder / "predicted.png", predicted, problem.y[rows.test], named, rmse)
    else:
        true = np.searchsorted(classes, problem.y[rows.test])
        report.confusion(folder / "predicted.png", predicted.argmax(1), true, [str(c) for c in classes])
    files.write_json(folder / SUMMARY, summary)
    if result.stopped != "interrupted":
        (folder / CHECKPOINT).unlink(missing_ok=True)
