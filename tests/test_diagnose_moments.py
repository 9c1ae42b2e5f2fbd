"""Adaptive rules: what they keep and divide by, read off their moves."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import update
from pullback.diagnose.experiments.of_update._denominators import (
    _memory_wrong,
    root_of_signed,
    rule_kept_wrong,
)
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.updates._adaptive import simulate, small_numbers
from pullback.diagnose.updates._moves import Moves

rng = np.random.default_rng(6)
start = [rng.standard_normal((3, 5)) / 2, np.zeros(5), rng.standard_normal(5) / 2, np.zeros(1)]


def adapted(memory, root=lambda s: np.sqrt(s) + 1e-8):
    """Five moves by the gradient over a root of what is kept of its squares, and the gradients."""
    draw = np.random.default_rng(5)
    grads = [[0.01 * draw.standard_normal(x.shape) for x in start] for _ in range(5)]
    p, sums, moves = start, [np.zeros(x.shape) for x in start], Moves()
    for gs in grads:
        sums = [memory(s, g) for s, g in zip(sums, gs, strict=True)]
        moves.before.append(p)
        with np.errstate(invalid="ignore"):
            p = [w - 0.01 * g / root(s) for w, g, s in zip(p, gs, sums, strict=True)]
        moves.after.append(p)
    return moves, grads


def test_no_small_number_is_read_off_a_move_that_no_root_divides():
    g = [np.random.default_rng(5).standard_normal(x.shape) for x in start]
    rounded = [0.01 * x * (1 - 1e-6 * np.abs(x)) for x in g]
    assert small_numbers(rounded, g) == []


@pytest.mark.parametrize(("eps", "inside"), [(1e-8, False), (1e-8, True), (1e-5, True), (3e-4, False)])
def test_the_small_number_is_read_off_the_first_move_and_the_rule_known(eps, inside):
    moves, grads = adapted(lambda s, g: s + g * g, lambda s: np.sqrt(s + eps) if inside else np.sqrt(s) + eps)
    read = [value for value, where in small_numbers(moves.move(0), grads[0]) if where == inside]
    assert eps < 1e-7 or read == [pytest.approx(eps, rel=1e-2)]
    rule = simulate(moves, grads)
    assert (rule.name, rule.wrong, rule.lr) == ("Adagrad", "", pytest.approx(0.01))
    assert rule.gap < 1e-3


@pytest.mark.parametrize(("wrong", "found"), [(False, ""), (True, "optimizer_state_mutated")])
def test_moments_that_are_written_back_are_known_with_a_small_number_under_the_root(wrong, found):
    draw = np.random.default_rng(3)
    grads = [[1e-4 * draw.standard_normal(x.shape) for x in start] for _ in range(5)]
    p, m, v, moves = start, [0 * x for x in start], [0 * x for x in start], Moves()
    for t, gs in enumerate(grads, 1):
        m, v = ([b * a + (1 - b) * g**k for a, g in zip(kept, gs, strict=True)]
                for kept, b, k in ((m, 0.9, 1), (v, 0.999, 2)))  # fmt: skip
        first, second = [a / (1 - 0.9**t) for a in m], [a / (1 - 0.999**t) for a in v]
        m, v = (first, second) if wrong else (m, v)
        moves.before.append(p)
        p = [w - 0.01 * a / np.sqrt(b + 1e-8) for w, a, b in zip(p, first, second, strict=True)]
        moves.after.append(p)
    assert simulate(moves, grads).wrong == found


@pytest.mark.parametrize("eps", [1e-8, 1e-5])
@pytest.mark.parametrize(("corrected", "found"), [(False, ""), (True, "optimizer_state_mutated")])
def test_moments_that_are_corrected_in_place_before_gradients_enter_them(corrected, found, eps):
    draw = np.random.default_rng(3)
    grads = [[0.01 * draw.standard_normal(x.shape) for x in start] for _ in range(5)]
    p, m, v, moves = start, [0 * x for x in start], [0 * x for x in start], Moves()
    for t, gs in enumerate(grads, 1):
        if corrected:
            m, v = [a / (1 - 0.9**t) for a in m], [a / (1 - 0.999**t) for a in v]
        m = [0.9 * a + 0.1 * g for a, g in zip(m, gs, strict=True)]
        v = [0.999 * a + 0.001 * g * g for a, g in zip(v, gs, strict=True)]
        moves.before.append(p)
        p = [w - 0.01 * a / (np.sqrt(b) + eps) for w, a, b in zip(p, m, v, strict=True)]
        moves.after.append(p)
    assert simulate(moves, grads).wrong == found


@pytest.mark.parametrize(("kept", "found"), [(False, ""), (True, "optimizer_state_mutated")])
def test_a_step_size_that_keeps_its_correction_and_is_corrected_again_is_known(kept, found):
    draw = np.random.default_rng(3)
    grads = [[draw.standard_normal(x.shape) for x in start] for _ in range(5)]
    p, m, v, rate, moves = start, [0 * x for x in start], [0 * x for x in start], 0.01, Moves()
    for t, gs in enumerate(grads, 1):
        m, v = ([b * a + (1 - b) * g**k for a, g in zip(old, gs, strict=True)]
                for old, b, k in ((m, 0.9, 1), (v, 0.99, 2)))  # fmt: skip
        size = rate * np.sqrt(1 - 0.99**t) / (1 - 0.9**t)
        rate = size if kept else rate
        moves.before.append(p)
        p = [w - size * a / (np.sqrt(b) + 1e-8) for w, a, b in zip(p, m, v, strict=True)]
        moves.after.append(p)
    assert simulate(moves, grads).wrong == found


RIGHT, WRONG, MUTATED = [], ["momentum_state_wrong"], ["optimizer_state_mutated"]


@pytest.mark.parametrize(
    ("a", "b", "c", "d", "kind", "found"),
    [
        (0, 1, 1, 1, "plain", RIGHT),
        (0, 1, 0.93, 0.07, "plain", RIGHT),
        (0.85, 0.15, 0.98, 0.02, "plain", RIGHT),
        (0.7, 0.3, 0.97, 0.03, "corrected", RIGHT),
        (0, 1, 2, 1, "plain", WRONG),
        (0, 1, 1.9, 0.1, "plain", WRONG),
        (0, 1, 0.1, 0.9, "plain", WRONG),
        (0.2, 0.8, 0.97, 0.03, "plain", WRONG),
        (1.7, 0.3, 0.97, 0.03, "plain", WRONG),
        (0.995, 0.005, 0.9, 0.1, "plain", WRONG),
        (0.7, 0.3, 0.97, 0.03, "exchanged", WRONG),
        (0.7, 0.3, 0.97, 0.03, "turned", WRONG),
        (0.7, 0.3, 0.97, 0.03, "mean back", MUTATED),
        (0.7, 0.3, 0.97, 0.03, "root back", MUTATED),
    ],
)
def test_what_an_adaptive_rule_keeps_is_read_off_its_moves_whatever_its_coefficients(a, b, c, d, kind, found):
    draw = np.random.default_rng(5)
    m, v, p, moves, grads = 0.0, 0.0, np.zeros((20, 8)), Moves(), []
    for t in range(1, 7):
        g = 0.01 * draw.standard_normal(p.shape)
        m, v = a * m + b * g, c * v + d * g * g
        first, second = (
            (1 - a**t, 1 - c**t)[:: -1 if kind == "exchanged" else 1] if kind != "plain" else (1, 1)
        )
        first = 1 - a * t if kind == "turned" else first
        m = m / first if kind == "mean back" else m
        root = np.sqrt(v / second) + 1e-9
        v = root if kind == "root back" else v
        moves.before.append([p])
        p = p - 0.01 * (m if kind == "mean back" else m / first) / root
        moves.after.append([p])
        grads.append([g])
    assert [f.id for f in rule_kept_wrong(moves, grads, [0])] == found


@pytest.mark.parametrize(("power", "found"), [(1, 1), (2, 0)])
def test_a_root_of_gradients_has_no_value_where_they_are_negative(power, found):
    moves, grads = adapted(lambda s, g: 0.9 * s + 0.1 * g**power)
    assert [f.id for f in root_of_signed(moves, grads)] == ["momentum_state_wrong"] * found


@pytest.mark.parametrize(("negative", "found"), [(2, 1), (1, 0), (0, 0)])
def test_a_root_of_gradients_that_are_nearly_all_of_one_sign(negative, found):
    g = np.array([-1.0] * negative + [1.0] * (10 - negative))
    after = np.where(g > 0, -0.1, np.nan)
    moves = Moves([[0 * g]], [[after]], [np.arange(4)], [0.0])
    assert len(root_of_signed(moves, [[g]])) == found


def _moments_with(seed, rate, counted):
    """Six moves of an Adam of unusual decay rates, and their gradients; `rate` is asked of each gradient."""
    draw = np.random.default_rng(seed)
    p = [draw.standard_normal(shape) for shape in ((6, 8), (8,), (8, 4), (4,))]
    kept, moves, grads = [(0.0, 0.0)] * 4, Moves(), []
    for t in range(1, 7):
        grads.append([0.02 * draw.standard_normal(x.shape) for x in p])
        moves.before.append(p)
        kept = [(0.7 * m + 0.3 * g, 0.97 * v + 0.03 * g * g)
                for (m, v), g in zip(kept, grads[-1], strict=True)]  # fmt: skip
        p = [x - rate(g) * (m / (1 - 0.7**c)) / (np.sqrt(v / (1 - 0.97**c)) + 1e-8)
             for x, (m, v), c, g in zip(p, kept, counted(t), grads[-1], strict=True)]  # fmt: skip
        moves.after.append(p)
    return moves, grads


def _by_tensor(t):
    return [4 * (t - 1) + k + 1 for k in range(4)]


def _by_step(t):
    return [t] * 4


def _fixed(g):
    return 0.01


def _by_norm(g):
    return 0.01 / (1 + 50 * np.sqrt(np.mean(g * g)))


@pytest.mark.parametrize(
    ("rate", "counted", "found"),
    [(_fixed, _by_step, RIGHT), (_fixed, _by_tensor, MUTATED), (_by_norm, _by_step, None)],
)
def test_a_step_count_by_tensor_is_told_whatever_the_decay_rates(rate, counted, found):
    """Rates that each gradient's norm sets go unlike ways too, but other ways from other weights."""
    (moves, grads), again = (_moments_with(seed, rate, counted) for seed in (3, 4))
    read = rule_kept_wrong(moves, grads, [0, 1, 2, 3], lambda: again)
    assert (read if read is None else [f.id for f in read]) == found


