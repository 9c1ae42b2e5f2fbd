"""What the rows tell of their labels: traces of lost labels, plateaus of wrong ones, numbers cut to zero."""

from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import treatment
from pullback.diagnose.experiments._any_class import _inner, any_class, spread
from pullback.diagnose.experiments._dependence import beyond_chance
from pullback.diagnose.experiments._one_sided import _block, _mixed
from pullback.diagnose.experiments._plateaus import levels
from pullback.diagnose.experiments.data import _greatest_alone
from pullback.diagnose.experiments.labels import columns, foretold, learnable
from pullback.diagnose.experiments.objective import _every_column
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.network._anatomy import Layer, Net
from pullback.diagnose.network._functions import of_numbers
from pullback.diagnose.network._recognised import recognise


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


def heaps(apart, n=240, seed=0):
    """Three classes in heaps of normal rows, so far apart."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    return apart * np.array([[0, 1], [-0.9, -0.5], [0.9, -0.5]])[y] + rng.standard_normal((n, 2)), y, rng


@pytest.mark.parametrize(
    ("rows", "lost", "told"),
    [(arms(80), 0.6, True), (heaps(4, 400), 0.5, True), (arms(80), 0.0, False), (heaps(4), 0.0, False),
     (heaps(1.2), 0.0, False), (heaps(0.8), 0.0, False)],
    ids=["arms", "heaps", "arms in order", "heaps in order", "overlapping", "on each other"],
)  # fmt: skip
def test_labels_that_are_any_class_are_told_on_few_rows_from_classes_that_overlap(rows, lost, told):
    X, y, rng = rows
    labels = np.eye(3)[np.where(rng.random(len(y)) < lost, rng.integers(0, 3, len(y)), y)]
    likelier, wrong = spread(np.mean(foretold(X, labels, 20), axis=0), labels)
    assert (likelier > 6 and 0.25 < wrong < 0.55) == told


def test_rows_in_heavy_tails_say_nothing_of_labels_and_marks_have_no_tails():
    X = np.random.default_rng(0).standard_normal((200, 3))
    X[:5, 0] = 9
    X[:, 2] = np.arange(200) % 20 == 0
    assert not _inner(X)[:5].any()
    assert _inner(X)[5:].mean() > 0.98


@pytest.mark.parametrize(("lost", "ids"), [(0.6, ["labels_wrong"]), (0.0, [])])
def test_a_loop_whose_labels_are_any_class_gets_that_name(lost, ids):
    X, y, rng = arms(80)
    y = np.where(rng.random(len(y)) < lost, rng.integers(0, 3, len(y)), y)
    start = [rng.standard_normal((2, 30)), np.zeros(30), 0.1 * rng.standard_normal((30, 3)), np.zeros(3)]

    def back(p, X, y):
        hidden = np.maximum(X @ p[0] + p[1], 0)
        e = np.exp(hidden @ p[2] + p[3])
        return hidden, e / e.sum(1, keepdims=True)

    def loss(p, X, y):
        return -np.mean(np.log(back(p, X, y)[1][np.arange(len(y)), y] + 1e-12))

    def step(p, X, y):
        hidden, out = back(p, X, y)
        d = (out - np.eye(3)[y]) / len(y)
        below = d @ p[2].T * (hidden > 0)
        slopes = X.T @ below, below.sum(0), hidden.T @ d, d.sum(0)
        return [w - g for w, g in zip(p, slopes, strict=True)], loss(p, X, y)

    found = diagnose(params=start, X=X, y=y, loss=loss, step=step, batch_size=240, n_steps=3000)
    assert [f.id for f in found.faults[:1]] == ids


@pytest.mark.parametrize(("apart", "lost", "ids"), [(3, 0.7, ["labels_wrong"]), (3, 0.0, []), (0.8, 0.0, [])])
def test_labels_that_are_any_of_many_classes_are_told_from_many_that_overlap(apart, lost, ids):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 8, 500)
    X = apart * rng.standard_normal((8, 10))[y] + rng.standard_normal((500, 10))
    y = np.where(rng.random(500) < lost, rng.integers(0, 8, 500), y)

    def loss(p, X, y):
        z = X @ p[0]
        return np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y])

    given = {"params": [np.zeros((10, 8))], "X": X, "y": y, "loss": loss, "grad": slopes_of_words}
    assert [f.id for f in any_class(Case(Patient(given), 10.0))] == ids


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


def test_layers_that_do_not_stand_on_the_rows_themselves_are_not_given_them():
    net = Net([Layer(0, 1, "io")], "softmax", "cross-entropy", 1.0)
    y, letters = np.arange(12) % 3, np.ones((12, 8), int)
    case = SimpleNamespace(net=net, X=letters, y=y, generic=[np.ones((16, 3)), np.ones(3)], leaves_out=3)
    assert _every_column(case, np.arange(12), np.ones(12)) == []


def followers(words=24, rows=400):
    """Numbers of words, and of those that follow: one of two whose mean is the same for every word."""
    rng = np.random.default_rng(0)
    X, one = rng.integers(0, words, rows), rng.integers(0, words, words)
    return X, np.where(rng.random(rows) < 0.5, one[X], words - 1 - one[X]), rng, words


def cost_of_words(p, X, y):
    scores = p[0][X] @ p[1]
    return (np.log(np.exp(scores).sum(1)) - scores[np.arange(len(y)), y]).mean()


def slopes_of_words(p, X, y):
    return [np.zeros_like(a) for a in p]


@pytest.mark.parametrize("mixed", [False, True])
def test_numbers_of_rows_in_a_table_foretell_each_for_itself(mixed):
    X, y, rng, words = followers()
    y = rng.permutation(y) if mixed else y
    given = {"params": [0.3 * rng.standard_normal(s) for s in ((words, 6), (6, words))], "X": X, "y": y}
    case = Case(Patient({**given, "loss": cost_of_words, "grad": slopes_of_words}), 10.0)
    assert learnable(case) != mixed
    assert len(columns(case)[0].T) == words


@pytest.mark.parametrize(("regular", "expected"), [(True, ["labels_misaligned"]), (False, ["labels_wrong"])])
def test_labels_that_stand_in_turn_are_other_rows_and_none_exchanged(regular, expected, monkeypatch):
    wrong = SimpleNamespace(id="labels_wrong", confidence=0.5)
    monkeypatch.setattr(treatment, "trace", lambda case: [wrong])
    monkeypatch.setattr(treatment, "at_odds", lambda case: [])
    monkeypatch.setattr(treatment, "_linear_stack", lambda case: [])
    y = np.arange(200) % 2 if regular else np.random.default_rng(0).integers(0, 2, 200)
    runs = SimpleNamespace(case=SimpleNamespace(y=y, n=200))
    assert [f.id for f in treatment._nothing_there(runs)][:1] == expected
