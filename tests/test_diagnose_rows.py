"""What the rows, the labels and the loss of a number say by themselves: the measurements, one by one."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import data, labels, objective, rows, splits
from pullback.diagnose.experiments._astray import astray
from pullback.diagnose.experiments._biases import without_bias
from pullback.diagnose.experiments._origins import what_targets_were, what_was_cut
from pullback.diagnose.experiments.of_objective._grades import in_order
from pullback.diagnose.experiments.of_objective._least import no_least
from pullback.diagnose.experiments.of_treatment._batches import taken
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.experiments.of_treatment._ones import widened, without_any_bias
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import quiet
from pullback.diagnose.recording._record import record
from pullback.diagnose.training._rows import OwnRows

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 3))
NUMBERS = X @ [0.3, -0.2, 0.1] + 0.5
CLASSES = (X[:, 0] > 0).astype(int)


def line(p, X):
    return X @ p[0] + p[1]


def huber(r, size):
    return np.where(np.abs(r) < 0.7, 0.5 * r**2, 0.7 * (size(r) - 0.35))


def one_sided(r):
    return (r > -0.7) * huber(r, np.abs)


def case(loss, y=NUMBERS, X=X, params=None, step=None, **given):
    params = params or [np.full(3, 0.1), np.ones(1)]
    step = step or (lambda p, X, y: (p, loss(p, X, y)))
    return Case(Patient({"params": params, "X": X, "y": y, "loss": loss, "step": step, **given}), 4.5)


LEAST = [
    (lambda p, X, y: -np.mean(y * np.log(np.maximum(line(p, X), 1e-7))), "loss_wrong_for_task"),
    (lambda p, X, y: np.mean(0.1 * (y - line(p, X)) + 0.3), "loss_formula_wrong"),
    (lambda p, X, y: np.mean(np.abs(y - line(p, X)) ** 1.5), None),
    (lambda p, X, y: np.mean(np.maximum(0.9 * (y - line(p, X)), 0.1 * (line(p, X) - y))), None),
    (lambda p, X, y: np.mean((1 / (1 + np.exp(-line(p, X))) - y) ** 4), None),
    (lambda p, X, y: np.mean(huber(line(p, X) - y, lambda r: r)), "loss_formula_wrong"),
    (lambda p, X, y: np.mean(huber(line(p, X) - y, lambda r: -np.abs(r))), "loss_formula_wrong"),
    (lambda p, X, y: np.mean(huber(line(p, X) - y, np.abs)), None),
    (lambda p, X, y: np.mean(one_sided(line(p, X) - y)), "loss_formula_wrong"),
    (lambda p, X, y: np.mean(one_sided(y - line(p, X))), "loss_formula_wrong"),
    (lambda p, X, y: np.mean(np.maximum(0, y - line(p, X)) ** 2), None),
]


@pytest.mark.parametrize(("loss", "fault"), LEAST)
def test_a_loss_of_numbers_rises_past_the_target(loss, fault):
    with quiet():
        found = case(loss)
        found.__dict__["head"] = found.__dict__["net"] = None
        said = no_least(found, record(loss, found.generic, X[:7], NUMBERS[:7]))
    assert [f.id for f in said] == [fault] * (fault is not None)


TABLES = [
    (((X - X.min(0)) / np.ptp(X, axis=0)).astype(int), True),
    (X.astype(int), True),
    (np.where(X > 0, 1, -1), False),
    (np.where(X > 1, 1, 0), False),
    (np.eye(6, dtype=int)[rng.integers(0, 6, 120)], False),
    (np.where(np.arange(9) < 4, 0, np.maximum(rng.integers(-9, 9, (120, 9)), 0)), False),  # pixels
]


@pytest.mark.parametrize(("table", "cut"), TABLES)
def test_whole_numbers_are_held_against_X_only_where_they_lost_fractions(table, cut):
    loss = lambda p, X, y: np.mean((X @ p[0] - y) ** 2)
    with quiet():
        said = data.experiment(case(loss, X=table, params=[np.zeros(table.shape[1])]))
    assert [(f.id, f.where) for f in said] == [("dtype_truncation", "X")] * cut


@pytest.mark.parametrize(("y", "wrong"), [
    (np.where(np.arange(120) < 60, CLASSES, 1 - CLASSES), True),
    (CLASSES, False),
    (rng.permutation(CLASSES), False),
])  # fmt: skip
def test_parts_of_the_rows_that_contradict_each_other(y, wrong):
    loss = lambda p, X, y: np.mean((line(p, X) - y) ** 2)
    assert [f.id for f in labels.at_odds(case(loss, y))] == ["labels_wrong"] * wrong


def test_the_same_rows_are_seen_where_some_targets_are_clipped_away():
    def step(p, x, t):
        e = np.clip(line(p, X[:8]) - 9 * NUMBERS[:8], -1, 1)
        return [p[0] - 0.01 * X[:8].T @ e, p[1] - 0.01 * e.sum()], 0.0

    found = case(lambda p, X, y: np.mean((line(p, X) - y) ** 2), step=step, batch_size=8)
    with quiet():
        assert [f.id for f in rows.experiment(found)] == ["batch_indexing_wrong"]


def test_a_loss_of_plain_floats_may_overflow_far_away():
    import math

    def loss(p, X, y):
        ps = [1 / (1 + math.exp(-sum(w * x for w, x in zip(p[0], row, strict=True)) - p[1][0])) for row in X]
        return -sum(math.log(q if t else 1 - q) for q, t in zip(ps, y, strict=True)) / len(y)

    with quiet():
        assert objective.experiment(case(loss, CLASSES)) == []


def test_rows_are_no_judge_where_one_of_them_breaks_every_step():
    y = np.where(np.arange(120) == 3, 0.0, NUMBERS + 2)

    def step(p, x, t):
        e = (line(p, x) - t) / t**2
        return [p[0] - 0.01 * x.T @ e, p[1] - 0.01 * e.sum(keepdims=True)], 0.0

    found = case(lambda p, X, y: np.mean((line(p, X) / y - 1) ** 2), y, step=step, batch_size=120)
    with quiet(), np.errstate(all="ignore"):
        assert rows.experiment(found) == []


@pytest.mark.parametrize(("params", "model", "takes"), [
    ([np.full(3, 0.1)], lambda p, X: X @ p[0], True),
    ([np.full((3, 1), 0.1)], lambda p, X: (X @ p[0])[:, 0], True),
    ([np.full(3, 0.1)], lambda p, X: X[:, :3] @ p[0][:3], False),
])  # fmt: skip
def test_a_column_of_ones_is_a_bias_where_the_loss_heeds_it(params, model, takes):
    loss = lambda p, X, y: np.mean(np.abs(model(p, X) - y) ** 1.5)
    assert (widened(case(loss, params=params)) is not None) == takes


@pytest.mark.parametrize(("added", "fault"), [(0.0, "no_bias"), (1.0, None)])
def test_a_number_that_is_kept_but_never_added_is_no_bias(added, fault):
    def loss(p, X, y):
        return np.mean((p[0] * X[:, 0] + added * p[1] - y) ** 2)

    def step(p, X, y):
        off = 2 * (p[0] * X[:, 0] + added * p[1] - y) / len(y)
        return [p[0] - 0.1 * (X[:, 0] @ off), p[1] - 0.1 * added * off.sum()], loss(p, X, y)

    found = case(loss, 4 + X[:, 0], X[:, :1], [np.array(0.0), np.array(0.0)], step, n_steps=200)
    with quiet():
        runs = Compared(found)
        said = without_bias(found, runs.base, runs.goal) or without_any_bias(runs)
    assert (None if said is None else said.id) == fault


PIXELS = np.random.default_rng(7).integers(0, 17, (120, 12)).astype(float)
CUT = [
    (PIXELS // 16, True),
    (PIXELS // 16 - 0.2, True),
    ((PIXELS // 16)[60:][::-1], True),
    ((PIXELS // 16)[::-1], True),
    (np.random.default_rng(1).permuted(PIXELS // 16, axis=0), False),
    (((PIXELS // 16) - (PIXELS // 16).mean(0)) / (PIXELS // 16).std(0), True),
    ((PIXELS > 7).astype(int), False),
    (PIXELS // 4, False),
    (PIXELS / 16, False),
]


@pytest.mark.parametrize(("table", "cut"), CUT)
def test_a_table_that_lost_its_fractions_is_told_by_the_one_it_was_made_of(table, cut):
    loss = lambda p, X, y: np.mean((X @ p[0] - y) ** 2)
    found = case(loss, NUMBERS[: len(table)], table, [np.zeros(12)], raw={"pixels": PIXELS})
    assert bool(what_was_cut(found)) == cut


DRAW = np.random.default_rng(8)
NOISY = 20 + X @ [2.0, -1.0, 0.5] + 0.1 * DRAW.normal(size=120)
SOME = DRAW.random(120) < 0.25
TARGETS = [
    (NOISY, False),
    (np.where(SOME, 0, NOISY), True),
    (np.where(SOME, -NOISY, NOISY), True),
    (np.where(SOME, DRAW.permutation(NOISY), NOISY), True),
    (np.where(SOME, NOISY + 5, NOISY), False),  # a group of which X says nothing
    (np.maximum(NOISY, 20), False),
    (NOISY + 0.3 * DRAW.standard_t(2, 120), False),
]


@pytest.mark.parametrize(("y", "wrong"), TARGETS)
def test_targets_that_are_lost_lie_in_a_heap_of_their_own(y, wrong):
    loss = lambda p, X, y: np.mean((line(p, X) - y) ** 2)
    found = [f.id for f in astray(case(loss, y, params=[np.zeros(3), np.full(1, y.mean())]))]
    assert found == ["labels_wrong"] * wrong


def test_a_loop_that_says_no_batch_size_takes_all_rows():
    given = case(lambda p, X, y: np.mean((line(p, X) - y) ** 2)).patient
    assert (given.batch_size, given.n_steps) == (120, 40)


@pytest.mark.parametrize(("onward", "never"), [(10, False), (0, True)])
def test_a_step_that_is_given_all_rows_may_pick_some(onward, never):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    order, at = rng.permutation(200), [0]

    def loss(p, X, y):
        return np.mean((X @ p[0] - y) ** 2)

    def step(p, X, y):
        rows = order[at[0] : at[0] + 10]
        at[0] = (at[0] + onward) % 200
        return [p[0] - 0.1 * X[rows].T @ (X[rows] @ p[0] - y[rows]) / 10], loss(p, X, y)

    case = Case(Patient({"params": [np.ones(3)], "X": X, "y": X[:, 0], "loss": loss, "step": step}), 10.0)
    assert 5 <= taken(case) <= 20
    assert [f.id for f in rows.experiment(case)] == ["batch_indexing_wrong"] * never


AGES = np.random.default_rng(8).uniform(20, 70, 200)
COLUMNS = [
    (np.trunc((AGES - AGES.mean()) / AGES.std()), True),
    (np.trunc((AGES - AGES.mean()) / AGES.std())[::-1], True),
    ((AGES - AGES.mean()) / AGES.std(), False),
    (np.sign(AGES - AGES.mean()), False),
    (np.trunc(AGES / 20) - 2, False),
]


@pytest.mark.parametrize(("column", "cut"), COLUMNS)
def test_a_column_that_lost_its_fractions_is_told_by_the_numbers_it_was_made_of(column, cut):
    table = np.column_stack([column, np.arange(200) % 2])
    loss = lambda p, X, y: np.mean((X @ p[0] - y) ** 2)
    found = case(loss, AGES / 50, table, [np.zeros(2)], raw={"ages": AGES})
    with quiet():
        assert bool(what_was_cut(found)) == cut


DISTANCES = np.random.default_rng(9).uniform(0, 180, 200)
WHOLE_PARTS = {
    "divided by 50": (DISTANCES, (DISTANCES / 50).astype(int), True),
    "rounded": (DISTANCES, np.round(DISTANCES / 50), False),
    "as they were": (DISTANCES, DISTANCES / 50, False),
    "groups apart": (np.arange(200) % 3 + 0.2 + DISTANCES / 900, np.arange(200) % 3, False),
    "rows in turn": (np.arange(200.0), np.arange(200) // 50, False),
    "classes of a column": (AGES - 20, (AGES - 20) // 15, False),
    "two kinds": (DISTANCES, DISTANCES // 100, False),
}


@pytest.mark.parametrize("name", WHOLE_PARTS)
def test_targets_that_lost_their_fractions_are_told_by_the_numbers_they_were_made_of(name):
    raw, targets, cut = WHOLE_PARTS[name]
    table = np.column_stack([np.sqrt(AGES), np.arange(200) % 2])
    loss = lambda p, X, y: np.mean((X @ p[0] - y) ** 2)
    with quiet():
        assert bool(what_targets_were(case(loss, targets, table, [np.zeros(2)], raw={"km": raw}))) == cut


@pytest.mark.parametrize(("noise", "copied"), [(0.01, True), (0.16, False)])
def test_a_column_that_tells_much_of_the_target_is_no_copy_of_it(noise, copied):
    rng = np.random.default_rng(0)
    price = rng.normal(size=300)
    table = np.c_[rng.normal(size=(300, 3)), price + noise * rng.normal(size=300)]
    loop = case(lambda p, X, y: np.mean((line(p, X) - y) ** 2), price, table, [np.zeros(4), np.zeros(1)])
    assert [f.id for f in splits.experiment(loop, [])] == ["label_leakage"] * copied


WHOLE = np.trunc(rng.normal(size=120) * 1.2)
TARGETS = [
    (WHOLE.astype(int), True),
    (WHOLE, True),
    (np.trunc(np.clip(WHOLE, -1, 1)).astype(int)[:, None] * (np.arange(120) % 3 == 0)[:, None], True),
    (np.sign(WHOLE), False),  # marks of three kinds
    (np.sign(NUMBERS - 0.5).astype(int), False),
    (np.round(3 * rng.normal(size=120)), False),
    (rng.poisson(0.6, 120), False),
    (NUMBERS, False),
]


@pytest.mark.parametrize(("y", "cut"), TARGETS)
def test_targets_that_lost_their_fractions_are_mostly_zeros(y, cut):
    loss = lambda p, X, y: np.mean((line(p, X) - np.ravel(y)) ** 2)
    with quiet():
        said = data.experiment(case(loss, y))
    assert [(f.id, f.where) for f in said] == [("dtype_truncation", "y")] * cut


KINDS = rng.integers(0, 5, 400)
TOLD = rng.normal(size=(5, 3))[KINDS] * 1.5 + rng.normal(size=(400, 3))


@pytest.mark.parametrize(("table", "numbers", "ordered"), [
    (TOLD, KINDS, False),
    (np.column_stack([KINDS + rng.normal(size=400), TOLD[:, 0]]), KINDS, True),
    (np.column_stack([rng.normal(size=(400, 2)), TOLD[:, 0]]), KINDS, False),
])  # fmt: skip
def test_numbers_of_classes_stand_in_an_order_where_near_ones_are_mistaken(table, numbers, ordered):
    loss = lambda p, X, y: np.mean((X @ p[0] - y) ** 2)
    assert in_order(case(loss, numbers, table, [np.zeros(table.shape[1])])) == ordered


def squares(p, X, y):
    return np.mean((line(p, X) - y) ** 2)


def down(p, X, y):
    e = 2 * (line(p, X) - y) / len(y)
    return [p[0] - 0.1 * X.T @ e, p[1] - 0.1 * e.sum()], 0.0


GIVEN = [
    (down, []),
    (lambda p, b, t: down(p, X[: len(b)], t), ["labels_misaligned"]),
    (lambda p, b, t: down(p, b, NUMBERS[: len(b)]), ["labels_misaligned"]),
    (lambda p, b, t: down(p, b, b @ [0.3, -0.2, 0.1] + 0.5), []),
    (lambda p, b, t: ([w - 0.1 * np.sign(v - w) for w, v in zip(p, down(p, b, t)[0], strict=True)], 0.0), []),
]


@pytest.mark.parametrize(("step", "faults"), GIVEN)
def test_a_step_takes_both_the_inputs_and_the_targets_that_it_is_given(step, faults):
    with quiet():
        assert [f.id for f in rows.experiment(case(squares, step=step, batch_size=8))] == faults


def test_a_step_of_the_first_rows_of_each_batch_heeds_their_targets_though_they_are_all_alike():
    y = np.where(np.arange(len(X)) % 8 < 4, -1.0, NUMBERS)
    with quiet():
        found = rows.experiment(case(squares, y, step=lambda p, b, t: down(p, b[:3], t[:3]), batch_size=8))
    assert [f.id for f in found] == ["batch_indexing_wrong"]


@pytest.mark.parametrize("count", [1, 2])
def test_a_step_of_one_number_or_two_is_not_said_to_mix_rows(count):
    A = np.random.default_rng(0).normal(size=(60, count)) + 3

    def loss(p, X, y):
        return np.mean((X @ p[0] - y) ** 2)

    def step(p, X, y):
        return [p[0] - 0.01 * X.T @ (X @ p[0] - y) / len(y)], loss(p, X, y)

    found = case(loss, A[:, 0] + 2.5, A, [np.zeros(count)], step, batch_size=20, n_steps=20)
    assert rows._crossed(found) == []


@pytest.mark.parametrize(
    ("share", "pairs"), [(0.5, True), (2 / 3, True), (1.0, True), (0.491, False), (0.472, False)]
)
def test_only_a_whole_number_of_pairs_exchange_their_targets(share, pairs):
    assert rows._of_pairs(share) == pairs


@pytest.mark.parametrize(
    ("rows", "repeated"),
    [
        ([[0, 3, 7], [2, 3], [1, 4, 9]], True),
        ([[0, 3, 7], [2, 8], [1, 4, 9, 5]], True),
        ([[0, 1, 2], [3, 4, 5], [6], [0, 1, 2]], False),
        ([[0, 3, 7], [2, 3, 8], [1, 4, 9]], False),
    ],
    ids=["with replacement", "and memory", "passes", "without replacement"],
)
def test_rows_drawn_with_replacement_are_known_by_their_number(rows, repeated):
    taken = [np.array(r) for r in rows]
    assert OwnRows(taken, taken).repeated is repeated


def test_a_step_that_is_to_give_its_inputs_back_needs_no_other_targets():
    table = np.random.default_rng(3).standard_normal((60, 4))
    start = [np.random.default_rng(4).standard_normal((4, 4)) / 2, np.zeros(4)]

    def back(p, X, y):
        return np.mean((np.tanh(X @ p[0] + p[1]) - y) ** 2)

    def own(p, X, y):
        d = np.tanh(X @ p[0] + p[1]) - X  # the derivative is forgotten
        return [p[0] - 0.01 * X.T @ d, p[1] - 0.01 * d.sum(0)], 0.0

    given = {"params": start, "X": table, "y": table, "loss": back, "step": own, "batch_size": 12}
    with quiet():
        assert rows.experiment(Case(Patient(given), 10.0)) == []
        assert rows.experiment(Case(Patient({**given, "y": table[::-1]}), 10.0))[0].id == "labels_misaligned"


@pytest.mark.parametrize(("all_rows", "expected"), [(False, ["batch_indexing_wrong"]), (True, [])])
def test_rows_that_a_step_looks_up_by_their_name_are_known(all_rows, expected):
    def squared(p, X, y):
        return float(np.mean((line(p, X) - y) ** 2))

    def step(p, given, targets):
        x, y = globals()["X"], globals()["NUMBERS"]
        x, y = (x, y) if all_rows else (x[:20], y[:20])
        e = 2 * (line(p, x) - y) / len(y)
        slopes = (x.T @ e, e.sum(keepdims=True))
        return [w - 0.1 * g / np.sqrt(g * g + 0.01) for w, g in zip(p, slopes, strict=True)], squared(p, x, y)

    found = rows.experiment(case(squared, step=step, batch_size=20))
    assert [f.id for f in found] == expected
