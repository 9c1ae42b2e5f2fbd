"""What goes on within a step: updates in an order of its own, rows paired anew, moments that layers share."""

import numpy as np
import pytest
from _one_layer import X, grad, loss, start, y

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient, update
from pullback.diagnose.experiments.of_treatment._penalties import without_ridge
from pullback.diagnose.experiments.of_update._pooled_moments import pooled_moments
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.updates._moves import Moves

rng = np.random.default_rng(6)
RATE, BETA = 0.07, 0.9


def told(step, size=60):
    given = {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": size}
    case = Case(Patient(given), 10.0)
    return [(f.id, f.where) for f in update.experiment(case)]


def epochs(keep, moves_by, paired=True):
    """Steps that go over all their rows in small batches, in an order drawn anew."""
    v = [np.zeros_like(w) for w in start]
    draw = np.random.RandomState(0)

    def step(p, X, y):
        order = draw.permutation(len(X))
        X, y = X[order], y[order] if paired else y
        for at in range(0, len(X), 10):
            for u, g in zip(v, grad(p, X[at : at + 10], y[at : at + 10]), strict=True):
                u[...] = keep(u, g)
            p = [w - moves_by(u) for w, u in zip(p, v, strict=True)]
        return p, loss(p, X, y)

    return step


def velocity(u, g):
    return BETA * u + RATE * g


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (epochs(velocity, lambda u: u), []),
        (epochs(lambda u, g: u + RATE * g, lambda u: BETA * u), [("momentum_state_wrong", "step")]),
        (epochs(velocity, lambda u: u, paired=False), [("labels_misaligned", "data")]),
    ],
    ids=["right", "never fades", "mispaired"],
)
def test_a_step_that_shuffles_its_rows_is_read_all_the_same(step, found):
    assert told(step) == found


def averaged(again):
    v = [np.zeros_like(w) for w in start]

    def step(p, X, y):
        for u, g in zip(v, grad(p, X, y), strict=True):
            u[...] = BETA * u + (1 - BETA) * g
        return [w - RATE * (1 - BETA) ** again * u for w, u in zip(p, v, strict=True)], loss(p, X, y)

    return step


@pytest.mark.parametrize(("again", "found"), [(0, []), (1, [("momentum_state_wrong", "step")])])
def test_a_mean_of_gradients_is_scaled_by_its_share_once(again, found):
    assert told(averaged(again), 20) == found


@pytest.mark.parametrize(("keys", "found"), [("abcd", []), ("aacd", ["optimizer_state_shared"])])
@pytest.mark.parametrize("turn", [(0, 1, 2, 3), (3, 2, 1, 0)], ids=["up", "down"])
@pytest.mark.parametrize(
    ("b2", "rates"), [(0.999, [0.01] * 6), (0.98, [0.002, 0.004, 0.006, 0.008, 0.01, 0.009])]
)
def test_moments_that_some_parameters_of_one_shape_share(keys, found, turn, b2, rates):
    draw = np.random.default_rng(3)
    p = [draw.standard_normal(shape) for shape in ((6, 6), (6, 6), (6,), (6,))]
    m, v = {}, {}
    moves, grads = Moves(), []
    for t, rate in enumerate(rates, 1):
        grads.append([0.02 * draw.standard_normal(x.shape) for x in p])
        moves.before.append(p)
        p = list(p)
        for k in turn:
            key, g = keys[k], grads[-1][k]
            m[key] = 0.9 * m.get(key, 0) + 0.1 * g
            v[key] = b2 * v.get(key, 0) + (1 - b2) * g * g
            p[k] = p[k] - rate * m[key] / (1 - 0.9**t) / (np.sqrt(v[key] / (1 - b2**t)) + 1e-8)
        moves.after.append(p)
    assert [f.id for f in pooled_moments(moves, grads, [0, 1, 2, 3], lambda: [0.98])] == found


def test_the_multiple_of_the_weights_is_taken_off_the_smallest_parameters_too():
    leaves = [rng.standard_normal(shape) for shape in ((3, 5), (2,))]
    true = [rng.standard_normal(x.shape) for x in leaves]
    seen, ridge = without_ridge([g + 0.5 * w for g, w in zip(true, leaves, strict=True)], true, leaves)
    assert ridge == pytest.approx({0: 0.5, 1: 0.5})
    assert all(np.allclose(a, b) for a, b in zip(seen, true, strict=True))


