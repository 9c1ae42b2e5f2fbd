"""A recipe of `pullback.tabular`, trained and compared."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from pullback import report
from pullback.data import Frame, Problem, Split
from pullback.errors import PullbackWarning
from pullback.runs._baselines import baselines, encode
from pullback.runs._folder import MODEL, Run, summary_of, write_outcome
from pullback.runs._settings import Settings
from pullback.train import Result
from pullback.typing import Array


def train(
    settings: Settings, folder: Path, problem: Problem, rows: Split, progress: bool, begin: float, engine: str
) -> Run:
    """Train, compare on the same rows, measure, write down; the model first, so that Ctrl-C leaves it."""
    labels = problem.task == "classification"
    start = time.perf_counter()
    model, said = _fit(settings, problem, rows, progress, engine)
    seconds = {"network": round(time.perf_counter() - start, 3)}
    model.save(folder / MODEL)
    sets = {"val": rows.val, "test": rows.test}
    classes: Any = model.classes_ if labels else None
    predictions = {"network": {name: _predict(model, problem.X.take(i)) for name, i in sets.items()}}
    left_out = _compare(settings, problem, rows, classes, predictions, seconds)
    true = {name: problem.y[i] for name, i in sets.items()}
    if classes is not None:
        codes = {name: np.searchsorted(classes, y) for name, y in true.items()}
        metrics = report.class_metrics_table(predictions, codes)
    else:
        metrics = report.metrics_table(predictions, true)
    result = _result(model, settings, seconds["network"])
    summary = summary_of(settings, problem, rows, metrics, result, time.perf_counter() - begin)
    concerns = list(dict.fromkeys([*said, *summary["health"]]))
    summary |= {"fit_seconds": seconds, "health": concerns, "interrupted_before": left_out}
    unit = "(cross-entropy)" if labels else "(squared error, standardised)"
    write_outcome(folder, result, problem, rows, predictions["network"]["test"], summary, unit, classes)
    return Run(folder, model, result, metrics, summary)


def _fit(
    settings: Settings, problem: Problem, rows: Split, progress: bool, engine: str
) -> tuple[Any, list[str]]:
    """The fitted estimator, and what it said of its own health."""
    from pullback.tabular import MLPClassifier, MLPRegressor

    kind: Any = MLPClassifier if problem.task == "classification" else MLPRegressor
    model = kind(
        settings.preset, neighbours=settings.neighbours, random_state=settings.seed, progress=progress,
        engine=engine,
    )  # fmt: skip
    held = {"X_val": problem.X.take(rows.val), "y_val": problem.y[rows.val]}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", PullbackWarning)
        model.fit(problem.X.take(rows.train), problem.y[rows.train], **held)
    if not model.history_:  # Ctrl-C, and nothing was learned that could be kept
        raise KeyboardInterrupt
    for warning in caught:
        if not issubclass(warning.category, PullbackWarning):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    said = [str(w.message) for w in caught if issubclass(w.category, PullbackWarning)]
    return model, list(dict.fromkeys(said))


def _predict(model: Any, X: Frame) -> Array:
    """Numbers `(n,)`, or probabilities `(n, n_classes)`."""
    return np.asarray(model.predict_proba(X) if hasattr(model, "classes_") else model.predict(X))


def _compare(
    settings: Settings, problem: Problem, rows: Split, classes: Any, predictions: dict[str, Any],
    seconds: dict[str, float],
) -> list[str]:  # fmt: skip
    """Fit what the network is compared with; Ctrl-C leaves out what is not fitted yet, which is returned."""
    labels = classes is not None
    waiting = baselines(labels, settings.seed)
    try:
        coded = encode(problem.X, rows.train)
        y = problem.y[rows.train]
        for name in list(waiting):
            start = time.perf_counter()
            fitted = waiting[name].fit(coded, rows.train, np.searchsorted(classes, y) if labels else y)
            if name not in ("mean", "majority class"):
                seconds[name] = round(time.perf_counter() - start, 3)
            predictions[name] = {
                k: fitted.predict(coded, i) for k, i in (("val", rows.val), ("test", rows.test))
            }
            del waiting[name]
    except KeyboardInterrupt:
        return list(waiting)
    return []


def _result(model: Any, settings: Settings, seconds: float) -> Result:
    """How the fit ended, as `pullback.fit` says it."""
    from pullback.tabular import PRESETS

    message = f"the weights are those of epoch {model.best_epoch_}, the best of {model.n_iter_}"
    stopped = model.networks_[-1].result.stopped
    if stopped == "interrupted":
        asked = model.networks_[-1].result.asked
        preset = PRESETS[settings.preset].for_rows(len(asked.X))
        done, all_of_them = len(model.history_), preset.epochs * preset.fits
        message = f"interrupted after {done} of {all_of_them} epochs; {message}"
    elif stopped != "epochs":
        message = f"stopped early; {message}"
    first = model.networks_[0].result
    return Result(
        None, model.history_, model.best_epoch_, stopped, seconds, message, first.state, first.asked
    )
