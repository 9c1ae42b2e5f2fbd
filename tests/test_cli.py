"""The command line, in processes of its own: train, predict, interrupted, resumed, refused."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import heed_ctrl_c

from pullback import files
from pullback.model import Model

SMALL = ["--data", "diabetes", "--preset", "plain", "--hidden", "8", "--epochs", "60", "--seed", "3"]


def pullback(*args, cwd, check=True, **env):
    done = subprocess.run(
        [sys.executable, "-m", "pullback.cli", *map(str, args)],
        cwd=cwd, capture_output=True, text=True, env={**os.environ, **env}, timeout=120,
    )  # fmt: skip
    if check:
        assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    done = pullback("train", *SMALL, "--out", "made", "--json", cwd=folder)
    return folder / "made", json.loads(done.stdout)


@pytest.mark.parametrize("preset", ["plain", "fast"])
def test_a_run_ends_with_a_line_of_health_and_is_examined_on_demand(tmp_path, preset):
    done = pullback("train", "--data", "diabetes", "--preset", preset, "--diagnose", cwd=tmp_path)
    before, line, after = done.stdout.partition("health: no concern; the loss fell from ")
    assert line
    assert "model, history and pictures in runs/diabetes/" in before
    assert re.search(
        r"of their size\nthe run is healthy: \d+ experiments found nothing wrong; its loss ends at .*\n",
        after,
    )


def test_a_run_that_did_not_learn_ends_with_a_concern(tmp_path):
    done = pullback("train", *SMALL, "--lr", "1e-9", "--out", "still", cwd=tmp_path)
    assert done.stdout.splitlines()[-1].startswith(
        "concern: 1 of 4 arrays of weights never changed: steps of "
    )
    said = json.loads((tmp_path / "still" / "summary.json").read_text())
    assert said["health"][0].endswith("try a larger lr")


def test_json_says_what_came_out(trained):
    _folder, said = trained
    assert {"data", "rows", "rmse", "r2", "seconds", "seed"} <= said.keys()
    assert (said["data"], said["rows"], said["seed"]) == ("diabetes", 442, 3)
    assert said["rmse"] < said["metrics"]["mean"]["test"]["rmse"]
    assert said["r2"] == pytest.approx(
        1 - (said["rmse"] / said["metrics"]["mean"]["test"]["rmse"]) ** 2, abs=0.05
    )


def test_the_folder_holds_model_history_and_pictures(trained):
    folder, said = trained
    assert sorted(p.name for p in folder.iterdir()) == [
        "columns.json", "history.jsonl", "learning_curve.png", "model.safetensors", "predicted.png",
        "settings.json", "summary.json", "test_rows.safetensors",
    ]  # fmt: skip
    assert (folder / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
    history = files.read_lines(folder / "history.jsonl")
    assert len(history) == 60
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    assert Model.load(folder / "model.safetensors").facts["rmse"] == said["rmse"]


def test_predict_applies_a_run_to_new_rows(trained, tmp_path):
    from pullback.data import load_diabetes

    folder, _ = trained
    table = load_diabetes()
    columns = [*reversed(table.feature_names), "unused"]
    rows = np.column_stack([table.X[:5, ::-1], np.zeros(5)])
    with open(tmp_path / "new.csv", "w", newline="") as file:
        csv.writer(file).writerows([columns, *rows.tolist()])
    said = pullback("predict", folder, tmp_path / "new.csv", cwd=tmp_path).stdout.split()
    expected = Model.load(folder / "model.safetensors").predict(table.X[:5])
    assert said[0] == "predicted_" + table.target_name
    np.testing.assert_allclose([float(x) for x in said[1:]], expected, rtol=1e-5)
    pullback("predict", folder, tmp_path / "new.csv", "--out", "p.csv", cwd=tmp_path)
    assert (tmp_path / "p.csv").read_text().split() == said


def test_a_run_prints_its_table(tmp_path):
    text = pullback("train", *SMALL, cwd=tmp_path, COLUMNS="120").stdout
    for part in ("network", "least squares", "mean", "test RMSE", "runs/diabetes"):
        assert part in text
    pullback("train", *SMALL, cwd=tmp_path)
    assert (tmp_path / "runs" / "diabetes-2" / "model.safetensors").exists()


def test_a_csv_with_a_target(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    rows = np.column_stack([X, X @ [1.0, -2.0]])
    np.savetxt(tmp_path / "t.csv", rows, delimiter=",", header="a,b,price", comments="")
    options = ["--data", "t.csv", "--target", "price", "--preset", "plain", "--epochs", "30", "--json"]
    said = json.loads(pullback("train", *options, cwd=tmp_path).stdout)
    assert said["r2"] > 0.8
    assert said["target"] == "price"


def test_a_preset_is_compared_and_predicts(tmp_path):
    options = ["--data", "diabetes", "--preset", "fast", "--out", "made", "--json"]
    said = json.loads(pullback("train", *options, cwd=tmp_path).stdout)
    assert list(said["metrics"]) == ["network", "gradient boosting", "least squares", "mean"]
    assert said["rmse"] < said["metrics"]["mean"]["test"]["rmse"]
    assert said["fit_seconds"].keys() == {"network", "gradient boosting", "least squares"}
    from pullback.data import load_diabetes

    table = load_diabetes()
    rows = [table.feature_names, *table.X[:5].tolist()]
    with open(tmp_path / "new.csv", "w", newline="") as file:
        csv.writer(file).writerows(rows)
    out = pullback("predict", "made", "new.csv", cwd=tmp_path).stdout.split()
    assert out[0] == "predicted_progression"
    assert len(out) == 6


def test_without_california_it_says_so_and_trains_on_diabetes(tmp_path):
    away = {
        "PULLBACK_DATA": str(tmp_path),
        "SCIKIT_LEARN_DATA": str(tmp_path),
        "https_proxy": "http://127.0.0.1:9",
    }
    done = pullback("train", "--preset", "plain", "--epochs", "2", "--json", cwd=tmp_path, **away)
    said = json.loads(done.stdout)
    assert said["data"] == "diabetes"
    assert said["note"].startswith("California Housing is not at hand")


REFUSED = [
    (["--data", "t.csv"], "no target is named for t.csv"),
    (["--activation", "relo"], "no activation is named 'relo'"),
    (["--optimizer", "adm"], "adm"),
    (["--hidden", "a,b"], "--hidden takes whole numbers"),
    (["--lr", "-1"], "lr"),
    (["--engine", "fast"], "engine='fast' is not known"),
    (["--preset", "fast"], "epochs has no meaning with the preset 'fast', which fixes it"),
]


@pytest.mark.parametrize(("options", "text"), REFUSED)
def test_bad_input_is_refused_without_a_traceback(options, text, tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4\n5,6\n")
    base = ["--epochs", "1", *([] if "--data" in options else ["--data", "diabetes"])]
    base += [] if "--preset" in options else ["--preset", "plain"]
    done = pullback("train", *base, *options, cwd=tmp_path, check=False, COLUMNS="200")
    assert done.returncode != 0
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_model_is_refused_by_name(trained, tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not a model")
    done = pullback("predict", tmp_path, "x.csv", cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "model.safetensors" in done.stderr


def test_a_trained_folder_is_not_overwritten(trained, tmp_path):
    folder, _ = trained
    done = pullback("train", *SMALL, "--out", folder, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "already holds a trained model" in done.stderr


def start(folder, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "pullback.cli", "train", *LONG, *options, "--json"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_ctrl_c,
    )  # fmt: skip


LONG = [
    "--data",
    "diabetes",
    "--preset",
    "plain",
    "--hidden",
    "16",
    "--epochs",
    "700",
    "--batch-size",
    "4",
    "--out",
    "run",
]


def wait_for(path):
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.02)
    raise AssertionError(f"{path} did not appear")


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_a_run_cut_off_resumes_to_the_same_bits(tmp_path, end):
    (tmp_path / "whole").mkdir()
    whole = start(tmp_path / "whole")
    killed = start(tmp_path)
    wait_for(tmp_path / "run" / "checkpoint.safetensors")
    killed.send_signal(end)
    killed.communicate()
    assert (tmp_path / "run" / "model.safetensors").exists() == (end == signal.SIGINT)
    resumed = start(tmp_path, "--resume")
    for running in (resumed, whole):
        running.communicate(timeout=60)
        assert running.returncode == 0
    a, b = (Model.load(p / "run" / "model.safetensors") for p in (tmp_path, tmp_path / "whole"))
    for x, z in zip(a.params, b.params, strict=True):
        assert np.array_equal(x["W"], z["W"])
        assert np.array_equal(x["b"], z["b"])


PRESET = ["train", "--data", "diabetes", "--preset", "fast", "--out", "run", "--json"]


def test_a_killed_run_of_a_preset_is_fitted_anew_to_the_same_bits(tmp_path):
    command = [sys.executable, "-m", "pullback.cli", *PRESET]
    killed = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    wait_for(tmp_path / "run" / "settings.json")
    killed.kill()
    killed.wait()
    assert not (tmp_path / "run" / "summary.json").exists()
    other = pullback(*PRESET, "--resume", "--seed", "1", cwd=tmp_path, check=False)
    assert "holds a run that was set up otherwise\n  expected: seed: 1\n  got: seed: 0" in other.stderr
    said = pullback(*PRESET[:-1], "--resume", cwd=tmp_path).stdout
    assert "a preset keeps no checkpoint: fitted anew from its seed" in said
    (tmp_path / "whole").mkdir()
    pullback(*PRESET, cwd=tmp_path / "whole")
    resumed, whole = (
        files.load_arrays(place / "run" / "model.safetensors")[0] for place in (tmp_path, tmp_path / "whole")
    )
    assert resumed.keys() == whole.keys()
    assert all(np.array_equal(resumed[name], whole[name]) for name in whole)
    before = (tmp_path / "run" / "model.safetensors").stat().st_mtime_ns
    assert "this run had ended; nothing was done" in pullback(*PRESET[:-1], "--resume", cwd=tmp_path).stdout
    assert (tmp_path / "run" / "model.safetensors").stat().st_mtime_ns == before


def test_ctrl_c_keeps_what_was_learned(tmp_path):
    running = start(tmp_path, "--epochs", "200000")
    wait_for(tmp_path / "run" / "checkpoint.safetensors")
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    said = json.loads(out)
    assert said["stopped"] == "interrupted"
    assert 0 < said["epochs"] < 200_000
    assert (tmp_path / "run" / "model.safetensors").exists()


LOOP = """
import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 3))
y = X @ [1.0, -2.0, 0.5] + 0.1 * rng.normal(size=200)
params = [np.zeros(3)]