def test_rows_that_rest_in_a_batch_do_not_count_as_a_step_count_by_tensor():
    draw = np.random.default_rng(5)
    p = [draw.standard_normal(shape) for shape in ((20, 8), (8, 8), (8, 8))]
    kept, moves, grads = [0.0] * 3, Moves(), []
    for _ in range(6):
        true = [draw.standard_normal(x.shape) for x in p]
        true[0][:12] = 0.0  # letters that are in none of these rows
        taken = [true[0], draw.standard_normal((8, 8)), true[2]]  # of one layer another gradient
        grads.append(true)
        moves.before.append(p)
        kept = [s + g * g for s, g in zip(kept, taken, strict=True)]
        p = [x - 0.1 * g / np.sqrt(s + 1e-8) for x, g, s in zip(p, taken, kept, strict=True)]
        moves.after.append(p)
    assert rule_kept_wrong(moves, grads, [0, 1, 2]) is None


@pytest.mark.parametrize(
    ("root", "found"), [(lambda s: s + 1e-8, ["momentum_state_wrong"]), (lambda s: np.sqrt(s) + 1e-3, None)]
)
def test_squares_divided_by_without_their_root(root, found):
    moves, grads = adapted(lambda s, g: 0.9 * s + 0.1 * g * g, root)
    read = rule_kept_wrong(moves, grads, [0, 1, 2, 3])
    assert (read and [f.id for f in read]) == found


