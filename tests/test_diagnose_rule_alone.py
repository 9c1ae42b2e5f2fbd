"""Update rules by themselves: steps that ask `grad`, fed with gradients of the diagnosis's choosing."""

from types import SimpleNamespace

import numpy as np
import pytest
from _one_layer import X, grad, loss, start, y

from pullback.diagnose._case import Case
from pullback.diagnose._unrolled import unrolled
from pullback.diagnose.experiments import update
from pullback.diagnose.experiments.of_treatment._penalties import coupled
from pullback.diagnose.experiments.of_update._answered import answered, sizes_by_rule
from pullback.diagnose.experiments.of_update._fading import judge_memory
from pullback.diagnose.experiments.of_update._frozen import entries_still
from pullback.diagnose.experiments.of_update._linear_rules import beside_penalty, shared_rules
from pullback.diagnose.experiments.of_update._memories import _corrected_in_place, nesterov
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import quiet
from pullback.diagnose.updates._kept import factor_kept
from pullback.diagnose.updates._moves import Moves, fit_linear

rng = np.random.default_rng(6)


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


@pytest.mark.parametrize(
    ("rate", "beta", "named", "fault"),
    [
        (0.4, 0.3, [0.4, 0.3], []),  # a small memory that was chosen
        (1 - 4e-16, 0.3, [1.0, 0.3], []),
        (0.4, 0.3, [0.3], ["momentum_state_wrong"]),
        (0.09, 0.1, [0.1, 0.9], ["momentum_state_wrong"]),  # v = 0.1 v + 0.9 g at a rate of 0.1
        (0.9, 0.05, [0.05, 0.9], ["momentum_state_wrong"]),  # the rate and the memory exchanged
        (0.28, 0.3, [0.4, 0.3], []),  # v = 0.3 v + (1 - 0.3) g at a rate of 0.4
        (0.28, 0.3, [0.4, 0.3, 0.7], ["momentum_state_wrong"]),  # or v = 0.7 g + 0.3 v
    ],
)
def test_a_small_memory_is_a_choice_where_it_and_the_rate_are_numbers_of_the_loop(rate, beta, named, fault):
    weights = beta ** np.arange(6.0)
    assert [f.id for f in judge_memory(weights, rate, True, lambda: named)] == fault


@pytest.mark.parametrize(("cleared", "fault"), [(False, ["grad_not_zeroed"]), (True, [])])
@pytest.mark.parametrize("falls", [0.0, 0.05])  # a rate's schedule hides none of it
def test_adam_on_sums_that_are_never_cleared(falls, cleared, fault):
    sums = [np.zeros_like(p) for p in start]
    m, v, t = [np.zeros_like(p) for p in start], [np.zeros_like(p) for p in start], [0]

    def step(p, X, y):
        t[0] += 1
        new = []
        for k, g in enumerate(grad(p, X, y)):
            sums[k] = g if cleared else sums[k] + g
            m[k] = 0.9 * m[k] + 0.1 * sums[k]
            v[k] = 0.999 * v[k] + 0.001 * sums[k] ** 2
            rate = 0.01 / (1 + falls * t[0])
            new.append(p[k] - rate * m[k] / (1 - 0.9 ** t[0]) / (np.sqrt(v[k] / (1 - 0.999 ** t[0])) + 1e-8))
        return new, loss(p, X, y)

    assert [f.id for f in update.experiment(case(step))] == fault


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


class NoPenalty:
    @staticmethod
    def penalty_grad(*_):
        return None


@pytest.mark.parametrize("lam", [1e-5, 3e-3])
@pytest.mark.parametrize(
    ("move", "fault"),
    [
        (lambda g, v: g - 0.9 * v, ["momentum_state_wrong"]),
        (lambda g, v: g + 0.9 * v, []),
        (lambda g, v: v, []),
    ],
    ids=["minus the velocity", "looking ahead", "plain"],
)
def test_a_velocity_is_read_although_a_penalty_stands_beside_its_gradients(lam, move, fault):
    draw = np.random.default_rng(1)
    p, v, moves, grads = [draw.standard_normal((6, 4)), np.zeros(4)], [0.0, 0.0], Moves(), []
    for _ in range(6):
        grads.append([0.1 * draw.standard_normal(x.shape) for x in p])
        fed = [g + lam * x for g, x in zip(grads[-1], p, strict=True)]
        v = [0.9 * old + g for old, g in zip(v, fed, strict=True)]
        moves.before.append(p)
        p = [x - 0.02 * move(g, kept) for x, g, kept in zip(p, fed, v, strict=True)]
        moves.after.append(p)
    near = fit_linear(moves, grads, [0, 1])
    assert near.gap > 1e-7
    case = SimpleNamespace(
        listened=True, is_bias=[False, True].__getitem__, truth=NoPenalty, generic=p, batch=list, size=8
    )
    found = beside_penalty(case, near, moves, grads, [0, 1])
    assert [f.id for f in found] == fault
    assert fault or case.ridge == pytest.approx({0: lam, 1: lam})


