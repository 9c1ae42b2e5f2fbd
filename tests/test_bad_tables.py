"""Bad input, through the command line: what it says, word for word, and that nothing is left lying about."""

import numpy as np
import pandas as pd
import pytest

ROWS = 40
GOOD = {"age": np.arange(ROWS) % 17, "rooms": np.arange(ROWS) % 5, "price": np.arange(ROWS) * 1.5}


def csv(**changed):
    return pd.DataFrame({**GOOD, **changed}).to_csv(index=False)


def with_cell(name, row, cell):
    column = [str(x) for x in GOOD[name]]
    column[row] = cell
    return csv(**{name: column})


REFUSED = {
    "no such file": (None, [], "t.csv does not exist"),
    "empty file": ("", [], "t.csv is empty\n  expected: a header with the columns' names, then rows"),
    "header only": ("age,price\n", [], "t.csv has a header and no rows\n  expected: two rows at the least"),
    "one row": (
        "age,price\n1,2\n", [],
        "t.csv has one row\n"
        "  expected: three rows at the least: to train, to validate and to test on\n"
        "  try: give a file with more rows; some hundreds are a beginning",
    ),
    "no header": (
        "1,2\n3,4\n", [],
        "t.csv has no header\n  expected: the columns' names in the first line\n  got: 1,2",
    ),
    "wrong target": (
        csv(), ["--target", "prise"],
        "t.csv has no column 'prise'\n"
        "  expected: the target among the columns\n"
        "  got: the columns age, rooms, price\n"
        "  try: did you mean 'price'?",
    ),
    "names in brackets": (
        "age [years],[/b],price\n1,2,3\n", ["--target", "[prise]"],
        "t.csv has no column '[prise]'\n"
        "  expected: the target among the columns\n"
        "  got: the columns age [years], [/b], price\n"
        "  try: did you mean 'price'?",
    ),
    "wrong column to drop": (
        csv(), ["--drop", "room"],
        "t.csv has no column 'room'\n"
        "  expected: a column's name\n"
        "  got: the columns age, rooms, price\n"
        "  try: did you mean 'rooms'?",
    ),
    "duplicate names": (
        "age,price,age\n1,2,3\n", [],
        "t.csv: two columns have one name\n  expected: a different name for every column\n  got: 'age'",
    ),
    "ragged": (
        csv() + "1,2\n", [],
        "row 41 has another number of cells than the header\n  where: t.csv:42\n  expected: 3\n  got: 2",
    ),
    "mixed types": (
        with_cell("age", 4, "old"), [],
        "column 'age' holds the text 'old' in row 5\n"
        "  where: t.csv\n"
        "  expected: a number, or an empty cell where there is none: "
        "the other cells of the column are numbers, or nearly all\n"
        "  got: 1 cell of 40 that are no numbers\n"
        "  try: mend or empty the cell; --categorical age takes the column as texts; --drop age leaves the "
        "column out",
    ),
    "infinite cell": (
        with_cell("age", 4, "inf"), [],
        "column 'age' is infinite in row 5\n"
        "  where: t.csv\n"
        "  expected: a finite number, or an empty cell where there is none\n"
        "  got: inf\n"
        "  try: empty the cell or drop the row; --drop age leaves the column out",
    ),
    "infinite target": (
        with_cell("price", 4, "-inf"), [],
        "column 'price' is infinite in row 5\n"
        "  where: t.csv\n"
        "  expected: a finite number, or an empty cell where there is none\n"
        "  got: -inf\n"
        "  try: drop such rows",
    ),
    "NaN target": (
        with_cell("price", 4, "nan"), [],
        "the target 'price' has no value in row 5\n"
        "  where: t.csv\n"
        "  expected: a value in every row\n"
        "  got: 1 of 40 rows without one\n"
        "  try: drop such rows from the file, or name another target",
    ),
    "constant target": (
        csv(price=np.full(ROWS, 7.5)), [],
        "the target 'price' is the same in every row\n"
        "  where: t.csv\n"
        "  expected: a target that varies\n"
        "  got: 7.5 in all 40 rows\n"
        "  try: name another column as the target",
    ),
    "one class": (
        csv(price=["dear"] * ROWS), [],
        "the target 'price' holds one class only\n"
        "  where: t.csv\n"
        "  expected: two classes or more\n"
        "  got: dear in all 40 rows\n"
        "  try: name another column as the target",
    ),
    "a class a row": (
        csv(price=[f"dear {i}" for i in range(ROWS)]), [],
        "the target 'price' has too many classes for 40 rows\n"
        "  where: t.csv\n"
        "  expected: classes of several rows each\n"
        "  got: 40 classes, the largest of 1\n"
        "  try: another --target",
    ),
    "text target for regression": (
        csv(price=["dear", "cheap"] * (ROWS // 2)), ["--task", "regression"],
        "the target 'price' is text, and regression needs numbers\n"
        "  where: t.csv\n"
        "  expected: a number in every row\n"
        "  got: 'dear' in row 1\n"
        "  try: --task classification, or another --target",
    ),
    "no column of use": (
        csv(age=np.full(ROWS, np.nan), rooms=np.ones(ROWS)), [],
        "t.csv has no column to learn from\n"
        "  expected: a column besides the target that says something\n"
        "  got: left out 'age': no row has a value (--keep age keeps it); left out 'rooms': 1 in every row "
        "(--keep rooms keeps it)\n"
        "  try: --keep COLUMN keeps one all the same",
    ),
    "unknown preset": (
        csv(), ["--preset", "fastest"],
        "preset='fastest' is not known\n"
        "  expected: one of plain, fast, default, best\n"
        "  try: did you mean 'fast'?",
    ),
    "unknown task": (
        csv(), ["--task", "classify"],
        "task='classify' is not known\n"
        "  expected: one of regression, classification\n"
        "  try: did you mean 'classification'?",
    ),
    "a setting of the plain network": (
        csv(), ["--lr", "0.1"],
        "lr has no meaning with the preset 'default', which fixes it\n"
        "  try: --preset plain, or pullback.MLPRegressor, which takes single numbers in a preset's place",
    ),
    "text for the plain network": (
        csv(age=["a", "b"] * (ROWS // 2)), ["--preset", "plain"],
        "column 'age' holds texts, and the plain network takes numbers only\n"
        "  expected: numbers in every column\n"
        "  got: 'a'\n"
        "  try: --preset default takes texts; --drop age leaves the column out",
    ),
    "gaps for the plain network": (
        with_cell("age", 4, ""), ["--preset", "plain"],
        "column 'age' has gaps, and the plain network takes numbers only\n"
        "  expected: a number in every row\n"
        "  got: 1 of 40 rows without one\n"
        "  try: --preset default takes gaps; --drop age leaves the column out",
    ),
    "classes for the plain network": (
        csv(price=["dear", "cheap"] * (ROWS // 2)), ["--preset", "plain"],
        "the target 'price' stands for classes, and the plain network is for regression\n"
        "  expected: a target of numbers\n"
        "  try: --preset default classifies; --task regression takes whole numbers as they are",
    ),
    "an activation that is not there": (
        csv(), ["--preset", "plain", "--activation", "relo"],
        "no activation is named 'relo'\n"
        "  expected: relu, leaky_relu, elu, selu, gelu, silu, mish, softplus, sigmoid, tanh",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_words_and_nothing_is_left(case, tmp_path, monkeypatch, command):
    text, options, message = REFUSED[case]
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "t.csv").write_text(text)
    target = [] if "--target" in options else ["--target", "price"]
    status, _, err = command("train", "--data", "t.csv", *target, *options, "--out", "run")
    assert (status, err) == (1, f"error: {message}\n")
    assert not (tmp_path / "run").exists()


def test_a_table_larger_than_memory(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULLBACK_MEMORY", "1e-6")
    (tmp_path / "t.csv").write_text(csv())
    status, _, err = command("train", "--data", "t.csv", "--target", "price", "--out", "run")
    assert status == 1
    assert err.startswith("error: t.csv is too large for the memory that is free\n  expected: a table of")
    assert err.endswith("--rows 1000 trains on so many, drawn at random; --drop leaves columns out\n")
    assert not (tmp_path / "run").exists()


def test_a_table_of_few_rows_and_too_many_columns(tmp_path, monkeypatch, command):
    """Forty rows of 2,000 columns are under a MiB, and their network takes some hundreds."""
    monkeypatch.chdir(tmp_path)
    wide = np.random.default_rng(0).normal(size=(ROWS, 2000)).round(2)
    names = ",".join(f"c{i}" for i in range(2000))
    np.savetxt("t.csv", np.column_stack([wide, wide[:, 0]]), "%g", ",", header=f"{names},price", comments="")
    monkeypatch.setenv("PULLBACK_MEMORY", "0.5")
    status, _, err = command("train", "--data", "t.csv", "--target", "price", "--out", "run")
    assert status == 1
    assert (
        "expected: a table of 0 GiB at most: training takes about 16 times that, and 0.3 MiB for each" in err
    )
    assert "in its first 40 rows, and 2001 columns\n" in err


def test_useless_columns_are_named_and_left_out(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    table = {"none": np.full(ROWS, np.nan), "same": np.full(ROWS, 3), "id": 100 + np.arange(ROWS), **GOOD}
    pd.DataFrame(table).to_csv("t.csv", index=False)
    monkeypatch.setenv("COLUMNS", "200")
    status, out, err = command(
        "train",
        "--data",
        "t.csv",
        "--target",
        "price",
        "--preset",
        "fast",
        "--out",
        "run",
    )
    assert (status, err) == (0, "")
    for line in (
        "Table 't': 40 rows, 2 features -> price",
        "left out 'none': no row has a value (--keep none keeps it)",
        "left out 'same': 3 in every row (--keep same keeps it)",
        "left out 'id': it numbers the rows (--keep id keeps it)",
    ):
        assert line in out.splitlines()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    from pathlib import Path

    from pullback import runs

    folder = tmp_path_factory.mktemp("trained")
    kinds = np.array(["old", "new"])[np.arange(ROWS) % 2]
    pd.DataFrame({**GOOD, "kind": kinds}).to_csv(folder / "t.csv", index=False)
    settings = runs.Settings(str(folder / "t.csv"), "price", preset="fast")
    return runs.train_run(settings, Path(folder / "run")).folder


AT_PREDICTION = {
    "a column is missing": (
        "age,kind\n1,old\n",
        "new.csv has no column 'rooms'\n"
        "  expected: every feature: age, rooms, kind\n"
        "  got: the columns age, kind",
    ),
    "a column has another name": (
        "age,Rooms,kind\n1,2,old\n",
        "new.csv has no column 'rooms'\n"
        "  expected: every feature: age, rooms, kind\n"
        "  got: the columns age, Rooms, kind\n"
        "  try: did you mean 'Rooms'?",
    ),
    "all columns are others": (
        "a,b,c\n1,2,3\n",
        "new.csv lacks 3 of the 3 columns that the model was trained on\n"
        "  expected: 'age', 'rooms', 'kind'\n"
        "  got: the columns a, b, c\n"
        "  try: give the file that these columns are in, or train a model on the columns there are",
    ),
    "numbers became texts": (
        "age,rooms,kind\n1,2,old\nyoung,2,old\n",
        "column 'age' holds the text 'young' in row 2\n"
        "  where: new.csv\n"
        "  expected: a number, or an empty cell where there is none: this column held numbers when the model "
        "was trained\n"
        "  got: 1 cell of 2 that are no numbers\n"
        "  try: mend or empty the cell",
    ),
    "no rows": ("age,rooms,kind\n", "new.csv has a header and no rows\n  expected: a row at the least"),
}


@pytest.mark.parametrize("case", AT_PREDICTION)
def test_other_columns_at_prediction(case, trained, tmp_path, monkeypatch, command):
    text, message = AT_PREDICTION[case]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.csv").write_text(text)
    status, _, err = command("predict", trained, "new.csv", "--output", "p.csv")
    assert (status, err) == (1, f"error: {message}\n")
    assert not (tmp_path / "p.csv").exists()


def test_gaps_new_categories_and_one_row_are_predicted(trained, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.csv").write_text("kind,more,rooms,age\nnever seen,x,,3\n")
    status, out, err = command("predict", trained / "model.safetensors", "new.csv")
    assert (status, err) == (0, "")
    header, number = out.split()
    assert header == "predicted_price"
    assert np.isfinite(float(number))
    (tmp_path / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes())
    _, alone, _ = command("predict", "model.safetensors", "new.csv")
    assert alone.split() == ["predicted", number]