@pytest.mark.parametrize(
    ("root", "found"),
    [
        (lambda s: 1 / np.sqrt(s), ["momentum_state_wrong"]),
        (lambda s: 1 / (np.sqrt(s) + 1e-5), ["momentum_state_wrong"]),
        (lambda s: 1.0, None),
    ],
)
def test_gradients_multiplied_by_the_root_of_their_squares(root, found):
    moves, grads = adapted(lambda s, g: 0.999 * s + 0.001 * g * g, root)
    read = rule_kept_wrong(moves, grads, [0, 1, 2, 3])
    assert (read and [f.id for f in read]) == found


@pytest.mark.parametrize(("mean", "squares"), [(False, True), (True, False), (False, False), (True, True)])
def test_moments_that_are_begun_anew_at_every_step_remember_nothing(mean, squares):
    draw = np.random.default_rng(5)
    grads = [[0.01 * draw.standard_normal(x.shape) for x in start] for _ in range(5)]
    p, moves = start, Moves()
    m, v = ([np.zeros(x.shape) for x in start] for _ in range(2))
    for t, gs in enumerate(grads, 1):
        m = [0.9 * mean * a + 0.1 * g for a, g in zip(m, gs, strict=True)]
        v = [0.999 * squares * a + 0.001 * g * g for a, g in zip(v, gs, strict=True)]
        moves.before.append(p)
        step = [(a / (1 - 0.9**t)) / (np.sqrt(b / (1 - 0.999**t)) + 1e-8) for a, b in zip(m, v, strict=True)]
        p = [w - 0.01 * s for w, s in zip(p, step, strict=True)]
        moves.after.append(p)
    rule = simulate(moves, grads)
    assert (rule.wrong, rule.gap < 1e-3) == ("" if mean and squares else "momentum_state_wrong", True)


