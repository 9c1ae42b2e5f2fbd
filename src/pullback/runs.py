"""A training run in a folder: from a table to a model, its history, its pictures and its figures."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pullback import data, files, nn, report
from pullback.data import Split, Standardizer, Table
from pullback.errors import ArgumentError, FileError
from pullback.model import Model, activation_named
from pullback.primitives.loss import squared_loss
from pullback.train import Result, fit
from pullback.typing import Array

BUNDLED = ("california", "diabetes")


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a run is asked to do.

    Attributes
    ----------
    data : str
        "california", "diabetes", or the path of a CSV or Parquet file.
    target : str or None
        The column to predict; needed for a file.
    hidden : tuple of int
        The widths of the hidden layers.
    preset : str
        "plain" is an MLP of (value, vjp) pairs, as the fields above say; "fast", "default" and "best" are
        the recipes of `pullback.tabular`, of which those fields only set data, target and seed.
    """

    data: str = "california"
    target: str | None = None
    hidden: tuple[int, ...] = (64, 64)
    activation: str = "relu"
    batch_size: int = 32
    epochs: int = 60
    lr: float = 2e-3
    optimizer: str = "adam"
    schedule: str = "cosine"
    weight_decay: float = 0.0
    patience: int | None = None
    seed: int = 0
    preset: str = "plain"
    neighbours: bool = True


class Predictor(NamedTuple):
    """A trained model as `pullback predict` applies it: `predict` takes raw rows `(n_rows, n_features)`."""

    predict: Callable[[Array], Array]
    feature_names: tuple[str, ...]
    target_name: str


@dataclasses.dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes
    ----------
    folder : Path
    model : Model
    result : Result
    metrics : dict
        `[predictor][set]["rmse" | "r2"]`, with the predictors "network", "least squares", "mean"; with a
        recipe also "gradient boosting", and then only the sets "val" and "test".
    summary : dict
        The object that `--json` prints.
    """

    folder: Path
    model: Any
    result: Result
    metrics: dict[str, Any]
    summary: dict[str, Any]


def train_run(
    settings: Settings,
    folder: Path,
    *,
    table: Table | None = None,
    progress: bool = False,
    resume: bool = False,
    engine: str = "auto",
) -> Run:
    """Train as `settings` say and write model, history, pictures and figures into `folder`.

    A run that is killed goes on with `resume` from its last complete epoch, to the same bits.
    One with a preset other than "plain" is fitted anew, also to the same bits; its Ctrl-C keeps the best
    epoch so far.
    """
    begin = time.perf_counter()
    _refuse_unused(settings)
    table = load_table(settings) if table is None else table
    folder.mkdir(parents=True, exist_ok=True)
    _keep_settings(folder, settings, resume)
    rows = data.research_split(len(table.y))
    if settings.preset != "plain":
        return _train_recipe(settings, folder, table, rows, progress, begin)
    features, target = Standardizer.fit(table.X[rows.train]), Standardizer.fit(table.y[rows.train, None])
    result = _fit(settings, folder, table, rows, (features, target), progress, resume, engine)
    model = Model(
        result.params, settings.activation, features, target, table.feature_names, table.target_name, {}
    )
    metrics, predicted = _measure(model, table, rows)
    summary = _summary(settings, table, rows, metrics, result, time.perf_counter() - begin)
    model = model._replace(facts=summary)
    _write(folder, model, result, table, rows, predicted, metrics, summary)
    return Run(folder, model, result, metrics, summary)


_PLAIN = (
    "hidden", "activation", "batch_size", "epochs", "lr", "optimizer", "schedule", "weight_decay", "patience"
)  # fmt: skip


def _refuse_unused(settings: Settings) -> None:
    """Settings that a preset fixes are not taken in silence."""
    plain = Settings()
    given = [name for name in _PLAIN if getattr(settings, name) != getattr(plain, name)]
    if settings.preset != "plain" and given:
        raise ArgumentError(
            f"{given[0]} has no meaning with the preset {settings.preset!r}, which fixes it",
            hint="--preset plain, or pullback.MLPRegressor, which takes single numbers in a preset's place",
        )


def _train_recipe(
    settings: Settings, folder: Path, table: Table, rows: Split, progress: bool, begin: float
) -> Run:
    """Train a recipe of `pullback.tabular`, and what it is compared with."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    from pullback.tabular import PRESETS, MLPRegressor

    X, y = table.X[rows.train], table.y[rows.train]
    line = _Line()
    predictors: dict[str, Any] = {
        "network": MLPRegressor(
            settings.preset, neighbours=settings.neighbours, random_state=settings.seed, progress=progress
        ),
        "gradient boosting": HistGradientBoostingRegressor(random_state=settings.seed),
        "least squares": line,
    }
    seconds = {}
    for name, predictor in predictors.items():
        start = time.perf_counter()
        held = {"X_val": table.X[rows.val], "y_val": table.y[rows.val]} if name == "network" else {}
        predictor.fit(X, y, **held)
        seconds[name] = round(time.perf_counter() - start, 3)
    sets = {"val": rows.val, "test": rows.test}
    predictions = {
        name: {k: predictor.predict(table.X[i]) for k, i in sets.items()}
        for name, predictor in predictors.items()
    }
    predictions["mean"] = {k: np.full(len(i), y.mean()) for k, i in sets.items()}
    metrics = report.metrics_table(predictions, {k: table.y[i] for k, i in sets.items()})
    model = predictors["network"]
    message = f"the weights are those of epoch {model.best_epoch_}, the best of {model.n_iter_}"
    preset = PRESETS[settings.preset]
    stopped = "epochs" if len(model.history_) == preset.epochs * preset.fits else "early"
    message = message if stopped == "epochs" else f"stopped early; {message}"
    result = Result(None, model.history_, model.best_epoch_, stopped, seconds["network"], message)
    summary = _summary(settings, table, rows, metrics, result, time.perf_counter() - begin)
    summary |= {"fit_seconds": seconds, "features": list(table.feature_names)}
    _write(folder, model, result, table, rows, predictions["network"]["test"], metrics, summary)
    return Run(folder, model, result, metrics, summary)


