"""Reports word for word, exit statuses, and that a patient is never changed, heard or waited for."""

from __future__ import annotations

import json
import sys
import textwrap

import numpy as np
import pytest

from pullback.diagnose import _door, diagnose, run_file
from pullback.errors import ArgumentError


def network(seed=0, wrong=None, lr=0.1):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(120, 4))
    y = np.sin(X[:, :1]) + 0.5 * X[:, 1:2]
    params = [rng.normal(size=(4, 9)) / 2, np.zeros(9), rng.normal(size=(9, 1)) / 3, np.zeros(1)]

    def loss(params, X, y):
        W1, b1, W2, b2 = params
        return float(np.mean((np.tanh(X @ W1 + b1) @ W2 + b2 - y) ** 2))

    def grad(params, X, y):
        W1, b1, W2, b2 = params
        h = np.tanh(X @ W1 + b1)
        d = 2 * (h @ W2 + b2 - y) / len(y)
        dh = d @ W2.T * (1 if wrong == "mask" else h * (1 - h) if wrong == "sigmoid" else 1 - h**2)
        gb = dh.sum() * np.ones(9) if wrong == "bias" else dh.sum(0)
        sign = -1 if wrong == "sign" else 1
        return [sign * g for g in (X.T @ dh, gb, h.T @ d, d.sum(0))]

    def step(params, X, y):
        if wrong == "print":
            print("chatter")
        return [p - lr * g for p, g in zip(params, grad(params, X, y))], loss(params, X, y)

    return {"params": params, "X": X, "y": y, "loss": loss, "grad": grad, "step": step,
            "batch_size": 20, "n_steps": 400}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "fault", "where"),
    [
        ("mask", "grad_missing_activation_derivative", 0),
        ("sigmoid", "grad_activation_derivative_wrong", 0),
        ("bias", "grad_bias_wrong", 1),
        ("sign", "grad_sign_flipped", "grad"),
    ],
)
def test_a_wrong_gradient_is_named(wrong, fault, where):
    found = diagnose(network(wrong=wrong))
    assert (found.faults[0].id, found.faults[0].where, found.verdict) == (fault, where, "faulty")


def test_the_step_alone_tells_as_much():
    patient = {k: v for k, v in network(wrong="mask").items() if k != "grad"}
    assert diagnose(patient).faults[0].id == "grad_missing_activation_derivative"


def test_a_healthy_loop_is_healthy():
    found = diagnose(network())
    assert found.verdict == "healthy"
    assert found.status == 0
    assert found.faults == []
    assert str(found).startswith("the loop is healthy: ")


def test_words_of_a_sign():
    assert str(diagnose(network(wrong="sign"))).splitlines()[0] == (
        "grad_sign_flipped at grad: the gradient points uphill: its sign is flipped (grad gives -1 times the "
        "true gradient). Fix: put the minus back: the gradient is negated."
    )


def test_words_of_a_missing_name():
    with pytest.raises(ArgumentError) as error:
        diagnose(params=[np.zeros(2)], X=np.zeros((3, 2)))
    assert str(error.value).splitlines()[0] == "the loop is not complete: y, loss, grad or step is missing"


def test_nothing_that_is_given_changes():
    patient = network()
    calls = []

    def step(params, X, y):
        calls.append(1)
        for p, g in zip(params, patient["grad"](params, X, y)):
            p -= 0.1 * g
        X *= 1.5
        return params, patient["loss"](params, X, y)

    kept = [p.copy() for p in patient["params"]], patient["X"].copy(), np.random.get_state()[1].copy()
    found = diagnose({**patient, "step": step})
    assert found.faults[0].id == "inplace_mutation"
    assert found.faults[0].where == "X"
    assert all(np.array_equal(a, b) for a, b in zip(patient["params"], kept[0]))
    assert np.array_equal(patient["X"], kept[1])
    assert not calls
    assert np.array_equal(np.random.get_state()[1], kept[2])


def test_prints_are_kept_from_the_caller(capsys):
    found = diagnose(network(wrong="print"))
    assert capsys.readouterr().out == ""
    assert "chatter" in found.printed


