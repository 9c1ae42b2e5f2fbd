"""Steps that draw an order of their rows: orders of our choosing tell whether X and y keep together."""

import random

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments._parted import parted
from pullback.diagnose.loops._orders import Orders, in_order
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(6)
X = rng.standard_normal((60, 3))
y = np.tanh(X @ [1.0, -1.0, 0.5])
START = [rng.standard_normal((3, 5)) / 2, np.zeros(5), rng.standard_normal(5) / 2, np.zeros(1)]
OWN = np.random.default_rng(1)
OLD = np.random.RandomState(1)


def loss(p, X, y):
    return float(np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2))


def grad(p, X, y):
    h = np.tanh(X @ p[0] + p[1])
    d = 2 * (h @ p[2] + p[3] - y) / len(y)
    low = np.outer(d, p[2]) * (1 - h * h)
    return [X.T @ low, low.sum(0), h.T @ d, d.sum(keepdims=True)]


def by_permutations(n):
    return np.random.permutation(n), np.random.permutation(n)


def by_generator(n):
    return OWN.permutation(n), OWN.permutation(n)


def by_choice(n):
    return OLD.choice(n, 16, replace=False), OLD.choice(n, 16, replace=False)


def by_shuffling(n):
    orders = list(range(n)), list(range(n))
    for order in orders:
        random.shuffle(order)
    return orders


def of_inputs_alone(n):
    return np.random.permutation(n), np.arange(n)


def loop(draw, together=False, per_step=2):
    velocity = [np.zeros_like(w) for w in START]

    def step(p, X, y):
        for _ in range(per_step):
            of_x, of_y = draw(len(X))
            x, t = X[of_x], y[of_x if together else of_y]
            for at in range(0, len(x), 16):
                for v, g in zip(velocity, grad(p, x[at : at + 16], t[at : at + 16]), strict=True):
                    v[...] = 0.9 * v + 0.1 * g
                p = [w - 0.2 * v for w, v in zip(p, velocity, strict=True)]
        return p, loss(p, X, y)

    given = {"params": START, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 60}
    return Case(Patient(given), 10.0)


DRAWS = [by_permutations, by_generator, by_choice, by_shuffling, of_inputs_alone]


@pytest.mark.parametrize("draw", DRAWS)
def test_two_orders_for_inputs_and_targets_are_told_by_answering_the_draws(draw):
    assert [(f.id, f.where) for f in parted(loop(draw))] == [("labels_misaligned", "data")]


@pytest.mark.parametrize("draw", DRAWS)
def test_one_order_for_both_is_right_however_many_are_drawn(draw):
    assert parted(loop(draw, together=True)) == []


def test_an_order_that_changes_nothing_tells_nothing():
    case = loop(lambda n: (OWN.permutation(n), np.arange(n)), together=True, per_step=1)
    case.patient.y[:] = 1.0
    assert parted(case) == []


def test_draws_are_answered_and_all_else_is_drawn_as_before():
    def step(p, X, y):
        return [np.random.permutation(4) + np.random.rand(), OLD.choice(9, 3), OWN.standard_normal(2)], 0.0

    given = {"params": START, "X": X, "y": y, "loss": loss, "step": step}
    patient = Patient(given)
    orders = Orders(in_order)
    body = patient.answered(orders)
    np.random.set_state(patient.random)
    first, chosen, drawn = body.step(body.params, X, y)
    np.random.set_state(patient.random)
    assert np.array_equal(first, np.arange(4) + np.random.rand())
    assert list(chosen) == [0, 1, 2]
    assert orders.asked == [4, 9]
    assert np.array_equal(drawn, patient.fresh().step(body.params, X, y)[2])
