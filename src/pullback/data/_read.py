"""CSV and Parquet files as tables, with errors that name the cell at fault."""

from __future__ import annotations

import csv
import difflib
import gzip
import itertools
import math
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from pullback.data._table import Table, check_finite, check_unique
from pullback.errors import DataError
from pullback.typing import Array

PathLike = str | os.PathLike[str]

_PARQUET = (".parquet", ".pq")
_CSV = (".csv", ".csv.gz")
_MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}


def read_table(path: PathLike, target: str | None = None) -> Table:
    """Read a table of numbers from a file.

    Parameters
    ----------
    path : str or path
        `*.csv` or `*.csv.gz` (a header, then commas between the cells), or `*.parquet`.
    target : str, optional
        The target's column; by default the last one. All others are features.

    Returns
    -------
    Table
        X (n_rows, n_features) and y (n_rows,) float64, named as the file names them.

    Raises
    ------
    DataError
        Where the file is missing, empty or damaged; a column's name is missing or stands twice;
        the target is not among the columns, or is constant; a row is shorter or longer than the
        header; a cell is missing, is not a number, or is not finite. Rows are counted from 1,
        without the header.

    Examples
    --------
    >>> read_table("houses.csv", "price")  # doctest: +SKIP
    Table 'houses': 2 rows, 2 features -> price
    """
    source = _open(path)
    title, names = source.title, source.names
    target = names[-1] if target is None else target
    if target not in names:
        raise _no_column(title, target, names, "the target among the columns")
    if len(names) < 2:
        raise DataError(
            f"{title} has one column",
            expected="a target and at least one feature, with commas between them",
            got=repr(names[0]),
        )
    rows = source.read(names)
    at = names.index(target)
    stem = Path(title).name.removesuffix(".gz").rpartition(".")[0]
    features = tuple(name for name in names if name != target)
    return Table(np.delete(rows, at, axis=1), rows[:, at], features, target, name=stem)


def read_features(path: PathLike, feature_names: tuple[str, ...] | list[str]) -> Array:
    """Read the features that a model wants, by their names and in its order.

    Parameters
    ----------
    path : str or path
        As in `read_table`; other columns than those named may hold anything.
    feature_names : sequence of str
        The columns to read.

    Returns
    -------
    (n_rows, n_features) float64 array

    Raises
    ------
    DataError
        As `read_table`, and where a feature is not among the columns.

    Examples
    --------
    >>> read_features("houses.csv", ["age", "rooms"])  # doctest: +SKIP
    array([[10.,  3.],
           [20.,  4.]])
    """
    source = _open(path)
    for name in feature_names:
        if name not in source.names:
            wanted = f"every feature: {', '.join(feature_names)}"
            raise _no_column(source.title, name, source.names, wanted)
    return source.read(tuple(feature_names))


class _Csv:
    """A CSV file: its title in errors, its columns' names, and `read` for some of them."""

    def __init__(self, path: Path) -> None:
        self.title = str(path)
        with self.lines() as file:
            header = next(filter(_has_cells, csv.reader(file)), None)
        if header is None:
            raise DataError(f"{path} is empty", expected="a header with the columns' names, then rows")
        self.names = tuple(name.strip() for name in header)
        _check_header(self.title, self.names)

    @contextmanager
    def lines(self) -> Iterator[TextIO]:
        """The file's text, open; a byte-order mark and compression are dealt with."""
        opener: Any = gzip.open if self.title.lower().endswith(".gz") else open
        try:
            with opener(self.title, "rt", encoding="utf-8-sig", newline="") as file:
                yield file
        except UnicodeDecodeError as error:
            raise DataError(f"{self.title} is not UTF-8 text", got=error, hint="save it as UTF-8") from None
        except (OSError, EOFError, zlib.error, csv.Error) as error:
            raise DataError(f"{self.title} cannot be read", got=error) from None

    def read(self, names: tuple[str, ...]) -> Array:
        """The columns of these names, (n_rows, n_names) float64; every cell a finite number."""
        columns = [self.names.index(name) for name in names]
        try:
            rows = self._read_fast()[:, columns]
            if np.isfinite(rows).all():
                return rows
        except DataError:
            raise
        except ValueError:
            pass  # some cell is not a number, perhaps in a column that is not wanted
        return self._read_cells(columns)

    def _read_fast(self) -> Array:
        with self.lines() as file:
            next(filter(_has_cells, csv.reader(file)))
            first = next((line for line in file if line.strip()), None)
            if first is None:
                raise DataError(f"{self.title} has a header and no rows", expected="two rows at the least")
            lines = itertools.chain([first], file)
            rows = np.loadtxt(lines, delimiter=",", quotechar='"', comments=None, ndmin=2)
        if rows.shape[1] != len(self.names):
            raise ValueError("ragged")
        return rows

    def _read_cells(self, columns: list[int]) -> Array:
        """Cell by cell, so that the first one at fault can be named."""
        rows = []
        for number, line, row in self._rows():
            where = f"{self.title}:{line}"
            if len(row) != len(self.names):
                raise DataError(
                    f"row {number} has another number of cells than the header",
                    where=where,
                    expected=len(self.names),
                    got=len(row),
                )
            rows.append([_number(row[at], self.names[at], number, where) for at in columns])
        return np.array(rows, dtype=np.float64)

    def _rows(self) -> Iterator[tuple[int, int, list[str]]]:
        """Each row with its number and its line."""
        with self.lines() as file:
            reader = csv.reader(file)
            full = ((reader.line_num, row) for row in reader if _has_cells(row))
            next(full)
            for number, (line, row) in enumerate(full, start=1):
                yield number, line, row


