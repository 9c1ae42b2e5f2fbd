"""Rates below zero beside others above, one list of buffers under two names, half a bias correction, error
signals of another softmax than the loss's, weights alone whose loss falls for ever, masks drawn anew."""

from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient, update
from pullback.diagnose.experiments.of_gradient._match import Match, downhill
from pullback.diagnose.experiments.of_objective._least import no_least
from pullback.diagnose.experiments.of_objective._softmax import softmax as of_softmax
from pullback.diagnose.experiments.of_update._averaged import averaged
from pullback.diagnose.experiments.of_update._denominators import _uphill as of_rule
from pullback.diagnose.experiments.of_update._first_move import some_uphill
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import quiet
from pullback.diagnose.recording._record import record
from pullback.diagnose.updates._kept import one_array_twice
from pullback.diagnose.updates._moves import Moves

rng = np.random.default_rng(2)
X = rng.standard_normal((60, 4))
y = (X @ rng.standard_normal((4, 3))).argmax(1)
W = rng.standard_normal((4, 3)) / 2
start = [W, np.zeros(3)]


def softmax(z, axis=1):
    e = np.exp(z - z.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def logits(p, X):
    return X @ p[0] + p[1]


def loss(p, X, y):
    z = logits(p, X)
    z = z - z.max(1, keepdims=True)
    return np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y])


def grad(p, X, y, output=softmax):
    d = (output(logits(p, X)) - np.eye(3)[y]) / len(y)
    return [X.T @ d, d.sum(0)]


@pytest.mark.parametrize(("sign", "fault"), [(1, []), (-1, ["grad_sign_flipped"])])
def test_a_rule_with_two_accumulators_that_is_fed_the_opposite_gradient_goes_uphill(sign, fault):
    """The bias is a single number, and any number is a multiple of any other."""
    target, kept = X[:, :1] - X[:, 1:2] + 0.5, {}

    def off(p, X, y):
        return np.mean((X @ p[0] + p[1] - y) ** 2)

    def step(p, X, y):
        error = sign * 2 * (X @ p[0] + p[1] - y) / len(y)
        new = []
        for k, (a, g) in enumerate(zip(p, (X.T @ error, error.sum(0)), strict=True)):
            squares, moved = kept.get(k, (0.0, 0.0))
            squares = 0.95 * squares + 0.05 * g**2
            move = g * np.sqrt(moved + 1e-4) / np.sqrt(squares + 1e-4)
            kept[k] = squares, 0.95 * moved + 0.05 * move**2
            new.append(a - move)
        return new, off(p, X, y)

    given = {"params": [W[:, :1], np.zeros(1)], "X": X, "y": target, "loss": off, "step": step}
    case = Case(Patient({**given, "batch_size": 30, "n_steps": 200}), 10.0)
    assert [f.id for f in update.experiment(case)] == fault


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        (softmax, []),
        (lambda z: softmax(z, 0), ["softmax_wrong_axis"]),
        (lambda z: np.exp(z) / np.exp(z).sum(), ["softmax_wrong_axis"]),
        (lambda z: softmax(softmax(z)), ["double_softmax"]),
        (lambda z: z, ["missing_softmax"]),
    ],
    ids=["right", "over the rows", "over everything", "twice", "not at all"],
)
def test_an_error_signal_of_another_softmax_than_the_loss_s(output, fault):
    wrong = {"grad": lambda p, X, y: grad(p, X, y, output)}
    with quiet():
        case = Case(Patient({"params": start, "X": X, "y": y, "loss": loss, **wrong}), 10.0)
        assert [f.id for f in gradient.experiment(case)] == fault


@pytest.mark.parametrize(("before", "faults"), [(softmax, ["double_softmax"]), (lambda z: z, [])])
def test_a_second_softmax_that_is_never_formed_is_seen_by_what_is_left_past_the_largest(before, faults):
    def squashed(p, X, y):
        a = before(logits(p, X))
        z = a - a.max(1, keepdims=True)
        return np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y])

    tape = record(squashed, start, X[:7], y[:7])
    case = SimpleNamespace(leaves=start, y=y, net=None)
    assert [f.id for f in of_softmax(case, tape, 7)] == faults


