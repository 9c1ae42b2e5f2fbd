"""What is asked of a table: a target, of which kind, from which columns; said in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.data._frame import Frame, missing
from pullback.data._split import Split, research_split, stratified_split
from pullback.data._table import Table
from pullback.errors import ArgumentError, DataError
from pullback.typing import Array

CLASSES = 10
"""Whole numbers of at most so many values, each in `ROWS_OF_CLASS` rows on average, are taken for classes."""
ROWS_OF_CLASS = 5
_SHOWN = 6


@dataclass(frozen=True, eq=False, repr=False)
class Problem:
    """A table to learn a column of from the others.

    Attributes
    ----------
    X : Frame
        The columns that are learned from.
    y : `(n_rows,)` array
        float64, or for classification the labels: int64 or str.
    task : "regression" or "classification"
    target_name, name, target_unit, note : str
        As in `Table`.
    notes : tuple of str
        What was decided, and what to say where it was decided wrongly.
    columns : tuple of dict
        Of each column that was read: its name, kind, gaps, values, and why it was left out if it was.
    """

    X: Frame
    y: Array
    task: str
    target_name: str
    name: str = "table"
    target_unit: str = ""
    note: str = ""
    notes: tuple[str, ...] = ()
    columns: tuple[dict[str, Any], ...] = ()

    def __repr__(self) -> str:
        rows, features = self.X.shape
        return f"Table {self.name!r}: {rows} rows, {features} features -> {self.target_name}"

    def split(self) -> Split:
        """Rows to train, validate and test on; class by class where there are classes."""
        return research_split(len(self.y)) if self.task == "regression" else stratified_split(self.y)


def problem_of(table: Table) -> Problem:
    """A table of numbers as a problem of regression."""
    X = Frame(table.feature_names, tuple(table.X.T), table.name)
    facts = (*(_facts(name, X[name]) for name in X.columns), _facts(table.target_name, table.y))
    return Problem(
        X, table.y, "regression", table.target_name, table.name, table.target_unit, table.note, (), facts
    )


def pose(
    frame: Frame, target: str, *, task: str | None = None, keep: Collection[str] = (), title: str = ""
) -> Problem:
    """Find out what there is to learn: the task, and the columns that are of use.

    Columns without a value, or with the same one in every row, are left out, and so are columns that number
    or name the rows: whole numbers that are all different and count up by one or are called an id, texts of
    which more than half are different.

    Parameters
    ----------
    frame : Frame
    target : str
        The column to predict.
    task : "regression", "classification" or None
        By default classification for texts and for whole numbers of at most 10 values with 5 rows each on
        average, otherwise regression.
    keep : collection of str
        Columns that are not left out.
    title : str
        What errors call the table.

    Raises
    ------
    DataError
        For fewer than three rows, a target with gaps, of one value only, of texts where numbers are
        wanted, or of nearly as many classes as rows; where no column is left.

    Examples
    --------
    >>> rows = np.arange(20.0)
    >>> kinds = np.array(["a", "b"] * 10, dtype=object)
    >>> problem = pose(Frame(("x", "kind"), (rows**2, kinds)), "kind")
    >>> problem.task, problem.notes
    ('classification', ("classification: 'kind' is text of 2 classes",))
    """
    title = title or frame.name
    _refuse_few_rows(len(frame), title)
    _refuse_gaps(frame, target, title)
    for name in keep:
        if name not in frame.columns:
            raise ArgumentError(f"there is no column {name!r} to keep", expected=", ".join(frame.columns))
    y, task, said = _target(frame, target, task, title)
    notes, facts, names = [said], [], []
    for name in frame.columns:
        fact = _facts(name, frame[name])
        if name != target:
            fact["left_out"] = "" if name in keep else _why_useless(frame[name], fact)
            if not fact["left_out"]:
                names.append(name)
        facts.append(fact)
    notes += _said_of(facts)
    if not names:
        raise DataError(
            f"{title} has no column to learn from",
            expected="a column besides the target that says something",
            got="; ".join(notes[1:]) or f"the target {target!r} alone",
            hint="--keep COLUMN keeps one all the same",
        )  # fmt: skip
    unnamed = Frame(frame.columns, frame.arrays, frame.name)
    return Problem(
        unnamed.select(names), y, task, target, frame.name, notes=tuple(notes), columns=tuple(facts)
    )


def _target(frame: Frame, target: str, task: str | None, title: str) -> tuple[Array, str, str]:
    column = frame[target]
    found, why = _task_of(column, target)
    said = f"{found}: {why}" if task is None else f"{task}, as --task says"
    found = task or found
    if found == "regression":
        return _numbers(column, target, title, frame), found, said
    return _labels(column, target, title), found, said


def _task_of(column: Array, target: str) -> tuple[str, str]:
    """The task that a target stands for, and the words for it."""
    if column.dtype.kind == "O":
        return "classification", f"{target!r} is text of {len(set(column))} classes"
    values = np.unique(column)
    whole = bool((values == np.round(values)).all())
    if whole and 2 <= len(values) <= CLASSES and len(column) >= ROWS_OF_CLASS * len(values):
        why = f"{target!r} holds {len(values)} different whole numbers"
        return "classification", f"{why} (--task regression takes them as amounts)"
    if whole and len(values) <= len(column) / ROWS_OF_CLASS:
        why = f"{target!r} holds {len(values)} different whole numbers"
        return "regression", f"{why} (--task classification takes them as classes)"
    return "regression", f"{target!r} holds {len(values)} different numbers"


def _numbers(column: Array, target: str, title: str, frame: Frame) -> Array:
    if column.dtype.kind == "O":
        raise DataError(
            f"the target {target!r} is text, and regression needs numbers", where=title,
            expected="a number in every row", got=f"{column[0]!r} in row {frame.row_number(0)}",
            hint="--task classification, or another --target",
        )  # fmt: skip
    if (column == column[0]).all():
        raise DataError(
            f"the target {target!r} is the same in every row", where=title, expected="a target that varies",
            got=f"{column[0]:g} in all {len(column)} rows", hint="name another column as the target",
        )  # fmt: skip
    return column


def _labels(column: Array, target: str, title: str) -> Array:
    if column.dtype.kind == "O":
        labels = column.astype(str)
    elif (column == np.round(column)).all() and np.abs(column).max() < 2**53:
        labels = column.astype(np.int64)
    else:
        labels = np.array([f"{x:g}" for x in column])
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise DataError(
            f"the target {target!r} holds one class only", where=title, expected="two classes or more",
            got=f"{classes[0]!s} in all {len(labels)} rows", hint="name another column as the target",
        )  # fmt: skip
    if counts.max() < 3 or len(classes) > len(labels) / 2:
        raise DataError(
            f"the target {target!r} has too many classes for {len(labels)} rows", where=title,
            expected="classes of several rows each",
            got=f"{len(classes)} classes, the largest of {counts.max()}",
            hint="another --target" + ("" if column.dtype.kind == "O" else ", or --task regression"),
        )  # fmt: skip
    return labels


def _facts(name: str, column: Array) -> dict[str, Any]:
    gaps = missing(column)
    known = column[~gaps]
    fact: dict[str, Any] = {"name": name, "missing": int(gaps.sum())}
    if column.dtype.kind == "f":
        values = np.unique(known)
        fact |= {"kind": "numbers", "distinct": len(values)}
        if len(values):
            fact |= {"min": values[0], "median": float(np.median(known)), "max": values[-1]}
        return fact
    levels, counts = np.unique(known.astype(str), return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_SHOWN]
    common = [[str(levels[i]), int(counts[i])] for i in order]
    return fact | {"kind": "texts", "distinct": len(levels), "common": common}


def _why_useless(column: Array, fact: dict[str, Any]) -> str:
    n, distinct, gaps = len(column), fact["distinct"], fact["missing"]
    if not distinct:
        return "no row has a value"
    if distinct == 1 and not gaps:
        value = f"{fact['min']:g}" if fact["kind"] == "numbers" else repr(fact["common"][0][0])
        return f"{value} in every row"
    if n < 20:
        return ""  # too few rows to tell a name from a value
    if fact["kind"] == "texts":
        return f"{distinct} different texts in {n} rows" if distinct > n / 2 else ""
    if gaps or distinct < n or not (column == np.round(column)).all():
        return ""
    if fact["max"] - fact["min"] == n - 1 or _is_id(fact["name"]):
        return "it numbers the rows"
    return ""


def _is_id(name: str) -> bool:
    words = name.lower().replace("-", "_").replace(" ", "_").split("_")
    return bool({"id", "uid", "uuid", "index", "key"} & set(words)) or name.endswith("Id")


def _said_of(facts: Sequence[dict[str, Any]]) -> list[str]:
    left = [fact for fact in facts if fact.get("left_out")]
    shown = [
        f"left out {fact['name']!r}: {fact['left_out']} (--keep {fact['name']} keeps it)" for fact in left
    ]
    more = [f"left out {len(shown) - _SHOWN} more columns of no use"] if len(shown) > _SHOWN else []
    return shown[:_SHOWN] + more


def _refuse_few_rows(n: int, title: str) -> None:
    if n < 3:
        raise DataError(
            f"{title} has {'one row' if n == 1 else f'{n} rows'}",
            expected="three rows at the least: to train, to validate and to test on",
            hint="give a file with more rows; some hundreds are a beginning",
        )


def _refuse_gaps(frame: Frame, target: str, title: str) -> None:
    gaps = np.flatnonzero(missing(frame[target]))
    if len(gaps):
        more = f", and in {len(gaps) - 1} more rows" if len(gaps) > 1 else ""
        raise DataError(
            f"the target {target!r} has no value in row {frame.row_number(int(gaps[0]))}{more}", where=title,
            expected="a value in every row", got=f"{len(gaps)} of {len(frame)} rows without one",
            hint="drop such rows from the file, or name another target",
        )  # fmt: skip
