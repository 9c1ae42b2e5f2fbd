"""The plain network: an MLP of (value, vjp) pairs on standardised numbers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from pullback import nn, report
from pullback.data import Problem, Split, Standardizer, Table
from pullback.errors import DataError
from pullback.model import Model, activation_named
from pullback.primitives.loss import squared_loss
from pullback.runs._folder import CHECKPOINT, MODEL, Run, summary_of, write_outcome
from pullback.runs._settings import Settings
from pullback.train import Result, fit
from pullback.typing import Array


def numbers_of(problem: Problem) -> Table:
    """The problem as a table of finite numbers; the plain network knows nothing else."""
    if problem.task != "regression":
        raise DataError(
            f"the target {problem.target_name!r} stands for classes, and the plain network is for regression",
            expected="a target of numbers",
            hint="--preset default classifies; --task regression takes whole numbers as they are",
        )
    texts = [name for name in problem.X.columns if problem.X[name].dtype.kind != "f"]
    if texts:
        raise DataError(
            f"column {texts[0]!r} holds texts, and the plain network takes numbers only",
            expected="numbers in every column",
            got=repr(problem.X[texts[0]][0]),
            hint=f"--preset default takes texts; --drop {texts[0]} leaves the column out",
        )
    gaps = [name for name in problem.X.columns if np.isnan(problem.X[name]).any()]
    if gaps:
        count = int(np.isnan(problem.X[gaps[0]]).sum())
        raise DataError(
            f"column {gaps[0]!r} has gaps, and the plain network takes numbers only",
            expected="a number in every row",
            got=f"{count} of {len(problem.y)} rows without one",
            hint=f"--preset default takes gaps; --drop {gaps[0]} leaves the column out",
        )
    X = np.stack(problem.X.arrays, axis=1)
    return Table(
        X, problem.y, problem.X.columns, problem.target_name, problem.name, problem.target_unit, problem.note
    )


def train(
    settings: Settings, folder: Path, problem: Problem, table: Table, rows: Split, progress: bool,
    resume: bool, begin: float, engine: str,
) -> Run:  # fmt: skip
    """Train, measure, and write down."""
    features, target = Standardizer.fit(table.X[rows.train]), Standardizer.fit(table.y[rows.train, None])
    result = _fit(settings, folder, table, rows, (features, target), progress, resume, engine)
    model = Model(
        result.params, settings.activation, features, target, table.feature_names, table.target_name, {}
    )
    metrics, predicted = _measure(model, table, rows)
    summary = summary_of(settings, problem, rows, metrics, result, time.perf_counter() - begin)
    model = model._replace(facts=summary)
    model.save(folder / MODEL)
    write_outcome(folder, result, problem, rows, predicted, summary, "(half squared error, standardised)")
    return Run(folder, model, result, metrics, summary)


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
        checkpoint=folder / CHECKPOINT, resume=resume, engine=engine,
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
