"""Outputs that cannot come to the targets, losses of margins, and labels lost to another class."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import objective
from pullback.diagnose.experiments._one_sided import one_sided
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.experiments.of_treatment._scales import at_last_even, costly_targets
from pullback.diagnose.loops._patient import Patient

RNG = np.random.default_rng(0)
ROWS = RNG.standard_normal((240, 3))
NUMBERS = ROWS @ np.array([1.0, -0.5, 2.0])
SIGNS = np.sign(NUMBERS)
START = [RNG.standard_normal((3, 4)), np.zeros(4), RNG.standard_normal((4, 1)), np.zeros(1)]


def case(loss, y, params=START, X=ROWS, step=None):
    given = {"params": params, "X": X, "y": y, "loss": loss, "grad": lambda p, X, y: p, "batch_size": 20,
             "n_steps": 300}  # fmt: skip
    return Case(Patient({**given, "step": step} if step else given), 10.0)


def sums(p, X):
    return (np.tanh(X @ p[0] + p[1]) @ p[2] + p[3])[:, 0]


OUTPUTS = {
    "cut at 1": (lambda z: np.clip(z, -1, 1), NUMBERS, ["output_range_clipped"]),
    "cut far out": (lambda z: np.clip(z, -20, 20), NUMBERS, []),
    "squared": (lambda z: 0.5 * z**2 + 0.1 * np.abs(z), NUMBERS, ["output_range_clipped"]),
    "three times a tanh": (lambda z: 3 * np.tanh(z), NUMBERS / 2, []),
    "noise beyond a tanh": (np.tanh, np.tanh(NUMBERS) + 0.03 * SIGNS, []),
    "half a squash": (
        lambda z: 0.5 + np.maximum(z, 0) / (2 + 2 * abs(z)), SIGNS > 0, ["output_range_clipped"]),
    "a whole squash": (lambda z: 0.5 + z / (2 + 2 * np.abs(z)), SIGNS > 0, []),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_range_of_an_output_is_measured(name):
    output, y, expected = OUTPUTS[name]

    def loss(p, X, y):
        out = output(sums(p, X))
        if y.dtype == bool:
            return -np.mean(np.log(np.where(y, out, 1 - out) + 1e-12))
        return np.mean((out - y) ** 2)

    assert [f.id for f in objective.experiment(case(loss, y))] == expected


def hinge(sign):
    def loss(p, X, y):
        total = 0.0
        for x, t in zip(X, y, strict=True):
            total += max(0.0, 1 - sign * float(t * (np.dot(x, p[0]) - p[1])))
        return 1e-3 * np.dot(p[0], p[0]) + total / len(X)

    return loss


def logistic(sign):
    return lambda p, X, y: np.mean(np.log(1 + np.exp(-sign * y * (X @ p[0] + p[1]))))


MARGINS = {
    "hinge": (hinge(1), SIGNS, []),
    "hinge of the wrong sign": (hinge(-1), SIGNS, [("loss_formula_wrong", "loss")]),
    "hinge of 0 and 1": (hinge(1), (SIGNS > 0) * 1, [("labels_wrong", "y")]),
    "logistic": (logistic(1), SIGNS, []),
    "logistic of the wrong sign": (logistic(-1), SIGNS, [("loss_formula_wrong", "loss")]),
    "logistic of 0 and 1": (logistic(1), (SIGNS > 0) * 1, [("labels_wrong", "y")]),
}


@pytest.mark.parametrize("name", MARGINS)
def test_losses_of_margins(name):
    loss, y, expected = MARGINS[name]
    found = objective.experiment(case(loss, y, [np.full(3, 0.1), np.array(0.2)]))
    assert [(f.id, f.where) for f in found] == expected


def test_outputs_beyond_every_margin_do_not_make_a_hinge_wrong():
    def loss(p, X, y):
        out = np.maximum(X @ p[0] + p[1], 0) @ p[2] + p[3]
        return np.maximum(1 - (2 * y[:, None] - 1) * out, 0).mean()

    dead = [START[0], np.full(4, -50.0), START[2], np.full(1, -3.0)]
    assert objective.experiment(case(loss, (SIGNS > 0) * 1, dead)) == []


TERMS = {
    "the last one divided": (lambda yes, no, n: yes + no / n, True),
    "the first one divided": (lambda yes, no, n: yes / n + no, True),
    "both divided": (lambda yes, no, n: (yes + no) / n, False),
    "both summed": (lambda yes, no, n: yes + no, False),
    "one weighs more": (lambda yes, no, n: (12 * yes + no) / n, False),
}


@pytest.mark.parametrize("name", TERMS)
def test_a_loss_that_is_divided_in_one_of_its_terms_alone(name):
    made, wrong = TERMS[name]

    def loss(p, X, y):
        q = 1 / (1 + np.exp(-(X @ p[0] + p[1])))
        return made(-y @ np.log(q), -(1 - y) @ np.log(1 - q), len(y))

    one = case(loss, (SIGNS > 0) * 1.0, [np.array([0.3, -0.2, 0.4]), np.array(0.2)])
    found = [(f.id, f.where) for f in objective.experiment(one)]
    assert found == ([("loss_formula_wrong", "loss")] if wrong else [])


def test_rows_that_are_all_the_same_alone_name_no_output():
    def loss(p, X, y):
        z = X @ p[0]
        shown = np.maximum(p[1] * (z - z.mean(0)) / np.sqrt(z.var(0) + 1e-5) + p[2], 0)
        q = 1 / (1 + np.exp(-(shown @ p[3] + p[4])))
        return -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q))

    drawn = np.random.default_rng(3)
    start = [drawn.normal(size=s) for s in ((3, 4), 4, 4, 4, 1)]
    assert objective.experiment(case(loss, (SIGNS > 0) * 1.0, start)) == []


@pytest.mark.parametrize(("lost", "spread", "expected"), [(0.0, 0.8, 0), (0.0, 2.5, 0), (0.5, 0.6, 1)])
def test_labels_lost_to_one_class(lost, spread, expected):
    rng = np.random.default_rng(3)
    y = rng.integers(0, 3, 300)
    X = np.array([[0, 0], [4, 0], [0, 4.0]])[y] + spread * rng.standard_normal((300, 2))
    y[rng.random(300) < lost] = 0
    assert len(one_sided(case(hinge(1), y, X=X))) == expected


@pytest.mark.parametrize(("size", "expected"), [(1.0, False), (1e5, True)])
def test_targets_that_no_reference_learns(size, expected):
    y = size * (3 + ROWS[:, 0] + np.sin(2 * ROWS[:, 1]))

    def grad(p, X, y):
        hidden = np.tanh(X @ p[0] + p[1])
        top = 2 * (hidden @ p[2] + p[3] - y[:, None]) / len(y)
        low = top @ p[2].T * (1 - hidden**2)
        return [X.T @ low, low.sum(0), hidden.T @ top, top.sum(0)]

    def loss(p, X, y):
        return np.mean((sums(p, X) - y) ** 2)

    def step(p, X, y):
        return [a - 0.1 * g for a, g in zip(p, grad(p, X, y), strict=True)], loss(p, X, y)

    assert (costly_targets(Compared(case(loss, y, step=step))) is not None) == expected


@pytest.mark.parametrize(("rate", "size", "first"), [
    (0.1, 60, "targets_unscaled"), (0.002, 60, "lr_too_small"), (0.1, 0.5, None)])  # fmt: skip
def test_targets_further_off_than_a_rate_over_the_root_of_all_squares_ever_comes(rate, size, first):
    sums_of = [np.zeros(3), np.zeros(1)]

    def loss(p, X, y):
        return np.mean((X @ p[0] + p[1] - y) ** 2)

    def step(p, X, y):
        off, out = 2 * (X @ p[0] + p[1] - y) / len(y), []
        for w, s, g in zip(p, sums_of, (X.T @ off, off.sum(keepdims=True)), strict=True):
            s += g * g
            out.append(w - rate * g / (np.sqrt(s) + 1e-8))
        return out, loss(p, X, y)

    found = diagnose(params=[np.zeros(3), np.zeros(1)], X=ROWS, y=size * (3 + NUMBERS), loss=loss, step=step,
                     batch_size=240, n_steps=400).faults  # fmt: skip
    assert (found[0].id if found else None) == first


def test_a_line_that_starts_better_than_a_constant_asks_for_no_other_targets():
    rng = np.random.default_rng(9)
    x = 5 + 17 * rng.random(90) ** 2
    y = 1.2 * x - 4 + 2.5 * rng.standard_normal(90)

    def loss(p, X, y):
        return np.mean((p[0] + p[1] * X - y) ** 2) / 2

    def step(p, X, y):
        error = p[0] + p[1] * X - y
        return [p[0] - 0.01 * np.mean(error), p[1] - 0.01 * np.mean(error * X)], loss(p, X, y)

    start = [np.array(0.3), np.array(0.7)]
    told = diagnose(params=start, X=x, y=y, loss=loss, step=step, batch_size=90, n_steps=4000)
    assert told.verdict == "healthy"


@pytest.mark.parametrize(("low", "found"), [(-1, None), (0, "inputs_unscaled")])
def test_a_column_whose_powers_bear_no_step_is_standardised_at_last(low, found):
    x = np.random.default_rng(0).uniform(low, 10 if low == 0 else 1, 120)
    y = np.sin(x / 2)

    def predict(p, X):
        return sum(p[0][k] * X**k for k in range(4))

    def step(p, X, y):
        error = predict(p, X) - y
        return [p[0] - 0.2 * np.array([np.mean(error * X**k) for k in range(4)])], float(np.mean(error**2))

    at = case(lambda p, X, y: np.mean((predict(p, X) - y) ** 2), y, [np.zeros(4)], x, step)
    with np.errstate(all="ignore"):
        said = at_last_even(Compared(at))
    assert (said and said.id) == found


@pytest.mark.parametrize(("bound", "expected"), [(np.inf, []), (0.5, ["output_range_clipped"])])
def test_the_range_is_measured_where_one_vector_holds_all_layers(bound, expected):
    flat = [np.random.default_rng(15).standard_normal(18)]

    def loss(p, X, y):
        w, b, v = p[0].reshape(3, 6)
        return np.mean((np.clip(np.tanh(X[:, :1] * w + b) @ v, -bound, bound) - y) ** 2)

    found = objective.experiment(case(loss, np.sin(3 * ROWS[:, 0]), flat))
    assert [f.id for f in found if f.id == "output_range_clipped"] == expected


@pytest.mark.parametrize("tall", [1.0, 3e7])
def test_targets_that_dwarf_the_predictions_leave_the_curve_as_it_is_written(tall):
    t = np.linspace(-2, 2, 60)

    def loss(p, t, y):
        return np.mean((p[0] / (1 + np.exp(-p[1] * (t - p[2]))) - y) ** 2)

    grown = case(loss, tall * 1.4 / (1 + np.exp(-3.0 * (t + 0.4))), [np.array(x) for x in (1.0, 1.0, 0.0)], t)
    assert grown.head.output == "identity"
    assert objective.experiment(grown) == []


PAIRS = np.concatenate([ROWS, RNG.standard_normal((240, 3))], axis=1)
SPEEDS = np.abs(ROWS[:, :1]) + 0.1


def distance(p, X):
    return np.sum(((X[:, :3] - X[:, 3:]) @ p[0]) ** 2, axis=1)


def of_pairs(p, X, y):
    apart = np.sqrt(distance(p, X) + 1e-9)
    return np.mean(y * apart**2 + (1 - y) * np.maximum(1 - apart, 0) ** 2)


def of_sums(p, X, y):
    z = X @ p[0] - 3.0
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


NO_BOUNDS = {
    "squared distances": (lambda p, X, y: np.mean((distance(p, X) - y) ** 2), PAIRS,
                          distance([START[0]], PAIRS) / 9, [START[0]]),
    "a margin of pairs": (of_pairs, PAIRS, SIGNS > 0, [START[0] / 9]),
    "a ratio in one vector": (lambda p, X, y: np.mean((p[0][0] * X[:, 0] / (p[0][1] + X[:, 0]) - y) ** 2),
                              SPEEDS, 6 * SPEEDS[:, 0] / (1 + SPEEDS[:, 0]), [np.ones(2)]),
    "sums of one sign": (of_sums, np.abs(ROWS), SIGNS > 0, [-np.ones(3)]),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_BOUNDS)
def test_what_only_looks_like_a_bound_far_away_is_none(name):
    loss, X, y, params = NO_BOUNDS[name]
    found = objective.experiment(case(loss, np.asarray(y, float), params, X))
    assert [f.id for f in found] == []


def test_the_logarithms_of_two_probabilities_are_no_perceptron_s_outputs():
    y = (SIGNS > 0).astype(int)

    def loss(p, X, y):
        z = np.maximum(X @ p[0] + p[1], 0).cumsum(1) @ p[2] + p[3]  # no chain of layers
        z = z - z.max(1, keepdims=True)
        return -(z - np.log(np.exp(z).sum(1, keepdims=True)))[np.arange(len(y)), y].mean()

    two = case(loss, y, [*START[:2], RNG.standard_normal((4, 2)), np.zeros(2)])
    assert (two.head.output, two.head.objective) == ("softmax", "cross-entropy")
    assert objective.experiment(two) == []
