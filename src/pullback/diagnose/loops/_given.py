"""What a patient must be before it is examined: each refusal names the argument and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from pullback.errors import ArgumentError

FUNCTIONS = {
    "loss": "loss(params, X, y)",
    "grad": "grad(params, X, y)",
    "step": "step(params, X_batch, y_batch)",
}
SPLITS = ("X", "y"), ("X_val", "y_val"), ("X_test", "y_test")
"""The rows and targets of the protocol."""


def with_rows(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with every table of rows and every list of targets as an array."""
    names = [name for pair in SPLITS[1:] for name in pair if _given(given.get(name))]
    return {**given, **{name: as_rows(name, given[name]) for name in ("X", "y", *names)}}


def _given(x: Any) -> bool:
    """Whether there are rows: of none, where rows are kept apart, nothing is asked."""
    return x is not None and not (isinstance(x, (np.ndarray, list, tuple)) and len(x) == 0)


def check_given(given: Mapping[str, Any]) -> None:
    """Functions that can be called, and as many rows of X as of y, both as `as_rows` has them.

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
    for rows, targets in SPLITS:
        n, m = (None if given.get(name) is None else len(given[name]) for name in (rows, targets))
        if n is not None and m is not None and n != m:
            raise ArgumentError(
                f"{rows} and {targets} differ in length",
                expected=f"one target for every row of {rows}",
                got=f"{n} rows of {rows}, {m} of {targets}",
                hint="look where the one was cut or filtered without the other",
            )


def check_counts(given: Mapping[str, Any]) -> None:
    """Rows in a batch and steps are whole numbers from 1 up, where they are given."""
    for name, what in (("batch_size", "rows in a batch"), ("n_steps", "steps")):
        value = given.get(name)
        if value is None:
            continue
        real = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
        if not real or not 1 <= value < np.inf or value != int(value):
            raise ArgumentError(
                f"{name}={value!r}",
                expected=f"the number of {what}, 1 or more",
                hint=f"leave {name} out where it does not matter",
            )


def check_leaves(leaves: list[Any]) -> None:
    """Parameters are real numbers, and there are some."""
    if not leaves:
        raise ArgumentError(
            "params holds no array",
            expected="a list of arrays or any tree of them",
            hint="give the arrays that training changes",
        )
    for k, leaf in enumerate(leaves):
        array = np.asarray(leaf)
        if array.dtype.kind not in "biuf":
            raise ArgumentError(
                f"parameter {k} is not a real number or an array of real numbers",
                expected="params as a list of arrays or any tree of them",
                got=f"{type(leaf).__name__} {str(leaf)[:40]!r}",
                hint="keep arrays in lists, in dicts or as attributes of an object; leave out of params what "
                "training does not change",
            )
        if not np.isfinite(array).all():
            raise ArgumentError(
                f"parameter {k} holds NaN or inf before the first step",
                expected="finite numbers to start from",
                hint="look at how the weights are drawn: a width of 0 or a root of a negative number",
            )
        if not array.size:
            raise ArgumentError(
                f"parameter {k} holds nothing",
                expected="arrays with at least one number",
                got=f"an array of shape {array.shape}",
                hint="look at the sizes the layers are made with",
            )


def as_rows(name: str, x: Any) -> Any:
    """Rows as an array: lists of numbers become one, an array stays what it is.

    Raises
    ------
    ArgumentError
        For tables that are no arrays, and for what is no real number.
    """
    if not isinstance(x, (np.ndarray, list, tuple, int, float)):
        raise ArgumentError(
            f"{name} is no array",
            expected="an array, one row a sample",
            got=type(x).__name__,
            hint=f"give {name}.to_numpy() of a table, {name}.toarray() of a sparse matrix",
        )
    try:
        array = np.array(x) if isinstance(x, (list, tuple)) else np.asanyarray(x)
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
            hint="look at the filter or the file it comes from" if array.ndim else "put samples in a list",
        )
    if array.dtype == object:
        try:
            return array.astype(float)
        except (TypeError, ValueError) as error:
            _refuse(name, array, error)
    if array.dtype.kind not in "biuf":
        _refuse(name, array, None)
    return array


def _refuse(name: str, array: np.ndarray, error: Exception | None) -> NoReturn:
    raise ArgumentError(
        f"{name} does not hold real numbers",
        expected="an array of numbers",
        got=f"dtype {array.dtype}" + (f" ({error})" if error else ""),
        hint="encode texts and dates as numbers first",
    ) from error