class _Parquet:
    """A Parquet file, seen as `_Csv` is."""

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow.parquet
        except ImportError:
            raise DataError(
                f"{path} needs pyarrow to be read", hint="pip install 'pullback[parquet]'"
            ) from None
        self.title = str(path)
        try:
            self._file = pyarrow.parquet.ParquetFile(path)
        except pyarrow.ArrowException as error:
            raise DataError(f"{path} is not a whole Parquet file", got=error) from None
        self.names = tuple(self._file.schema_arrow.names)
        _check_header(self.title, self.names)

    def read(self, names: tuple[str, ...]) -> Array:
        """The columns of these names, (n_rows, n_names) float64; every cell a finite number."""
        import pyarrow

        try:
            table = self._file.read(columns=list(names))
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError(f"{self.title} is not a whole Parquet file", got=error) from None
        if table.num_rows == 0:
            raise DataError(f"{self.title} has a header and no rows", expected="two rows at the least")
        rows = np.stack([self._column(table, name) for name in names], axis=1)
        check_finite(rows, names, self.title)
        return rows

    def _column(self, table: Any, name: str) -> Array:
        import pyarrow
        import pyarrow.compute

        column, kinds = table[name], pyarrow.types
        row = pyarrow.compute.index(column.is_null(), True).as_py()
        if row >= 0:
            raise _missing(name, row + 1, self.title, "null")
        kind = column.type
        if not any(
            is_(kind) for is_ in (kinds.is_integer, kinds.is_floating, kinds.is_decimal, kinds.is_boolean)
        ):
            raise _not_a_number(name, 1, self.title, column[0].as_py())
        column = column.cast(pyarrow.uint8()) if kinds.is_boolean(kind) else column
        return column.cast(pyarrow.float64(), safe=False).to_numpy()  # type: ignore[no-any-return]


def _open(path: PathLike) -> _Csv | _Parquet:
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} does not exist")
    if path.is_dir():
        raise DataError(f"{path} is a folder", expected="a file")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty", expected="a header with the columns' names, then rows")
    if path.name.lower().endswith(_PARQUET):
        return _Parquet(path)
    if not path.name.lower().endswith(_CSV):
        raise DataError(f"{path} is of an unknown kind", expected=", ".join(_CSV + _PARQUET))
    return _Csv(path)


def _has_cells(row: list[str]) -> bool:
    """Whether a line is more than blank."""
    return len(row) > 1 or any(cell.strip() for cell in row)


def _check_header(title: str, names: tuple[str, ...]) -> None:
    if all(_is_number(name) for name in names):
        raise DataError(
            f"{title} has no header",
            expected="the columns' names in the first line",
            got=",".join(names)[:60],
        )
    if "" in names:
        raise DataError(
            f"{title}: column {names.index('') + 1} has no name",
            expected="a name for every column",
            hint="a file from pandas is written with to_csv(path, index=False)",
        )
    check_unique(names, title)


def _no_column(title: str, wanted: str, names: tuple[str, ...], role: str) -> DataError:
    close = difflib.get_close_matches(wanted, names, n=1)
    return DataError(
        f"{title} has no column {wanted!r}",
        expected=role,
        got=f"the columns {', '.join(names)}",
        hint=f"did you mean {close[0]!r}?" if close else None,
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _number(text: str, column: str, row: int, where: str) -> float:
    """The cell's number, or the error that names the cell."""
    if text.strip().lower() in _MISSING:
        raise _missing(column, row, where, repr(text))
    if not _is_number(text):
        raise _not_a_number(column, row, where, text)
    value = float(text)
    if not math.isfinite(value):
        raise DataError(
            f"column {column!r} is not finite in row {row}",
            where=where,
            expected="a finite number",
            got=repr(text),
            hint="fill in or drop such rows first",
        )
    return value


def _missing(column: str, row: int, where: str, got: str) -> DataError:
    return DataError(
        f"column {column!r} has no value in row {row}",
        where=where,
        expected="a number in every cell",
        got=got,
        hint="fill in or drop such rows first",
    )


def _not_a_number(column: str, row: int, where: str, value: Any) -> DataError:
    return DataError(
        f"column {column!r} is not a number in row {row}",
        where=where,
        expected="a number in every cell",
        got=repr(value),
        hint="encode the column as numbers, or drop it",
    )