@pytest.mark.parametrize(("units", "faults"), [(1, ["softmax_single_output"]), (2, [])])
def test_a_softmax_of_one_unit_is_seen_by_its_logarithm_too(units, faults):
    def loss(p, X, y):
        z = (X @ p[0])[:, :units]
        z = z - z.max(1, keepdims=True)
        return -np.mean((z - np.log(np.exp(z).sum(1, keepdims=True)))[np.arange(len(y)), y * 0])

    first = [start[0]]
    tape = record(loss, first, X[:7], y[:7])
    case = SimpleNamespace(leaves=first, y=y, net=None)
    assert [f.id for f in of_softmax(case, tape, 7)] == faults


def test_the_logarithm_of_an_output_of_zeros_is_no_softmax():
    def loss(p, X, y):
        a = np.maximum(0 * X @ p[0] - 1, 0)[:, :1]
        return -np.mean(np.log(1 - a))

    tape = record(loss, [start[0]], X[:7], y[:7])
    assert not of_softmax(SimpleNamespace(leaves=[start[0]], y=y + 0.5, net=None), tape, 7)


@pytest.mark.parametrize(
    ("factors", "single", "common", "meant"),
    [
        ([-1.0, -1.0, 1.0], [False] * 3, -1.0, 1.0),
        ([-1.0, 1.0], [False, True], -1.0, 1.0),
        ([-1.0, 0.3], [False, True], -1.0, -1.0),
        ([-1.0, -1.0], [False] * 2, -1.0, -1.0),
        ([2.0, -2.0], [False] * 2, 2.0, 2.0),
    ],
)
def test_the_way_down_is_known_where_any_parameter_goes_it(factors, single, common, meant):
    match = Match(factors, [0.0] * len(factors), [False] * len(factors), single)
    assert downhill(match, common) == meant


@pytest.mark.parametrize(
    ("rates", "where"), [({0: 0.1, 1: -0.1, 2: 0.1}, [1]), ({0: 0.1, 1: 0.2}, []), ({0: -0.1, 1: -0.2}, [])]
)
def test_a_rate_below_zero_beside_others_above(rates, where):
    assert [f.where for f in some_uphill(rates)] == where


@pytest.mark.parametrize(
    ("signs", "where"),
    [([-1, -1], []), ([-1, 1], [1]), ([1, -1], [0]), ([1, 1], ["step"]), ([1, 0.1], ["step"])],
)
def test_an_adaptive_rule_that_takes_one_parameter_uphill(signs, where):
    g = [rng.standard_normal((3, 4)), rng.standard_normal(4)]
    moved = [0.01 * s * np.sign(x) for s, x in zip(signs, g, strict=True)]
    moves = Moves([[0 * x for x in g]], [moved])
    assert [f.where for f in of_rule(moves, [g], [0, 1])] == where


@pytest.mark.parametrize(
    ("of_error", "faults"), [(lambda e: e**3, ["loss_formula_wrong"]), (lambda e: np.abs(e) ** 3, [])]
)
def test_weights_without_a_bias_whose_loss_falls_for_ever(of_error, faults):
    numbers = X @ [1.0, -1.0, 0.5, 2.0] + 3.0
    given = {"params": [np.ones(4)], "X": X, "y": numbers, "grad": lambda p, X, y: p}
    with quiet():
        case = Case(Patient({**given, "loss": lambda p, X, y: np.sum(of_error(X @ p[0] - y))}), 10.0)
        said = no_least(case, record(case.loss, case.generic, X[:7], numbers[:7]))
    assert [f.id for f in said] == faults


@pytest.mark.parametrize("softplus", [lambda z: np.logaddexp(0, z), lambda z: np.log(1 + np.exp(z))])
def test_a_logarithm_inside_the_network_is_none_of_the_prediction(softplus):
    def one_sided(p, X, y):
        e = (softplus(X @ p[0]) @ p[1] + p[2])[:, 0] - y
        return np.mean(np.where(np.abs(e) <= 1, 0.5 * e**2, e - 0.5))

    numbers, start = 4 * X[:, 0], [np.ones((4, 3)), np.ones((3, 1)), np.zeros(1)]
    given = {"params": start, "X": X, "y": numbers, "grad": lambda p, X, y: p}
    with quiet():
        case = Case(Patient({**given, "loss": one_sided}), 10.0)
        said = no_least(case, record(case.loss, case.generic, X[:7], numbers[:7]))
    assert [f.id for f in said] == ["loss_formula_wrong"]