@pytest.mark.parametrize(("shares", "wrong"), [([-0.9, -0.9, -0.9], 1), ([8e5, 2.97, -0.52], 0)])
def test_one_step_of_many_that_reads_as_a_minus_is_no_memory(shares, wrong):
    assert len(_memory_wrong(shares, "squares", "the squares", most=1.1)) == wrong


@pytest.mark.parametrize(("power", "named"), [(1, "momentum_state_wrong"), (2, None)])
def test_a_root_of_few_gradients_is_known_by_first_moves_from_other_weights(power, named):
    draw = np.random.default_rng(16)
    X, kept = draw.standard_normal((150, 4)), [np.zeros(5)]
    y = X @ [1.0, -2.0, 0.5, 3.0] + 1 + 0.3 * draw.standard_normal(150)

    def loss(p, X, y):
        return np.mean((X @ p[:4] + p[4] - y) ** 2)

    def step(p, X, y):
        off = X @ p[:4] + p[4] - y
        g = 2 * np.append(X.T @ off, off.sum()) / len(y)
        kept[0] = 0.9 * kept[0] + 0.1 * g**power
        with np.errstate(invalid="ignore"):
            return p - 0.005 * g / np.sqrt(kept[0] + 1e-8), loss(p, X, y)

    found = diagnose(params=np.zeros(5), X=X, y=y, loss=loss, step=step, batch_size=50, n_steps=2000)
    assert [f.id for f in found.faults][:1] == ([named] if named else [])


@pytest.mark.parametrize(("decay", "name"), [(None, "Adagrad"), (0.9, "RMSprop(0.9)")])
def test_squares_of_the_weights_in_the_place_of_the_gradients_are_known(decay, name):
    draw = np.random.default_rng(7)
    grads = [[draw.standard_normal(x.shape) for x in start] for _ in range(5)]
    p, kept, moves = [x + 0.1 for x in start], [0 * x for x in start], Moves()
    for gs in grads:
        kept = [a + w * w if decay is None else decay * a + (1 - decay) * w * w
                for a, w in zip(kept, p, strict=True)]  # fmt: skip
        moves.before.append(p)
        p = [w - 0.001 * g / (np.sqrt(a) + 1e-8) for w, g, a in zip(p, gs, kept, strict=True)]
        moves.after.append(p)
    rule = simulate(moves, grads)
    assert (rule.name, rule.wrong) == (name, "momentum_state_wrong")
    assert rule.gap < 1e-6


@pytest.mark.parametrize(("place", "expected"), [
    (lambda k: k, []),
    (lambda k: k % 2, ["optimizer_state_shared"]),  # one number for the weights, one for the biases
    (lambda k: 0, ["optimizer_state_shared"]),
])  # fmt: skip
@pytest.mark.parametrize("fade", [1.0, 0.9])
def test_a_kept_square_of_a_norm_is_each_parameters_own(place, expected, fade):
    rng = np.random.default_rng(6)
    X = rng.standard_normal((80, 4))
    y = np.sin(X[:, :1]) + X[:, 1:2]
    start = [rng.standard_normal((4, 6)) / 2, np.zeros(6), rng.standard_normal((6, 1)) / 2, np.zeros(1)]
    kept = [0.1] * 4

    def run(p, X):
        a = np.tanh(X @ p[0] + p[1])
        return a, a @ p[2] + p[3]

    def loss(p, X, y):
        return float(np.mean((run(p, X)[1] - y) ** 2))

    def step(p, X, y):
        p, value = list(p), loss(p, X, y)
        a, out = run(p, X)
        e = 2 * (out - y) / len(y)
        d = e @ p[2].T * (1 - a * a)
        for k, g in ((2, a.T @ e), (3, e.sum(0)), (0, X.T @ d), (1, d.sum(0))):
            kept[place(k)] = fade * kept[place(k)] + (g**2).sum()
            p[k] = p[k] - 0.1 * g / np.sqrt(kept[place(k)])
        return p, value

    given = {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20, "n_steps": 200}
    assert [f.id for f in update.experiment(Case(Patient(given), 10.0))][:1] == expected
