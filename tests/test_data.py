"""Tables, files, splits and scaling; the texts of errors are compared word for word."""

import gzip
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from pullback import data
from pullback.data import Standardizer, Table, _load, read_features, read_table, research_split, split
from pullback.errors import ArgumentError, DataError

GOOD = "rooms,age,price\n3,10,2.5\n4,20,3.5\n"


def write(folder, text, name="houses.csv"):
    path = folder / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def text_of(kind, f, *args, **kwargs):
    with pytest.raises(kind) as caught:
        f(*args, **kwargs)
    return str(caught.value)


# The door


def test_door_is_the_documented_list():
    assert sorted(data.__all__) == data.__all__
    for name in data.__all__:
        assert getattr(data, name).__doc__


# Table


def table(X=((1.0, 2.0), (3.0, 2.0)), y=(1.0, 2.0), names=("a", "b"), target="t"):
    return Table(np.array(X), np.array(y), names, target, name="toy")


def test_table_holds_float64_and_says_what_it_is():
    made = table(X=[[1, 2], [3, 2]], y=[1, 2], names=["a", "b"])
    assert made.X.dtype == made.y.dtype == np.float64
    assert made.feature_names == ("a", "b")
    assert repr(made) == "Table 'toy': 2 rows, 2 features -> t"


TABLES = [
    (
        {"X": [[1, 2], [np.nan, np.inf]]},
        "toy: column 'a' is not finite in row 2\n  expected: a finite number in every cell\n"
        "  got: nan (and 1 more such cells)\n  try: fill in or drop such rows first",
    ),
    (
        {"y": [1, -np.inf]},
        "toy: column 't' is not finite in row 2\n  expected: a finite number in every cell\n"
        "  got: -inf\n  try: fill in or drop such rows first",
    ),
    (
        {"y": [3, 3]},
        "toy: the target 't' is the same in every row\n  expected: a target that varies\n"
        "  got: 3 in all 2 rows\n  try: name another column as the target",
    ),
    (
        {"y": [1, 2, 3]},
        "toy: X and y do not fit together\n  expected: X (n_rows, n_features) and y (n_rows,)\n"
        "  got: X (2, 2) and y (3,)",
    ),
    ({"X": np.zeros((1, 2)), "y": [1]}, "toy has one row\n  expected: two rows at the least"),
    ({"X": np.zeros((0, 2)), "y": []}, "toy has no rows\n  expected: two rows at the least"),
    (
        {"X": np.zeros((2, 0)), "names": ()},
        "toy has no features\n  expected: one column at the least besides the target",
    ),
    (
        {"names": ("a",)},
        "toy: the names do not fit the columns\n  expected: 2 names, one for each column of X\n"
        "  got: 1 names",
    ),
    (
        {"names": ("a", "t")},
        "toy: two columns have one name\n  expected: a different name for every column\n  got: 't'",
    ),
    (
        {"y": ["x", "y"]},
        "toy: y is not an array of numbers\n  got: could not convert string to float: np.str_('x')",
    ),
]


@pytest.mark.parametrize(("change", "text"), TABLES)
def test_a_table_no_work_could_end_well_on_is_refused(change, text):
    assert text_of(DataError, table, **change) == text


# Files

