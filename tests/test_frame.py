"""Tables as they come: kinds of columns, gaps, stretches, and what is asked of them."""

import numpy as np
import pytest

from pullback import data
from pullback.data import Frame, frames, pose, read_frame, stratified_split
from pullback.data import _source as source
from pullback.errors import DataError


def write(folder, text, name="t.csv"):
    (folder / name).write_text(text)
    return folder / name


@pytest.fixture
def mixed(tmp_path):
    lines = [
        f"{i},{i % 7 if i % 5 else 'NA'},0{i % 9},{'yes' if i % 2 else 'no '},{i * 1.5}" for i in range(60)
    ]
    return write(tmp_path, "\n".join(["row,age,zip,kind,price", *lines]))


def test_kinds_of_columns(mixed):
    frame = read_frame(mixed, texts=["zip"])
    assert [a.dtype.kind for a in frame.arrays] == ["f", "f", "O", "O", "f"]
    assert np.isnan(frame["age"]).sum() == 12
    assert frame["zip"][:2].tolist() == ["00", "01"]
    assert set(frame["kind"]) == {"yes", "no"}


@pytest.mark.parametrize("size", [5, 25, 10**6])
def test_stretches_change_nothing(mixed, monkeypatch, size):
    whole = read_frame(mixed, texts=["zip"])
    monkeypatch.setattr(source, "CELLS", size)
    for one, other in zip(whole.arrays, read_frame(mixed, texts=["zip"]).arrays, strict=True):
        np.testing.assert_array_equal(one, other)
    parts = list(frames(mixed, ["price", "kind"], ["kind"]))
    assert [len(p) for p in parts] == [max(1, size // 5)] * (60 // max(1, size // 5)) or len(parts) == 1
    np.testing.assert_array_equal(np.concatenate([p["price"] for p in parts]), whole["price"])


def test_text_after_many_numbers_is_read_as_text_from_the_beginning(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "CELLS", 20)
    codes = [f"0{i}" for i in range(40)] + ["A1", "B2"] * 10
    frame = read_frame(write(tmp_path, "\n".join(["code,y", *(f"{c},1" for c in codes)])))
    assert frame["code"].tolist() == codes


def test_some_rows_are_the_same_ones_each_time_and_keep_their_numbers(mixed):
    some, again = (read_frame(mixed, rows=10) for _ in range(2))
    assert len(some) == 10
    np.testing.assert_array_equal(some["row"], again["row"])
    np.testing.assert_array_equal(some["row"] + 1, some.rows)
    assert some.row_number(3) == some["row"][3] + 1
    assert len(read_frame(mixed, rows=1000)) == 60


def test_parquet_is_as_csv(mixed, tmp_path):
    import pandas as pd

    table = pd.read_csv(mixed, dtype={"zip": str, "kind": str}).assign(kind=lambda t: t["kind"].str.strip())
    table["when"] = pd.Timestamp("1970-01-02") + pd.to_timedelta(np.arange(60), unit="h")
    table["kind"] = table["kind"].astype("category")
    table["sure"] = table["row"] > 30
    table.to_parquet(tmp_path / "t.parquet")
    found, wanted = read_frame(tmp_path / "t.parquet"), read_frame(mixed, texts=["zip"])
    for name in wanted.columns:
        np.testing.assert_array_equal(found[name], wanted[name])
    np.testing.assert_allclose(found["when"], 1 + np.arange(60) / 24)
    assert found["sure"].sum() == 29
    assert len(next(frames(tmp_path / "t.parquet", ["kind"], ["kind"]))) == 60


def test_a_table_larger_than_memory_is_refused(mixed, monkeypatch):
    monkeypatch.setenv("PULLBACK_MEMORY", "1e-5")
    with pytest.raises(DataError) as error:
        read_frame(mixed)
    first, expected, got, hint = str(error.value).splitlines()
    assert first == f"{mixed} is too large for the memory that is free"
    assert expected.startswith("  expected: a table of 0 GiB at most: training takes about 16 times that")
    assert "in its first 60 rows" in got
    assert "--rows" in hint


def frame_of(**columns):
    arrays = [np.array(c, object if isinstance(c[0], str) else float) for c in columns.values()]
    return Frame(tuple(columns), tuple(arrays))


N = np.arange(60)


@pytest.mark.parametrize(
    ("target", "task"),
    [
        (np.where(N % 2, "a", "b"), "classification"),
        (N % 2, "classification"),
        (N % 10, "classification"),
        (N % 12, "regression"),
        (N % 2 + 0.5, "regression"),
        (N, "regression"),
    ],
)
def test_the_target_says_the_task(target, task):
    problem = pose(frame_of(x=N**2, y=target.tolist()), "y")
    assert problem.task == task
    assert problem.notes[0].startswith(f"{task}: 'y' ")
    assert problem.y.dtype.kind == ("f" if task == "regression" else target.dtype.kind)


def test_few_rows_of_few_numbers_are_a_regression():
    frame = frame_of(x=[1, 2, 3, 5, 8, 9], y=[0, 1, 1, 0, 1, 1])
    assert pose(frame, "y").task == "regression"
    assert pose(frame, "y", task="classification").y.dtype.kind == "i"


def test_columns_of_no_use_are_left_out_and_can_be_kept():
    names = [f"name {i}" for i in N]
    frame = frame_of(
        x=N**2, same=0 * N, row=N + 7, house_id=3 * N, other=3 * N, name=names, none=N * np.nan, y=N
    )
    problem = pose(frame, "y")
    assert problem.X.columns == ("x", "other")
    assert [c["name"] for c in problem.columns if c.get("left_out")] == [
        "same",
        "row",
        "house_id",
        "name",
        "none",
    ]
    assert "left out 'same': 0 in every row (--keep same keeps it)" in problem.notes
    assert "left out 'name': 60 different texts in 60 rows (--keep name keeps it)" in problem.notes
    kept = pose(frame, "y", keep=["name", "same"])
    assert kept.X.columns == ("x", "same", "other", "name")


def test_every_class_has_rows_to_train_on():
    labels = np.repeat(["a", "b", "c", "d"], [50, 5, 2, 1])
    rows = stratified_split(labels)
    assert sorted(np.concatenate(rows).tolist()) == list(range(58))
    assert set(labels[rows.train]) == {"a", "b", "c", "d"}
    assert set(labels[rows.test]) == set(labels[rows.val]) == {"a", "b"}
    assert (len(rows.train), len(rows.val), len(rows.test)) == (38, 9, 11)


def test_a_frame_is_what_the_estimators_take():
    from pullback.tabular import MLPRegressor

    rng = np.random.default_rng(0)
    kinds = rng.choice(["low", "high"], 300)
    age = rng.normal(size=300)
    X = Frame(("age", "kind"), (np.where(N[0] + rng.random(300) < 0.1, np.nan, age), kinds.astype(object)))
    y = np.nan_to_num(X["age"]) + 3 * (kinds == "high")
    model = MLPRegressor("fast", epochs=30, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.9
    assert model.columns_.names == ["age", "kind"]
    assert model.columns_.levels == [None, ["high", "low"]]
    infinite = Frame(X.columns, (np.full(300, np.inf), X["kind"]))
    with pytest.raises(ValueError, match="column 'age' of X contains infinity"):
        model.predict(infinite)


def test_california_as_a_problem():
    problem = data.problem_of(data.load_diabetes())
    assert repr(problem) == repr(data.load_diabetes())
    assert problem.columns[-1]["name"] == "progression"
    np.testing.assert_array_equal(problem.split().test, data.research_split(442).test)