class _Line:
    """Least squares with a constant."""

    def fit(self, X: Array, y: Array) -> None:
        self.weights = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), y, rcond=None)[0]

    def predict(self, X: Array) -> Array:
        return np.asarray(X @ self.weights[:-1] + self.weights[-1])


def load_table(settings: Settings) -> Table:
    """The table that the settings name."""
    if settings.data in BUNDLED:
        return data.load(settings.data)
    if settings.target is None:
        raise ArgumentError(
            f"no target is named for {settings.data}",
            expected="the column to predict",
            hint="--target COLUMN",
        )
    return data.read_table(settings.data, settings.target)


def load_model(folder: Path) -> Predictor:
    """The model of a run's folder, with the names of its columns and of its target."""
    path = folder / "model.safetensors"
    if not path.exists():
        raise FileError(
            f"{folder} holds no trained model",
            expected=f"the file {path.name}, which `pullback train --out {folder}` writes when it ends",
        )
    _, meta = files.load_arrays(path)
    if meta.get("class") != "MLPRegressor":
        plain = Model.load(path)
        return Predictor(plain.predict, plain.feature_names, plain.target_name)
    from pullback.tabular import MLPRegressor

    said = files.read_json(folder / "summary.json")
    return Predictor(MLPRegressor.load(path).predict, tuple(said["features"]), said["target"])


