"""Products of two computed values, softmaxes inside a network, and rules told by what surrounds them."""

from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose.backward._spoiled import mistakes
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.experiments import data
from pullback.diagnose.experiments.of_gradient import _entries
from pullback.diagnose.experiments.of_gradient._sharing import _pooled
from pullback.diagnose.experiments.of_update._first_move import all_uphill
from pullback.diagnose.experiments.of_update._frozen import _owes_it, added_over_units
from pullback.diagnose.experiments.of_update._memories import divides, looks_elsewhere
from pullback.diagnose.updates._moves import Moves, Rule

rng = np.random.default_rng(4)
X = rng.standard_normal((9, 5, 4))
y = rng.standard_normal(9)
weights = [rng.standard_normal((4, 4)) / 2 for _ in range(3)]


def parts(p, X):
    q, k, v = (X @ W for W in p)
    scores = np.einsum("nid,njd->nij", q, k) / 2
    w = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return q, k, v, w / w.sum(axis=-1, keepdims=True)


def attention(p, X, y):
    _, _, v, w = parts(p, X)
    return np.mean(((w @ v).mean(axis=1).sum(axis=1) - y) ** 2)


def backward(slope, for_q, turn):
    q, k, v, w = parts(weights, X)
    error = 2 * ((w @ v).mean(axis=1).sum(axis=1) - y) / len(y)
    d_mixed = np.ones((9, 5, 4)) * error[:, None, None] / 5
    d_scores = slope(w, d_mixed @ np.swapaxes(v, 1, 2)) / 2
    d_k = (np.swapaxes(d_scores, 1, 2) if turn else d_scores) @ q
    d_v = np.swapaxes(w, 1, 2) @ d_mixed
    return [np.einsum("nti,ntj->ij", X, d) for d in (d_scores @ for_q(k, v), d_k, d_v)]


def right(w, d):
    return w * (d - np.sum(d * w, axis=-1, keepdims=True))


@pytest.mark.parametrize(
    ("slope", "for_q", "turn", "fault"),
    [
        (right, lambda k, v: v, True, "grad_wrong_input"),
        (right, lambda k, v: k, False, "grad_transposed"),
        (lambda w, d: w * (1 - w) * d, lambda k, v: k, True, "grad_activation_derivative_wrong"),
        (lambda w, d: d, lambda k, v: k, True, "grad_missing_activation_derivative"),
    ],
    ids=["values for keys", "no transpose", "unit by unit", "left out"],
)
def test_what_attention_hands_down_is_named(slope, for_q, turn, fault):
    tape, came = Tape(attention, weights, X, y), backward(slope, for_q, turn)
    assert all(
        np.allclose(a, b) for a, b in zip(tape.true, backward(right, lambda k, v: k, True), strict=True)
    )
    same = [c.id for c in mistakes(tape) if not c.partial
            and all(np.allclose(a, b, rtol=1e-8) for a, b in zip(c.grads, came, strict=True))]  # fmt: skip
    assert same[:1] == [fault]


@pytest.mark.parametrize(("point", "found"), [("value", True), ("sum", True), ("other", False)])
def test_the_right_derivative_at_another_point(point, found):
    A, B = rng.standard_normal((4, 6)), rng.standard_normal(6)
    rows = X[:, 0]

    def loss(p, X, y):
        return np.mean((np.sin(3 * (X @ p[0])) @ p[1] - y) ** 2)

    z = rows @ A
    a = np.sin(3 * z)
    error = 2 * (a @ B - y) / len(y)
    slope = np.cos({"value": a, "sum": z, "other": z + 0.3}[point])
    came = [rows.T @ (np.outer(error, B) * slope * 3), a.T @ error]
    same = {c.id for c in mistakes(Tape(loss, [A, B], rows, y)) if not c.partial
            and all(np.allclose(g, b, rtol=1e-8) for g, b in zip(c.grads, came, strict=True))}  # fmt: skip
    assert ("grad_activation_derivative_wrong" in same) is found


@pytest.mark.parametrize(
    ("named", "usual", "rate"),
    [([0.05, 0.9], 0.1, 0.05), ([0.05, 0.1], 0.1, 0.1), ([0.9], 0.1, 0.1), ([0.1], 0.1, 0.1)],
)
def test_of_two_rates_the_named_one_is_the_steps(named, usual, rate, monkeypatch):
    monkeypatch.setattr(_entries, "numbers_named", lambda patient: named)
    assert _entries.rate_named(SimpleNamespace(patient=None, size=30), [0.1, 0.1, 0.05], usual) == rate