deep = [rng.standard_normal((4, 8)) / 2, rng.standard_normal((8, 8)) / 2, rng.standard_normal((8, 3)) / 2]


def through(p, X):
    return np.tanh(np.tanh(X @ p[0]) @ p[1])


def of_deep(p, X, y):
    z = through(p, X) @ p[2]
    z = z - z.max(1, keepdims=True)
    return np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y])


def dropping(back, sign=1.0):
    draw = np.random.default_rng(0)

    def step(p, X, y):
        mask = (draw.random((len(X), 8)) < 0.75) / 0.75
        a = np.tanh(X @ p[0])
        h = a * mask
        k = np.tanh(h @ p[1])
        d = (softmax(k @ p[2]) - np.eye(3)[y]) / len(y)
        dk = d @ p[2].T * (1 - k * k)
        da = sign * (dk @ back(p[1])) * mask * (1 - a * a)
        return [w - 0.3 * g for w, g in zip(p, [X.T @ da, h.T @ dk, k.T @ d], strict=True)], of_deep(p, X, y)

    return Patient({"params": deep, "X": X, "y": y, "loss": of_deep, "step": step})


@pytest.mark.parametrize(
    ("back", "sign", "found"),
    [
        (lambda w: w.T, 1.0, []),
        (lambda w: w.T, -1.0, [("grad_sign_flipped", 0)]),
        (lambda w: w, 1.0, [("grad_transposed", 0)]),
    ],
    ids=["right", "flipped", "transposed"],
)
def test_a_gradient_under_a_mask_drawn_anew_is_read_off_the_mean_of_many_draws(back, sign, found):
    with quiet():
        case = Case(dropping(back, sign), 10.0)
        true = case.gradient(case.generic, *case.batch())
        said = averaged(case, true, [0, 1, 2], gradient.FIXES)
    assert [(f.id, f.where) for f in said] == found


