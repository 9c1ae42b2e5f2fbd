"""What a patient must be before it is examined: each refusal names the argument and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pullback.errors import ArgumentError

FUNCTIONS = {
    "loss": "loss(params, X, y)",
    "grad": "grad(params, X, y)",
    "step": "step(params, X_batch, y_batch)",
}


def check_given(given: Mapping[str, Any]) -> None:
    """Functions that can be called, rows of numbers, as many of X as of y.

    Raises
    ------
    ArgumentError
        With the argument, what was expected, what came, what to do.
    """
    for name, call in FUNCTIONS.items():
        f = given.get(name)
        if f is not None and not callable(f):
            raise ArgumentError(
                f"{name} cannot be called",
                expected=f"a function {call}",
                got=type(f).__name__,
                hint="give the function itself, not what it returns",
            )
    n = _rows("X", given["X"])
    if n != _rows("y", given["y"]):
        raise ArgumentError(
            "X and y differ in length",
            expected="one target for every row of X",
            got=f"{n} rows of X, {len(given['y'])} of y",
            hint="look where the one was cut or filtered without the other",
        )


def check_leaves(leaves: list[Any]) -> None:
    """Parameters are numbers, and there are some."""
    if not leaves:
        raise ArgumentError(
            "params holds no array",
            expected="a list of arrays or any tree of them",
            hint="give the arrays that training changes",
        )
    for k, leaf in enumerate(leaves):
        if np.asarray(leaf).dtype.kind not in "biufc":
            raise ArgumentError(
                f"parameter {k} is not a number or an array of numbers",
                expected="params as a list of arrays or any tree of them",
                got=f"{type(leaf).__name__} {str(leaf)[:40]!r}",
                hint="leave out of params what training does not change",
            )


def _rows(name: str, x: Any) -> int:
    """The number of rows; an array that has none, or holds other things than numbers, is refused."""
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise ArgumentError(
            f"the rows of {name} differ in length",
            expected="an array, one row a sample",
            got=type(x).__name__,
            hint="pad or cut the rows to one length",
        ) from error
    if array.ndim == 0 or len(array) == 0:
        raise ArgumentError(
            f"{name} has no rows",
            expected="an array, one row a sample",
            got=f"{type(x).__name__} of shape {array.shape}",
            hint="look at the filter or the file it comes from",
        )
    if array.dtype.kind in "USMm":
        raise ArgumentError(
            f"{name} does not hold numbers",
            expected="an array of numbers",
            got=f"dtype {array.dtype}",
            hint="encode texts and dates as numbers first",
        )
    return len(array)
