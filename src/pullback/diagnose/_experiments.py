"""The experiments in the order they are made: what is certain first, what compares whole runs last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pullback.diagnose.experiments import (
    data,
    gradient,
    model,
    objective,
    purity,
    repeat,
    replicas,
    reporting,
    rows,
    splits,
    treatment,
    update,
)

EXPERIMENTS: list[tuple[str, Callable[..., Any]]] = [
    ("data", data.experiment),
    ("purity", purity.experiment),
    ("repeat", repeat.experiment),
    ("objective", objective.experiment),
    ("rows", rows.experiment),
    ("gradient", gradient.experiment),
    ("replicas", replicas.experiment),
    ("update", update.experiment),
    ("reporting", reporting.experiment),
    ("treatment", treatment.experiment),
    ("model", model.experiment),
    ("splits", splits.experiment),
]
