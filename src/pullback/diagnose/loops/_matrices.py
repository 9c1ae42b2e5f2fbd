"""A loop whose rows or parameters are `np.matrix`, as one of arrays: its own functions still get matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.diagnose.loops._given import SPLITS
from pullback.diagnose.loops._leaves import flatten, rebuild


def of_arrays(given: dict[str, Any]) -> dict[str, Any]:
    """The same names with arrays for matrices; as they are where there is no matrix."""
    kept = [isinstance(x, np.matrix) for x in flatten(given["params"])]
    rows = [isinstance(given[name], np.matrix) for name in ("X", "y")]
    if not any((*kept, *rows)):
        return given
    plain = {name: np.asarray(given[name]) for pair in SPLITS for name in pair
             if isinstance(given.get(name), np.matrix)}  # fmt: skip
    calls = {name: _given_matrices(given[name], kept, rows)
             for name in ("loss", "grad", "step") if callable(given.get(name))}  # fmt: skip
    return {**given, **plain, **calls, "params": _arrays(given["params"])}


def _given_matrices(f: Callable[..., Any], kept: list[bool], rows: list[bool]) -> Callable[..., Any]:
    """The function called with matrices where its own are, whose matrices come back as arrays."""

    def call(params: Any, X: Any, y: Any) -> Any:
        leaves = [np.asmatrix(x) if held else x for x, held in zip(flatten(params), kept, strict=True)]
        X, y = (np.asmatrix(x) if held else x for x, held in zip((X, y), rows, strict=True))
        return _arrays(f(rebuild(params, leaves), X, y))

    return call


def _arrays(x: Any) -> Any:
    return rebuild(x, [np.asarray(a) if isinstance(a, np.matrix) else a for a in flatten(x)])
