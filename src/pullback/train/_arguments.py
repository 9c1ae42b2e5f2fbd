"""What `fit` was asked for, looked at before any work: every mistake is named by its argument."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import tree
from pullback.errors import ArgumentError
from pullback.train._optimisers import OPTIMIZERS, Optimizer
from pullback.train._schedules import SCHEDULES, Schedule
from pullback.typing import Tree


@dataclasses.dataclass(frozen=True)
class Rows:
    """Rows to learn from, or to validate on: `X`, and `y` or None."""

    X: np.ndarray
    y: np.ndarray | None
    dtype: np.dtype

    def __len__(self) -> int:
        return len(self.X)

    def take(self, rows: Any) -> tuple[np.ndarray, ...]:
        """`(X, y)` at these rows, or `(X,)`; floats in the dtype of the parameters."""
        arrays = (self.X,) if self.y is None else (self.X, self.y)
        return tuple(self._cast(np.asarray(x[rows])) for x in arrays)

    def both(self, rows: Any) -> tuple[np.ndarray, np.ndarray | None]:
        """`(X, y)` at these rows, where `y` may be None."""
        X, *y = self.take(rows)
        return X, y[0] if y else None

    def _cast(self, x: np.ndarray) -> np.ndarray:
        return x.astype(self.dtype, copy=False) if x.dtype.kind == "f" else x


def check_params(params: Tree) -> np.dtype:
    """The dtype that rows are given to parameters in: the widest among theirs."""
    flat, paths = tree.leaves(params), tree.paths(params)
    if not flat:
        raise ArgumentError("params has no arrays in it", expected="a tree of float arrays")
    for x, path in zip(flat, paths, strict=True):
        if not isinstance(x, (np.ndarray, np.generic)) or x.dtype.kind != "f":
            kind = f"an array of {x.dtype}" if hasattr(x, "dtype") else f"a {type(x).__name__}"
            raise ArgumentError(
                f"params{path} cannot be trained",
                expected="a float array",
                got=kind,
                hint="np.asarray(x, dtype=np.float64)",
            )
        if not np.isfinite(x).all():
            raise ArgumentError(f"params{path} holds NaN or infinity", expected="finite numbers")
    return np.result_type(*(x.dtype for x in flat))


def check_rows(X: Any, y: Any, dtype: np.dtype, names: tuple[str, str]) -> Rows:
    """Rows as arrays of our own, so that nothing the caller does later reaches the run."""
    x_name, y_name = names
    columns = [str(c) for c in getattr(X, "columns", [])]
    X = _array(X, x_name, dtype, cast_integers=True)
    if X.ndim == 0 or len(X) == 0:
        raise ArgumentError(f"{x_name} has no rows", expected="(n_samples, n_features)", got=X.shape)
    _finite(X, x_name, columns)
    if y is None:
        return Rows(X, None, dtype)
    y = _array(y, y_name, dtype)
    if y.ndim == 0 or len(y) != len(X):
        raise ArgumentError(
            f"{x_name} and {y_name} have different numbers of rows",
            expected=f"{len(X)} rows in {y_name}, as in {x_name}",
            got=f"{y_name} of shape {y.shape}",
        )
    _finite(y, y_name, [])
    return Rows(X, y, dtype)


def check_validation(X: Any, y: Any, like: Rows) -> Rows | None:
    """The validation rows, whose columns must be those of the training rows."""
    if X is None and y is None:
        return None
    if X is None or (y is None) != (like.y is None):
        missing = "X_val" if X is None else "y_val" if y is None else "y"
        raise ArgumentError(f"{missing} is missing", expected="X_val and y_val together, as X and y")
    rows = check_rows(X, y, like.dtype, ("X_val", "y_val"))
    pairs = [("X_val", rows.X, like.X)]
    if rows.y is not None and like.y is not None:
        pairs.append(("y_val", rows.y, like.y))
    for name, a, b in pairs:
        if a.shape[1:] != b.shape[1:]:
            raise ArgumentError(
                f"{name} is not shaped like the training rows",
                expected=f"shape {('n', *b.shape[1:])}".replace("'", ""),
                got=f"shape {a.shape}",
            )
    return rows


def check_numbers(
    lr: float, batch_size: int, epochs: int, clip_norm: float | None, patience: int | None
) -> None:
    """Numbers that must be positive, and those that must be whole."""
    for name, x in (("lr", lr), ("clip_norm", clip_norm)):
        if x is not None and not (_is_number(x) and math.isfinite(x) and x > 0):
            raise ArgumentError(f"{name}={x!r}", expected="a finite number above 0")
    for name, n in (("batch_size", batch_size), ("epochs", epochs), ("patience", patience)):
        if n is not None and not (isinstance(n, (int, np.integer)) and n >= 1):
            raise ArgumentError(f"{name}={n!r}", expected="an integer, 1 or more")


def choose_optimizer(optimizer: str | Optimizer, weight_decay: float) -> Optimizer:
    """An optimiser of this name, or the one given."""
    if isinstance(optimizer, Optimizer):
        if weight_decay:
            raise ArgumentError(
                f"weight_decay={weight_decay} was given beside an optimizer made already",
                hint=f"{optimizer.name}(weight_decay={weight_decay})",
            )
        return optimizer
    make = _by_name(optimizer, OPTIMIZERS, "optimizer")
    return make(weight_decay=weight_decay) if weight_decay else make()


def choose_schedule(schedule: str | Schedule, total: int) -> Schedule:
    """A schedule of this name, or the one given; tried at a hundred steps."""
    if not callable(schedule):
        return _by_name(schedule, SCHEDULES, "schedule")()
    for step in sorted({i * (total - 1) // 100 for i in range(101)}):
        _check_factor(schedule, step, total)
    return schedule


def _check_factor(schedule: Schedule, step: int, total: int) -> None:
    try:
        factor = schedule(step, total)
    except TypeError as error:
        raise ArgumentError(
            f"schedule(step, total_steps) could not be called: {error}",
            expected="a function of the step and the number of steps",
            hint="call the factory: schedule=cosine(), not schedule=cosine",
        ) from None
    if not (_is_number(factor) and math.isfinite(factor) and factor >= 0):
        raise ArgumentError(
            f"schedule({step}, {total}) gave {factor!r}",
            expected="a finite number, 0 or more, by which lr is multiplied",
        )


def _by_name(name: Any, known: dict[str, Callable[..., Any]], argument: str) -> Callable[..., Any]:
    if isinstance(name, str) and name in known:
        return known[name]
    close = difflib.get_close_matches(str(name).lower(), known, n=1, cutoff=0.5)
    raise ArgumentError(
        f"{argument}={name!r} is not known",
        expected=f"one of {', '.join(known)}",
        hint=f"{argument}={close[0]!r}" if close else None,
    )


def _array(x: Any, name: str, dtype: np.dtype, cast_integers: bool = False) -> np.ndarray:
    """A copy in the dtype of the parameters; a memory-mapped file stays on disk as it is."""
    if isinstance(x, np.memmap) and x.dtype.kind == "f":
        return x
    array = np.array(x)
    if array.dtype.kind not in "fiub":
        raise ArgumentError(
            f"{name} is not an array of numbers",
            expected="floats or integers",
            got=f"dtype {array.dtype}",
            hint="encode categories as integers or as columns of 0 and 1",
        )
    floats = array.dtype.kind == "f" or cast_integers
    with np.errstate(over="ignore"):  # what overflows is found infinite, and named, next
        return array.astype(dtype, copy=False) if floats else array


def _finite(x: np.ndarray, name: str, columns: list[str]) -> None:
    if x.dtype.kind != "f" or np.isfinite(x).all():
        return
    bad = np.argwhere(~np.isfinite(x))
    place = f"row {bad[0][0]}"
    if x.ndim > 1:
        column = int(bad[0][1])
        place += f" of column {columns[column]!r}" if columns else f" of column {column}"
    raise ArgumentError(
        f"{name} holds NaN or infinity: {len(bad)} of {x.size} numbers, the first in {place}",
        expected="finite numbers",
        hint="drop those rows, or put a number in their place",
    )


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float, np.integer, np.floating)) and not isinstance(x, bool)
