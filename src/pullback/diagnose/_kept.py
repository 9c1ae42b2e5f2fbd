"""What a step keeps between calls: the numbers that its functions, closures and objects can reach."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from pullback.diagnose._clone import is_library, names_in
from pullback.diagnose._patient import Patient

Leaves = list[np.ndarray]
_DEEPEST = 8


def kept_after_one(patient: Patient, leaves: Leaves) -> list[np.ndarray]:
    """All arrays and numbers within reach of a step that was taken once from `leaves`."""
    body = patient.fresh()
    np.random.set_state(patient.random)
    rows = patient.batch(0)
    params = body.tree([np.array(x) if np.ndim(x) else float(x) for x in leaves])
    body.step(params, body.X[rows], body.y[rows])
    return list(_reach(body.function("step"), set(), 0))


def _reach(x: Any, seen: set[int], depth: int) -> Iterator[np.ndarray]:
    if isinstance(x, (float, np.floating, np.ndarray)):
        if isinstance(x, float) or x.dtype.kind == "f":
            yield np.asarray(x, float)
        return
    if id(x) in seen or depth > _DEEPEST:
        return
    seen.add(id(x))
    for part in _parts(x):
        yield from _reach(part, seen, depth + 1)


def _parts(x: Any) -> list[Any]:
    if isinstance(x, (list, tuple, set)):
        return list(x)
    if isinstance(x, dict):
        return list(x.values())
    if isinstance(x, MethodType):
        return [x.__self__, x.__func__]
    if isinstance(x, FunctionType):
        if is_library(x.__globals__.get("__file__")):
            return []
        cells = [c.cell_contents for c in x.__closure__ or () if _filled(c)]
        named = [x.__globals__[n] for n in names_in(x.__code__) if n in x.__globals__]
        return [*cells, *named, x.__defaults__, x.__dict__]
    if isinstance(x, (type, ModuleType)) or not hasattr(x, "__dict__"):
        return []
    return list(vars(x).values())


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - an empty cell has none
    except ValueError:
        return False
    return True


def factor_kept(kept: list[np.ndarray], wanted: Leaves) -> list[float]:
    """The factors `a` for which an array `a x` is kept of every `x`."""
    found: list[set[float]] = []
    for x in wanted:
        power = float(np.sum(x * x))
        factors = set()
        for value in kept:
            if value.size == x.size and power:
                a = float(np.sum(value.ravel() * x.ravel())) / power
                if np.allclose(value.ravel(), a * x.ravel(), rtol=1e-6, atol=1e-9 * abs(a) * np.sqrt(power)):
                    factors.add(float(f"{a:.6g}"))
        found.append(factors)
    return sorted(set.intersection(*found)) if found else []
