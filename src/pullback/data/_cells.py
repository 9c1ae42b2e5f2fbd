"""What a cell says: a number, a gap, or something that is named with its column and row."""

from __future__ import annotations

import math
from typing import Any

from pullback.errors import DataError

MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "?"))
"""Cells without a value, in small letters."""


def is_missing(text: str) -> bool:
    return text.strip().lower() in MISSING


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def as_number(text: str, column: str, row: int, where: str) -> float:
    """The cell's number, or the error that names the cell."""
    if is_missing(text):
        raise no_value(column, row, where, repr(text))
    if not is_number(text):
        raise not_a_number(column, row, where, text)
    value = float(text)
    if not math.isfinite(value):
        raise not_finite(column, row, where, text)
    return value


def not_finite(column: str, row: int, where: str, got: Any) -> DataError:
    hint = "fill in or drop such rows first"
    return _bad(column, "is not finite", row, where, "a finite number", repr(got), hint)


def no_value(column: str, row: int, where: str, got: str) -> DataError:
    hint = "fill in or drop such rows first"
    return _bad(column, "has no value", row, where, "a number in every cell", got, hint)


def not_a_number(column: str, row: int, where: str, got: Any) -> DataError:
    hint = "encode the column as numbers, or drop it"
    return _bad(column, "is not a number", row, where, "a number in every cell", repr(got), hint)


def _bad(column: str, fault: str, row: int, where: str, expected: str, got: str, hint: str) -> DataError:
    what = f"column {column!r} {fault} in row {row}"
    return DataError(what, where=where, expected=expected, got=got, hint=hint)
