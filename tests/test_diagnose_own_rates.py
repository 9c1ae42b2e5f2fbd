"""Parameters that move at rates of their own: given them by someone, or by a stray factor."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.updates._own_rates import rates_given

RATES = {0: 0.2, 1: 0.2, 2: 0.04}
rng = np.random.default_rng(4)
ROWS = rng.standard_normal((120, 3))
NUMBERS = np.sin(ROWS[:, 0]) + 0.3 * ROWS[:, 1]
START = [rng.standard_normal((3, 12)) / 2, rng.standard_normal(12) / 4, rng.standard_normal(12) / 3]


def loss(p, X, y):
    return float(np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] - y) ** 2))


def grads(p, X, y):
    h = np.tanh(X @ p[0] + p[1])
    d = 2 * (h @ p[2] - y) / len(y)
    e = d[:, None] * p[2] * (1 - h**2)
    return [X.T @ e, e.sum(0), h.T @ d]


def by_default():
    def step(p, X, y, rates=(0.2, 0.2, 0.04)):
        return [w - r * g for w, r, g in zip(p, rates, grads(p, X, y), strict=True)], loss(p, X, y)

    return step


def by_name():
    below, above = 0.2, 0.04

    def step(p, X, y):
        a, b, c = grads(p, X, y)
        return [p[0] - below * a, p[1] - below * b, p[2] - above * c], loss(p, X, y)

    return step


def by_key():
    rates = {"first": 0.2, "last": 0.04}

    def step(p, X, y):
        a, b, c = grads(p, X, y)
        return [p[0] - rates["first"] * a, p[1] - rates["first"] * b, p[2] - rates["last"] * c], 0.0

    return step


def written():
    def step(p, X, y):
        return [w - (0.04 if w.shape == (12,) and k else 0.2) * g
                for k, w, g in zip((0, 0, 1), p, grads(p, X, y), strict=True)], loss(p, X, y)  # fmt: skip

    return step


def fading():
    below, above, count = 0.2, 0.04, [0]

    def step(p, X, y):
        a, b, c = grads(p, X, y)
        f = 1 / (1 + 0.002 * count[0])
        count[0] += 1
        return [p[0] - f * below * a, p[1] - f * below * b, p[2] - f * above * c], loss(p, X, y)

    return step


def cut():
    kept = [0.0] * 3

    def step(p, X, y):
        for k, g in enumerate(grads(p, X, y)):
            kept[k] = 0.8 * kept[k] + g * min(1.0, 0.1 / np.linalg.norm(g))
        return [w - 0.1 * v for w, v in zip(p, kept, strict=True)], loss(p, X, y)

    return step


def stray():
    rate, limit = 0.2, 0.04

    def step(p, X, y):
        a, b, c = grads(p, X, y)
        c = 0.2 * c if np.abs(c).max() > 1e-9 * limit else c
        return [w - rate * g for w, g in zip(p, (a, b, c), strict=True)], loss(p, X, y)

    return step


def loop(step):
    given = {"params": START, "X": ROWS, "y": NUMBERS, "loss": loss, "step": step}
    return {**given, "batch_size": 20, "n_steps": 1500}


@pytest.mark.parametrize(
    ("made", "given"), [(by_default, True), (by_name, True), (by_key, True), (written, True), (stray, False)]
)
def test_a_rate_is_given_where_it_is_a_number_that_moves_its_own_parameters_alone(made, given):
    step = made()
    before = step.__defaults__, step.__code__
    assert rates_given(Patient(loop(step)), START, RATES) is given
    assert (step.__defaults__, step.__code__) == before


@pytest.mark.parametrize(
    ("made", "found"),
    [(by_default, []), (fading, []), (cut, []), (stray, [("grad_constant_factor", 2)])],
)
def test_rates_of_their_own_that_someone_gave_are_no_stray_factors(made, found):
    assert [(f.id, f.where) for f in diagnose(**loop(made())).faults[:1]] == found
