"""What a run is asked to do, and what of it is refused before anything is done."""

from __future__ import annotations

import dataclasses
import difflib

from pullback.errors import ArgumentError
from pullback.model import activation_named

BUNDLED = ("california", "diabetes")
PRESETS = ("plain", "fast", "default", "best")
TASKS = ("regression", "classification")
ENGINES = ("auto", "native", "reference")


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
        The widths of the hidden layers; this and the fields up to `patience` are those of "plain".
    seed : int
        Of the weights and the row orders.
    preset : str
        "plain" is an MLP of (value, vjp) pairs, as the fields above say; "fast", "default" and "best" are
        the recipes of `pullback.tabular`, of which those fields only set data, target and seed.
    neighbours : bool
        Whether a recipe has features from neighbours.
    task : "regression", "classification" or None
        None leaves it to the target, by the rule of `data.pose`.
    drop, categorical, keep : tuple of str
        Columns to leave out, to take as texts, and not to leave out.
    rows : int or None
        Take so many rows of the file, drawn at random.
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
    preset: str = "default"
    neighbours: bool = True
    task: str | None = None
    drop: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    rows: int | None = None


_PLAIN = (
    "hidden", "activation", "batch_size", "epochs", "lr", "optimizer", "schedule", "weight_decay", "patience"
)  # fmt: skip
_FILES = ("drop", "categorical", "keep", "rows", "task", "target")


def check_settings(settings: Settings, engine: str) -> None:
    """Refuse what cannot be done, and settings that would be passed over in silence."""
    _refuse_unknown("preset", settings.preset, PRESETS)
    _refuse_unknown("engine", engine, ENGINES)
    if settings.task is not None:
        _refuse_unknown("task", settings.task, TASKS)
    if settings.rows is not None and settings.rows < 3:
        raise ArgumentError(f"rows={settings.rows} is too few", expected="three rows at the least")
    if settings.preset == "plain":
        _check_plain(settings)
    else:
        _refuse_unused(settings)
    given = [name for name in _FILES if getattr(settings, name) != getattr(Settings(), name)]
    if settings.data in BUNDLED and given:
        raise ArgumentError(
            f"{given[0]} has no meaning with the data {settings.data!r}",
            hint="--data FILE names a file of yours",
        )


def _check_plain(settings: Settings) -> None:
    activation_named(settings.activation)
    if settings.task == "classification":
        raise ArgumentError(
            "the plain network is for regression only",
            expected="--task regression, with --preset plain",
            hint="--preset default classifies",
        )
    if not settings.neighbours:
        raise ArgumentError("the plain network has no neighbours", hint="leave out --no-neighbours")


def _refuse_unused(settings: Settings) -> None:
    """Settings that a preset fixes are not taken in silence."""
    given = [name for name in _PLAIN if getattr(settings, name) != getattr(Settings(), name)]
    if given:
        raise ArgumentError(
            f"{given[0]} has no meaning with the preset {settings.preset!r}, which fixes it",
            hint="--preset plain, or pullback.MLPRegressor, which takes single numbers in a preset's place",
        )


def _refuse_unknown(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        close = difflib.get_close_matches(value, known, n=1)
        raise ArgumentError(
            f"{name}={value!r} is not known",
            expected=f"one of {', '.join(known)}",
            hint=f"did you mean {close[0]!r}?" if close else None,
        )
