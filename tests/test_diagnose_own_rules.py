"""Update rules that loops write for themselves, read off their moves, and what they keep."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import purity
from pullback.diagnose.experiments.of_gradient._by_count import stays
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.training._own_rules import Rate, course_of, measured, rates, velocity
from pullback.diagnose.updates._moves import Moves

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3))
Y = X @ [[1.0], [-2.0], [0.5]] + 0.1 * rng.normal(size=(60, 1))
START = [rng.normal(size=(3, 8)), np.zeros(8), rng.normal(size=(8, 1)), np.zeros(1)]
COURSES = [
    lambda t: 1 / (1 + 0.01 * t),
    lambda t: 0.99**t,
    lambda t: (1 + t) ** -0.5,
    lambda t: 0.5 ** (t // 3),
]


def loss(p, X, y):
    return np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2)


def gradient(p, X, y, slope=lambda h: 1 - h * h, last=1.0):
    h = np.tanh(X @ p[0] + p[1])
    d = 2 * (h @ p[2] + p[3] - y) / len(y)
    e = d @ p[2].T * slope(h)
    return [X.T @ e, e.sum(0), last * h.T @ d, last * d.sum(0)]


@pytest.mark.parametrize("course", COURSES)
def test_a_course_is_read_off_its_first_rates_and_goes_on(course):
    found = course_of(0.1 * course(np.arange(24)), 3)
    assert isinstance(found, Rate)
    assert np.allclose(rates(found * 2.0, np.arange(40)), 0.2 * course(np.arange(40)), rtol=1e-3)


def test_rates_without_a_course_have_none():
    assert course_of(np.array([0.1, 0.2, 0.1, 0.3, 0.1, 0.2]), 1) is None


@pytest.mark.parametrize(("beta", "ahead"), [(0.9, 0.0), (0.9, 0.9), (0.5, 0.5)])
def test_a_velocity_is_measured_wherever_its_gradient_is_taken(beta, ahead):
    made, state, p, moves = velocity(beta, ahead), velocity(beta).init(START), START, Moves()
    for t in range(8):
        g = gradient([a + ahead * u for a, u in zip(p, state["u"], strict=True)], X, Y)
        new, state = made.update(p, g, state, 0.05 / (1 + 0.1 * t))
        moves.before.append(p)
        moves.after.append(new)
        p = new
    optimizer, _ = measured(moves, lambda leaves, t: gradient(leaves, X, Y), 1)
    assert optimizer.settings == pytest.approx({"beta": beta, "ahead": ahead}, abs=1e-6)


def test_all_gradients_so_far_times_a_falling_rate_are_no_velocity():
    p, total, moves = START, [0 * a for a in START], Moves()
    for t in range(8):
        total = [s + g for s, g in zip(total, gradient(p, X, Y), strict=True)]
        new = [a - 0.1 * (1 - 0.002 * t) * s for a, s in zip(p, total, strict=True)]
        moves.before.append(p)
        moves.after.append(new)
        p = new
    assert measured(moves, lambda leaves, t: gradient(leaves, X, Y), 1) is None


def case_of(**given):
    return Case(Patient({"params": START, "X": X, "y": Y, "loss": loss, "batch_size": 20, **given}), 5.0)


@pytest.mark.parametrize(("factor", "written"), [(lambda y: 20, True), (len, False)])
def test_a_number_that_is_written_stays_on_fewer_rows(factor, written):
    assert stays(case_of(grad=lambda p, X, y: gradient(p, X, y, last=factor(y)))) is written


@pytest.mark.parametrize("aliased", [True, False])
def test_what_is_kept_may_be_the_weights_themselves(aliased):
    start = [a.copy() for a in START]
    v = list(start) if aliased else [0 * a for a in start]

    def step(p, X, y):
        for u, g in zip(v, gradient(p, X, y), strict=True):
            u *= 0.9
            u -= 0.1 * g
        return [a + u for a, u in zip(p, v, strict=True)], loss(p, X, y)

    assert [f.id for f in purity.experiment(case_of(params=start, step=step))] == [
        "inplace_mutation"
    ] * aliased


def test_steps_in_place_and_copies_of_them_are_no_fault():
    def step(p, X, y):
        for a, g in zip(p, gradient(p, X, y), strict=True):
            a -= 0.1 * g
        return [a.copy() for a in p], loss(p, X, y)

    assert purity.experiment(case_of(step=step)) == []


def test_any_function_in_place_of_a_derivative_is_told():
    found = diagnose(params=START, X=X, y=Y, loss=loss, batch_size=20, n_steps=200,
                     grad=lambda p, X, y: gradient(p, X, y, lambda h: (1 - np.tanh(h) ** 2) * h))  # fmt: skip
    assert (found.faults[0].id, found.faults[0].where) == ("grad_activation_derivative_wrong", 0)


def tabled(places, filled, leaves):
    """Straight lines, moved by the mean of the last batches' gradients; the oldest leaves, or never does."""
    draw = np.random.default_rng(111)
    X = draw.standard_normal((160, 3))
    y = X @ [1.0, 0.0, -1.0] + 0.5 + 0.1 * draw.standard_normal(160)
    kept = []

    def loss(p, X, y):
        return np.mean((X @ p[0] + p[1] - y) ** 2)

    def step(p, X, y):
        e = X @ p[0] + p[1] - y
        kept.append([2 * X.T @ e / len(y), np.array([2 * e.mean()])])
        if leaves:
            del kept[:-places]
        count = len(kept) if filled else places
        return [w - 0.03 * sum(g[k] for g in kept) / count for k, w in enumerate(p)], loss(p, X, y)

    start = [np.zeros(3), np.zeros(1)]
    return {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20, "n_steps": 500}


@pytest.mark.parametrize(
    ("places", "filled", "leaves"),
    [(8, True, True), (4, False, True), (4, True, True), (8, False, False)],
    ids=["a place for every batch", "the last four", "those there are", "never cleared"],
)
def test_the_mean_of_the_last_gradients_is_a_rule_where_the_oldest_leaves(places, filled, leaves):
    assert (diagnose(**tabled(places, filled, leaves)).faults == []) is leaves
