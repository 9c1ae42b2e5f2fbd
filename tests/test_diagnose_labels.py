"""What the rows tell of their labels: traces of lost labels, plateaus of wrong ones, numbers cut to zero."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose.experiments._dependence import beyond_chance
from pullback.diagnose.experiments._one_sided import _block, _mixed
from pullback.diagnose.experiments._plateaus import levels
from pullback.diagnose.experiments.data import _greatest_alone
from pullback.diagnose.experiments.labels import foretold
from pullback.diagnose.network._functions import of_numbers, recognise


def arms(n=60, seed=0):
    """Three arms of a spiral, which no line tells apart."""
    rng = np.random.default_rng(seed)
    t, y = np.tile(np.linspace(0.2, 1, n), 3), np.repeat(np.arange(3), n)
    turn = 4 * (t + y) + 0.1 * rng.standard_normal(3 * n)
    return np.column_stack([t * np.sin(turn), t * np.cos(turn)]), y, rng


@pytest.mark.parametrize(("kept", "traced"), [(1.0, True), (0.4, True), (0.0, False)])
def test_a_trace_of_the_labels_is_told_from_the_labels_of_other_rows(kept, traced):
    X, y, rng = arms()
    y = np.where(rng.random(len(y)) < kept, y, rng.permutation(y))
    assert (beyond_chance(X, np.eye(3)[y]) > 0) == traced


@pytest.mark.parametrize("bend", [0.3, 1.0, 2.0])
def test_a_loss_that_bends_anywhere_is_known_by_its_rows(bend):
    z, y = np.random.default_rng(0).normal(0, 3, (2, 24, 1))
    off = np.abs(z - y)[:, 0]
    output, kind, factor, _ = recognise(z, y, np.where(off < bend, off**2, bend * (2 * off - bend)))
    assert (output, kind) == ("identity", "huber" if bend == 1 else f"huber({bend:g})")
    assert of_numbers(kind)
    assert np.isclose(factor, 2)


@pytest.mark.parametrize(
    ("ones", "rows", "cut"), [(1, 90, 1), (3, 400, 3), (4, 400, 0), (2, 90, 0), (1, 40, 0)]
)
def test_a_greatest_value_alone_is_no_class(ones, rows, cut):
    assert _greatest_alone(np.arange(rows) < ones) == cut


@pytest.mark.parametrize(("exchanged", "told"), [(0.0, False), (0.3, True)])
def test_exchanged_labels_stop_at_a_plateau_and_overlapping_classes_do_not(exchanged, told):
    rng = np.random.default_rng(4)
    y = rng.integers(0, 2, 500)
    score = 2 * y + rng.standard_normal(500)
    hit = np.where(rng.random(500) < exchanged, 1 - y, y).astype(float)
    likelier, wrong = levels(score, hit)
    assert (likelier > 5 and 0.2 < wrong < 0.4) == told


@pytest.mark.parametrize(
    ("share", "apart", "kept", "told"),
    [(0.04, [1.2, 0.8, 0.5, 0], 1, 0), (0.1, [1.2, 0.8, 0.5, 0], 1, 0), (0.4, [4, 3, 0, 0], 1, 0),
     (0.4, [4, 3, 0, 0], 0.5, 9), (0.2, [4, 3, 0, 0], 0.5, 7)],
    ids=["rare", "tenth", "clear", "half lost", "of few half lost"],
)  # fmt: skip
def test_a_class_that_lost_its_label_is_told_from_a_rare_one_that_overlaps(share, apart, kept, told):
    rng = np.random.default_rng(6)
    count = 0
    for _ in range(10):
        true = rng.random(500) < share
        X = rng.standard_normal((500, 4)) + true[:, None] * apart
        y = np.eye(2)[(true & (rng.random(500) < kept)).astype(int)]
        guess = foretold(X, y)[2]
        count += any(_mixed(_block(guess[:, j], y, j)[1], y, j) for j in (0, 1))
    assert count >= told if told else count == 0


def bare_line(shift):
    """Two columns on a line without bias, whose targets lie `shift` above it."""
    rng = np.random.default_rng(5)
    X = rng.standard_normal((120, 2)) + np.array([1.0, 0.2])
    y = X @ [3.0, -2.0] + shift + 0.3 * rng.standard_normal(120)

    def loss(p, X, y):
        return np.mean((X @ p[0] - y) ** 2)

    def step(p, X, y):
        return [p[0] - 0.2 * X.T @ (X @ p[0] - y) / len(y)], loss(p, X, y)

    return {"params": [np.zeros(2)], "X": X, "y": y, "loss": loss, "step": step,
            "batch_size": 120, "n_steps": 300}  # fmt: skip


@pytest.mark.parametrize(("shift", "expected"), [(0.0, None), (2.0, "no_bias")])
def test_a_line_that_gets_most_of_the_way_still_misses_the_bias_that_leaves_a_fraction(shift, expected):
    found = diagnose(**bare_line(shift)).faults
    assert (found[0].id if found else None) == expected
