"""The tables that need no file of yours: California Housing and scikit-learn's diabetes data."""

from __future__ import annotations

import difflib
import os
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pullback.data._read import read_table
from pullback.data._split import CALIFORNIA_ROWS
from pullback.data._table import Table
from pullback.errors import ArgumentError, DataError

FEATURES = (
    "MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude", "Longitude",
)  # fmt: skip
RAW_FEATURES = (
    "longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population",
    "households", "median_income",
)  # fmt: skip


class _NotThereError(Exception):
    """A place does not have the data; the text says why."""


class _NotFoundError(DataError):
    """No place has the data; `tried` says why for each."""

    def __init__(self, tried: str) -> None:
        self.tried = tried
        super().__init__(
            "California Housing was not found",
            got=tried,
            hint="set PULLBACK_DATA to a folder with california_housing.csv.gz, or go online once",
        )


def load(name: str = "california") -> Table:
    """A table by its name: "california", "california_raw" or "diabetes".

    Where California Housing is not at hand the diabetes data come instead, and the table's
    `note` says so and why; show it beside every result.

    Raises
    ------
    ArgumentError
        For another name.

    Examples
    --------
    >>> load("diabetes")
    Table 'diabetes': 442 rows, 10 features -> progression
    """
    if name not in _BY_NAME:
        close = difflib.get_close_matches(name, _BY_NAME, n=1)
        raise ArgumentError(
            f"there is no table called {name!r}",
            expected=", ".join(_BY_NAME),
            hint=f"load({close[0]!r})" if close else "pullback.data.read_table(path) for a file of yours",
        )
    if name == "diabetes":
        return load_diabetes()
    try:
        return _BY_NAME[name]()
    except DataError as error:
        why = error.tried if isinstance(error, _NotFoundError) else str(error).replace("\n ", ";")
        note = f"California Housing is not at hand ({why}); training on scikit-learn's diabetes data instead"
        return replace(load_diabetes(), note=note)


def load_california() -> Table:
    """California Housing as scikit-learn gives it: 20,640 rows, 8 features, target in 100,000 dollars.

    It is looked for in the folder that the environment's `PULLBACK_DATA` names (as
    `california_housing.csv.gz`), then in scikit-learn's data home; then scikit-learn downloads it.

    Raises
    ------
    DataError
        Where none of these has it, with each one's reason; or where a file in `PULLBACK_DATA` is
        there and is not this table.
    """
    tried = []
    for place in (_from_folder, _from_sklearn_home, _by_download):
        try:
            return place()
        except _NotThereError as reason:
            tried.append(str(reason))
    raise _NotFoundError("; ".join(tried))


def load_california_raw() -> Table:
    """California Housing as published: totals for each block, target in dollars.

    The same 20,640 rows in the same order as `load_california`, before rooms and people were
    divided by households: read from `cal_housing_raw.csv.gz` in `PULLBACK_DATA`, or worked out
    from what `load_california` finds, exactly.

    Raises
    ------
    DataError
        As `load_california`.
    """
    try:
        file = "cal_housing_raw.csv.gz"
        return _read_from_folder("california_raw", file, RAW_FEATURES, "median_house_value", "dollars")
    except _NotThereError:
        return _raw_from(load_california())


def load_diabetes() -> Table:
    """scikit-learn's bundled diabetes data, unscaled: 442 patients, 10 features.

    The target is the disease's progression a year later. Nothing is downloaded.
    """
    from sklearn.datasets import load_diabetes as bundled

    found: Any = bundled(scaled=False)
    return Table(found.data, found.target, tuple(found.feature_names), "progression", name="diabetes")


_BY_NAME: dict[str, Callable[[], Table]] = {
    "california": load_california,
    "california_raw": load_california_raw,
    "diabetes": load_diabetes,
}


def _from_folder() -> Table:
    file = "california_housing.csv.gz"
    return _read_from_folder("california", file, FEATURES, "MedHouseVal", "100,000 dollars")


def _read_from_folder(name: str, file: str, features: tuple[str, ...], target: str, unit: str) -> Table:
    folder = os.environ.get("PULLBACK_DATA")
    if not folder:
        raise _NotThereError("PULLBACK_DATA is not set")
    path = Path(folder) / file
    if not path.exists():
        raise _NotThereError(f"PULLBACK_DATA has no {file} (looked in {folder})")
    table = read_table(path, target)
    if table.feature_names != features or len(table.y) != CALIFORNIA_ROWS:
        raise DataError(
            f"{path} is not California Housing",
            expected=f"{CALIFORNIA_ROWS} rows of {', '.join(features)}",
            got=f"{len(table.y)} rows of {', '.join(table.feature_names)}",
        )
    return replace(table, name=name, target_unit=unit)


def _from_sklearn_home() -> Table:
    return _fetch("scikit-learn's data home does not have it", download_if_missing=False)


def _by_download() -> Table:
    with _patience(seconds=30):
        return _fetch("scikit-learn could not download it", n_retries=1)


def _fetch(otherwise: str, **options: Any) -> Table:
    from sklearn.datasets import fetch_california_housing

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of each retry; the reason below says it once
            found: Any = fetch_california_housing(**options)
    except Exception as error:  # whatever stops scikit-learn here is the reason
        raise _NotThereError(f"{otherwise} ({error})") from error
    return Table(found.data, found.target, FEATURES, "MedHouseVal", "california", "100,000 dollars")


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """A limit on how long a silent network is waited for; scikit-learn sets none."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _raw_from(table: Table) -> Table:
    """Undo the divisions; the counts are whole numbers, so rounding gives them back exactly."""
    income, age, rooms, bedrooms, population, occupancy, latitude, longitude = table.X.T
    households = np.round(population / occupancy)
    columns = (
        longitude, latitude, age, np.round(rooms * households), np.round(bedrooms * households),
        population, households, income,
    )  # fmt: skip
    return Table(
        np.stack(columns, axis=1),
        np.round(table.y * 100_000),
        RAW_FEATURES,
        "median_house_value",
        name="california_raw",
        target_unit="dollars",
    )
