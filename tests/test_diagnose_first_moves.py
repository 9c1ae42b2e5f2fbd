"""Moves and gradients held against the true ones: by parameter, by entry, and while a loop climbs."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import _rivals, gradient, update
from pullback.diagnose.experiments.of_gradient._sharing import shared
from pullback.diagnose.experiments.of_update._first_move import climbs, cut_off, levels_off
from pullback.diagnose.experiments.of_update._gathered import gathered
from pullback.diagnose.experiments.of_update._meant import sized_by_norms
from pullback.diagnose.experiments.of_update._memories import scheduled
from pullback.diagnose.experiments.of_update._pooled_norms import own_norms
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.updates._kept import fades_by
from pullback.diagnose.updates._moves import Moves

rng = np.random.default_rng(4)
STEPS = 6
GRADS = [[rng.standard_normal(7), rng.standard_normal(7)] for _ in range(STEPS)]


def moved(velocity):
    """Moves of two parameters, of which a velocity of each is given step by step."""
    return Moves([[np.zeros(7)] * 2] * STEPS, [[-v for v in vs] for vs in velocity])


def faded(combine, beta=0.9, rate=lambda t: 0.1):
    v, out = [0.0, 0.0], []
    for t, gs in enumerate(GRADS):
        v = [beta * u + g for u, g in zip(v, combine(gs), strict=True)]
        out.append([rate(t) * u for u in v])
    return moved(out)


@pytest.mark.parametrize(
    ("combine", "found"),
    [(lambda gs: [gs[0], gs[0] + gs[1]], 1), (lambda gs: [gs[0], gs[0]], 0), (lambda gs: gs, 0)],
    ids=["both", "another's alone", "its own"],
)
def test_a_buffer_is_shared_only_where_both_gradients_are_in_it(combine, found):
    assert len(shared(faded(combine), GRADS, [0, 1], [1])) == found


@pytest.mark.parametrize(
    ("beta", "velocity", "fault"),
    [(1.0, False, "grad_not_zeroed"), (1.0, True, "momentum_state_wrong"), (0.9, False, None)],
)
def test_sums_of_all_gradients_under_a_falling_rate(beta, velocity, fault):
    moves = faded(lambda gs: gs, beta, lambda t: 0.5 - 0.02 * t)
    assert [f.id for f in scheduled(moves, GRADS, [0, 1], lambda: velocity)] == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("first", "second", "found"), [(1, 1, True), (-1, 1, False), (1, -1, False), (np.nan, 1, False)]
)
def test_a_loop_that_climbs_is_known_by_its_first_moves(first, second, found):
    after = [[0.3 * s * g for g in gs] for s, gs in zip((first, second), GRADS[:2], strict=True)]
    moves = Moves([[np.zeros(7)] * 2] * 2, after)
    assert bool(climbs(moves, GRADS[:2], [0, 1])) is found


X = rng.standard_normal((40, 3))
y = X @ np.array([1.0, -2.0, 0.5]) + 1.0
x = np.linspace(1, 9, 30)
z = 3 * x + 20


def line(p, x, z):
    return float(np.mean((p[0][0] + p[0][1] * x - z) ** 2))


def by_hand(shift, slope):
    def step(p, x, z):
        e = 2 * (p[0][0] + p[0][1] * x - z) / len(x)
        return [p[0] - 0.01 * np.array([np.sum(shift(e, x)), np.sum(slope(e, x))])], line(p, x, z)

    return step


@pytest.mark.parametrize(
    ("shift", "slope", "fault"),
    [
        (lambda e, x: e * x, lambda e, x: e * x, "grad_bias_wrong"),
        (lambda e, x: e, lambda e, x: e, "grad_wrong_input"),
        (lambda e, x: e / len(x), lambda e, x: e * x, "grad_bias_wrong"),
        (lambda e, x: e, lambda e, x: -e * x, "grad_sign_flipped"),
        (lambda e, x: e, lambda e, x: 2 * e * x, "grad_constant_factor"),
        (lambda e, x: e, lambda e, x: e * x, None),
    ],
    ids=["the slope's", "the shift's", "divided once more", "negated", "doubled", "right"],
)
def test_one_number_of_a_parameter_has_anothers_gradient(shift, slope, fault):
    given = {"params": [np.zeros(2)], "X": x, "y": z, "loss": line, "step": by_hand(shift, slope)}
    found = update.experiment(Case(Patient({**given, "batch_size": 30}), 10.0))
    assert [f.id for f in found][:1] == ([fault] if fault else [])


def two_layers(p, X, y):
    return float(np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2))


@pytest.mark.parametrize(
    ("scaled", "expected"),
    [([0], ["grad_constant_factor", "grad_averaged_twice"]), ([0, 2], ["grad_averaged_twice"])],
    ids=["one layer", "every layer's weights"],
)
def test_a_division_by_the_rows_in_one_layer_alone_is_a_stray_factor(scaled, expected):
    start = [rng.standard_normal((3, 5)), rng.standard_normal(5), rng.standard_normal(5), np.ones(1)]

    def grad(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        d = 2 * (h @ p[2] + p[3] - y) / len(y)
        low = np.outer(d, p[2]) * (1 - h * h)
        out = [X.T @ low, low.sum(0), h.T @ d, d.sum(keepdims=True)]
        return [g / len(y) if k in scaled else g for k, g in enumerate(out)]

    given = {"params": start, "X": X, "y": y, "loss": two_layers, "grad": grad, "batch_size": 40}
    assert [f.id for f in gradient.experiment(Case(Patient(given), 10.0))] == expected


def kept(beta, schedule=1.0):
    v = [0.0]

    def step(p, x, z):
        e = 2 * (p[0][0] + p[0][1] * x - z) / len(x)
        v[0] = beta * v[0] + np.array([e.sum(), e @ x])
        return [p[0] - 0.01 * schedule * v[0]], line(p, x, z)

    return step


@pytest.mark.parametrize(("beta", "schedule", "expected"), [(1.0, 0.5, True), (0.5, 1.0, False)])
def test_a_number_of_one_says_how_much_is_kept(beta, schedule, expected):
    given = {"params": [np.zeros(2)], "X": x, "y": z, "loss": line, "step": kept(beta, schedule)}
    patient = Patient({**given, "batch_size": 10})
    assert fades_by(patient, [np.array([0.3, 0.1])], 1.0) is expected


@pytest.mark.parametrize("unruled", [False, True])
def test_a_rule_is_doubted_only_where_none_reproduces_the_moves(unruled):
    given = {"params": [np.zeros(2)], "X": x, "y": z, "loss": line, "step": kept(0.9)}
    case = Case(Patient(given), 10.0)
    case.unruled = unruled
    assert [bool(_rivals.RIVALS[fault].stands(case)) for fault in _rivals._STATE] == [unruled] * 4


@pytest.mark.parametrize(
    ("left", "right", "fault"),
    [
        (lambda W: W, lambda X, h: h, "grad_transposed"),
        (lambda W: W.T, lambda X, h: X, "grad_wrong_input"),
        (lambda W: W.T, lambda X, h: h, None),
    ],
    ids=["transposed", "another's input", "right"],
)
def test_one_vector_that_holds_every_layer_is_read_layer_by_layer(left, right, fault):
    ends = [9, 12, 21, 24]

    def forward(p, X):
        W1, b1, W2, b2, w3 = np.split(p[0], ends)
        h = np.tanh(X @ W1.reshape(3, 3) + b1)
        top = np.tanh(h @ W2.reshape(3, 3) + b2)
        return h, top, top @ w3

    def loss(p, X, y):
        return float(np.mean((forward(p, X)[-1] - y) ** 2))

    def step(p, X, y):
        h, top, out = forward(p, X)
        W2, w3 = p[0][12:21].reshape(3, 3), p[0][24:]
        e = 2 * (out - y) / len(y)
        high = np.outer(e, w3) * (1 - top**2)
        low = high @ left(W2) * (1 - h**2)
        parts = X.T @ low, low.sum(0), right(X, h).T @ high, high.sum(0), top.T @ e
        return [p[0] - 0.1 * np.concatenate([np.ravel(g) for g in parts])], loss(p, X, y)

    given = {
        "params": [rng.standard_normal(27)],
        "X": X,
        "y": y,
        "loss": loss,
        "step": step,
        "batch_size": 40,
    }
    assert [f.id for f in update.experiment(Case(Patient(given), 10.0))] == ([fault] if fault else [])


GATHERED = [(True, 1, 0.0, []), (False, 1, 0.0, ["grad_not_zeroed"]), (True, -1, 0.0, ["grad_sign_flipped"]),
            (True, 1, 0.9, [])]  # fmt: skip


@pytest.mark.parametrize(("clears", "side", "keeps", "expected"), GATHERED)
def test_gradients_gathered_over_several_batches(clears, side, keeps, expected):
    kept = {"held": [0.0, 0.0], "velocity": [0.0, 0.0], "calls": 0}
    rows = np.random.default_rng(5).standard_normal((60, 3))
    numbers = rows @ [1.0, -0.5, 0.2] + 0.3

    def loss(p, X, y):
        return np.mean((X @ p[0] + p[1] - y) ** 2)

    def step(p, X, y):
        e = 2 * (X @ p[0] + p[1] - y) / len(y)
        kept["held"] = [h + g for h, g in zip(kept["held"], (X.T @ e, e.sum(keepdims=True)), strict=True)]
        kept["calls"] += 1
        if kept["calls"] % 3 == 0:
            kept["velocity"] = [
                keeps * v + h / 3 for v, h in zip(kept["velocity"], kept["held"], strict=True)
            ]
            p = [w - side * 0.05 * v for w, v in zip(p, kept["velocity"], strict=True)]
            kept["held"] = [0.0, 0.0] if clears else kept["held"]
        return p, 0.0

    given = {"params": [np.full(3, 0.1), np.ones(1)], "X": rows, "y": numbers, "loss": loss, "step": step}
    seen = Case(Patient({**given, "batch_size": 6}), 10.0)
    found = gathered(seen, seen.moves, [0, 1])
    assert [f.id for f in found] == expected


@pytest.mark.parametrize(
    ("factor", "meant"),
    [
        (lambda k, w, g: 1 / np.linalg.norm(g), True),
        (lambda k, w, g: np.linalg.norm(w) / np.linalg.norm(g), True),
        (lambda k, w, g: np.linalg.norm(w) / np.linalg.norm(g) if k else 1.0, True),
        (lambda k, w, g: 1.0 if k else min(1.0, 2.5 / np.linalg.norm(g)), True),
        (lambda k, w, g: 1.0 if k else min(1.0, 0.8 * np.linalg.norm(w) / np.linalg.norm(g)), True),
        (lambda k, w, g: 1.0 if k else 0.5 * min(1.0, 2.5 / np.linalg.norm(g)), False),
        (lambda k, w, g: 1.0 if k else 6.0, False),
        (lambda k, w, g: 1.0, False),
        (lambda k, w, g: 1.0 if k else g[0] ** 2, False),
    ],
    ids=[
        *("normalised", "trust ratio", "one of two", "cut", "cut to a share", "cut and stray"),
        *("stray", "plain", "by another number"),
    ],
)
@pytest.mark.parametrize("rate", [lambda t: 0.1, lambda t: 0.1 / (1 + t)], ids=["one rate", "a schedule"])
def test_steps_sized_by_norms_are_no_stray_factors(factor, meant, rate):
    rng = np.random.default_rng(2)
    before = [[rng.standard_normal(7) for _ in range(2)] for _ in range(STEPS)]
    after = [
        [w - rate(t) * factor(k, w, g) * g for k, (w, g) in enumerate(zip(ws, gs, strict=True))]
        for t, (ws, gs) in enumerate(zip(before, GRADS, strict=True))
    ]
    assert sized_by_norms(Moves(before, after), GRADS, [0, 1]) is meant


@pytest.mark.parametrize("meant", [True, False])
def test_steps_over_the_root_of_kept_squared_norms_are_no_stray_factors(meant):
    p, kept, before, after = [np.ones(7), np.ones(7)], [0.0, 0.0], [], []
    for t, gs in enumerate(GRADS):
        kept = [0.9 * s + 0.1 * np.mean(g * g) for s, g in zip(kept, gs, strict=True)]
        by = 1.0 if meant else 1 + t * t
        before.append(p)
        p = [w - 0.01 * by * g / np.sqrt(s) for w, g, s in zip(p, gs, kept, strict=True)]
        after.append(p)
    assert own_norms(Moves(before, after), GRADS, [0, 1]) is meant


@pytest.mark.parametrize(("small", "wrong"), [(1e-8, True), (1e-8, False), (1e-6, True), (1e-6, False)])
def test_wrong_gradients_are_met_behind_a_root_with_a_small_number_under_it(small, wrong):
    draw = np.random.default_rng(2)
    X = draw.standard_normal((80, 4))
    y = np.sin(X[:, 0]) + X[:, 1]
    start = [draw.standard_normal((4, 6)) / 2, np.zeros(6), draw.standard_normal((6, 5)) / 2, np.zeros(5),
             draw.standard_normal(5) / 2, np.zeros(1)]  # fmt: skip
    v, seen = [np.zeros(x.shape) for x in start], {"t": 0}

    def forward(p, X):
        h = np.tanh(X @ p[0] + p[1])
        g = np.tanh(h @ p[2] + p[3])
        return h, g, g @ p[4] + p[5]

    def loss(p, X, y):
        return np.mean((forward(p, X)[2] - y) ** 2)

    def step(p, X, y):
        h, g, out = forward(p, X)
        e = 2 * (out - y) / len(y)
        d = np.outer(e, p[4]) * (1 - g * g)
        b = d @ p[2].T * (1 - h * h)
        sums = [np.full(x.shape[1], x.sum()) if wrong else x.sum(0) for x in (b, d)]
        grads = [X.T @ b, sums[0], h.T @ d, sums[1], g.T @ e, np.array([e.sum()])]
        seen["t"] += 1
        for k, x in enumerate(grads):
            v[k] = 0.99 * v[k] + 0.01 * x * x
        roots = [np.sqrt(x / (1 - 0.99 ** seen["t"]) + small) for x in v]
        return [w - 0.01 * x / r for w, x, r in zip(p, grads, roots, strict=True)], 0.0

    given = {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20, "n_steps": 200}
    found = update.experiment(Case(Patient(given), 10.0))[:1]
    assert [(f.id, f.where) for f in found] == ([("grad_bias_wrong", 1)] if wrong else [])


RATINGS = [np.array([0.5, -1.2, 0.3, 0, 0, 0]), np.array([2.0] + 15 * [0.0])]


@pytest.mark.parametrize(("bias", "clips"), [(np.full(16, 0.2), False), (0.1 * RATINGS[1], False),
                                             (np.array([0.12] + 15 * [0.0]), True)])  # fmt: skip
def test_one_users_error_for_all_is_neither_clipped_nor_an_adaptive_rule(bias, clips):
    move = [0.1 * RATINGS[0], bias]
    assert not levels_off(move, RATINGS)
    wide = [np.array([0.5, -2.2, 0.3, 0.4, 0.6, 0.2]), np.array([2.0] + 15 * [0.0])]
    kept = [np.clip(0.1 * wide[0], -0.12, 0.12), bias]
    assert cut_off(kept, wide) is clips


def test_the_biases_of_all_users_may_not_move_by_the_error_of_one():
    draw = np.random.default_rng(2)
    pairs = np.array([[i, j] for i in range(9) for j in range(7)])[draw.permutation(63)]
    rated = 3 + (draw.normal(size=(9, 2)) @ draw.normal(size=(2, 7)))[pairs[:, 0], pairs[:, 1]]

    def loss(p, X, y):
        i, j = X.T
        return np.mean((np.sum(p[0][i] * p[1][j], axis=1) + p[2][i] + 3 - y) ** 2)

    def step(p, X, y):
        U, V, b, total = p[0].copy(), p[1].copy(), p[2].copy(), loss(p, X, y)
        for (i, j), t in zip(X, y, strict=True):
            e = U[i] @ V[j] + b[i] + 3 - t
            b -= 0.02 * e
            U[i], V[j] = U[i] - 0.02 * e * V[j], V[j] - 0.02 * e * U[i]
        return [U, V, b], total

    start = [0.4 * draw.normal(size=s) for s in ((9, 3), (7, 3), 9)]
    given = {"params": start, "X": pairs, "y": rated, "loss": loss, "step": step, "batch_size": 1}
    found = update.experiment(Case(Patient(given), 10.0))
    assert [(f.id, f.where) for f in found[:1]] == [("grad_bias_wrong", 2)]


def test_a_mask_as_large_as_a_layer_is_no_gradient_of_it():
    rng = np.random.default_rng(3)
    X = rng.standard_normal((120, 12))
    y = np.abs(X[:, :1]) - X[:, 1:2]
    start = [rng.standard_normal((12, 8)) / 3, np.zeros(8), rng.standard_normal((8, 1)) / 3, np.zeros(1)]
    first, second, taken = [np.zeros_like(a) for a in start], [np.zeros_like(a) for a in start], [0]

    def cost(p, X, y):
        z = X @ p[0] + p[1]
        return float(np.mean((np.where(z >= 0, z, 0.2 * z) @ p[2] + p[3] - y) ** 2))

    def step(p, X, y):
        z = X @ p[0] + p[1]
        h = np.where(z >= 0, z, 0.2 * z)
        d = 2 * (h @ p[2] + p[3] - y) / len(y)
        low = d @ p[2].T  # the derivative of the bend is forgotten
        taken[0] += 1
        out = []
        for k, g in enumerate([X.T @ low, low.sum(0), h.T @ d, d.sum(0)]):
            first[k] = 0.9 * first[k] + 0.1 * g
            second[k] = 0.999 * second[k] + 0.001 * g * g
            scale = np.sqrt(second[k] / (1 - 0.999 ** taken[0])) + 1e-8
            out.append(p[k] - 0.01 * first[k] / (1 - 0.9 ** taken[0]) / scale)
        return out, cost(p, X, y)

    given = {"params": start, "X": X, "y": y, "loss": cost, "step": step, "batch_size": 12, "n_steps": 200}
    found = update.experiment(Case(Patient(given), 10.0))
    assert [(f.id, f.where) for f in found][:1] == [("grad_missing_activation_derivative", 0)]


@pytest.mark.parametrize(("of_slope", "fault"), [(lambda x: x, []), (np.ones_like, ["grad_wrong_input"])])
def test_of_single_numbers_the_move_of_one_is_no_schedule_of_the_other(of_slope, fault):
    x = np.random.default_rng(1).uniform(0, 4, 50)
    y = 3 * x - 4

    def loss(p, x, y):
        return float(np.mean((p[0] + p[1] * x - y) ** 2) / 2)

    def step(p, x, y):
        e = p[0] + p[1] * x - y
        return [p[0] - 0.02 * e.mean(keepdims=True), p[1] - 0.02 * np.mean(e * of_slope(x), keepdims=True)]

    given = {"params": [np.zeros(1), np.zeros(1)], "X": x, "y": y, "loss": loss, "batch_size": 50}
    found = update.experiment(Case(Patient({**given, "step": lambda *a: (step(*a), loss(*a))}), 10.0))
    assert [(f.id, f.where) for f in found] == [(name, 1) for name in fault]


flags = np.c_[np.ones(40), rng.random((40, 9)) < 0.45].astype(float)
is_one = (flags[:, 1] + flags[:, 2] > 0).astype(float)


def unit(p, X):
    return 1 / (1 + np.exp(-X @ p[0]))


def entropy(p, X, y):
    o = unit(p, X)
    return -float(np.mean(y * np.log(o) + (1 - y) * np.log(1 - o)))


@pytest.mark.parametrize(("by", "expected"), [(1, ["grad_wrong_input"]), (0, [])])
def test_moves_of_one_size_are_no_adaptive_rules_where_only_flags_come_in(by, expected):
    def step(p, X, y):
        error, w = y - unit(p, X), p[0].copy()
        for i in range(len(w) - by):
            w[i] += 0.1 * X[0, i + by] * error[0]
        return [w], entropy(p, X, y)

    given = {"params": [rng.uniform(-0.2, 0.2, 10)], "X": flags, "y": is_one, "loss": entropy, "step": step}
    found = update.experiment(Case(Patient({**given, "batch_size": 1}), 10.0))
    assert [f.id for f in found][:1] == expected
