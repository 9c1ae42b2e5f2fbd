"""Tables as they come, read a stretch of rows at a time: numbers, texts and gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from pullback.data._cells import MISSING, is_missing, is_number
from pullback.data._frame import Frame
from pullback.data._memory import free_memory
from pullback.data._source import Cells, Csv, Parquet, PathLike, no_column, open_source
from pullback.errors import DataError
from pullback.typing import Array

MIXED = 0.1
"""A column with gaps between numbers and texts is texts where this share of its cells are; below, refused."""


def read_frame(
    path: PathLike,
    target: str | None = None,
    *,
    texts: Collection[str] = (),
    drop: Collection[str] = (),
    rows: int | None = None,
) -> Frame:
    """Read a table of numbers, texts and gaps from a file.

    A column is numbers where every cell is a number or has no value (empty, NA, N/A, NaN, null, None or ?),
    and texts where a tenth of the cells or more is neither.

    Parameters
    ----------
    path : str or path
        `*.csv`, `*.csv.gz` (a header, then commas between the cells) or `*.parquet`.
    target : str, optional
        A column that has to be there.
    texts : collection of str
        Columns that are texts even where they look like numbers: codes, for instance.
    drop : collection of str
        Columns not to read.
    rows : int, optional
        Take so many rows, drawn at random, always the same for the same file.

    Returns
    -------
    Frame
        Texts of a CSV file are without blanks at their ends.

    Raises
    ------
    DataError
        Where the file is missing, empty, damaged, or too large for the memory that is free; a column's name
        is missing or stands twice; a row is shorter or longer than the header; a column of numbers holds a
        few texts, or infinity.

    Examples
    --------
    >>> read_frame("houses.csv", texts=["zip"])  # doctest: +SKIP
    Frame 'houses': 2 rows, 3 columns
    """
    source = open_source(path)
    for name in (*texts, *drop, *([] if target is None else [target])):
        if name not in source.names:
            role = "the target among the columns" if name == target else "a column's name"
            raise no_column(source.title, name, source.names, role)
    names = [name for name in source.names if name not in set(drop)]
    chosen = None if rows is None else _draw(source.count(), rows)
    columns = _read(source, names, set(texts), chosen, target)
    late = {c.name for c in columns if c.late}
    if late:  # their first stretches were read as numbers, and the texts are wanted
        again = {c.name: c for c in _read(source, names, set(texts) | late, chosen, target)}
        columns = [again[c.name] for c in columns]
    numbers = None if chosen is None else chosen + 1
    arrays = tuple(c.finished(source.title, numbers, sure=c.name in set(texts)) for c in columns)
    stem = Path(source.title).name.removesuffix(".gz").rpartition(".")[0]
    return Frame(tuple(names), arrays, stem, numbers)


def frames(path: PathLike, names: Sequence[str], texts: Collection[str] = ()) -> Iterator[Frame]:
    """A file's rows in stretches, of columns whose kinds are known: `texts`, and the others numbers.

    Raises
    ------
    DataError
        As `read_frame`, and where a column is not there or a number is expected and text comes.
    """
    source = open_source(path)
    _refuse_absent(source, names)
    for first, cells in source.chunks(names, set(texts)):
        columns = [_Column(name, name in texts) for name in names]
        for column, values in zip(columns, cells, strict=True):
            column.add(values)
        numbers = np.arange(first, first + len(cells[0])) if cells else None
        arrays = []
        for column in columns:
            if column.is_text and column.name not in texts:
                why = "this column held numbers when the model was trained"
                column.refuse(source.title, numbers, why, "mend or empty the cell")
            arrays.append(column.finished(source.title, numbers, sure=True))
        yield Frame(tuple(names), tuple(arrays), Path(source.title).name, numbers)


def _read(
    source: Csv | Parquet, names: list[str], texts: set[str], chosen: Array | None, target: str | None
) -> list[_Column]:
    columns = [_Column(name, name in texts, needed=name == target) for name in names]
    room, used, last = free_memory(), 0, 0
    for first, cells in source.chunks(names, texts):
        last = first + len(cells[0]) - 1
        if chosen is not None:
            here = chosen[np.searchsorted(chosen, first - 1) : np.searchsorted(chosen, last)] - (first - 1)
            cells = [_some(values, here) for values in cells]
        for column, values in zip(columns, cells, strict=True):
            column.add(values)
        used = sum(column.bytes for column in columns)
        if room is not None and used * WORK + len(columns) * PER_COLUMN > room:
            raise _too_large(source.title, used, last, room, len(columns))
    if not last:
        raise DataError(f"{source.title} has a header and no rows", expected="two rows at the least")
    return columns


WORK = 16
"""Training takes so many times the memory of its table, rather less; `benchmarks/files.py` measures it."""
PER_COLUMN = 300 * 2**10
"""Bytes besides, for each column however few the rows: its bins, its weights and what the optimiser keeps."""


class _Column:
    """One column while its file is read: stretches of numbers, or of codes of texts."""

    def __init__(self, name: str, text: bool, needed: bool = True) -> None:
        self.name, self.is_text, self.late, self.bytes = name, text, False, 0
        self.leave = "" if needed else f"; --drop {name} leaves the column out"
        self.parts: list[Array] = []
        self.codes: dict[str | None, int] = {None: 0}

    def add(self, cells: Cells) -> None:
        """Take a stretch; one that is not numbers makes the column one of texts."""
        part = None if self.is_text else _as_numbers(cells)
        if part is None:
            self.late = self.late or (not self.is_text and bool(self.parts))
            self.is_text = True
            part = self._as_codes(cells)
        self.parts.append(part)
        self.bytes += part.nbytes

    def _as_codes(self, cells: Cells) -> Array:
        known = self.codes
        before = len(known)
        codes = np.fromiter(
            (known.setdefault(_text(cell), len(known)) for cell in cells), np.int32, len(cells)
        )
        self.bytes += 120 * (len(known) - before)  # about a short text and its place in the dictionary
        return codes

    def finished(self, title: str, numbers: Array | None, *, sure: bool) -> Array:
        """The column as an array; `sure` where texts are what is wanted."""
        if not self.is_text:
            values = np.concatenate(self.parts)
            infinite = np.isinf(values)
            if infinite.any():
                self._refuse_infinite(title, numbers, infinite, values)
            return values
        codes = np.concatenate(self.parts)
        levels = np.array([*self.codes], dtype=object)
        if not sure:
            numeric = np.array([level is not None and is_number(level) for level in levels])
            share = 1 - numeric[codes].sum() / max(1, np.count_nonzero(codes))
            if 0 < share < MIXED:
                why = "the other cells of the column are numbers, or nearly all"
                hint = f"mend or empty the cell; --categorical {self.name} takes the column as texts"
                self.refuse(title, numbers, why, hint + self.leave)
        return levels[codes]

    def refuse(self, title: str, numbers: Array | None, why: str, hint: str) -> None:
        """The error that names the first cell that is no number."""
        levels = [level is None or is_number(level) for level in self.codes]
        codes = np.concatenate(self.parts)
        bad = np.flatnonzero(~np.array(levels)[codes])
        place = int(bad[0])
        text = [*self.codes][int(codes[place])]
        raise DataError(
            f"column {self.name!r} holds the text {text!r} in row {_number(numbers, place)}",
            where=title,
            expected=f"a number, or an empty cell where there is none: {why}",
            got=f"{len(bad)} {'cell' if len(bad) == 1 else 'cells'} of {len(codes)} that are no numbers",
            hint=hint,
        )

    def _refuse_infinite(self, title: str, numbers: Array | None, infinite: Array, values: Array) -> None:
        place, count = int(infinite.argmax()), int(infinite.sum())
        more = f", and {count - 1} more such cells" if count > 1 else ""
        raise DataError(
            f"column {self.name!r} is infinite in row {_number(numbers, place)}",
            where=title,
            expected="a finite number, or an empty cell where there is none",
            got=f"{values[place]}{more}",
            hint=f"empty the cell or drop the row{self.leave}" if self.leave else "drop such rows",
        )


def _number(numbers: Array | None, place: int) -> int:
    return int(place + 1 if numbers is None else numbers[place])


def _text(cell: str | None) -> str | None:
    if cell is None:
        return None
    cell = cell.strip()
    return None if cell.lower() in MISSING else cell


def _as_numbers(cells: Cells) -> Array | None:
    """float64 with NaN for no value, or None where some cell is neither."""
    if isinstance(cells, np.ndarray):
        if cells.dtype.kind == "f":
            return cells
        return None if any(cell is not None for cell in cells) else np.full(len(cells), np.nan)
    try:
        values = list(map(float, cells))
    except ValueError:
        try:
            values = [np.nan if is_missing(cell) else float(cell) for cell in cells]
        except ValueError:
            return None
    return None if any("_" in cell for cell in cells) else np.array(values)


def _some(cells: Cells, places: Array) -> Cells:
    return cells[places] if isinstance(cells, np.ndarray) else [cells[i] for i in places]


def _draw(count: int, rows: int) -> Array:
    """Places of so many rows, in their order."""
    if rows >= count:
        return np.arange(count)
    return np.sort(np.random.RandomState(2).choice(count, rows, replace=False))


def _refuse_absent(source: Csv | Parquet, names: Sequence[str]) -> None:
    absent = [name for name in names if name not in source.names]
    if len(absent) == 1:
        raise no_column(source.title, absent[0], source.names, f"every feature: {', '.join(names)}")
    if absent:
        raise DataError(
            f"{source.title} lacks {len(absent)} of the {len(names)} columns that the model was trained on",
            expected=", ".join(map(repr, absent)),
            got=f"the columns {', '.join(source.names)}",
            hint="give the file that these columns are in, or train a model on the columns there are",
        )


def _too_large(title: str, used: int, row: int, room: int, columns: int) -> DataError:
    left = max(0, room - columns * PER_COLUMN) / WORK
    return DataError(
        f"{title} is too large for the memory that is free",
        expected=f"a table of {left / 2**30:.2g} GiB at most: training takes about {WORK} times that, and "
        f"{PER_COLUMN / 2**20:.1g} MiB for each column",
        got=f"more than {used / 2**30:.2g} GiB in its first {row} rows, and {columns} columns",
        hint=f"--rows {max(1000, row // 2)} trains on so many, drawn at random; --drop leaves columns out",
    )