def next_folder(parent: Path, name: str) -> Path:
    """The first of `name`, `name-2`, `name-3`, ... that does not exist in `parent`."""
    number = 1
    while (folder := parent / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return folder


def _loss(activation: Any) -> Any:
    def loss(params: Any, X: Array, y: Array) -> Any:
        return squared_loss(nn.mlp(params, X, activation=activation), y)

    return loss


def _fit(
    settings: Settings, folder: Path, table: Table, rows: Split, scalers: Any, progress: bool, resume: bool,
    engine: str,
) -> Result:  # fmt: skip
    features, target = scalers
    rng = np.random.default_rng(settings.seed)
    sizes = [table.X.shape[1], *settings.hidden, 1]
    scaled = [
        scaler.transform(x[part], np.float32)
        for part in (rows.train, rows.val)
        for scaler, x in ((features, table.X), (target, table.y[:, None]))
    ]
    X, y, X_val, y_val = scaled
    return fit(
        _loss(activation_named(settings.activation)), nn.init_mlp(rng, sizes, dtype=np.float32), X, y,
        X_val=X_val, y_val=y_val, optimizer=settings.optimizer, lr=settings.lr, schedule=settings.schedule,
        batch_size=settings.batch_size, epochs=settings.epochs, weight_decay=settings.weight_decay,
        patience=settings.patience, seed=settings.seed, progress=progress,
        checkpoint=folder / "checkpoint.safetensors", resume=resume, engine=engine,
    )  # fmt: skip


def _measure(model: Model, table: Table, rows: Split) -> tuple[Any, Array]:
    sets = rows._asdict()
    X, y = table.X[rows.train], table.y[rows.train]
    line = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), y, rcond=None)[0]
    predictors = {
        "network": model.predict(table.X),
        "least squares": table.X @ line[:-1] + line[-1],
        "mean": np.full(len(table.y), y.mean()),
    }
    predictions = {name: {k: p[i] for k, i in sets.items()} for name, p in predictors.items()}
    metrics = report.metrics_table(predictions, {k: table.y[i] for k, i in sets.items()})
    return metrics, predictors["network"][rows.test]


def _summary(
    settings: Settings, table: Table, rows: Split, metrics: Any, result: Result, seconds: float
) -> dict[str, Any]:
    network = metrics["network"]["test"]
    return {
        "data": table.name, "note": table.note, "target": table.target_name, "unit": table.target_unit,
        "rows": len(table.y), "train_rows": len(rows.train), "val_rows": len(rows.val),
        "test_rows": len(rows.test), "rmse": network["rmse"], "r2": network["r2"], "metrics": metrics,
        "epochs": len(result.history), "best_epoch": result.best_epoch, "stopped": result.stopped,
        "seconds": round(seconds, 3), "seed": settings.seed, "settings": dataclasses.asdict(settings),
    }  # fmt: skip


def _keep_settings(folder: Path, settings: Settings, resume: bool) -> None:
    if (folder / "model.safetensors").exists() and not resume:
        raise FileError(
            f"{folder} already holds a trained model",
            expected="a new folder",
            hint="choose another --out, or remove the folder",
        )
    files.write_json(folder / "settings.json", dataclasses.asdict(settings))


def _write(
    folder: Path, model: Any, result: Result, table: Table, rows: Split, predicted: Array, metrics: Any,
    summary: dict[str, Any],
) -> None:  # fmt: skip
    model.save(folder / "model.safetensors")
    lines = [files.to_json(dataclasses.asdict(record)) for record in result.history]
    files.write_text(folder / "history.jsonl", "".join(f"{line}\n" for line in lines))
    files.write_json(folder / "summary.json", summary)
    report.learning_curve(
        folder / "learning_curve.png",
        result,
        "(half squared error, standardised)" if isinstance(model, Model) else "(squared error, standardised)",
    )
    named = f"{table.target_name} ({table.target_unit})" if table.target_unit else table.target_name
    report.predicted_against_true(
        folder / "predicted.png", predicted, table.y[rows.test], named, metrics["network"]["test"]["rmse"]
    )
    (folder / "checkpoint.safetensors").unlink(missing_ok=True)
