"""Losses of counts, quantiles, levels and several labels a row, and networks that give their inputs back."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import _rivals, data, labels, model, objective
from pullback.diagnose.experiments.of_objective._least import no_least
from pullback.diagnose.experiments.of_objective._task import classes
from pullback.diagnose.experiments.treatment import _of_several
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import quiet
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._recognised import recognise
from pullback.diagnose.recording._record import record
from pullback.diagnose.training._fast import of_net

rng = np.random.default_rng(0)
X = rng.standard_normal((500, 4))
Z = X @ rng.standard_normal((4, 3))
BITS = (Z > 0).astype(float)
COUNTS = rng.poisson(np.exp(0.4 * X[:, 0])).astype(float)
WIDE = [0.5 * rng.standard_normal((4, 3)), np.zeros(3)]
LINE = [0.5 * rng.standard_normal(4), np.zeros(1)]


def case(loss, y, params=LINE, X=X):
    return Case(Patient({"params": params, "X": X, "y": y, "loss": loss, "grad": lambda p, X, y: p}), 10.0)


def line(p, X):
    return X @ p[0] + p[1]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def entropy(q, y):
    return -np.mean(np.sum(y * np.log(q) + (1 - y) * np.log(1 - q), axis=1))


def shared(p, X, y):
    e = np.exp(line(p, X))
    return -np.mean(np.sum(y * np.log(e / e.sum(1, keepdims=True)), axis=1))


LOSSES = {
    "each label's own": (lambda p, X, y: entropy(sigmoid(line(p, X)), y), BITS, None),
    "squashed twice": (lambda p, X, y: entropy(sigmoid(sigmoid(line(p, X))), y), BITS, "double_softmax"),
    "one softmax for several labels": (shared, BITS, "loss_wrong_for_task"),
    "one softmax for one class": (shared, np.eye(3)[Z.argmax(1)], None),
    "one softmax for two of three": (shared, 1 - np.eye(3)[Z.argmax(1)], None),
    "without (1 - y)": (
        lambda p, X, y: -np.mean(np.sum(y * np.log(sigmoid(line(p, X))), axis=1)), BITS, "loss_formula_wrong"
    ),
}  # fmt: skip


AGAINST = {
    "numbers of classes": (lambda z, y: np.mean((z - y[:, None]) ** 2), ["loss_wrong_for_task"]),
    "their distances": (lambda z, y: np.mean(np.abs(z - y[:, None])), ["loss_wrong_for_task"]),
    "marks of classes": (lambda z, y: np.mean((z - np.eye(3)[y]) ** 4), []),
}


@pytest.mark.parametrize("name", AGAINST)
def test_several_outputs_may_all_be_held_against_one_number(name):
    each, fault = AGAINST[name]
    one = case(lambda p, X, y: each(line(p, X), y), Z.argmax(1), WIDE)
    picked = np.arange(40)
    values = np.array([one.loss(one.generic, X[i : i + 1], one.y[i : i + 1]) for i in picked])
    assert [f.id for f in objective._every_column(one, picked, values)] == fault


@pytest.mark.parametrize("name", LOSSES)
def test_what_a_loss_makes_of_several_outputs(name):
    loss, y, fault = LOSSES[name]
    with quiet():
        assert [f.id for f in objective.experiment(case(loss, y, WIDE))] == [fault] * (fault is not None)


OF_COUNTS = {
    "Poisson's": (lambda p, X, y: np.mean(np.exp(line(p, X)) - y * line(p, X)), None),
    "its sign wrong": (lambda p, X, y: np.mean(np.exp(line(p, X)) + y * line(p, X)), "loss_formula_wrong"),
    "a hill": (lambda p, X, y: -np.mean(np.abs(line(p, X) - y) ** 1.5), "loss_formula_wrong"),
}


@pytest.mark.parametrize("name", OF_COUNTS)
@pytest.mark.parametrize("y", [COUNTS, np.minimum(COUNTS, 1) * (X[:, 1] > 1) + 2 * (X[:, 2] > 2)])
def test_a_loss_of_counts_has_a_least_value(name, y):
    loss, fault = OF_COUNTS[name]
    with quiet():
        found = case(loss, y)
        assert found.net is not None
        found.__dict__["head"], found.net.objective = None, "unknown"
        said = no_least(found, record(loss, found.generic, X[:7], y[:7]))
    assert [f.id for f in said] == [fault] * (fault is not None)


def test_counts_are_no_classes_and_lie_above_their_least_loss():
    found = case(OF_COUNTS["Poisson's"][0], COUNTS)
    assert fn.labels(COUNTS) > 2
    assert classes(found) == 0
    least = np.mean(COUNTS - COUNTS * np.log(np.maximum(COUNTS, 1)))
    assert np.isclose(found.worth(least + 0.3), 0.3)


@pytest.mark.parametrize("share", [0.1, 0.75, 0.9])
def test_the_loss_of_a_quantile_is_known_with_its_share(share):
    off = Z[:, 0] + rng.standard_normal(500)
    values = 2 * fn.objective(f"quantile({share})", Z[:40, :1], off[:40, None])
    output, name, factor, shift = recognise(Z[:40, :1], off[:40], values)
    assert (output, name, shift) == ("identity", f"quantile({share})", 0)
    assert np.isclose(factor, 2)


KINDS = np.arange(500) % 3


@pytest.mark.parametrize(("output", "plain", "low", "high"), [
    ("sigmoid", "squared", 0.01, 0.99), ("tanh", "squared", -0.8, 0.8), ("identity", "squared", 0.1, 0.9),
    ("sigmoid", "binary cross-entropy", 0.05, 0.95), ("softmax", "cross-entropy", 0.05, 0.9),
])  # fmt: skip
def test_classes_marked_by_other_numbers_than_0_and_1_are_known(output, plain, low, high):
    t, p = np.eye(3)[KINDS[:24]], fn.VALUE[output](Z[:24])
    meant = low + (high - low) * t
    found = recognise(Z[:24], KINDS[:24], 0.5 * fn.objective(plain, p, meant))
    assert found[:2] == (output, f"{plain} to {low} and {high}")
    assert found[2:] == (pytest.approx(0.5), 0.0)
    np.testing.assert_allclose(fn.slope(*found[:2], Z[:24], t), fn.slope(output, plain, Z[:24], meant))
    noise = rng.standard_normal(24) * 1e-3
    assert recognise(Z[:24], KINDS[:24], fn.objective(plain, p, meant) + noise)[1] == "unknown"


def test_a_class_that_a_loss_turns_into_a_column_of_targets_is_read_and_run_as_machine_code():
    def loss(p, X, y):
        sums = [np.dot(p[0], np.array(x, ndmin=2).T) for x in X]
        marks = [np.where(np.arange(3) == k, 0.99, 0.01)[:, None] for k in y]
        return float(
            np.mean([np.sum((1 / (1 + np.exp(-z)) - m) ** 2) for z, m in zip(sums, marks, strict=True)])
        )

    found = case(loss, KINDS, [WIDE[0].T])
    assert (found.truth.how, found.net.objective) == ("recorded", "squared to 0.01 and 0.99")
    (mean, targets), *_ = of_net(found.net, 3, {})
    assert float(mean([WIDE[0].T], X, targets(KINDS))) == pytest.approx(loss([WIDE[0].T], X, KINDS))


LEVELS = (X[:, :1] - X[:, 1:2] > [-1, 0, 1]).astype(float)
HALF = np.arange(500) % 2 == 0


@pytest.mark.parametrize("y", [LEVELS, BITS])
@pytest.mark.parametrize("mixed", [False, True])
def test_levels_and_several_labels_are_held_against_forecasts(y, mixed):
    given = np.where(mixed & HALF[:, None], y[np.random.default_rng(0).permutation(500)], y)
    found = case(LOSSES["each label's own"][0], given, WIDE)
    assert bool(labels.contradicted(found)) == mixed


def test_a_line_through_a_code_is_no_lesser_network():
    table = rng.standard_normal((300, 2)) @ rng.standard_normal((2, 8)) + 0.3 * rng.standard_normal((300, 8))
    start = [0.3 * rng.standard_normal((8, 2)), 0.3 * rng.standard_normal((2, 8))]
    with quiet():
        found = case(lambda p, X, y: np.mean((X @ p[0] @ p[1] - y) ** 2), table, start, table)
        assert model.experiment(found, []) == []


NUMBERS = Z[:, 0] + 0.1 * rng.standard_normal(500)
GRADES = np.searchsorted([-1.0, 0.0, 1.0], NUMBERS)
SIGNS = (NUMBERS > 0).astype(float)


def grades(p, X, y):
    z = line(p, X)[:, None] - np.array([-1.0, 0.0, 1.0])
    return np.mean(np.sum(np.logaddexp(0, z) - (y[:, None] > np.arange(3)) * z, axis=1))


def pairs(p, X, y):
    z, above = line(p, X), y[:, None] > y[None, :]
    return np.sum(above * np.logaddexp(0, z[None, :] - z[:, None])) / max(above.sum(), 1)


def places(p, X, y):
    far = np.sqrt(np.sum(line(p, X) ** 2, axis=1) + 1e-6)
    return np.mean(np.where(y == 0, far**2, np.maximum(0, 1.5 - far) ** 2))


def quantile(p, X, y):
    e = y - (X @ p[0][:4] + p[0][4:])
    return np.mean(np.where(e > 0, 0.6 * e, -0.4 * e))


def unbounded(p, X, y):
    e = y - (X @ p[0][:4] + p[0][4:])
    return np.mean(np.where(e > 0, 0.6 * e, 0.4 * e))


def weighted(p, X, y):
    q, s = np.clip(sigmoid(line(p, X)), 1e-7, 1 - 1e-7), np.where(y == 1, 9.0, 0.5)
    return 0.01 * p[0] @ p[0] - np.mean(s * np.where(y == 1, np.log(q), np.log(1 - q)))


def weighted_squares(p, X, y):
    """Of rows that count by their inputs; from a low bias on all outputs lie past one label of two."""
    return np.mean((1 + X[:, 0] ** 2) * (line(p, X) - y) ** 2)


LOW = [0.01 * LINE[0], np.full(1, -2.0)]
PAIR = [WIDE[0][:, :2], np.zeros(2)]
RIGHT = [(weighted, SIGNS, LINE), (weighted_squares, SIGNS, LOW), (grades, GRADES, LINE),
         (pairs, NUMBERS, LINE), (pairs, SIGNS, LINE), (places, SIGNS.astype(int), PAIR),
         (quantile, NUMBERS, [np.ones(5)])]  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "y", "params", "fault"),
    [
        *((*right, None) for right in RIGHT),
        (unbounded, NUMBERS, [np.ones(5)], "loss_formula_wrong"),
        (lambda p, X, y: -weighted(p, X, y), SIGNS, LINE, "loss_formula_wrong"),
    ],
)
def test_right_losses_of_weights_grades_pairs_distances_and_quantiles_are_not_accused(loss, y, params, fault):
    with quiet():
        assert [f.id for f in objective.experiment(case(loss, y, params))][:1] == [fault] * (
            fault is not None
        )


WEIGHTED = {
    "binary cross-entropy by 0.5 and 9": (weighted, SIGNS, LINE),
    "logistic by 2 and 1": (
        lambda p, X, y: np.mean(np.where(y > 0, 1.0, 2.0) * np.logaddexp(0, -y * line(p, X))), 2 * SIGNS - 1,
        LINE,
    ),
    "cross-entropy by 2, 0.6 and 1.3": (
        lambda p, X, y: shared(p, X, y * np.array([2.0, 0.6, 1.3])), np.eye(3)[Z.argmax(1)], WIDE
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WEIGHTED)
def test_classes_that_weigh_unlike_are_known_with_their_weights(name):
    loss, y, params = WEIGHTED[name]
    with quiet():
        found = case(loss, y, params)
        net, batch = found.net, (X[:60], y[:60])
        rows = net.row_losses(found.generic, *batch).mean() + net.shift
        assert net.objective == name
        np.testing.assert_allclose(rows, loss(found.generic, *batch), rtol=1e-9)
        penalty = [0.02 * (loss is weighted) * found.generic[0], 0]
        true = [g - p for g, p in zip(found.gradient(found.generic, *batch), penalty, strict=True)]
        for mine, theirs in zip(net.gradient(found.generic, *batch), true, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-8)
        zero = float(loss([0 * x for x in params], X, y))
        best = min(float(loss([0 * params[0], params[1] + c], X, y)) for c in np.linspace(-4, 4, 81))
        assert params is WIDE or abs(found.head.constant(y, 1.0, zero) - best) < 0.02 * zero


@pytest.mark.parametrize("divided", [True, False])
def test_weights_that_are_divided_by_their_sum_leave_the_best_constant_unknown(divided):
    def loss(p, X, y):
        q, s = sigmoid(line(p, X)), np.where(y == 1, 9.0, 1.0)
        rows = -np.where(y == 1, np.log(q), np.log(1 - q))
        return np.sum(s * rows) / (s.sum() if divided else len(y))

    rare = 1.0 * (np.quantile(NUMBERS, 0.9) < NUMBERS)
    with quiet():
        found = case(loss, rare, [0 * x for x in LINE])
        assert found.head.mean is not divided
        assert found.base == pytest.approx(np.log(2), abs=2e-3) or not divided


def test_rows_that_teach_only_together_are_known():
    with quiet():
        assert _of_several(case(pairs, NUMBERS, LINE))
        assert not _of_several(case(grades, GRADES, LINE))


def by_row(cost):
    """A network of four units, one row at a time, and the mean of what each costs."""

    def loss(p, X, y):
        return np.mean(
            [cost(p[2] @ np.tanh(p[0] * x + p[1]) + p[3][0], t) for x, t in zip(X, y, strict=True)]
        )

    return loss


def crossed(z, t):
    out = 1 / (1 + np.exp(-z))
    return -(t * np.log(out + 1e-9) + (1 - t) * np.log(1 - out + 1e-9))


SINE = np.sin(3 * X[:60, 0])


@pytest.mark.parametrize(
    ("cost", "y", "experiment", "faults"),
    [
        (crossed, SINE, objective, ["loss_wrong_for_task"]),
        (crossed, (SINE > 0) * 1.0, objective, []),
        (crossed, np.abs(SINE), objective, []),
        (lambda z, t: (z - t) ** 2, SINE.astype(int), data, ["dtype_truncation"]),
        (lambda z, t: (z - t) ** 2, 0 * SINE, data, []),
        (lambda z, t: (z - t) ** 2, SINE, data, []),
    ],
)
def test_targets_of_one_number_after_another_suit_the_loss(cost, y, experiment, faults):
    with quiet():
        found = case(by_row(cost), y, [*np.random.default_rng(1).normal(size=(3, 4)), np.zeros(1)], X[:60, 0])
        assert [f.id for f in experiment.experiment(found)] == faults


def test_layers_whose_inputs_are_made_by_unknown_calls_are_not_walked_through():
    squares = np.stack([X[:, 0] * X[:, 1], X[:, 2] * X[:, 3]], axis=1)

    def loss(p, X, y):
        out = np.exp(np.stack([X[:, 0] * X[:, 1], X[:, 2] * X[:, 3]], axis=1) @ p[0] + p[1])
        return -np.mean(np.log(out[np.arange(len(y)), y] / out.sum(axis=1)))

    one = case(loss, (squares @ WIDE[0][:2]).argmax(1), [WIDE[0][:2], WIDE[1]])
    assert one.net is not None
    assert not one.net.whole
    assert objective.experiment(one) == []


def test_probabilities_of_an_unknown_network_that_are_squashed_again_are_said_to_be():
    def loss(p, X, y):
        inner = np.stack([X[:, 0] * X[:, 1], X[:, 2] * X[:, 3]], axis=1) @ p[0] + p[1]
        z = sigmoid(inner)
        return np.mean(np.maximum(z, 0) - z * y + np.log(1 + np.exp(-np.abs(z))))

    one = case(loss, (X[:, 0] * X[:, 1] > 0).astype(float), [LINE[0][:2] * 2, LINE[1]])
    assert [(f.id, f.where) for f in objective.experiment(one)] == [("double_softmax", "output")]


@pytest.mark.parametrize("strange", [False, True])
def test_an_objective_of_layers_that_are_not_known_is_no_stranger(strange):
    cost = (lambda z, t: abs(np.sinh(z) - t) ** 1.5) if strange else (lambda z, t: (z - t) ** 2)
    start = [*np.random.default_rng(1).normal(size=(3, 4)), np.zeros(1)]
    with quiet():
        one = case(by_row(cost), SINE, start, X[:60, 0])
        assert one.net is None or not one.net.whole
        assert (_rivals._unread_objective(one) is not None) is strange


@pytest.mark.parametrize(("labels_are", "found"), [((0, 1), ["labels_wrong"]), ((-1, 1), [])])
def test_a_perceptron_past_all_its_margins_asks_for_marks_all_the_same(labels_are, found):
    side = np.where(X[:, 0] > 0, labels_are[1], labels_are[0]).astype(float)

    def missed(p, X, y):
        return np.mean(np.maximum(0, -y * (X @ p[0] + p[1])))

    start = [np.array([1.0, 0.0, 0.0, 0.0]), np.array([5.0])]
    one = case(missed, side, start)
    one.__dict__["generic"] = [
        np.array([1.0, 0.1, -0.1, 0.1]),
        np.array([9.0 if labels_are[0] == 0 else 0.1]),
    ]
    assert [f.id for f in objective.experiment(one)] == found


@pytest.mark.parametrize(("far", "wrong"), [(25.0, True), (1.0, False)])
def test_rows_far_off_make_least_squares_a_bad_classifier(far, wrong):
    draw = np.random.default_rng(0)
    table = draw.gamma(4.0, 0.25, (400, 3))
    table[draw.random(400) < 0.05, 0] *= far
    marks = (6 * table[:, 0] + 2 * table[:, 1] + 0.3 * draw.logistic(size=400) > 9).astype(float)
    squares = lambda p, X, y: np.mean((X @ p[0] + p[1] - y) ** 2)
    given = {"params": [np.full(3, 0.01), np.zeros(1)], "X": table, "y": marks, "loss": squares}
    given["grad"] = lambda p, X, y: [X.T @ (r := 2 * (X @ p[0] + p[1] - y) / len(y)), np.array([r.sum()])]
    case = Case(Patient(given), 10.0)
    assert [f.id for f in objective.experiment(case)] == ["loss_wrong_for_task"] * wrong