@pytest.mark.parametrize(("size", "rate"), [(16, 0.5), (30, 8.0)])
def test_a_whole_number_that_is_the_named_rate_times_the_rows_is_no_rate(size, rate, monkeypatch):
    monkeypatch.setattr(_entries, "numbers_named", lambda patient: [0.5])
    assert _entries.rate_named(SimpleNamespace(patient=None, size=size), [0.5, 8.0, 8.0], 8.0) == rate


@pytest.mark.parametrize(("kept", "found"), [([-0.5, -0.25], 1), ([-0.5, 0.0], 1), ([-0.5, 0.3], 0)])
def test_all_parameters_uphill_beside_a_decay(kept, found):
    rules = {k: Rule("linear", -0.5, 0.0, [*kept, decay]) for k, decay in enumerate((0.01, 0.0))}
    assert [f.id for f in all_uphill(rules)] == ["grad_sign_flipped"] * found


def moved(start, moves):
    before = [[x.copy() for x in start]]
    for step in moves:
        before.append([x + u for x, u in zip(before[-1], step, strict=True)])
    return Moves(before[:-1], before[1:], [np.arange(9)] * len(moves))


def test_beside_a_number_that_dwarfs_the_squares_nothing_is_divided():
    g = [[rng.standard_normal(6), rng.standard_normal(6)] for _ in range(6)]
    v = [[sum(0.9 ** (t - s) * g[s][k] for s in range(t + 1)) for k in (0, 1)] for t in range(6)]
    steps = [[-1e-4 * x for x in row] for row in v]
    assert not divides(moved([np.zeros(6)] * 2, steps), g, [0, 1])


@pytest.mark.parametrize(
    ("value", "fault"),
    [(lambda e, y: e - y, True), (lambda e, y: e * e, True), (lambda e, y: e * abs(e), False)],
)
def test_the_error_or_its_square_is_written_over_what_its_slope_is_taken_of(value, fault):
    A, B, rows = rng.standard_normal((4, 6)), rng.standard_normal(6), X[:, 0]

    def loss(p, X, y):
        return np.mean((np.tanh(X @ p[0]) @ p[1] - y) ** 2)

    a = np.tanh(rows @ A)
    d = 2 * value(a @ B - y, y) / len(y)
    came = [rows.T @ (np.outer(d, B) * (1 - a * a)), a.T @ d]
    same = {c.id for c in mistakes(Tape(loss, [A, B], rows, y)) if not c.partial
            and all(np.allclose(g, b, rtol=1e-8) for g, b in zip(c.grads, came, strict=True))}  # fmt: skip
    assert ("inplace_mutation" in same) is fault


@pytest.mark.parametrize("divided", [True, False])
def test_gradients_that_hardly_change_may_be_divided_by_their_squares(divided):
    g = [rng.standard_normal(6), rng.standard_normal(6)]
    steps = [[-0.5 * (np.sign(x) if divided else x) / np.sqrt(t + 1) for x in g] for t in range(6)]
    assert divides(moved([np.zeros(6)] * 2, steps), [g] * 6, [0, 1]) is divided


@pytest.mark.parametrize(
    ("beta", "rate", "found"),
    [
        (1.0, 0.01, ["momentum_state_wrong"]),
        (0.03, 0.9, ["momentum_state_wrong"]),
        (0.9, 0.01, []),
        (0.5, 0.01, []),
    ],
)
def test_a_look_ahead_whose_velocity_fades_otherwise(beta, rate, found, monkeypatch):
    H = np.diag(np.arange(1.0, 7.0))
    w, v, steps = np.ones(6), np.zeros(6), []
    for t in range(6):
        v = beta * v - rate / (1 + 0.1 * t) * H @ (w + 0.9 * v)
        w = w + v
        steps.append([v])
    case = SimpleNamespace(gradient=lambda p, X, y: [H @ p[0]], X=X, y=y, patient=None)
    monkeypatch.setattr("pullback.diagnose.experiments.of_update._memories.kept_after", lambda *a: [])
    faults = looks_elsewhere(case, moved([np.ones(6)], steps), [0])
    assert [f.id for f in faults] == found


@pytest.mark.parametrize("turn", [[0, 1, 2], [2, 1, 0]])
def test_one_velocity_through_which_layers_pass_in_either_order(turn):
    grads = [[rng.standard_normal((3, 3)) for _ in turn] for _ in range(4)]
    v, steps = np.zeros((3, 3)), []
    for g in grads:
        step = [v] * 3
        for k in turn:
            v = 0.8 * v + g[k]
            step[k] = -0.1 * v
        steps.append(step)
    assert _pooled(moved([np.zeros((3, 3))] * 3, steps), grads, [0, 1, 2])


