"""What a penalty owes to the gradient, what steps do that run away, and gradients that Adam hides."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose._truth import Truth
from pullback.diagnose.experiments import gradient as gradients
from pullback.diagnose.experiments import objective, update
from pullback.diagnose.experiments.of_gradient._owed import drawn_away, larger_penalty, penalty_share
from pullback.diagnose.experiments.of_update._first_move import met_inside
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.updates._moves import Moves, watch_part

rng = np.random.default_rng(6)
X = rng.standard_normal((60, 4))
y = np.sin(X[:, :1]) + X[:, 1:2] * X[:, 2:3]
START = [rng.standard_normal((4, 6)) / 2, np.zeros(6), rng.standard_normal((6, 1)) / 2]
LAM = 0.02


def forward(p, X):
    h = np.tanh(X @ p[0] + p[1])
    return h, h @ p[2]


def data(p, X, y):
    return float(np.mean((forward(p, X)[1] - y) ** 2))


def loss(p, X, y):
    return np.mean((forward(p, X)[1] - y) ** 2) + LAM * (np.sum(p[0] ** 2) + np.sum(p[2] ** 2))


def gradient(p, X, y, lam=LAM):
    h, out = forward(p, X)
    e = 2 * (out - y) / len(y)
    low = e @ p[2].T * (1 - h * h)
    return [X.T @ low + 2 * lam * p[0], low.sum(0), h.T @ e + 2 * lam * p[2]]


def case(step, loss=loss):
    return Case(
        Patient({"params": START, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20}), 10.0
    )


def plain(lam):
    return lambda p, X, y: ([w - 0.1 * g for w, g in zip(p, gradient(p, X, y, lam), strict=True)], 0.0)


def adam(lam, rates=(0.9, 0.999), lr=0.01):
    m, v, t = [0.0] * 3, [0.0] * 3, [0]

    def step(p, X, y):
        t[0] += 1
        out = []
        for i, (w, g) in enumerate(zip(p, gradient(p, X, y, lam), strict=True)):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g * g
            first, second = (1 - b ** t[0] for b in rates)
            out.append(w - lr * (m[i] / first) / (np.sqrt(v[i] / second) + 1e-8))
        return out, 0.0

    return step


@pytest.mark.parametrize(
    ("lam", "fault", "sure"),
    [
        (-LAM, "grad_sign_flipped", True),
        (0.0, "grad_constant_factor", False),
        (LAM / 2, "grad_constant_factor", False),
    ],
)
def test_the_penaltys_part_is_told_from_the_rows(lam, fault, sure):
    one = case(plain(lam))
    args = one.generic, *one.batch()
    found = penalty_share(one, gradient(*args, lam), gradient(*args), [0, 2], 1.0)
    assert found is not None
    assert (found[0], found[2] > 0.55) == (fault, sure)
    assert penalty_share(one, [g + 1 for g in gradient(*args)], gradient(*args), [0, 2], 1.0) is None


@pytest.mark.parametrize(
    ("step", "loss", "fault"),
    [
        (plain(-LAM), loss, "grad_sign_flipped"),
        (adam(-LAM), loss, "grad_sign_flipped"),
        (plain(LAM), loss, None),
        (plain(0.0), loss, None),
        (plain(LAM), data, None),
        (adam(LAM), loss, None),
        (adam(LAM, (0.999, 0.9)), loss, "momentum_state_wrong"),
        (adam(LAM, (0.9, 0.9)), loss, "momentum_state_wrong"),
    ],
)
def test_steps_by_a_penalty_and_by_corrections(step, loss, fault):
    assert [f.id for f in update.experiment(case(step, loss))][:1] == ([fault] if fault else [])


@pytest.mark.parametrize("factor", [lambda cost: cost / (2 * 60), lambda cost: 1 / 60 * cost / 2])
def test_a_penalty_is_told_from_the_rows_where_both_are_divided_at_once(factor):
    def cost(p, X, y):
        return factor(np.sum((X @ p[0] - y) ** 2) + 30 * np.sum(p[0][1:] ** 2))

    w = START[0][:, :1]
    (part,) = Truth(cost, [w], X, y).penalty_grad([w], X, y)
    np.testing.assert_allclose(part, np.vstack([0 * w[:1], 0.5 * w[1:]]))


def test_another_factor_of_the_penalty_is_said_where_the_loss_has_one():
    assert [f.id for f in larger_penalty(case(plain(LAM)), {0: 0.4, 2: 0.4})] == ["grad_constant_factor"]
    assert larger_penalty(case(plain(LAM), data), {0: 0.4, 2: 0.4}) == []
    assert larger_penalty(case(plain(LAM)), {0: 0.4, 2: 0.8}) == []


def test_corrections_are_read_though_the_first_move_runs_away():
    def cut_off(p, X, y):
        return np.mean(np.minimum((forward(p, X)[1] - y) ** 2, 50.0))

    found = update.experiment(case(adam(0.0, (0.999, 0.9)), cut_off))
    assert [f.id for f in found] == ["momentum_state_wrong"]
    assert update.experiment(case(adam(0.0, lr=10.0), cut_off)) == []


def test_behind_adam_a_sum_is_met_and_not_the_first_of_its_parts():
    one = case(adam(-LAM))
    moves = one.moves
    met = met_inside(one, Moves(moves.before[:1], moves.after[:1], moves.rows[:1]), one.gradients(moves)[:1])
    wanted = gradient(one.generic, *one.batch(), -LAM)
    assert all(np.allclose(a, b) for a, b in zip(met, wanted, strict=True))


def test_a_step_that_draws_from_all_rows_is_not_asked_on_fewer():
    drawn = np.random.default_rng(0).permutation(60)

    def step(p, X, y):
        return plain(0.0)(p, X[drawn[:20]], y[drawn[:20]])

    patient = Patient({"params": START, "X": X, "y": y, "loss": data, "step": step, "batch_size": 60})
    assert watch_part(patient, START, 1, 10) is None
    assert watch_part(patient, START, 1, 60) is not None


@pytest.mark.parametrize(("mean", "fault"), [(True, "grad_bias_wrong"), (False, "grad_constant_factor")])
def test_a_bias_gradient_that_is_averaged_over_the_places_of_a_convolution(mean, fault):
    def places(X):
        return np.stack([X[:, i : i + 2] for i in range(3)], 1)

    def error(p, X, y):
        h = np.tanh(places(X) @ p[0] + p[1])
        return h, h.sum(1) @ p[2] - y

    def grad(p, X, y):
        h, e = error(p, X, y)
        low = (2 * e @ p[2].T / len(y))[:, None, :] * (1 - h * h)
        bias = low.mean(1).sum(0) if mean else 5 * low.sum((0, 1))
        return [np.einsum("npi,npo->io", places(X), low), bias, h.sum(1).T @ (2 * e / len(y))]

    start = [rng.standard_normal((2, 5)), rng.standard_normal(5), rng.standard_normal((5, 1))]
    given = {"params": start, "X": X, "y": y, "loss": lambda p, X, y: np.mean(error(p, X, y)[1] ** 2),
             "grad": grad, "batch_size": 20}  # fmt: skip
    assert next(f.id for f in gradients.experiment(Case(Patient(given), 10.0))) == fault


def test_a_bias_that_a_normalisation_takes_away_moves_by_rounding_only():
    def normed(p, X):
        z = X @ p[0] + p[1]
        return (z - z.mean(0)) / z.std(0), z.std(0)

    def loss(p, X, y):
        return np.mean((np.tanh(normed(p, X)[0]) @ p[2] - y) ** 2)

    velocity = [0.0] * 3

    def step(p, X, y):
        n, spread = normed(p, X)
        h = np.tanh(n)
        e = 2 * (h @ p[2] - y) / len(y)
        u = e @ p[2].T * (1 - h * h)
        low = (u - u.mean(0) - n * (u * n).mean(0)) / spread
        gradients = [X.T @ low, low.sum(0), h.T @ e]
        velocity[:] = [0.9 * v + g for v, g in zip(velocity, gradients, strict=True)]
        ahead = [g + 0.9 * v for g, v in zip(gradients, velocity, strict=True)]
        return [w - 0.05 * g for w, g in zip(p, ahead, strict=True)], loss(p, X, y)

    one = case(step, loss)
    assert one.moves.moving(one.gradients(one.moves)) == [0, 2]
    assert update.experiment(one) == []


def test_a_step_that_moves_nothing_where_no_gradient_is_has_no_entries_that_stay():
    def level(p, X, y):
        return np.mean((forward(p, X)[1] * 0 - y) ** 2)

    one = case(lambda p, X, y: (p, level(p, X, y)), level)
    assert one.moves.moving(one.gradients(one.moves)) == []
    assert not [f for f in update.experiment(one) if f.id != "params_not_updated"]


@pytest.mark.parametrize(("share", "found"), [(-1e-3, ["grad_sign_flipped"]), (-1e-12, [])])
def test_what_rounding_adds_to_weights_that_hardly_move_is_no_penalty_with_a_minus(share, found):
    def step(p, X, y):
        return [w - 0.1 * g for w, g in zip(p, gradient(p, X, y, 0.0), strict=True)], data(p, X, y)

    given = {"params": START, "X": X, "y": y, "loss": data, "step": step, "batch_size": 60}
    after = [w * (1 - 2 * share) for w in START]
    moves = Moves([START], [after], [np.arange(60)])
    said = drawn_away(Case(Patient(given), 10.0), moves, {0: share}, 0.1, 0.0)
    assert [f.id for f in said] == found


def units_seldom_on(share):
    """Units that a part of the loss wants on in one row of ten; `share` of its slope is taken."""
    rng = np.random.default_rng(2)
    X = rng.standard_normal((60, 4))
    start = [rng.standard_normal((4, 6)) / 2, rng.standard_normal((6, 4)) / 2]

    def units(p, X):
        return 1 / (1 + np.exp(-X @ p[0]))

    def loss(p, X, y):
        on = units(p, X).mean(0)
        apart = np.sum(0.1 * np.log(0.1 / on) + 0.9 * np.log(0.9 / (1 - on)))
        return float(0.5 * np.mean(np.sum((units(p, X) @ p[1] - y) ** 2, axis=1)) + 0.5 * apart)

    def grad(p, X, y):
        h = units(p, X)
        e, on = h @ p[1] - y, h.mean(0)
        d = (e @ p[1].T + share * 0.5 * (0.9 / (1 - on) - 0.1 / on)) * h * (1 - h)
        return [X.T @ d / len(X), h.T @ e / len(X)]

    return {"params": start, "X": X, "y": X, "loss": loss, "grad": grad, "batch_size": 60}


@pytest.mark.parametrize(
    ("share", "expected"),
    [(1.0, []), (0.0, [("grad_constant_factor", 0)]), (-1.0, [("grad_sign_flipped", 0)])],
)
def test_a_part_of_the_loss_that_is_left_out_or_negated_is_named(share, expected):
    found = gradients.experiment(Case(Patient(units_seldom_on(share)), 10.0))
    assert [(f.id, f.where) for f in found[:1]] == expected


@pytest.mark.parametrize("first", [0.0, 0.99])
@pytest.mark.parametrize(("sign", "found"), [(1, []), (-1, ["grad_sign_flipped"])])
def test_a_penalty_with_a_minus_is_known_where_it_is_not_the_same_for_all_entries(sign, found, first):
    draw = np.random.default_rng(4)
    Z = np.column_stack([np.ones(200), draw.standard_normal((200, 10))])
    t = Z[:, 1:] @ draw.standard_normal(10) / 3 + 0.5 * draw.standard_normal(200)
    share = np.array([first, *[1.0] * 10])

    def ridge(p, X, y):
        return np.mean((X @ p[0] - y) ** 2) / 2 + 0.07 * np.sum(share * p[0] ** 2)

    def step(p, X, y):
        g = X.T @ (X @ p[0] - y) / len(y) + sign * 0.14 * share * p[0]
        return [p[0] - 0.1 * g], ridge(p, X, y)

    given = {"params": [np.zeros(11)], "X": Z, "y": t, "loss": ridge, "step": step, "batch_size": 200}
    assert [f.id for f in update.experiment(Case(Patient(given), 10.0))] == found


@pytest.mark.parametrize("lam", [0.02, -0.02, -2e-4])
@pytest.mark.parametrize("given", [1, -1])
def test_a_penalty_that_is_subtracted_from_the_loss_is_a_wrong_formula_whatever_the_gradient(lam, given):
    cost = lambda p, X, y: data(p, X, y) + lam * (np.sum(p[0] ** 2) + np.sum(p[2] ** 2))
    grad = lambda p, X, y: gradient(p, X, y, given * lam)
    case = Case(Patient({"params": START, "X": X, "y": y, "loss": cost, "grad": grad}), 10.0)
    found = objective.experiment(case)
    assert [(f.id, f.where) for f in found] == [("loss_formula_wrong", "loss")] * (lam < 0)


@pytest.mark.parametrize("decay", [0.05, 0.0])
def test_the_decay_beside_a_rule_of_ones_own_is_read_off_its_first_move(decay):
    mean = [np.zeros(w.shape) for w in START]

    def step(p, X, y):
        new, g = [], gradient(p, X, y, 0.0)
        for k, (w, d) in enumerate(zip(p, g, strict=True)):
            mean[k] = 0.9 * mean[k] + 0.1 * d**2
            rate = 0.01 / (1 + 30 * np.sqrt(np.mean(d**2)))
            new.append((1 - decay) * w - rate * d / np.sqrt(mean[k] + 1e-12))
        return new, data(p, X, y)

    start = [START[0], np.full(6, 0.1), START[2]]
    case = Case(Patient({"params": start, "X": X, "y": y, "loss": data, "step": step}), 10.0)
    update.experiment(case)
    assert all(abs(share - decay) < 1e-4 for share in case.decay.values())
    assert len(case.decay) == 3 * (decay > 0)


@pytest.mark.parametrize("fall", [0.0, 0.003], ids=["one rate", "a rate that falls"])
@pytest.mark.parametrize(
    ("rows_by", "penalty_by", "expected"),
    [(1, 1, []), (1 / 60, 1, ["grad_averaged_twice"]), (1, 60, ["grad_constant_factor"])],
    ids=["right", "rows divided twice", "penalty not divided"],
)
def test_rows_divided_twice_are_told_from_a_penalty_that_is_not_divided(fall, rows_by, penalty_by, expected):
    """All weights in one vector, whose first meets a column of ones and pays nothing; 0.6 is named."""
    inputs, rate, count = np.column_stack([np.ones(60), X]), 0.6, [0]
    own = lambda w: LAM * np.append(0.0, w[1:])
    error = lambda w, X, y: X @ w - y[:, 0]

    def step(w, X, y):
        g = rows_by * X.T @ error(w, X, y) / len(y) + penalty_by * own(w)
        count[0] += 1
        return w - rate / (1 + fall * (count[0] - 1)) * g, 0.0

    def loss(w, X, y):
        return np.mean(error(w, X, y) ** 2) / 2 + np.sum(own(w) * w) / 2

    given = {"params": np.zeros(5), "X": inputs, "y": y, "loss": loss, "step": step}
    assert [f.id for f in update.experiment(Case(Patient(given), 10.0))][:1] == expected