@pytest.mark.parametrize(("given", "where"), [({}, "step"), ({"grad": grad}, "grad")])
def test_a_wrong_gradient_is_placed_where_the_loop_has_it(given, where):
    def step(p, X, y):
        return [w - RATE * g for w, g in zip(p, wrong(p, X, y), strict=True)], loss(p, X, y)

    def wrong(p, X, y):
        return [2 * g if g.ndim > 1 else 3 * g * g for g in grad(p, X, y)]

    case = Case(Patient({"params": start, "X": X, "y": y, "loss": loss, "step": step, **given}), 10.0)
    true = case.gradient(case.generic, *case.batch())
    found = gradient.examine_gradient(case, [g * g for g in true], case.tape, true, "step", expect_one=False)
    assert found[0].where == where


def test_a_loss_that_is_no_number_after_the_first_step_leaves_the_rule_known():
    def own_loss(p, X, y):
        q = 1 / (1 + np.exp(-X @ p[0]))
        return float(-np.mean(y * np.log(q) + (1 - y) * np.log(1 - q)))

    def step(p, X, y):
        return [p[0] - 500.0 * X.T @ (1 / (1 + np.exp(-X @ p[0])) - y) / len(y)], own_loss(p, X, y)

    labels = (y > 0) * 1.0
    given = {"params": [np.zeros(3)], "X": X, "y": labels, "loss": own_loss, "step": step, "batch_size": 20}
    with np.errstate(all="ignore"):
        case = Case(Patient(given), 10.0)
        assert update.experiment(case) == []
    assert case.rule is not None
    assert not case.unruled


def ahead_by(far, both=False):
    """Steps that take the gradient elsewhere than where they stand."""

    def step(p, X, y):
        here = grad(p, X, y)
        there = grad([w + far * g for w, g in zip(p, here, strict=True)], X, y)
        g = [a + b for a, b in zip(here, there, strict=True)] if both else there
        return [w - RATE * a for w, a in zip(p, g, strict=True)], loss(p, X, y)

    return step


@pytest.mark.parametrize("step", [ahead_by(0.3), ahead_by(-RATE / 2), ahead_by(-RATE, both=True)])
def test_gradients_taken_along_the_gradient_are_meant(step):
    given = {"params": start, "X": X, "y": y, "loss": loss, "grad": grad, "step": step, "batch_size": 60}
    assert update.experiment(Case(Patient(given), 10.0)) == []


@pytest.mark.parametrize(("most", "found"), [(12, []), (8, [("batch_indexing_wrong", "data")])])
def test_rows_drawn_anew_are_left_out_only_if_they_never_come(most, found):
    draw = np.random.RandomState(3)

    def step(p, X, y):
        rows = draw.permutation(min(most, len(X)))[:7]
        return [w - RATE * g for w, g in zip(p, grad(p, X[rows], y[rows]), strict=True)], loss(p, X, y)

    assert told(step, 12) == found


@pytest.mark.parametrize(("most", "found"), [(12, []), (8, [("batch_indexing_wrong", "data")])])
def test_rows_drawn_anew_are_told_apart_under_a_penalty_that_makes_all_moves_nearly_one(most, found):
    """The moves of two draws differ by less than their directions tell, and still by other rows."""
    draw = np.random.RandomState(3)

    def penalised(p, X, y):
        return loss(p, X, y) + 20 * sum(float((w * w).sum()) for w in p)

    def step(p, X, y):
        rows = draw.permutation(min(most, len(X)))[:7]
        g = [a + 40 * w for a, w in zip(grad(p, X[rows], y[rows]), p, strict=True)]
        return [w - 0.001 * a for w, a in zip(p, g, strict=True)], penalised(p, X, y)

    given = {"params": start, "X": X, "y": y, "loss": penalised, "step": step, "batch_size": 12}
    assert [(f.id, f.where) for f in update.experiment(Case(Patient(given), 10.0))] == found