@pytest.mark.parametrize(("gradient", "owed"), [("penalty", True), ("rows", False)])
def test_a_weight_that_follows_its_penalty_is_not_left_out(gradient, owed):
    w = rng.standard_normal(8)
    moves = moved([w], [[-0.1 * w], [-0.09 * w]])
    true = [[0.2 * b[0] if gradient == "penalty" else rng.standard_normal(8)] for b in moves.before]
    assert _owes_it(moves, true, 0) is owed


@pytest.mark.parametrize(
    ("loss", "found"),
    [
        (lambda p, X, y: np.mean((X @ p[0] - y) ** 2), 1),
        (lambda p, X, y: np.mean((p[0][0] - y) ** 2), 0),
        (lambda p, X, y: np.mean((p[0][X[:, 0]] - y) ** 2), 0),
    ],
    ids=["measurements", "unread", "places"],
)
def test_rows_of_zeros_have_lost_their_fractions_only_where_the_loss_asks_for_them(loss, found):
    none = np.zeros((9, 2), int)
    case = SimpleNamespace(X=none, y=y, n=9, batch=lambda: (none, y), generic=[np.ones(2)], loss=loss)
    assert [f.id for f in data._nothing_left(case)] == ["dtype_truncation"] * found


def test_both_factors_of_a_gated_layer_are_its_activations():
    U, V, o = rng.standard_normal((4, 6)), rng.standard_normal((4, 6)), rng.standard_normal(6)

    def gated(p, X, y):
        return np.mean((np.tanh(X @ p[0]) * (1 / (1 + np.exp(-(X @ p[1])))) @ p[2] - y) ** 2)

    tape = Tape(gated, [U, V, o], X[:, 0], y)
    assert {(s.name, s.depth) for s in tape.segments} == {("tanh", 0), ("sigmoid", 1)}


@pytest.mark.parametrize(
    ("hidden", "logits", "added"),
    [
        (lambda g: 0 * g + g.sum(), lambda g: g - g.mean(), True),
        (lambda g: g, lambda g: g - g.mean(), False),
        (lambda g: 0 * g + g.sum(), lambda g: g, False),
    ],
    ids=["summed over the units", "left out", "no softmax"],
)
def test_a_bias_that_stays_because_its_gradient_adds_up_to_nothing(hidden, logits, added):
    draw = np.random.default_rng(2)
    true = [[draw.standard_normal(6), logits(draw.standard_normal(4))] for _ in range(3)]
    held = [[np.zeros(6), np.zeros(4)]] * 3
    moves = Moves(held, [[-0.1 * hidden(gs[0]), np.zeros(4)] for gs in true])
    case = SimpleNamespace(is_bias=lambda k: True, patient=SimpleNamespace(has_grad=False))
    assert added_over_units(case, moves, true, 1) == added


def test_a_mask_that_chooses_between_two_formulas_is_no_value_of_the_activation():
    """An input in the place of the value is found all the same."""
    A, B = rng.standard_normal((4, 6)), rng.standard_normal(6)
    rows = X[:, 0]

    def loss(p, X, y):
        z = X @ p[0]
        return np.mean((np.where(z > 0, z, 0.1 * z) @ p[1] - y) ** 2)

    tape, z = Tape(loss, [A, B], rows, y), rows @ A
    error = 2 * (np.where(z > 0, z, 0.1 * z) @ B - y) / len(y)
    same = [c.id for c in mistakes(tape) if c.grads[1] is not None and np.allclose(c.grads[1], z.T @ error)]
    assert "grad_wrong_input" in same


@pytest.mark.parametrize("manner", ["all at once", "rows collected", "errors row by row, turned"])
def test_the_error_is_written_over_the_output_however_the_rows_are_gone_through(manner):
    W, rows = rng.standard_normal((4, 3)), X[:5, 0]
    targets = np.eye(3)[[0, 1, 2, 1, 0]]

    def squashed(z):
        return 1 / (1 + np.exp(-z))

    def loss(p, X, y):
        if manner == "all at once":
            return np.sum((squashed(X @ p[0]) - y) ** 2) / 2
        if manner == "rows collected":
            return np.sum((np.array([squashed(x @ p[0]) for x in X]) - y) ** 2) / 2
        return sum(np.sum((t - squashed(x @ p[0])) ** 2) for x, t in zip(X, y, strict=True)) / 2

    error = squashed(rows @ W) - targets
    came = rows.T @ (error * error * (1 - error))
    claims = [c for c in mistakes(Tape(loss, [W], rows, targets)) if np.shape(c.grads[0]) == W.shape]
    assert "inplace_mutation" in {c.id for c in claims if np.allclose(c.grads[0], came, rtol=1e-8)}