TEXTS = {
    "as is": GOOD,
    "quoted, spaced, blank lines": '"rooms", age ,price\r\n\r\n3, 10,"2.5"\r\n4,20 ,3.5\r\n\r\n',
    "byte-order mark, no last newline": "\ufeffrooms,age,price\n3,1e1,2.5\n4,2e1,3.5",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("name", ["houses.csv", "houses.csv.gz", "HOUSES.CSV"])
def test_csv(tmp_path, text, name):
    read = read_table(write(tmp_path, text, name), "rooms")
    assert (read.feature_names, read.target_name, read.name.lower()) == (("age", "price"), "rooms", "houses")
    np.testing.assert_array_equal(read.X, [[10, 2.5], [20, 3.5]])
    np.testing.assert_array_equal(read.y, [3, 4])


def test_target_is_the_last_column_unless_said_otherwise(tmp_path):
    assert read_table(write(tmp_path, GOOD)).target_name == "price"


FILES = [
    ("", "{path} is empty\n  expected: a header with the columns' names, then rows"),
    ("\n\n", "{path} is empty\n  expected: a header with the columns' names, then rows"),
    ("rooms,age,price\n", "{path} has a header and no rows\n  expected: two rows at the least"),
    ("rooms,age,price\n\n \n", "{path} has a header and no rows\n  expected: two rows at the least"),
    ("rooms,age,price\n3,10,2.5\n", "houses has one row\n  expected: two rows at the least"),
    (
        "3,10,2.5\n4,20,3.5\n",
        "{path} has no header\n  expected: the columns' names in the first line\n  got: 3,10,2.5",
    ),
    (
        "rooms,price,rooms\n1,2,3\n",
        "{path}: two columns have one name\n  expected: a different name for every column\n  got: 'rooms'",
    ),
    (
        ",rooms,price\n0,1,2\n",
        "{path}: column 1 has no name\n  expected: a name for every column\n"
        "  try: a file from pandas is written with to_csv(path, index=False)",
    ),
    (
        "price\n1\n2\n",
        "{path} has one column\n  expected: a target and at least one feature, with commas between them\n"
        "  got: 'price'",
    ),
    (
        "rooms,age,price\n3,10,2.5\n\n4,old,3.5\n",
        "column 'age' is not a number in row 2\n  where: {path}:4\n  expected: a number in every cell\n"
        "  got: 'old'\n  try: encode the column as numbers, or drop it",
    ),
    (
        "rooms,price\n3,1_000\n4,2\n",
        "column 'price' is not a number in row 1\n  where: {path}:2\n  expected: a number in every cell\n"
        "  got: '1_000'\n  try: encode the column as numbers, or drop it",
    ),
    (
        "rooms,price\n3,1\n,2\n",
        "column 'rooms' has no value in row 2\n  where: {path}:3\n  expected: a number in every cell\n"
        "  got: ''\n  try: fill in or drop such rows first",
    ),
    (
        "rooms,price\n3,NaN\n4,2\n",
        "column 'price' has no value in row 1\n  where: {path}:2\n  expected: a number in every cell\n"
        "  got: 'NaN'\n  try: fill in or drop such rows first",
    ),
    (
        "rooms,price\n3,1\n-inf,2\n",
        "column 'rooms' is not finite in row 2\n  where: {path}:3\n  expected: a finite number\n"
        "  got: '-inf'\n  try: fill in or drop such rows first",
    ),
    (
        "rooms,price\n3,1\n4,2,5\n",
        "row 2 has another number of cells than the header\n  where: {path}:3\n  expected: 2\n  got: 3",
    ),
    (
        "rooms,price\n3\n4\n",
        "row 1 has another number of cells than the header\n  where: {path}:2\n  expected: 2\n  got: 1",
    ),
    (
        "rooms,price\n3,1.5\n4,1.5\n",
        "houses: the target 'price' is the same in every row\n  expected: a target that varies\n"
        "  got: 1.5 in all 2 rows\n  try: name another column as the target",
    ),
    (
        b"rooms,price\n3,\xff\n",
        "{path} is not UTF-8 text\n  got: 'utf-8' codec can't decode byte 0xff in position 14: "
        "invalid start byte\n  try: save it as UTF-8",
    ),
]


@pytest.mark.parametrize(("text", "error"), FILES)
def test_faulty_csv(tmp_path, text, error):
    path = write(tmp_path, text)
    assert text_of(DataError, read_table, path) == error.format(path=path)


def test_a_file_that_is_not_there(tmp_path):
    path = tmp_path / "none.csv"
    assert text_of(DataError, read_table, path) == f"{path} does not exist"
    assert text_of(DataError, read_table, tmp_path) == f"{tmp_path} is a folder\n  expected: a file"
    path = write(tmp_path, GOOD, "houses.xlsx")
    expected = f"{path} is of an unknown kind\n  expected: .csv, .csv.gz, .parquet, .pq"
    assert text_of(DataError, read_table, path) == expected


def test_a_target_that_is_not_there_is_guessed_at(tmp_path):
    path = write(tmp_path, GOOD)
    assert text_of(DataError, read_table, path, "prize") == (
        f"{path} has no column 'prize'\n  expected: the target among the columns\n"
        "  got: the columns rooms, age, price\n  try: did you mean 'price'?"
    )


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_truncated_compressed_file(tmp_path, keep):
    path = write(tmp_path, GOOD + "4,20,3.5\n" * 50, "houses.csv.gz")
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    assert text_of(DataError, read_table, path).startswith(f"{path} cannot be read\n  got: ")


def test_text_that_is_not_compressed_though_its_name_says_so(tmp_path):
    path = tmp_path / "houses.csv.gz"
    path.write_text(GOOD)
    assert text_of(DataError, read_table, path) == f"{path} cannot be read\n  got: Not a gzipped file (b'ro')"


def test_cell_by_cell_reads_the_same_bits(tmp_path):
    rows = np.random.default_rng(0).normal(size=(100, 3)) * 10.0 ** np.arange(-200, 100, 3)[:, None]
    lines = [",".join(map(repr, row)) for row in rows.tolist()]
    path = write(tmp_path, "\n".join(["a,b,c", *lines]))
    source = data._source.Csv(path)
    np.testing.assert_array_equal(source._read_fast(), rows)
    np.testing.assert_array_equal(source._read_cells([0, 1, 2]), rows)


def test_features_are_picked_by_name_and_others_may_hold_anything(tmp_path):
    path = write(tmp_path, "town,age,rooms\nUlm,10,3\n,20,4\n")
    np.testing.assert_array_equal(read_features(path, ["rooms", "age"]), [[3, 10], [4, 20]])
    path = write(tmp_path, GOOD)
    np.testing.assert_array_equal(read_features(path, ("age", "rooms")), [[10, 3], [20, 4]])
    path = write(tmp_path, "rooms\n5\n")
    np.testing.assert_array_equal(read_features(path, ["rooms"]), [[5]])
    assert text_of(DataError, read_features, path, ["rooms", "room"]) == (
        f"{path} has no column 'room'\n  expected: every feature: rooms, room\n"
        "  got: the columns rooms\n  try: did you mean 'rooms'?"
    )


# Parquet


def parquet(folder, columns):
    path = folder / "houses.parquet"
    pd.DataFrame(columns).to_parquet(path)
    return path


def test_parquet(tmp_path):
    path = parquet(tmp_path, {"rooms": [3, 4], "new": [True, False], "price": np.float32([2.5, 3.5])})
    read = read_table(path)
    assert (read.feature_names, read.name) == (("rooms", "new"), "houses")
    np.testing.assert_array_equal(read.X, [[3, 1], [4, 0]])
    np.testing.assert_array_equal(read_features(path, ["price", "rooms"]), [[2.5, 3], [3.5, 4]])


PARQUETS = [
    (
        {"town": ["Ulm", "Bonn"], "price": [1, 2]},
        "column 'town' is not a number in row 1\n  where: {path}\n  expected: a number in every cell\n"
        "  got: 'Ulm'\n  try: encode the column as numbers, or drop it",
    ),
    (
        {"rooms": pd.array([1, None], dtype="Int64"), "price": [1, 2]},
        "column 'rooms' has no value in row 2\n  where: {path}\n  expected: a number in every cell\n"
        "  got: null\n  try: fill in or drop such rows first",
    ),
    (
        {"rooms": [1.0, np.inf], "price": [1, 2]},
        "{path}: column 'rooms' is not finite in row 2\n  expected: a finite number in every cell\n"
        "  got: inf\n  try: fill in or drop such rows first",
    ),
    (
        {"rooms": np.zeros(0), "price": np.zeros(0)},
        "{path} has a header and no rows\n  expected: two rows at the least",
    ),
]


@pytest.mark.parametrize(("columns", "error"), PARQUETS)
def test_faulty_parquet(tmp_path, columns, error):
    path = parquet(tmp_path, columns)
    assert text_of(DataError, read_table, path) == error.format(path=path)


def test_damaged_parquet(tmp_path):
    path = parquet(tmp_path, {"rooms": [3, 4], "price": [1, 2]})
    path.write_bytes(path.read_bytes()[:-5])
    assert text_of(DataError, read_table, path).startswith(f"{path} is not a whole Parquet file\n  got: ")


def test_parquet_without_pyarrow(tmp_path, monkeypatch):
    path = parquet(tmp_path, {"rooms": [3, 4], "price": [1, 2]})
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    expected = f"{path} needs pyarrow to be read\n  try: pip install 'pullback[parquet]'"
    assert text_of(DataError, read_table, path) == expected


# Loaders


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """No data in PULLBACK_DATA, none in scikit-learn's home, and no network."""
    monkeypatch.setenv("PULLBACK_DATA", str(tmp_path))

    def fetch(download_if_missing=True, **_):
        raise OSError("no network" if download_if_missing else "nothing there")

    monkeypatch.setattr(sklearn.datasets, "fetch_california_housing", fetch)
    return tmp_path


def tried(folder):
    return (
        f"PULLBACK_DATA has no california_housing.csv.gz (looked in {folder}); "
        "scikit-learn's data home does not have it (nothing there); "
        "scikit-learn could not download it (no network)"
    )


def test_california_that_is_not_at_hand(nowhere):
    assert text_of(DataError, data.load_california) == (
        f"California Housing was not found\n  got: {tried(nowhere)}\n"
        "  try: set PULLBACK_DATA to a folder with california_housing.csv.gz, or go online once"
    )
    assert text_of(DataError, data.load_california_raw) == text_of(DataError, data.load_california)


def test_diabetes_come_instead_and_say_so(nowhere):
    table = data.load("california")
    assert (table.name, table.X.shape) == ("diabetes", (442, 10))
    assert table.note == (
        f"California Housing is not at hand ({tried(nowhere)}); "
        "training on scikit-learn's diabetes data instead"
    )
    assert data.load("diabetes").note == ""


def test_another_file_by_that_name_is_refused(nowhere):
    path = write(nowhere, "a,MedHouseVal\n1,2\n3,4\n", "california_housing.csv.gz")
    assert text_of(DataError, data.load_california) == (
        f"{path} is not California Housing\n  expected: 20640 rows of MedInc, HouseAge, AveRooms, AveBedrms, "
        "Population, AveOccup, Latitude, Longitude\n  got: 2 rows of a"
    )
    assert data.load().name == "diabetes"


def test_scikit_learn_is_asked_second(nowhere, monkeypatch):
    X = np.random.default_rng(0).normal(size=(5, 8))
    found = sklearn.utils.Bunch(data=X, target=np.arange(5.0))
    monkeypatch.setattr(sklearn.datasets, "fetch_california_housing", lambda **_: found)
    monkeypatch.delenv("PULLBACK_DATA")
    table = data.load_california()
    assert (table.name, table.target_name, table.target_unit) == (
        "california",
        "MedHouseVal",
        "100,000 dollars",
    )
    np.testing.assert_array_equal(table.X, X)


def test_a_table_of_another_name():
    assert text_of(ArgumentError, data.load, "diabetis") == (
        "there is no table called 'diabetis'\n  expected: california, california_raw, diabetes\n"
        "  try: load('diabetes')"
    )


@pytest.fixture(scope="module")
def california():
    """The real table, from the folder or scikit-learn's home; never downloaded by a test."""
    for place in (_load._from_folder, _load._from_sklearn_home):
        try:
            return place()
        except _load._NotThereError:
            continue
    pytest.skip("California Housing is not at hand")


def test_california(california):
    assert repr(california) == "Table 'california': 20640 rows, 8 features -> MedHouseVal"
    np.testing.assert_array_equal(california.X[0, [0, 1, 6, 7]], [8.3252, 41, 37.88, -122.23])
    assert (california.y[0], california.y.max()) == (4.526, 5.00001)
    assert california.feature_names == _load.FEATURES


def test_raw_columns_follow_exactly_from_the_others(california, monkeypatch):
    derived = _load._raw_from(california)
    assert derived.X[0].tolist() == [-122.23, 37.88, 41, 880, 129, 322, 126, 8.3252]
    assert derived.y[0] == 452600
    try:
        read = data.load_california_raw()
    except DataError:
        pytest.skip("the raw file is not at hand")
    np.testing.assert_array_equal(derived.X, read.X)
    np.testing.assert_array_equal(derived.y, read.y)
    assert (read.feature_names, read.target_unit) == (derived.feature_names, "dollars")


# Splits


def test_research_split_is_the_published_one():
    p = np.random.RandomState(0).permutation(20640)
    test, rest = p[:4128], p[4128:]
    q = np.random.RandomState(1).permutation(16512)
    val, train = rest[q[:3303]], rest[q[3303:]]
    for found, expected in zip(research_split(), (train, val, test), strict=True):
        np.testing.assert_array_equal(found, expected)


@given(n=st.integers(3, 400), seed=st.integers(0, 9))
def test_every_row_is_in_one_part(n, seed):
    for parts in (research_split(n), split(n, rng=seed), split(n, test=0, val=0.5, rng=seed)):
        np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(n))
        assert len(parts.train) > 0


