"""`pullback train` and `predict` on tables of every sort, through the command line."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pullback import files


@pytest.fixture
def flats(tmp_path, monkeypatch):
    """Rents and sorts of flats, with gaps, texts, codes and truth values."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    size, code = rng.normal(60, 20, 400).round(1), rng.integers(0, 4, 400)
    rent = 10 * size + 150 * (code == 2) + rng.normal(0, 20, 400)
    table = pd.DataFrame({"size": size, "code": code, "lift": code > 1, "rent": rent.round(2)})
    table["sort"] = np.select([rent > 800, rent < 500], ["dear", "cheap"], "fair")
    table.loc[::11, "size"] = np.nan
    table.to_csv("flats.csv", index=False)
    table.to_parquet("flats.parquet")
    return table


def test_regression_with_codes_as_texts(flats, command):
    options = (
        "--target",
        "rent",
        "--drop",
        "sort",
        "--categorical",
        "code",
        "--preset",
        "fast",
        "--out",
        "run",
    )
    status, out, err = command("train", "--data", "flats.csv", *options, "--json")
    said = json.loads(out)
    assert (status, err) == (0, "")
    assert (said["task"], said["features"]) == ("regression", ["size", "code", "lift"])
    assert list(said["metrics"]) == ["network", "gradient boosting", "least squares", "mean"]
    for by_rows in said["metrics"].values():
        assert by_rows["test"].keys() == {"rmse", "mae", "r2"}
    assert said["r2"] > 0.7
    assert (said["train_rows"], said["val_rows"], said["test_rows"]) == (256, 64, 80)
    assert said["health"] == []
    assert json.loads((Path("run") / "summary.json").read_text())["metrics"] == said["metrics"]
    kinds = {c["name"]: c["kind"] for c in json.loads((Path("run") / "columns.json").read_text())}
    assert kinds == {"size": "numbers", "code": "texts", "lift": "texts", "rent": "numbers"}


@pytest.mark.parametrize(
    ("file", "target", "metric", "classes"),
    [
        ("flats.csv", "sort", "balanced_accuracy", ["cheap", "dear", "fair"]),
        ("flats.parquet", "lift", "roc_auc", ["0", "1"]),
    ],
)
def test_classes_come_with_their_probabilities(file, target, metric, classes, flats, command):
    other = ("--drop", "code") if target == "lift" else ()
    command("train", "--data", file, "--target", target, *other, "--preset", "fast", "--out", "run")
    said = files.read_json("run/summary.json")
    assert said["task"] == "classification"
    assert list(said["metrics"]) == ["network", "gradient boosting", "logistic regression", "majority class"]
    assert said["metrics"]["network"]["test"].keys() == {"accuracy", "log_loss", metric}
    assert said["accuracy"] > said["metrics"]["majority class"]["test"]["accuracy"]
    status, out, err = command("predict", "run", file)
    assert (status, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 400
    assert list(rows[0]) == [f"predicted_{target}", *(f"probability_{c}" for c in classes)]
    shares = np.array([[float(row[f"probability_{c}"]) for c in classes] for row in rows])
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert [row[f"predicted_{target}"] for row in rows] == [classes[i] for i in shares.argmax(axis=1)]
    command("predict", "run", file, "--output", "p.csv")
    assert Path("p.csv").read_text() == out


def test_the_predictions_do_not_depend_on_stretches(flats, command, monkeypatch):
    from pullback.data import _source

    command("train", "--data", "flats.csv", "--target", "rent", "--preset", "fast", "--out", "run")
    whole = command("predict", "run", "flats.csv")[1].split()[1:]
    monkeypatch.setattr(_source, "CELLS", 100)
    parts = command("predict", "run", "flats.csv")[1].split()[1:]
    np.testing.assert_allclose(np.array(parts, float), np.array(whole, float), rtol=1e-9)


def test_the_task_can_be_said_and_rows_drawn(flats, command):
    options = (
        "--target",
        "code",
        "--rows",
        "100",
        "--task",
        "regression",
        "--preset",
        "fast",
        "--out",
        "run",
    )
    status, out, _ = command("train", "--data", "flats.csv", *options)
    assert status == 0
    assert "Table 'flats': 100 rows, 4 features -> code\nregression, as --task says\n" in out


def test_a_fit_that_did_not_learn_is_reported(tmp_path, command, monkeypatch):
    monkeypatch.chdir(tmp_path)
    from pullback.data import research_split

    noise, n = np.random.default_rng(0).normal(size=300), np.arange(300)
    y = np.where(np.isin(n, research_split(300).test), noise, 1.5)
    pd.DataFrame({"x": noise, "y": y}).to_csv("t.csv", index=False)
    status, out, _ = command("train", "--data", "t.csv", "--target", "y", "--preset", "fast", "--out", "run")
    assert status == 0
    cause = "every training row has the same target: there is nothing to learn"
    assert f"concern: {cause}" in out
    assert files.read_json("run/summary.json")["health"][0].startswith(cause)
    command("report", "run")
    assert f"<strong>Warning.</strong> {cause}" in Path("run/report.html").read_text()