def in_turn(slope, sums, size=6):
    """A step that goes over its rows in order, a few at a time, by a gradient of the hidden layer's own."""

    def step(p, X, y):
        for at in range(0, len(X), size):
            gs = grad(p, X[at : at + size], y[at : at + size], slope)
            p = [w - 0.05 * g for w, g in zip(p, [gs[0], sums(gs[1]), *gs[2:]], strict=True)]
        return p, loss(p, X, y)

    return step


def same(g):
    return g


@pytest.mark.parametrize(
    ("slope", "sums", "found"),
    [
        (lambda h: 1 - h * h, same, []),
        (lambda h: 1 + 0 * h, same, [("grad_missing_activation_derivative", 0)]),
        (lambda h: -(1 - h * h), same, [("grad_sign_flipped", 0)]),
        (lambda h: 1 - h * h, lambda g: np.full(g.shape, g.sum()), [("grad_bias_wrong", 1)]),
    ],
)
def test_a_wrong_gradient_of_some_parameters_is_told_of_the_updates_within_a_step(slope, sums, found):
    assert told(in_turn(slope, sums))[:1] == found


def row_by_row(p, X, y):
    """The output layer is moved first, and hands the error down as it is then."""
    W, b, v, c = [w.copy() for w in p]
    for x, t in zip(X, y, strict=True):
        h = np.tanh(x @ W + b)
        d = 2 * (h @ v + c - t)
        v -= RATE * d * h
        c -= RATE * d
        low = d * v * (1 - h * h)
        W -= RATE * np.outer(x, low)
        b -= RATE * low
    return [W, b, v, c], loss(p, X, y)


def test_an_exact_mistake_of_the_updates_within_a_step_ends_the_search_for_its_rule(
    monkeypatch,
):
    given = {"params": start, "X": X, "y": y, "loss": loss, "step": row_by_row, "batch_size": 60}
    case = Case(Patient(given), 10.0)
    asked = []
    monkeypatch.setattr(update, "looks_elsewhere", lambda of, *unused: asked.append(of.size))
    assert [f.id for f in update.experiment(case)] == ["update_order"]
    assert 60 not in asked


THREE = X @ rng.standard_normal((3, 3))


def each_row(gradient):
    """A linear map of one parameter, or of two, moved after every row by a gradient of its own making."""

    def mean_square(p, X, y):
        return np.mean(np.sum((X @ p[0].T + sum(p[1:]) - y) ** 2, axis=1))

    def step(p, X, y):
        p = [w.copy() for w in p]
        for x, t in zip(X, y, strict=True):
            for w, g in zip(p, gradient(x, p[0] @ x + sum(p[1:]) - t), strict=True):
                w -= 0.02 * g
        return p, mean_square(p, X, y)

    return mean_square, step


@pytest.mark.parametrize(
    ("gradient", "found"),
    [
        (lambda x, d: [np.outer(d, x)], []),
        (lambda x, d: [np.outer(x, d)], [("grad_transposed", 0)]),
        (lambda x, d: [np.outer(d, x), d], []),
        (lambda x, d: [np.outer(d, x), 3 * d], [("grad_constant_factor", 1)]),
    ],
)
def test_updates_of_single_rows_are_known_by_their_ends_where_their_gradient_is_wrong(gradient, found):
    W = np.random.default_rng(2).standard_normal((3, 3))
    mean_square, step = each_row(gradient)
    params = [W, np.zeros(3)][: len(gradient(X[0], THREE[0]))]
    given = {"params": params, "X": X, "y": THREE, "loss": mean_square, "step": step, "batch_size": 60}
    assert [(f.id, f.where) for f in update.experiment(Case(Patient(given), 10.0))] == found