def test_a_seed_gives_one_split_and_the_generator_goes_on():
    for a, b in zip(split(50, rng=3), split(50, rng=np.random.default_rng(3)), strict=True):
        np.testing.assert_array_equal(a, b)
    rng = np.random.default_rng(3)
    assert split(50, rng=rng).test.tolist() != split(50, rng=rng).test.tolist()


def test_splits_that_cannot_be():
    text = "2 rows cannot be split\n  expected: three rows at the least"
    assert text_of(ArgumentError, split, 2) == text_of(ArgumentError, research_split, 2) == text
    text = "val=1 is not a share of rows\n  expected: 0 <= share < 1"
    assert text_of(ArgumentError, split, 9, val=1) == text
    text = "test=0.9 and val=0.9 leave none of 3 rows to train on\n  try: take smaller shares"
    assert text_of(ArgumentError, split, 3, test=0.9, val=0.9) == text


# Standardising


@given(arrays(np.float64, (7, 3), elements=st.floats(-1e6, 1e6)))
def test_standardizer_has_an_inverse(X):
    scaler = Standardizer.fit(X)
    Z = scaler.transform(X)
    assert np.isfinite(Z).all()
    np.testing.assert_allclose(scaler.inverse(Z), X, rtol=1e-12, atol=1e-12 * np.abs(X).max())


