"""Tables of numbers from files, strictly: every cell a finite number, or an error that names it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pullback.data._source import PathLike, no_column, open_source
from pullback.data._table import Table
from pullback.errors import DataError
from pullback.typing import Array


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
    source = open_source(path)
    title, names = source.title, source.names
    target = names[-1] if target is None else target
    if target not in names:
        raise no_column(title, target, names, "the target among the columns")
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
    source = open_source(path)
    for name in feature_names:
        if name not in source.names:
            wanted = f"every feature: {', '.join(feature_names)}"
            raise no_column(source.title, name, source.names, wanted)
    return source.read(tuple(feature_names))