@pytest.mark.parametrize(
    ("weights", "fits"), [((0.1, 0.05, 0.025, 0.0125), True), ((0.1, 0.1, 0.1, 0.1), False)]
)
def test_a_single_number_follows_the_rule_of_the_others(weights, fits):
    """Six moves of one number fit any memory, so another parameter's is held against them."""
    rng = np.random.default_rng(3)
    grads = [[rng.standard_normal((4, 3)), rng.standard_normal(1)] for _ in range(4)]
    now, moves = [np.ones((4, 3)), np.ones(1)], Moves()
    for t in range(4):
        made = [(0.1, 0.05, 0.025, 0.0125), weights]
        after = [p - sum(c * grads[t - j][k] for j, c in enumerate(made[k][: t + 1]))
                 for k, p in enumerate(now)]  # fmt: skip
        moves.before.append(now)
        moves.after.append(after)
        now = after
    rules = shared_rules(moves, grads, {k: fit_linear(moves, grads, [k]) for k in (0, 1)})
    assert (rules[0].gap < 1e-4, rules[1].gap < 1e-4) == (True, fits)


def one_by_one(p, g, t):
    return np.where(np.arange(len(g)) == t % len(g), p - 0.05 * g, p)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda p, g, t: p - 0.05 * np.eye(len(g))[0] * g, [0]),
        (lambda p, g, t: p - 0.05 * np.eye(len(g))[-1] * g, [0]),
        (lambda p, g, t: p - 0.05 * g, []),
        (one_by_one, []),
    ],
    ids=["first alone", "last alone", "all", "in turns"],
)
def test_entries_that_stay_though_they_have_a_gradient(change, where):
    target, count = X @ np.ones(3) + 0.5, [0]

    def loss(p, X, y):
        return float(np.mean((X @ p[0] - y) ** 2))

    def step(p, X, y):
        count[0] += 1
        g = 2 * X.T @ (X @ p[0] - y) / len(y)
        return [change(p[0], g, count[0])], loss(p, X, y)

    given = {"params": [np.zeros(3)], "X": X, "y": target, "loss": loss, "step": step, "n_steps": 60}
    with quiet():
        case = Case(Patient(given), 10.0)
        found = entries_still(case, case.moves, case.gradients(case.moves), [0])
    assert [f.where for f in found] == where


@pytest.mark.parametrize(("steps", "expected"), [(1, ["layer_not_updated"]), (5, [])], ids=["once", "always"])
def test_entries_that_stay_may_have_next_to_no_gradient_now_and_then(steps, expected):
    draw = np.random.default_rng(4)
    grads, now, moves = [[draw.standard_normal(12)] for _ in range(5)], [draw.standard_normal(12)], Moves()
    for t, (g,) in enumerate(grads):
        g[9] *= t >= steps
        moves.before.append(now)
        now = [now[0] - 0.1 * g * (np.arange(12) < 6)]
        moves.after.append(now)
    case = SimpleNamespace(user=SimpleNamespace(leaves=now), leaves=moves.before[0])
    assert [f.id for f in entries_still(case, moves, grads, [0])] == expected


@pytest.mark.parametrize(("small", "expected"), [(1, ["layer_not_updated"]), (6, [])], ids=["some", "all"])
def test_entries_that_stay_may_have_small_gradients_but_not_the_smallest_alone(small, expected):
    draw = np.random.default_rng(4)
    grads, now, moves = [[draw.uniform(1, 2, 12)] for _ in range(5)], [draw.standard_normal(12)], Moves()
    for (g,) in grads:
        g[12 - small :] *= 1e-2
        g[11] *= 1e-2
        moves.before.append(now)
        now = [now[0] - 0.1 * g * (np.arange(12) < 6)]
        moves.after.append(now)
    case = SimpleNamespace(user=SimpleNamespace(leaves=now), leaves=moves.before[0])
    assert [f.id for f in entries_still(case, moves, grads, [0])] == expected


@pytest.mark.parametrize("beta", [0.9, 2e-16])
def test_rates_that_differ_by_their_rounding_are_no_bias_correction(beta):
    steps = range(1, 7)
    kept = [beta / (1 - beta**t) for t in steps][1:]
    rates = [0.1 * (1 - beta) / (1 - beta**t) for t in steps]
    assert _corrected_in_place(kept, rates) == (beta > 0.5)
