"""What a loop keeps beside its weights, and what it does to the process: neither stops a diagnosis."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections import OrderedDict, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

import pullback as pb
from pullback.errors import ArgumentError

X = np.random.default_rng(0).normal(size=(40, 3))
Y = X @ np.array([1.0, -2.0, 0.5]) + 1


def loss(params, X, y):
    return float(np.mean((X @ params[0] + params[1] - y) ** 2))


def moved(params, X, y):
    error = 2 * (X @ params[0] + params[1] - y) / len(y)
    return [params[0] - 0.1 * X.T @ error, params[1] - 0.1 * error.sum()], loss(params, X, y)


def found(beside=None, **changes):
    """The diagnosis of a right loop whose step does something beside."""

    def step(params, X, y):
        if beside is not None:
            beside()
        return moved(params, X, y)

    given = {"params": [np.zeros(3), np.zeros(())], "X": X, "y": Y, "loss": loss, "step": step}
    return pb.diagnose(**{**given, "batch_size": 10, "n_steps": 200, **changes})


def test_a_loop_may_keep_a_lock_a_pool_and_what_holds_one():
    lock, pool = threading.Lock(), ThreadPoolExecutor(1)

    class Bar(io.StringIO):  # its class is ours, what it keeps is a library's
        inner = threading.local()

    bar = Bar()

    def beside():
        with lock:
            bar.write(str(sum(pool.map(abs, [1, 2]))))

    assert found(beside).verdict == "healthy"
    pool.shutdown()


def test_a_loop_may_keep_a_log_and_no_line_is_written_into_it(tmp_path):
    with open(tmp_path / "log.txt", "w", encoding="utf-8") as log, open(tmp_path / "b", "wb") as raw:
        said = found(lambda: (log.write("a step\n"), raw.write(b"a")))
    assert said.verdict == "healthy"
    assert not (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert not (tmp_path / "b").read_bytes()


def test_a_file_that_is_read_on_goes_on_where_it_was(tmp_path):
    (tmp_path / "rates.txt").write_text("first\n" + "0.1\n" * 5000, encoding="utf-8")
    with open(tmp_path / "rates.txt", encoding="utf-8") as rates:
        rates.readline()
        said = found(lambda: float(rates.readline() or 0.1))
        assert rates.readline() == "0.1\n"
    assert said.verdict == "healthy"


def batches():
    while True:
        yield np.arange(10)


def test_a_generator_that_runs_is_refused_by_its_name():
    running = batches()
    with pytest.raises(ArgumentError) as caught:
        found(lambda: next(running))
    assert all(word in str(caught.value) for word in ("generator batches", __file__, "keep a list"))


def test_working_folder_variables_and_paths_are_put_back(tmp_path):
    before = os.getcwd(), list(sys.path), dict(os.environ), sys.getrecursionlimit()

    def beside():
        os.chdir(tmp_path)
        os.environ["PULLBACK_SEEN"] = "1"
        sys.path.insert(0, str(tmp_path))
        sys.setrecursionlimit(4321)

    try:
        assert found(beside).verdict == "healthy"
        assert (os.getcwd(), list(sys.path), dict(os.environ), sys.getrecursionlimit()) == before
    finally:
        os.chdir(before[0])


def test_nobody_is_asked_anything_while_a_loop_is_examined(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

        def readline(self, *size):
            raise AssertionError("asked")

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdin", terminal)
    first = found(lambda: input("go on? ")).faults[0]
    assert (first.id, first.where) == ("exception", "step")
    assert "EOF" in first.words
    assert sys.stdin is terminal


def held(make, take):
    """What `found` is given, its two parameters kept together by `make` and taken apart by `take`."""

    def step(params, X, y):
        params, reported = moved(take(params), X, y)
        return make(*params), reported

    return {
        "params": make(np.zeros(3), np.zeros(1)),
        "loss": lambda p, X, y: loss(take(p), X, y),
        "step": step,
    }


@pytest.mark.parametrize(("make", "take"), [
    (lambda w, b: SimpleNamespace(w=w, b=b), lambda p: [p.w, p.b]),
    (lambda w, b: defaultdict(list, w=w, b=b), lambda p: [p["w"], p["b"]]),
    (lambda w, b: OrderedDict(w=w, b=b), lambda p: [p["w"], p["b"]]),
    (lambda w, b: deque([w, b]), list),
    (lambda w, b: {1: w, "b": {2: [b]}}, lambda p: [p[1], p["b"][2][0]]),
])  # fmt: skip
def test_parameters_may_be_kept_together_in_many_ways(make, take):
    assert found(**held(make, take)).verdict == "healthy"
