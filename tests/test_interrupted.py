"""Ctrl-C at each stage of a preset's run: what is said, and what is kept."""

import json
import signal

import pytest

from pullback.runs import _baselines
from pullback.tabular import _estimator
from pullback.train._run import Run


def at(monkeypatch, owner, name, call):
    """A real Ctrl-C when this is called for the so-manieth time."""
    real, calls = getattr(owner, name), []

    def then(*args, **kwargs):
        calls.append(1)
        if len(calls) == call:
            signal.raise_signal(signal.SIGINT)
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, then)


@pytest.fixture(autouse=True)
def handled():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


TRAIN = ("train", "--data", "diabetes", "--out", "run")


@pytest.mark.parametrize(("owner", "name"), [(_estimator, "fit_inputs"), (Run, "_epoch")])
def test_before_the_first_epoch_is_done(owner, name, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        at(patch, owner, name, 1)
        status, _, err = command(*TRAIN, "--preset", "fast")
    assert status == 130
    assert err == (
        "interrupted: no model was made; the same command, with --resume and --out, begins again\n"
    )
    assert not (tmp_path / "run" / "model.safetensors").exists()
    status, out, err = command(*TRAIN, "--preset", "fast", "--resume")
    assert (status, err) == (0, "")
    assert "fitted anew from its seed" in out


def test_within_an_epoch_the_best_so_far_is_kept(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    at(monkeypatch, Run, "_epoch", 4)
    status, out, err = command(*TRAIN, "--preset", "best", "--json")
    said = json.loads(out)
    assert (status, err) == (0, "")
    assert said["stopped"] == "interrupted"
    assert said["epochs"] == 3  # and the next of the four fits of the preset is not begun
    assert said["message"].startswith("interrupted after 3 of 120 epochs; the weights are those of epoch ")
    assert set(said["metrics"]) == {"network", "gradient boosting", "least squares", "mean"}
    assert command("predict", "run", "x.csv")[2] == "error: x.csv does not exist\n"


def test_while_it_is_compared_the_network_is_kept(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    at(monkeypatch, _baselines._Trees, "fit", 1)
    status, out, _ = command(*TRAIN, "--preset", "fast")
    assert status == 0
    assert "interrupted before it was compared with gradient boosting, least squares, mean" in out
    assert (tmp_path / "run" / "summary.json").exists()
    status, _, _ = command("report", "run", "-o", "page.html")
    assert status == 0
