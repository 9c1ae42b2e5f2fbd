"""The run itself: settings checked, the table read, the network trained, compared and written down."""

from __future__ import annotations

import time
from pathlib import Path

from pullback import data
from pullback.data import Problem
from pullback.errors import ArgumentError
from pullback.runs import _plain, _recipe
from pullback.runs._folder import Run, ended, opened
from pullback.runs._settings import BUNDLED, Settings, check_settings


def train_run(
    settings: Settings,
    folder: Path,
    *,
    table: Problem | None = None,
    progress: bool = False,
    resume: bool = False,
    engine: str = "auto",
) -> Run:
    """Train as `settings` say and write model, history, pictures and figures into `folder`.

    A plain run that is killed or interrupted goes on with `resume` from its last complete epoch, to the same
    bits. One with a preset is fitted anew, also to the same bits; its Ctrl-C keeps the best epoch so far.

    Raises
    ------
    ArgumentError, DataError
        For settings or a table that no run can be made of; before the folder is there.
    FileError
        Where the folder holds a finished run, or one that was set up otherwise.
    """
    begin = time.perf_counter()
    check_settings(settings, engine)
    before = ended(folder, settings, resume)
    if before is not None:
        return before
    problem = load_table(settings) if table is None else table
    rows = problem.split()
    if settings.preset != "plain":
        with opened(folder, settings):
            return _recipe.train(settings, folder, problem, rows, progress, begin, engine)
    plain = _plain.numbers_of(problem)
    with opened(folder, settings):
        return _plain.train(settings, folder, problem, plain, rows, progress, resume, begin, engine)


def load_table(settings: Settings) -> Problem:
    """The table that the settings name, and what is asked of it."""
    if settings.data in BUNDLED:
        return data.problem_of(data.load(settings.data))
    if settings.target is None:
        raise ArgumentError(
            f"no target is named for {settings.data}",
            expected="the column to predict",
            hint="--target COLUMN",
        )
    for name in ("drop", "categorical", "keep"):
        if settings.target in getattr(settings, name) and name != "categorical":
            raise ArgumentError(
                f"the target {settings.target!r} is also in {name}", hint=f"leave it out of --{name}"
            )
    frame = data.read_frame(
        settings.data, settings.target, texts=settings.categorical, drop=settings.drop, rows=settings.rows
    )
    return data.pose(frame, settings.target, task=settings.task, keep=settings.keep, title=settings.data)