def adam(mean, correct, shared=False):
    m = [np.zeros_like(p) for p in start]
    v = m if shared else [np.zeros_like(p) for p in start]
    rate, b1, b2 = 0.02, 0.9, 0.999
    count = [0]

    def step(p, X, y):
        count[0] += 1
        out = []
        for i, (w, g) in enumerate(zip(p, grad(p, X, y), strict=True)):
            m[i] = b1 * m[i] + mean * g
            v[i] = b2 * v[i] + (1 - b2) * g * g
            by_mean, by_squares = correct(b1, b2, count[0])
            out.append(w - rate * m[i] / by_mean / (np.sqrt(v[i] / by_squares) + 1e-8))
        return out, loss(p, X, y)

    return Patient({"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20})


@pytest.mark.parametrize(
    ("mean", "correct", "fault"),
    [
        (1.0, lambda b1, b2, t: (1 - b1, 1 - b2**t), ["momentum_state_wrong"]),
        (0.1, lambda b1, b2, t: (1 - b1, 1 - b2**t), ["optimizer_state_mutated"]),
        (0.1, lambda b1, b2, t: (1 - b1**t, 1 - b2), ["optimizer_state_mutated"]),
        (0.1, lambda b1, b2, t: (1.0, 1 - b2**t), []),
        (0.1, lambda b1, b2, t: (1 - b1**t, 1 - b2**t), []),
    ],
    ids=["a sum, for good", "mean's never fades", "squares' never fades", "half corrected", "right"],
)
def test_a_correction_that_never_fades_is_told_by_the_rate_the_code_names(mean, correct, fault):
    with quiet():
        found = update.experiment(Case(adam(mean, correct), 10.0))
    assert [f.id for f in found] == fault
    assert not any(f.alone for f in found)  # such a loop may learn


@pytest.mark.parametrize("shared", [True, False])
def test_one_list_under_two_names_whose_arrays_are_replaced(shared):
    with quiet():
        twice = one_array_twice(adam(0.1, lambda b1, b2, t: (1 - b1**t, 1 - b2**t), shared), start)
    assert twice is shared


@pytest.mark.parametrize("sign", [1, -1])
def test_a_minus_lost_inside_the_sigmoid_of_a_margin(sign):
    rng = np.random.default_rng(4)
    X = np.c_[np.ones(160), rng.standard_normal((160, 3))]
    y = np.where(X @ [0.4, 1.2, -1.6, 0.5] + 0.6 * rng.standard_normal(160) > 0, 1, -1)

    def margins(p, X, y):
        return float(np.mean(np.log(1 + np.exp(-y * (X @ p[0])))))

    def grad(p, X, y):
        share = 1 / (1 + np.exp(sign * y * (X @ p[0])))
        return [-np.mean((y * share)[:, None] * X, axis=0)]

    given = {"params": [np.zeros(4)], "X": X, "y": y, "loss": margins, "grad": grad, "batch_size": 32}
    found = gradient.experiment(Case(Patient(given), 10.0))
    assert [(f.id, f.confidence) for f in found] == ([] if sign == 1 else [("grad_sign_flipped", 1.0)])


@pytest.mark.parametrize(
    ("error", "memory", "expected"),
    [(1, -1, "momentum_state_wrong"), (-1, 1, "grad_sign_flipped"), (1, 1, None)],
    ids=["in the mean", "in the error", "nowhere"],
)
def test_a_minus_before_an_adaptive_rule_is_told_from_one_inside_it(error, memory, expected):
    draw = np.random.default_rng(3)
    X = draw.standard_normal((60, 5))
    y = X @ draw.standard_normal(5)
    m, v, t = [0.0], [0.0], [0]

    def loss(p, X, y):
        return float(np.mean((X @ p[0] - y) ** 2))

    def step(p, X, y):
        g = 2 * X.T @ (X @ p[0] - y if error > 0 else y - X @ p[0]) / len(X)
        t[0] += 1
        m[0] = 0.9 * m[0] + 0.1 * g if memory > 0 else 0.9 * m[0] - 0.1 * g
        v[0] = 0.999 * v[0] + 0.001 * g * g
        root = np.sqrt(v[0] / (1 - 0.999 ** t[0])) + 1e-8
        return [p[0] - 0.01 * m[0] / (1 - 0.9 ** t[0]) / root], loss(p, X, y)

    given = {"params": [np.zeros(5)], "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20}
    found = update.experiment(Case(Patient(given), 10.0))
    assert [f.id for f in found][:1] == ([expected] if expected else [])


@pytest.mark.parametrize(("given", "added"), [(-1, 1), (-1, -1), (1, 1), (1, -1)])
@pytest.mark.parametrize("asks", [True, False])
def test_minus_the_gradient_is_meant_where_the_step_adds_it(asks, given, added):
    def back(p, X, y):
        return [given * g for g in grad(p, X, y)]

    def asked(p, X, y):
        return back(p, X, y)

    def step(p, X, y):
        down = (asked if asks else back)(p, X, y)
        return [w + 0.5 * added * g for w, g in zip(p, down, strict=True)], loss(p, X, y)

    patient = Patient({"params": start, "X": X, "y": y, "loss": loss, "grad": asked, "step": step})
    with quiet():
        case = Case(patient, 10.0)
        found = [*gradient.experiment(case), *update.experiment(case)]
    assert bool(found) == (given * added > 0)
    assert {f.id for f in found} <= {"grad_sign_flipped"}


@pytest.mark.parametrize(("by_rows", "faults"), [(True, []), (False, ["grad_reduction_sum"])])
def test_a_sum_over_the_rows_is_right_where_the_step_divides_it_by_their_number(by_rows, faults):
    def summed(p, X, y):
        return [len(y) * g for g in grad(p, X, y)]

    def step(p, X, y):
        rate = 0.5 / len(y) if by_rows else 0.03
        return [w - rate * g for w, g in zip(p, summed(p, X, y), strict=True)], loss(p, X, y)

    given = {"params": start, "X": X, "y": y, "loss": loss, "grad": summed, "step": step, "batch_size": 20}
    with quiet():
        assert [f.id for f in gradient.experiment(Case(Patient(given), 10.0))] == faults


def test_a_logarithm_of_one_sum_over_rows_and_classes_alike():
    def over_all(p, X, y):
        z = logits(p, X)
        return np.mean(np.log(np.exp(z).sum()) - z[np.arange(len(y)), y])

    given = {"params": start, "X": X, "y": y, "loss": over_all, "grad": grad}
    with quiet():
        case = Case(Patient(given), 10.0)
        said = of_softmax(case, record(case.loss, case.generic, X[:7], y[:7]), 7)
    assert [f.id for f in said] == ["softmax_wrong_axis"]