@pytest.mark.parametrize("unit", [1e-300, 1e-9, 1.0, 1e200])
def test_standardizer_gives_mean_0_and_scale_1_in_any_unit(unit):
    X = unit * np.random.default_rng(0).normal(3, 2, size=(50, 4))
    Z = Standardizer.fit(X).transform(X)
    np.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(Z.std(axis=0), 1, rtol=1e-14)


def test_standardizer_agrees_with_scikit_learn():
    X = np.random.default_rng(0).normal(3, 2, size=(50, 4))
    ours, theirs = Standardizer.fit(X), StandardScaler().fit(X)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), rtol=1e-12, atol=1e-14)


def test_a_constant_column_becomes_exactly_zero():
    X = np.full((7, 2), 0.1)
    scaler = Standardizer.fit(X)
    np.testing.assert_array_equal(scaler.scale, 1)
    np.testing.assert_array_equal(scaler.transform(X), 0)


def test_dtype_is_that_asked_for():
    X = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    scaler = Standardizer.fit(X)
    assert scaler.mean.dtype == np.float64
    assert scaler.transform(X, np.float32).dtype == np.float32
    assert scaler.transform(X).dtype == scaler.inverse(X).dtype == np.float64


@pytest.mark.parametrize("shape", [(5, 2), (5,)])
def test_standardizer_survives_as_arrays(shape):
    X = np.random.default_rng(0).normal(size=shape)
    before = Standardizer.fit(X)
    after = Standardizer.from_arrays(before.to_arrays())
    np.testing.assert_array_equal(before.transform(X), after.transform(X))


