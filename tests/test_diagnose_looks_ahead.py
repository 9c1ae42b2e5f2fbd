"""Steps that take the gradient ahead of the weights: where their velocity leads, or elsewhere."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import update
from pullback.diagnose.experiments.of_update._floors import by_formula
from pullback.diagnose.experiments.of_update._memories import follows_course
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(3)
X = rng.standard_normal((90, 5))
y = np.argmax(X @ rng.standard_normal((5, 3)), 1)
start = 0.1 * rng.standard_normal((6, 3))
RATE, BETA = 0.2, 0.9
GRADIENT_AS_IT_COMES = (lambda v, g: BETA * v + g, lambda v, g: -RATE * v)
LEADS_BACK = (lambda v, g: BETA * v + RATE * g, lambda v, g: BETA * v - RATE * g)
RIGHT = (lambda v, g: BETA * v - RATE * g, lambda v, g: v)


def outputs(w, X):
    z = X @ w[:-1] + w[-1]
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def loss(p, X, y):
    return -np.mean(np.log(outputs(p[0], X)[np.arange(len(y)), y] + 1e-15))


def grad(w, X, y):
    d = (outputs(w, X) - np.eye(3)[y]) / len(y)
    return np.vstack([X.T @ d, d.sum(0)])


def case(keep, move, X=X, ahead=BETA):
    v = [np.zeros((6, 3))]

    def step(p, X, y):
        g = grad(p[0] + ahead * v[0], X, y)
        v[0] = keep(v[0], g)
        return [p[0] + move(v[0], g)], loss(p, X, y)

    given = {"params": [start], "X": X, "y": y, "loss": loss, "step": step}
    return Case(Patient({**given, "batch_size": 30, "n_steps": 200}), 10.0)


def told(*rule, **given):
    return [f.id for f in update.experiment(case(*rule, **given))]


@pytest.mark.parametrize("scale", [1.0, 2.0])  # at the larger one runs break within a few steps
@pytest.mark.parametrize("rule", [GRADIENT_AS_IT_COMES, LEADS_BACK])
def test_a_look_ahead_by_what_is_no_move_is_told_by_the_second_step(rule, scale):
    assert told(*rule, X=scale * X) == ["momentum_state_wrong"]


def test_the_same_buffer_with_a_look_ahead_by_what_it_moves_is_right():
    assert told(*GRADIENT_AS_IT_COMES, ahead=-RATE * BETA) == []


@pytest.mark.parametrize("falls", [1e-6, 1e-5, 1e-4, 1.0])
def test_a_look_ahead_whose_rate_is_soon_next_to_nothing_leads_nowhere_else(falls):
    rates = [RATE]

    def keep(v, g):
        rates.append(rates[-1] * falls)
        return BETA * v - rates[-2] * g

    assert told(keep, lambda v, g: v) == []


def test_a_look_ahead_on_the_floor_of_the_logarithm_follows_the_formula():
    """Steps so large that the loss has no slope there."""
    far = case(*RIGHT, X=12 * X)
    formula = by_formula(far, far.moves)
    assert [follows_course(far, far.moves, g) for g in (None, formula)] == [False, True]
    assert update.experiment(far) == []


@pytest.mark.parametrize(("rows", "found"), [(30, ["grad_averaged_twice"]), (1, []), (7, [])])
def test_a_velocity_beside_the_newest_gradient_shows_a_division_by_the_rows(rows, found):
    """Of thirty rows: only that number says that both of what goes in and comes out are divided."""
    rule = (lambda v, g: BETA * v - RATE * g / rows, lambda v, g: (BETA * v - RATE * g) / rows)
    assert told(*rule, ahead=0.0) == found


def test_conjugate_directions_in_a_parabola_look_nowhere_ahead():
    """Two moves of any method lie where a look ahead would bring them too: such a method has more."""
    Z = rng.standard_normal((90, 12)) * np.arange(1, 13)
    t = Z @ rng.standard_normal(12) + rng.standard_normal(90)

    def slope(p, X, t):
        return X.T @ (X @ p[0] - t) / len(t)

    last = [np.zeros(12), np.ones(12)]

    def step(p, X, t):
        g = slope(p, X, t)
        d = -g + (g @ g) / (last[1] @ last[1]) * last[0]
        last[:] = d, g
        return [p[0] - (g @ d) / np.mean((X @ d) ** 2) * d], 0.0

    def half_square(p, X, t):
        return np.mean((X @ p[0] - t) ** 2) / 2

    given = {"params": [np.zeros(12)], "X": Z, "y": t, "loss": half_square, "step": step, "batch_size": 90}
    assert update.experiment(Case(Patient({**given, "n_steps": 5}), 10.0)) == []


@pytest.mark.parametrize(("again", "expected"), [(0, []), (1, ["momentum_state_wrong"])])
def test_a_velocity_that_is_added_where_the_look_ahead_has_gone_already_is_added_twice(again, expected):
    v = [np.zeros((6, 3))]

    def step(p, X, y):
        ahead = p[0] + BETA * v[0]
        v[0] = BETA * v[0] - RATE * grad(ahead, X, y)
        return [(ahead if again else p[0]) + v[0]], loss(p, X, y)

    given = {"params": [start], "X": X, "y": y, "loss": loss, "step": step, "batch_size": 30, "n_steps": 200}
    assert [f.id for f in update.experiment(Case(Patient(given), 10.0))] == expected
