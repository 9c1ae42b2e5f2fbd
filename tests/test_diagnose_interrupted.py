"""A diagnosis that is stopped anywhere leaves NumPy, and what else it replaces, as it found them."""

import itertools
import sys
import threading
import time
import warnings

import numpy as np
import pytest

import pullback as pb
from pullback.diagnose import _verdict
from pullback.diagnose.loops._sandbox import TimeUp, limited, quiet
from pullback.diagnose.recording._patches import ORIGINAL
from pullback.diagnose.recording._record import recording


def _recordings_without_end():
    for _ in itertools.count():
        with quiet(), recording():
            time.sleep(1e-5)


def _stopped_again_and_again(rounds, changed):
    for k in range(rounds):
        out, caught = sys.stdout, None
        try:
            with limited(1e-3 + 1e-5 * k):
                _recordings_without_end()
        except TimeUp as stop:
            caught = stop
        changed += [name for name, function in ORIGINAL.items() if getattr(np, name) is not function]
        changed += ["stdout"] * (sys.stdout is not out) + ["no end"] * (caught is None)


@pytest.mark.parametrize("where", ["the main thread", "another thread"])
def test_time_that_is_up_amid_a_recording_leaves_numpy_whole(where):
    changed, before = [], warnings.showwarning
    if where == "the main thread":
        _stopped_again_and_again(300, changed)
    else:
        worker = threading.Thread(target=_stopped_again_and_again, args=(100, changed))
        worker.start()
        worker.join()
    assert changed == []
    assert warnings.showwarning is before


def test_arrays_are_made_of_others_by_every_spelling_of_a_type():
    with recording() as tape:
        box = tape.leaf(np.arange(3.0), 0)
        made = [np.array([1, 2], float), np.array([1, 2], dtype=float, ndmin=2), np.array([box[0]], float)]
    assert [np.shape(x) for x in made] == [(2,), (1, 2), (1,)]
    assert made[2].node.deps


def _searching_along_a_line(rng):
    """A quasi-Newton method written by hand, whose moves are no multiples of the gradient."""
    X = rng.normal(size=(200, 4))
    y = np.sin(X @ [1, 0.5, -1, 0.3])[:, None]
    shapes = [(4, 12), (12,), (12, 1), (1,)]
    cuts = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]

    def pieces(v):
        return [part.reshape(shape) for part, shape in zip(np.split(v, cuts), shapes, strict=True)]

    def loss(p, X, y):
        return float(np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2))

    def slope(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        d = 2 * (h @ p[2] + p[3] - y) / len(X)
        e = d @ p[2].T * (1 - h**2)
        return np.concatenate([x.ravel() for x in (X.T @ e, e.sum(0), h.T @ d, d.sum(0))])

    def step(p, X, y):
        v, before = np.concatenate([x.ravel() for x in p]), loss(p, X, y)
        H, g = np.eye(v.size), slope(p, X, y)
        for _ in range(4):
            d, t = -H @ g, 1.0
            while loss(pieces(v + t * d), X, y) > loss(pieces(v), X, y) + 1e-4 * t * g @ d and t > 1e-8:
                t /= 2
            v, s, last, g = v + t * d, t * d, g, slope(pieces(v + t * d), X, y)
            if (g - last) @ s > 1e-12:
                A = np.eye(v.size) - np.outer(s, g - last) / ((g - last) @ s)
                H = A @ H @ A.T + np.outer(s, s) / ((g - last) @ s)
        return pieces(v), before

    params = [0.5 * rng.normal(size=shape) for shape in shapes]
    return {"params": params, "X": X, "y": y, "loss": loss, "step": step, "n_steps": 60}


def test_a_rule_that_nothing_knows_is_no_wrong_gradient_where_time_is_up_before_it_is_seen_to_learn(
    monkeypatch,
):
    def stopped(*unused):
        raise TimeUp

    loop = _searching_along_a_line(np.random.default_rng(0))
    assert pb.diagnose(**loop).verdict == "healthy"
    cut = [(name, stopped if name == "treatment" else run) for name, run in _verdict.EXPERIMENTS]
    monkeypatch.setattr(_verdict, "EXPERIMENTS", cut)
    found = pb.diagnose(**loop)
    assert found.verdict == "cannot tell"
    assert not found.faults
    assert "or else a rule of its own: the time was up" in found.reason