def test_what_cannot_be_standardised():
    text = (
        "a standardiser cannot be fitted on this array\n"
        "  expected: shape (n_rows, n_columns) or (n_rows,), one row at the least\n  got: shape (0, 2)"
    )
    assert text_of(ArgumentError, Standardizer.fit, np.zeros((0, 2))) == text
    text = (
        "a standardiser cannot be fitted on NaN or inf\n"
        "  expected: finite numbers\n  got: nan at index (1, 0)"
    )
    assert text_of(ArgumentError, Standardizer.fit, np.array([[0], [np.nan]])) == text
    text = (
        "the rows have other columns than those the standardiser was fitted on\n"
        "  expected: 2 columns\n  got: shape (4, 3)"
    )
    scaler = Standardizer.fit(np.eye(2))
    assert text_of(ArgumentError, scaler.transform, np.zeros((4, 3))) == text
    assert text_of(ArgumentError, scaler.inverse, np.zeros((4, 3))) == text


# The notebook's


def test_import_data_is_scaled_by_the_training_rows_alone():
    table = data.load_diabetes()
    X_train, y_train, X_test, y_test = data.import_data(table)
    assert (X_train.shape, y_train.shape, X_test.shape, y_test.shape) == ((353, 11), (353,), (89, 11), (89,))
    np.testing.assert_array_equal(X_train[:, 0], 1)
    np.testing.assert_array_equal(X_test[:, 0], 1)
    for fitted in (X_train[:, 1:], y_train):
        np.testing.assert_allclose(fitted.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(fitted.std(axis=0), 1, rtol=1e-12)
    test = research_split(442).test
    changed = replace(table, X=table.X.copy(), y=table.y.copy())
    changed.X[test] *= 100
    changed.y[test] *= 100
    again = data.import_data(changed)
    np.testing.assert_array_equal(again[0], X_train)
    np.testing.assert_array_equal(again[1], y_train)


def test_import_data_of_california(california, monkeypatch):
    X_train, y_train, X_test, y_test = data.import_data(california)
    assert (X_train.shape, X_test.shape) == ((16512, 9), (4128, 9))
    assert len(y_train) == 16512
    notebook_sizes = [len(rows) for rows in train_test_split(california.y, test_size=0.2, random_state=1)]
    assert [len(y_train), len(y_test)] == notebook_sizes