@pytest.mark.parametrize("drawn", [False, True], ids=["in order", "in a drawn order"])
@pytest.mark.parametrize("wrong", [False, True], ids=["right", "uphill in one layer"])
def test_single_rows_whose_entries_are_clipped_go_by_no_wrong_gradient(drawn, wrong):
    corners, either = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0.0, 1, 1, 0])
    draw = np.random.default_rng(4)
    start = [draw.uniform(-1, 1, (2, 3)), draw.uniform(-1, 1, 3)]

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def run(p, x):
        h = sigmoid(p[0] @ np.append(x, 1))
        return h, sigmoid(p[1] @ np.append(h, 1))

    def cost(p, X, y):
        return sum((run(p, x)[1] - t) ** 2 for x, t in zip(X, y, strict=True)) / len(X)

    def step(p, X, y):
        value = cost(p, X, y)
        for i in np.random.permutation(len(X)) if drawn else range(len(X)):
            h, out = run(p, X[i])
            e = (out - y[i]) * out * (1 - out)
            low = np.outer(e * p[1][:2] * h * (1 - h), np.append(X[i], 1))
            grads = [-low if wrong else low, e * np.append(h, 1)]
            p = [w - 0.5 * np.clip(g, -0.05, 0.05) for w, g in zip(p, grads, strict=True)]
        return p, value

    given = {"params": start, "X": corners, "y": either, "loss": cost, "step": step, "batch_size": 4}
    found = update.experiment(Case(Patient(given), 10.0))
    assert bool(found) == wrong


def of_columns(divided, own_decay=1.0, decay=0.2):
    """Epochs of drawn batches: examples are columns, so that a bias has two axes as weights have."""
    weights = [start[0].T, start[1][:, None], start[2][None], start[3][None]]
    velocity = [np.zeros_like(w) for w in weights]
    draw = np.random.RandomState(0)

    def forward(p, x):
        h = np.tanh(p[0] @ x + p[1])
        return h, p[2] @ h + p[3]

    def loss(p, X, y):
        squares = np.sum(p[0] ** 2) + np.sum(p[2] ** 2)
        return float(np.mean((forward(p, X.T)[1] - y[None]) ** 2) + decay / 120 * squares)

    def step(p, X, y):
        for rows in np.array_split(draw.permutation(len(X)), max(len(X) // 10, 1)):
            (h, out), n = forward(p, X[rows].T), len(rows)
            d = 2 * (out - y[rows][None]) / (n if divided else 1)
            low = p[2].T @ d * (1 - h * h)
            grads = [low @ X[rows], low.sum(1, keepdims=True), d @ h.T, d.sum(1, keepdims=True)]
            for k, g in enumerate(grads):
                penalty = own_decay * decay / 60 * p[k] if k in (0, 2) else 0.0
                velocity[k] = 0.9 * velocity[k] + 0.1 * (g / n + penalty)
            p = [w - 0.5 * v for w, v in zip(p, velocity, strict=True)]
        return p, loss(p, X, y)

    return Case(
        Patient({"params": weights, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 60}), 9.0
    )


@pytest.mark.parametrize(
    ("loop", "found"),
    [
        ((True,), [("grad_averaged_twice", "step")]),
        ((False,), []),
        ((False, 3.0), []),
    ],
    ids=["divided twice", "right", "a larger penalty"],
)
def test_rows_divided_twice_are_told_by_the_penalty_that_is_not(loop, found):
    assert [(f.id, f.where) for f in update.experiment(of_columns(*loop))] == found


def test_a_table_of_which_single_rows_move_a_few_numbers_by_their_own_sums_of_squares_is_right():
    places = rng.permutation(np.array([(i, 12 + j) for i in range(12) for j in range(12)]))
    score = np.linspace(-1, 1, 24)[places].sum(1) + 0.3
    squares = np.ones(24)

    def of_places(p, X, y):
        return 0.5 * np.mean((p[0][X[:, 0]] + p[0][X[:, 1]] - y) ** 2)

    def step(p, X, y):
        w, before = p[0].copy(), of_places(p, X, y)
        for (i, j), t in zip(X, y, strict=True):
            g = w[i] + w[j] - t
            for k in (i, j):
                w[k] -= 5e-4 * g / np.sqrt(squares[k])
                squares[k] += g * g
        return [w], before

    given = {"params": [rng.uniform(-0.1, 0.1, 24)], "X": places, "y": score, "loss": of_places, "step": step}
    assert update.experiment(Case(Patient({**given, "batch_size": 10}), 10.0)) == []
