"""CSV and Parquet files, open: their columns' names, their rows in stretches, errors that name the cell."""

from __future__ import annotations

import csv
import difflib
import gzip
import itertools
import os
import zlib
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from pullback.data._cells import as_number, is_number, no_value, not_a_number
from pullback.data._table import check_finite, check_unique
from pullback.errors import DataError
from pullback.typing import Array

PathLike = str | os.PathLike[str]

Cells = Sequence[str] | Array
"""A column's cells in a stretch of rows: texts as they stand, float64, or objects with None."""

CELLS = 400_000
"""How many cells are read at a time."""

_PARQUET = (".parquet", ".pq")
_CSV = (".csv", ".csv.gz")


class Csv:
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
            rows.append([as_number(row[at], self.names[at], number, where) for at in columns])
        return np.array(rows, dtype=np.float64)

    def chunks(self, names: Sequence[str], texts: Set[str]) -> Iterator[tuple[int, list[Cells]]]:
        """Stretches of rows: the first one's number, from 1, and each column's cells as they stand."""
        del texts  # cells of a CSV file are text to begin with
        at, width = [self.names.index(name) for name in names], len(self.names)
        with self.lines() as file:
            reader = csv.reader(file)
            rows = filter(_has_cells, reader)
            next(rows)
            first = 1
            while chunk := list(itertools.islice(rows, max(1, CELLS // width))):
                if any(len(row) != width for row in chunk):
                    self._read_cells([])  # which names the first such row
                columns = list(zip(*chunk))
                yield first, [columns[i] for i in at]
                first += len(chunk)

    def count(self) -> int:
        """How many rows there are."""
        return sum(1 for _ in self._rows())

    def _rows(self) -> Iterator[tuple[int, int, list[str]]]:
        """Each row with its number and its line."""
        with self.lines() as file:
            reader = csv.reader(file)
            full = ((reader.line_num, row) for row in reader if _has_cells(row))
            next(full)
            for number, (line, row) in enumerate(full, start=1):
                yield number, line, row


class Parquet:
    """A Parquet file, seen as `Csv` is."""

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

    def chunks(self, names: Sequence[str], texts: Set[str]) -> Iterator[tuple[int, list[Cells]]]:
        """Stretches of rows: the first one's number, from 1, and each column as numbers or objects."""
        import pyarrow

        first, size = 1, max(1, CELLS // max(1, len(names)))
        try:
            for batch in self._file.iter_batches(size, columns=list(names)):
                yield first, [self._cells(batch[name], name, texts) for name in names]
                first += batch.num_rows
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError(f"{self.title} is not a whole Parquet file", got=error) from None

    def count(self) -> int:
        """How many rows there are."""
        return int(self._file.metadata.num_rows)

    def _cells(self, column: Any, name: str, texts: Set[str]) -> Cells:
        """float64 with NaN, or objects: texts, and None where there is no value."""
        import pyarrow

        kind, kinds = column.type, pyarrow.types
        if kinds.is_boolean(kind) and name not in texts:
            column, kind = column.cast(pyarrow.uint8()), pyarrow.uint8()
        number = kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind)
        if number and name not in texts:
            return column.cast(pyarrow.float64(), safe=False).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]
        if (kinds.is_timestamp(kind) or kinds.is_date(kind)) and name not in texts:
            return _days(column)
        if kinds.is_nested(kind) or kinds.is_binary(kind) or kinds.is_large_binary(kind):
            raise DataError(
                f"column {name!r} holds {kind}",
                where=self.title,
                expected="numbers, texts, truth values or dates",
                hint=f"--drop {name}, or write it as text",
            )
        cells = [None if cell is None or cell != cell else str(cell) for cell in column.to_pylist()]
        return np.array(cells, dtype=object)

    def _column(self, table: Any, name: str) -> Array:
        import pyarrow
        import pyarrow.compute

        column, kinds = table[name], pyarrow.types
        row = pyarrow.compute.index(column.is_null(), True).as_py()
        if row >= 0:
            raise no_value(name, row + 1, self.title, "null")
        kind = column.type
        if not any(
            is_(kind) for is_ in (kinds.is_integer, kinds.is_floating, kinds.is_decimal, kinds.is_boolean)
        ):
            raise not_a_number(name, 1, self.title, column[0].as_py())
        column = column.cast(pyarrow.uint8()) if kinds.is_boolean(kind) else column
        return column.cast(pyarrow.float64(), safe=False).to_numpy()  # type: ignore[no-any-return]


def _days(column: Any) -> Array:
    """Dates and times as days since 1970, with NaN for none."""
    times = np.array(column.to_pylist(), dtype="datetime64[us]")
    days = times.astype(np.int64) / 86_400e6
    return np.where(np.isnat(times), np.nan, days)


def open_source(path: PathLike) -> Csv | Parquet:
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} does not exist")
    if path.is_dir():
        raise DataError(f"{path} is a folder", expected="a file")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty", expected="a header with the columns' names, then rows")
    if path.name.lower().endswith(_PARQUET):
        return Parquet(path)
    if not path.name.lower().endswith(_CSV):
        raise DataError(f"{path} is of an unknown kind", expected=", ".join(_CSV + _PARQUET))
    return Csv(path)


def _has_cells(row: list[str]) -> bool:
    """Whether a line is more than blank."""
    return len(row) > 1 or any(cell.strip() for cell in row)


def _check_header(title: str, names: tuple[str, ...]) -> None:
    if all(is_number(name) for name in names):
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


def no_column(title: str, wanted: str, names: tuple[str, ...], role: str) -> DataError:
    close = difflib.get_close_matches(wanted, names, n=1)
    return DataError(
        f"{title} has no column {wanted!r}",
        expected=role,
        got=f"the columns {', '.join(names)}",
        hint=f"did you mean {close[0]!r}?" if close else None,
    )