def loss(p, X, y):
    return np.mean((X @ p[0] - y) ** 2)


def step(p, X, y):
    g = 2 * X.T @ (X @ p[0] - y) / len(X)
    return [p[0] SIGN 0.1 * g], loss(p, X, y)
"""


@pytest.mark.parametrize(
    ("sign", "status", "line"),
    [
        ("+", 1, "grad_sign_flipped at step: the step goes uphill: the update is added"),
        ("-", 0, "loop.py is healthy: "),
    ],
)
def test_a_loop_in_a_file_is_diagnosed(tmp_path, sign, status, line):
    (tmp_path / "loop.py").write_text(LOOP.replace("SIGN", sign))
    command = [sys.executable, "-m", "pullback.cli", "diagnose", "loop.py", "--html", "page.html"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout.startswith(line)) == (status, True), done.stdout + done.stderr
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")


def test_a_page_that_cannot_be_written_costs_no_report(tmp_path):
    (tmp_path / "loop.py").write_text(LOOP.replace("SIGN", "+"))
    command = [sys.executable, "-m", "pullback.cli", "diagnose", "loop.py", "--html", "nosuch/page.html"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout[:17]) == (3, "grad_sign_flipped")
    assert done.stderr.startswith("--html nosuch/page.html: the page was not written (No such file")


def test_a_loop_that_is_not_there_could_not_be_run(tmp_path):
    command = [sys.executable, "-m", "pullback.cli", "diagnose", "nosuch.py", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 3
    assert json.loads(done.stdout)["verdict"] == "could not run"
