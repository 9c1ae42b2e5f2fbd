"""Update rules by themselves: steps that ask `grad`, fed with gradients of the diagnosis's choosing."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose._unrolled import unrolled
from pullback.diagnose.experiments import update
from pullback.diagnose.experiments.of_treatment._penalties import coupled
from pullback.diagnose.experiments.of_update._answered import answered, sizes_by_rule
from pullback.diagnose.experiments.of_update._denominators import root_of_signed, rule_kept_wrong
from pullback.diagnose.experiments.of_update._memories import judge_memory, nesterov
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.updates._adaptive import simulate, small_numbers
from pullback.diagnose.updates._kept import factor_kept
from pullback.diagnose.updates._moves import Moves

rng = np.random.default_rng(6)
X = rng.standard_normal((60, 3))
y = np.tanh(X @ [1.0, -1.0, 0.5])
start = [rng.standard_normal((3, 5)) / 2, np.zeros(5), rng.standard_normal(5) / 2, np.zeros(1)]


def forward(p, X):
    h = np.tanh(X @ p[0] + p[1])
    return h, h @ p[2] + p[3]


def loss(p, X, y):
    return float(np.mean((forward(p, X)[1] - y) ** 2))


def grad(p, X, y):
    h, out = forward(p, X)
    d = 2 * (out - y) / len(y)
    low = np.outer(d, p[2]) * (1 - h * h)
    return [X.T @ low, low.sum(0), h.T @ d, d.sum(keepdims=True)]


def momentum(ahead=0.9, kept=0.9, decay=0.0, most=np.inf):
    v = [np.zeros_like(p) for p in start]

    def step(p, X, y):
        gs = grad([w + ahead * u for w, u in zip(p, v, strict=True)], X, y)
        size = np.sqrt(sum(np.sum(g * g) for g in gs))
        for u, w, g in zip(v, p, gs, strict=True):
            u[...] = kept * u - 0.1 * (g * min(1, most / size) + decay * w)
        return [w + u for w, u in zip(p, v, strict=True)], loss(p, X, y)

    return step


def adam(buffer=lambda k: k, count=lambda t, k: t, decay=0.0):
    m, v, t = {}, {}, [0]

    def step(p, X, y):
        t[0] += 1
        new = []
        for k, g in enumerate(grad(p, X, y)):
            n, key = count(t[0], k), buffer(k)
            m[k] = 0.7 * m.get(k, 0) + 0.3 * g
            v[key] = 0.97 * v.get(key, 0) + 0.03 * (g**2 if key == k else np.max(g**2))
            move = m[k] / (1 - 0.7**n) / (np.sqrt(v[key] / (1 - 0.97**n)) + 1e-8)
            new.append(p[k] - 0.01 * (move + decay * p[k]))
        return new, loss(p, X, y)

    return step


def by_turns(p, X, y):
    new = list(p)
    for k in (2, 0, 3, 1):
        new[k] = new[k] - 0.1 * grad(new, X, y)[k]
    return new, loss(p, X, y)


def by_norms(p, X, y):
    gs = grad(p, X, y)
    return [
        w - 0.03 * max(np.linalg.norm(w), 0.1) * g / np.linalg.norm(g) for w, g in zip(p, gs, strict=True)
    ], 0.0


def test_a_rule_that_sets_the_sizes_says_nothing_of_factors():
    assert update.experiment(case(by_norms)) == []
    assert [sizes_by_rule(case(step)) for step in (by_norms, adam(), momentum())] == [True, True, False]


def case(step):
    return Case(Patient({"params": start, "X": X, "y": y, "loss": loss, "grad": grad, "step": step}), 10.0)


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (momentum(), None),
        (momentum(ahead=0.0), None),
        (momentum(ahead=0.0, decay=0.1, most=0.01), None),
        (adam(), None),
        (adam(decay=0.1), None),
        (momentum(ahead=0.009), "momentum_state_wrong"),
        (momentum(ahead=-0.9), "momentum_state_wrong"),
        (adam(buffer=lambda k: "all"), "optimizer_state_shared"),
        (adam(count=lambda t, k: 4 * (t - 1) + k + 1), "optimizer_state_mutated"),
        (by_turns, "update_order"),
    ],
)
def test_a_rule_is_judged_without_its_network(step, fault):
    assert [f.id for f in answered(case(step))] == [fault] * (fault is not None)


def by_history(p, X, y):
    """The gradient cut to the middle of all norms there have been."""
    gs = grad(p, X, y)
    norms.append(np.sqrt(sum(np.sum(g * g) for g in gs)))
    return [w - 0.1 * min(1, np.median(norms) / norms[-1]) * g for w, g in zip(p, gs, strict=True)], 0.0


def by_loss(p, X, y):
    """A rate that falls where the loss has grown."""
    values.append(loss(p, X, y))
    rates.append(rates[-1] * (0.5 if values[-1] > values[-2] else 1.1))
    return [w - rates[-1] * g for w, g in zip(p, grad(p, X, y), strict=True)], values[-1]


def by_fading(p, X, y):
    """Weights, but no biases, that lose a twentieth of themselves in every step."""
    return [w - 0.1 * g - 0.05 * (w.ndim > 1) * w for w, g in zip(p, grad(p, X, y), strict=True)], 0.0


norms, values, rates = [], [np.inf], [0.1]


@pytest.mark.parametrize("step", [by_history, by_loss, by_fading])
def test_a_rate_that_follows_gradients_or_loss_and_a_decay_are_no_fault_of_the_state(step):
    assert answered(case(step)) == []


@pytest.mark.parametrize(("adaptive", "multiple"), [(True, 0.03), (False, None)])
def test_the_multiple_of_the_weights_in_an_adaptive_rules_gradients_is_found_or_given_up(adaptive, multiple):
    """Searched for among the rules that come near somewhere only; gradients cut entry by entry are none."""
    grads = [[rng.standard_normal(p.shape) for p in start] for _ in range(6)]
    moves, p, sums = Moves(), start, [0 * w for w in start]
    for gs in grads:
        told = [g + 0.03 * w for g, w in zip(gs, p, strict=True)]
        sums = [0.9 * s + 0.1 * g * g for s, g in zip(sums, told, strict=True)]
        by = [g / (np.sqrt(s) + 1e-8) if adaptive else np.clip(g, -1, 1)
              for g, s in zip(told, sums, strict=True)]  # fmt: skip
        moves.before.append(p)
        p = [w - 0.01 * b for w, b in zip(p, by, strict=True)]
        moves.after.append(p)
    found = coupled(moves, grads)
    assert found == ({k: pytest.approx(multiple, rel=1e-2) for k in range(4)} if multiple else {})


def test_a_look_ahead_is_recognised_where_it_goes_as_far_as_is_kept():
    assert [nesterov(c, c.moves, [0, 1, 2, 3]) for c in (case(momentum()), case(momentum(ahead=0.2)))] == [
        True, False]  # fmt: skip


def test_a_step_that_never_asks_grad_says_nothing_of_it():
    silent = case(lambda p, X, y: ([w * 0.9 for w in p], loss(p, X, y)))
    assert silent.listened is None
    assert answered(silent) == []


@pytest.mark.parametrize(("asks", "fault"), [(False, "grad_not_zeroed"), (True, "momentum_state_wrong")])
def test_gradients_kept_for_ever_are_a_buffer_unless_grad_itself_was_seen_to_be_clean(asks, fault):
    assert [f.id for f in judge_memory(np.ones(6), 0.1, asks)] == [fault]


@pytest.mark.parametrize(
    ("weights", "fault"),
    [
        ([0.1 * 0.9**k for k in range(6)], []),
        ([0.1 * (1 - 0.9 ** (k + 1)) / 0.1 for k in range(6)], ["grad_not_zeroed"]),
    ],
)
def test_a_velocity_of_sums_that_are_never_cleared(weights, fault):
    assert [f.id for f in judge_memory(np.array(weights), 1.0)] == fault


def test_adam_on_sums_that_are_never_cleared():
    sums = [np.zeros_like(p) for p in start]
    m, v, t = [np.zeros_like(p) for p in start], [np.zeros_like(p) for p in start], [0]

    def step(p, X, y):
        t[0] += 1
        new = []
        for k, g in enumerate(grad(p, X, y)):
            sums[k] += g
            m[k] = 0.9 * m[k] + 0.1 * sums[k]
            v[k] = 0.999 * v[k] + 0.001 * sums[k] ** 2
            new.append(p[k] - 0.01 * m[k] / (1 - 0.9 ** t[0]) / (np.sqrt(v[k] / (1 - 0.999 ** t[0])) + 1e-8))
        return new, loss(p, X, y)

    assert [f.id for f in update.experiment(case(step))] == ["grad_not_zeroed"]


@pytest.mark.parametrize(
    ("memory", "out", "fault"),
    [
        (lambda u, g: 0.9 * u + 0.05 * g, 0.05, ["momentum_state_wrong"]),
        (lambda u, g: 0.9 * u + g, 0.05, []),
        (lambda u, g: 0.9 * u + 0.05 * g, 1.0, []),
        (lambda u, g: 0.9 * u + 0.1 * g, 0.1, []),
        (lambda u, g: u + 0.05 * g, 1.0, ["momentum_state_wrong"]),
        (lambda u, g: u + g, 0.05, ["grad_not_zeroed"]),
    ],
    ids=[
        "rate twice",
        "rate outside",
        "rate inside",
        "a mean of gradients",
        "moves summed",
        "gradients summed",
    ],
)
def test_what_a_step_keeps_tells_velocities_from_buffers(memory, out, fault):
    v = [np.zeros_like(p) for p in start]

    def own_gradients(p, X, y):
        return grad(p, X, y)

    def step(p, X, y):
        for u, g in zip(v, own_gradients(p, X, y), strict=True):
            u[...] = memory(u, g)
        return [w - out * u for w, u in zip(p, v, strict=True)], loss(p, X, y)

    given = {"params": start, "X": X, "y": y, "loss": loss, "step": step}
    assert [f.id for f in update.experiment(Case(Patient(given), 10.0))] == fault


def test_errors_that_are_whole_numbers_add_up_to_nothing_that_is_wrong():
    sides = np.where(X[:, 0] + 0.3 * X[:, 1] > 0, 1, -1)

    def loss(p, X, y):
        return np.mean(np.maximum(0.0, 1 - y * (X @ p[0] + p[1]))) + 0.01 * p[0] @ p[0]

    def step(p, X, y):
        w, b = p[0].copy(), p[1].copy()
        for x, side in zip(X, y, strict=True):
            met = side * (w @ x + b[0]) < 1
            w += 0.005 * (met * side * x - 0.02 * w)
            b += 0.005 * met * side
        return [w, b], loss(p, X, y)

    given = {"params": [np.zeros(X.shape[1]), np.zeros(1)], "X": X, "y": sides, "loss": loss, "step": step}
    assert update.experiment(Case(Patient({**given, "batch_size": 10}), 10.0)) == []


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


@pytest.mark.parametrize(("eps", "inside"), [(1e-8, False), (1e-8, True), (1e-5, True), (3e-4, False)])
def test_the_small_number_is_read_off_the_first_move_and_the_rule_known(eps, inside):
    moves, grads = adapted(lambda s, g: s + g * g, lambda s: np.sqrt(s + eps) if inside else np.sqrt(s) + eps)
    read = [value for value, where in small_numbers(moves.move(0), grads[0]) if where == inside]
    assert eps < 1e-7 or read == [pytest.approx(eps, rel=1e-2)]
    rule = simulate(moves, grads)
    assert (rule.name, rule.wrong, rule.lr) == ("Adagrad", "", pytest.approx(0.01))
    assert rule.gap < 1e-3


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


def test_factors_of_kept_arrays_are_known_in_single_precision():
    kept = [np.float32(-0.1) * x.astype(np.float32) for x in (start[0], start[2])]
    assert factor_kept([k.astype(float) for k in kept], [start[0], start[2]]) == [pytest.approx(-0.1)]


def velocity(takes=lambda g: g, moves_by=lambda v: 0.1 * v):
    v = [np.zeros_like(p) for p in start]

    def step(p, X, y):
        for u, g in zip(v, grad(p, X, y), strict=True):
            u += takes(g)
        return [w - moves_by(u) for w, u in zip(p, v, strict=True)], loss(p, X, y)

    return step


@pytest.mark.parametrize(
    ("takes", "moves_by", "fault"),
    [
        (lambda g: g, lambda v: 0.1 * v, "grad_not_zeroed"),
        (lambda g: len(X) * g, lambda v: 0.1 / len(X) * v, "grad_not_zeroed"),
        (lambda g: 0.9 * g, lambda v: 0.1 * v, "momentum_state_wrong"),
        (lambda g: -0.1 * g, lambda v: -0.9 * v, "momentum_state_wrong"),
    ],
)
def test_what_is_kept_of_a_gradient_tells_a_velocity_from_a_buffer(takes, moves_by, fault):
    patient = {"params": start, "X": X, "y": y, "loss": loss, "step": velocity(takes, moves_by)}
    found = update.experiment(Case(Patient({**patient, "batch_size": 60}), 5.0))
    assert [(f.id, f.where) for f in found] == [(fault, "step")]


@pytest.mark.parametrize(
    ("times", "fault"), [(1.0, []), (20.0, ["grad_reduction_sum"]), (1 / 20, ["grad_averaged_twice"])]
)
def test_a_rate_times_the_rows_is_told_by_how_the_step_grows_with_them(times, fault):
    def step(p, X, y):
        size = 1.0 if times == 1.0 else len(y) if times > 1 else 1 / len(y)
        return [w - 0.03 * size * g for w, g in zip(p, grad(p, X, y), strict=True)], loss(p, X, y)

    patient = {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20}
    found = update.experiment(Case(Patient(patient), 5.0))
    assert [(f.id, f.where, f.alone) for f in found] == [(f, "step", False) for f in fault]


def test_a_rate_times_the_rows_is_read_off_the_first_move_where_later_ones_fit_nothing():
    count = [0]

    def step(p, X, y):
        count[0] += 1
        true = grad(p, X, y)
        cut = [g if count[0] == 1 else np.clip(g, -(0.5**k), 0.5**k) * count[0] for k, g in enumerate(true)]
        return [w - 0.03 * len(y) * g for w, g in zip(p, cut, strict=True)], loss(p, X, y)

    patient = {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20}
    found = update.experiment(Case(Patient(patient), 5.0))
    assert [(f.id, f.where, f.alone) for f in found][-1:] == [("grad_reduction_sum", "step", False)]


@pytest.mark.parametrize(
    ("cleared", "found"), [(True, []), (False, [("grad_not_zeroed", "step")])], ids=["cleared", "not cleared"]
)
def test_a_step_of_many_updates_is_taken_apart_into_them(cleared, found):
    v, sums = ([np.zeros_like(x) for x in start] for _ in range(2))

    def step(p, X, y):
        for at in range(0, len(X) - 3, 4):
            for k, g in enumerate(grad(p, X[at : at + 4], y[at : at + 4])):
                sums[k] = g + (0 if cleared else sums[k])
                v[k] = 0.9 * v[k] + sums[k]
            p = [x - 0.05 * u for x, u in zip(p, v, strict=True)]
        return p, loss(p, X, y)

    case = Case(Patient({"params": start, "X": X, "y": y, "loss": loss, "step": step}), 10.0)
    updates = unrolled(case)
    assert updates is not None
    assert [len(rows) for rows in updates.rows] == [4] * len(updates.after)
    assert [(f.id, f.where) for f in update.experiment(case)] == found


@pytest.mark.parametrize(("by_tensor", "found"), [(False, RIGHT), (True, MUTATED)])
def test_a_step_count_by_tensor_is_told_whatever_the_decay_rates(by_tensor, found):
    draw = np.random.default_rng(3)
    p = [draw.standard_normal(shape) for shape in ((6, 8), (8,), (8, 4), (4,))]
    kept, moves, grads, count = [(0.0, 0.0)] * 4, Moves(), [], 0
    for t in range(1, 7):
        grads.append([0.02 * draw.standard_normal(x.shape) for x in p])
        moves.before.append(p)
        kept = [(0.7 * m + 0.3 * g, 0.97 * v + 0.03 * g * g)
                for (m, v), g in zip(kept, grads[-1], strict=True)]  # fmt: skip
        counts = [count + k + 1 for k in range(4)] if by_tensor else [t] * 4
        p = [x - 0.01 * (m / (1 - 0.7**c)) / (np.sqrt(v / (1 - 0.97**c)) + 1e-8)
             for x, (m, v), c in zip(p, kept, counts, strict=True)]  # fmt: skip
        moves.after.append(p)
        count += 4
    assert [f.id for f in rule_kept_wrong(moves, grads, [0, 1, 2, 3])] == found


@pytest.mark.parametrize(
    ("root", "found"), [(lambda s: s + 1e-8, ["momentum_state_wrong"]), (lambda s: np.sqrt(s) + 1e-3, None)]
)
def test_squares_divided_by_without_their_root(root, found):
    moves, grads = adapted(lambda s, g: 0.9 * s + 0.1 * g * g, root)
    read = rule_kept_wrong(moves, grads, [0, 1, 2, 3])
    assert (read and [f.id for f in read]) == found


@pytest.mark.parametrize(("keep", "fault"), [(0.9, []), (1.0, ["momentum_state_wrong"])])
def test_a_velocity_in_single_precision_is_judged_as_far_as_its_rounding_lets(keep, fault):
    """Activations rounded to float32 leave more over than a right rule does in float64."""
    held = [np.zeros_like(p, np.float32) for p in start]

    def step(p, X, y):
        noise = [1 + 1e-6 * np.sin(1e4 * w) for w in p]
        for v, g, e in zip(held, grad(p, X, y), noise, strict=True):
            v[...] = keep * v - 0.05 * g * e
        return [w + v for w, v in zip(p, held, strict=True)], loss(p, X, y)

    small = Case(Patient({"params": [p.astype(np.float32) for p in start], "X": X, "y": y, "loss": loss,
                          "step": step, "batch_size": 20}), 10.0)  # fmt: skip
    assert [f.id for f in update.experiment(small)] == fault