def test_a_hanging_step_is_stopped():
    def step(params, X, y):
        while True:
            pass

    found = diagnose({**network(), "step": step}, budget=1.0)
    assert found.faults[0].words == "step does not return"
    assert found.faults[0].evidence == "stopped after 0.4 s on one batch"


def test_the_patients_own_error_is_a_finding():
    def loss(params, X, y):
        return X + "a"

    found = diagnose({**network(), "loss": loss})
    assert found.faults[0].where == "loss"
    assert 'return X + "a"' in found.faults[0].evidence


def test_same_seed_same_verdict():
    first, second = (diagnose(network(lr=1e-6)) for _ in range(2))
    assert [f.id for f in first.faults] == [f.id for f in second.faults]
    assert first.faults[0].id == "lr_too_small"


HEADER = """
import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3)); y = X @ np.ones(3)
params = [np.zeros(3)]
def loss(params, X, y): return np.mean((X @ params[0] - y) ** 2)
batch_size, n_steps = 20, 200
"""


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("def step(p, X, y): return [p[0] - 0.1 * X.T @ (X @ p[0] - y) / len(y)], loss(p, X, y)", 0),
        ("def step(p, X, y): return [p[0] + 0.1 * X.T @ (X @ p[0] - y) / len(y)], loss(p, X, y)", 1),
        ("", 3),
        ("raise ValueError('no')", 3),
    ],
)
def test_exit_statuses(tmp_path, capsys, body, status):
    file = tmp_path / "patient.py"
    file.write_text(textwrap.dedent(HEADER) + body)
    assert run_file(str(file), json=True) == status
    out = json.loads(capsys.readouterr().out)
    assert out["verdict"] == {0: "healthy", 1: "faulty", 3: "could not run"}[status]


@pytest.mark.parametrize(("first", "words"), [
    ("def f(:\n", ["patient.py does not run: SyntaxError", "line 1)"]),
    ("open('rows.csv')\n", ["FileNotFoundError", "patient.py:1: open('rows.csv')", "are looked up from"]),
    ("import argparse\nargparse.ArgumentParser().parse_args(['--lr'])\n", ["patient.py:2: argparse"]),
    ("def main():\n    X = y = params = 1\n", ["X, y, loss, grad or step is missing", "is not seen"]),
])  # fmt: skip
def test_a_file_that_cannot_be_run_is_told_where_and_what_to_do(tmp_path, capsys, first, words):
    file = tmp_path / "patient.py"
    file.write_text(first)
    assert run_file(str(file)) == 3
    said = capsys.readouterr().out
    assert all(word in said for word in words), said
    assert "frozen" not in said
    assert "()\n" not in said


def test_a_file_is_run_as_python_runs_it(tmp_path, monkeypatch):
    (tmp_path / "beside_it.py").write_text("RATE = 0.1\n")
    first = "import argparse\nfrom beside_it import RATE\nargparse.ArgumentParser().parse_args()\n"
    step = "def step(p, X, y): return [p[0] - RATE * X.T @ (X @ p[0] - y) / len(y)], loss(p, X, y)"
    (tmp_path / "patient.py").write_text(first + textwrap.dedent(HEADER) + step)
    monkeypatch.setattr(sys, "argv", ["pullback", "diagnose", "patient.py", "--json"])
    before = list(sys.path)
    assert run_file(str(tmp_path / "patient.py")) == 0
    assert (sys.path, sys.argv[0]) == (before, "pullback")


def test_a_file_that_takes_long_to_run_is_said_to_be_run_still(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(_door, "LONG", 0.01)
    file = tmp_path / "patient.py"
    file.write_text("import time\ntime.sleep(0.3)\n")
    assert run_file(str(file)) == 3
    assert "is still being run, up to its end" in capsys.readouterr().err


def test_the_page_shows_both_curves(tmp_path):
    file = tmp_path / "patient.py"
    step = "def step(p, X, y): return [p[0] - 1e-7 * X.T @ (X @ p[0] - y)], loss(p, X, y)"
    file.write_text(textwrap.dedent(HEADER) + step)
    run_file(str(file), html=str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text()
    assert page.count("<polyline") == 2
    assert "lr_too_small" in page
