"""What a step keeps, and what its numbers do to the moves: rules that are wrong by their state."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import purity, repeat, update
from pullback.diagnose.experiments.of_update import _denominators
from pullback.diagnose.experiments.of_update._denominators import rule_kept_wrong
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.updates._coefficients import Kept
from pullback.diagnose.updates._kept import one_array_twice, share_of_move
from pullback.diagnose.updates._moves import Moves

rng = np.random.default_rng(6)
X = rng.standard_normal((60, 3))
y = np.tanh(X @ [1.0, -1.0, 0.5])
start = [rng.standard_normal((3, 5)) / 2, rng.standard_normal(5) / 2]
RATE = 0.1


def loss(p, X, y):
    return float(np.mean((np.tanh(X @ p[0]) @ p[1] - y) ** 2))


def grad(p, X, y):
    h = np.tanh(X @ p[0])
    d = 2 * (h @ p[1] - y) / len(y)
    return [X.T @ (np.outer(d, p[1]) * (1 - h * h)), h.T @ d]


def momentum(takes, gives, ahead=0.0, shared=False):
    kept = [[np.zeros_like(p)] * 2 if shared else [np.zeros_like(p), np.zeros_like(p)] for p in start]

    def step(p, X, y):
        gs = grad([w + ahead * v for w, (v, _) in zip(p, kept, strict=True)], X, y)
        for (v, other), g in zip(kept, gs, strict=True):
            v[...] = 0.9 * v + takes() * g
            other += 0.0
        return [w + gives() * v for w, (v, _) in zip(p, kept, strict=True)], loss(p, X, y)

    return step


def patient(step, loss=loss):
    return Patient({"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 20})


@pytest.mark.parametrize(
    ("takes", "gives", "ahead", "fault"),
    [
        (lambda: RATE, lambda: -RATE, 0.0, ["momentum_state_wrong"]),
        (lambda: 0.1, lambda: -RATE, 0.0, []),
        (lambda: -0.1, lambda: RATE, 0.0, []),
        (lambda: -RATE, lambda: RATE, 0.0, ["momentum_state_wrong"]),
        (lambda: -RATE, lambda: 1.0, 0.9, []),
        (lambda: -RATE, lambda: RATE, 0.9, ["momentum_state_wrong"]),
        (lambda: 1.0, lambda: -RATE, -0.9 * RATE, []),
        (lambda: 1.0, lambda: -RATE, -0.9, ["momentum_state_wrong"]),
    ],
    ids=[
        "rate twice",
        "a mean of gradients",
        "a mean of their negatives",
        "of negatives, rate twice",
        "ahead",
        "ahead, scaled",
        "sums, ahead",
        "sums, too far ahead",
    ],
)
def test_velocities_that_are_scaled_again(takes, gives, ahead, fault):
    found = update.experiment(Case(patient(momentum(takes, gives, ahead)), 10.0))
    assert [f.id for f in found[:1]] == fault


def test_a_number_that_enters_twice_makes_the_move_four_times_as_large():
    twice, once = (patient(momentum(lambda: RATE, gives)) for gives in (lambda: -RATE, lambda: -0.2))
    assert [share_of_move(p, start, 0.1) for p in (twice, once)] == [[pytest.approx(4)], [pytest.approx(2)]]


@pytest.mark.parametrize("shared", [True, False])
def test_one_array_in_two_places_of_what_is_kept(shared):
    step = momentum(lambda: 1.0, lambda: -0.1, shared=shared)
    assert one_array_twice(patient(step), start) == shared


@pytest.mark.parametrize("shared", [True, False])
def test_one_dict_under_two_names_that_only_the_step_fills(shared):
    class Moments:
        def __init__(self):
            self.m = {}
            self.v = self.m if shared else {}

        def step(self, p, X, y):
            for k, g in enumerate(grad(p, X, y)):
                self.m[k] = 0.9 * self.m.get(k, 0) + 0.1 * g
                self.v[k] = 0.999 * self.v.get(k, 0) + 0.001 * g**2
            return [
                w - 0.01 * self.m[k] / (np.sqrt(np.abs(self.v[k])) + 1e-8) for k, w in enumerate(p)
            ], loss(p, X, y)

    assert one_array_twice(patient(Moments().step), start) == shared


@pytest.mark.parametrize(
    ("means", "squares", "found"),
    [([9.0, 4.737], [99.0, 49.75], ["optimizer_state_mutated"]), ([0.9, 0.9], [0.99, 0.99], None)],
)
def test_two_steps_tell_moments_that_are_written_back(means, squares, found, monkeypatch):

    kept = [Kept(a, c, False, 1e-3) for a, c in zip(means, squares, strict=True)]
    monkeypatch.setattr(_denominators, "coefficients", lambda *_: kept)
    moves = Moves([[np.zeros(20)]] * 3, [[np.ones(20)]] * 3)
    read = rule_kept_wrong(moves, [[np.ones(20)]] * 3, [0])
    assert (None if read is None else [f.id for f in read]) == found


def test_moves_of_one_size_keep_no_squares():
    moves, grads, p = Moves(), [], np.zeros(40)
    for _ in range(6):
        grads.append([rng.standard_normal(40)])
        moves.before.append([p])
        p = p - 1e-3 * np.sign(grads[-1][0])
        moves.after.append([p])
    assert not rule_kept_wrong(moves, grads, [0])


def test_a_loss_that_writes_into_its_rows_does_not_draw_at_random():
    def writes(p, X, y):
        X -= 1.0
        return loss(p, X, y)

    case = Case(patient(momentum(lambda: 1.0, lambda: -0.1), writes), 10.0)
    assert repeat.experiment(case) == []
    assert [f.id for f in purity.experiment(case)] == ["inplace_mutation"]


def line(keeps, takes):
    """A straight line by momentum: its velocities keep and take each its own share."""
    kept = [np.zeros(3), np.zeros(1)]

    def off(p, X, y):
        return X @ p[0] + p[1] - y

    def step(p, X, y):
        e = 2 * off(p, X, y) / len(y)
        for i, g in enumerate((X.T @ e, e.sum(keepdims=True))):
            kept[i] = keeps[i] * kept[i] + takes[i] * g
        return [w - 0.02 * v for w, v in zip(p, kept, strict=True)], float(np.mean(off(p, X, y) ** 2))

    given = {"params": [np.zeros(3), np.zeros(1)], "X": X, "y": y, "step": step, "batch_size": 20}
    return Patient(given | {"loss": lambda p, X, y: float(np.mean(off(p, X, y) ** 2))})


@pytest.mark.parametrize(
    ("keeps", "takes", "fault"),
    [
        ((0.8, 0.8), (1.0, 1.0), []),
        ((1.0, 0.8), (0.8, 1.0), [("momentum_state_wrong", "step")]),
        ((0.8, 1.0), (1.0, 0.8), [("momentum_state_wrong", "step")]),
        ((0.8, 0.8), (1.0, 0.3), [("grad_constant_factor", 1)]),
    ],
    ids=["right", "the weights' never fades", "the bias's never fades", "a factor on the bias"],
)
def test_a_velocity_of_one_number_shows_what_it_keeps(keeps, takes, fault):
    found = update.experiment(Case(line(keeps, takes), 10.0))
    assert [(f.id, f.where) for f in found[:1]] == fault


def begins_at(first):
    """A step that begins at the weights that `first` makes of those it is given."""

    def step(p, X, y):
        p = first(p)
        return [w - RATE * g for w, g in zip(p, grad(p, X, y), strict=True)], loss(p, X, y)

    return step


def keeps_its_own():
    own = [x.copy() for x in start]

    def step(p, X, y):
        own[:] = [w - RATE * g for w, g in zip(own, grad(own, X, y), strict=True)]
        return [w.copy() for w in own], loss(own, X, y)

    return step


@pytest.mark.parametrize(
    ("step", "named"),
    [
        (begins_at(lambda p: p), False),
        (begins_at(lambda p: [x.copy() for x in start]), True),
        (keeps_its_own(), False),
    ],
)
def test_a_step_that_begins_at_the_same_weights_every_time_is_named(step, named):
    given = {"params": [x.copy() for x in start], "X": X, "y": y, "loss": loss, "step": step}
    found = purity.experiment(Case(Patient(given | {"batch_size": 60, "n_steps": 50}), 10.0))
    assert [(f.id, f.where) for f in found] == [("inplace_mutation", "step")] * named


@pytest.mark.parametrize(
    ("anew", "added", "fault"),
    [(True, False, []), (False, False, ["grad_not_zeroed"]), (False, True, ["grad_not_zeroed"])],
    ids=["anew", "the first alone", "the first again and again"],
)
def test_a_gradient_that_is_taken_once_stays_in_the_buffer(anew, added, fault):
    once, descent = [], [np.zeros_like(w) for w in start]

    def step(p, X, y):
        if anew or not once:
            once[:] = grad(p, X, y)
        for d, g in zip(descent, once, strict=True):
            d[...] = RATE * g + (d if added else 0.0)
        return [w - d for w, d in zip(p, descent, strict=True)], loss(p, X, y)

    assert [f.id for f in update.experiment(Case(patient(step), 10.0))] == fault


def signals_added(cleared, after):
    """A step whose hidden layer keeps what came down to it, before its slope or after it."""
    kept = np.zeros((20, 5))

    def step(p, X, y):
        h = np.tanh(X @ p[0])
        d = 2 * (h @ p[1] - y) / len(y)
        down, slope = np.outer(d, p[1]), 1 - h * h
        kept[...] = (0 if cleared else kept) + (down * slope if after else down)
        signal = kept if after else kept * slope
        return [p[0] - RATE * X.T @ signal, p[1] - RATE * h.T @ d], loss(p, X, y)

    return step


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("cleared", "found"), [(True, []), (False, [("grad_not_zeroed", 0, 1.0)])])
def test_an_error_signal_within_the_backward_pass_that_is_never_cleared(cleared, after, found):
    case = Case(patient(signals_added(cleared, after)), 10.0)
    assert [(f.id, f.where, f.confidence) for f in update.experiment(case)] == found


FLAGS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
EITHER = np.array([0.0, 1.0, 1.0, 0.0])


def of_single_rows(p, X):
    h = 1 / (1 + np.exp(-(X @ p[0] + p[1])))
    return h, 1 / (1 + np.exp(-(h @ p[2] + p[3])))


def of_flags(p, X, y):
    return float(np.mean((of_single_rows(p, X)[1] - y) ** 2))


def all_signals_added(cleared):
    """Single rows, and both layers' error signals are kept: a target of nought leaves the output as it is."""
    kept = [np.zeros(4), np.zeros(1)]

    def step(p, X, y):
        h, o = of_single_rows(p, X)
        for signal in kept:
            signal *= not cleared
        kept[1] += ((o - y) * o * (1 - o))[0]
        kept[0] += p[2] * kept[1] * h[0] * (1 - h[0])
        g = [np.outer(X[0], kept[0]), kept[0], h[0] * kept[1], kept[1]]
        return [w - 0.5 * d for w, d in zip(p, g, strict=True)], of_flags(p, X, y)

    return step


@pytest.mark.parametrize(("cleared", "found"), [(True, []), (False, ["grad_not_zeroed"])])
def test_error_signals_of_rows_whose_target_is_nought_are_never_cleared(cleared, found):
    begun = [np.array([[0.5, -0.4, 0.9, 0.1], [-0.3, 0.8, 0.2, -0.7]]), np.full(4, 0.1),
             np.array([0.6, -0.5, 0.3, 0.9]), np.array([-0.2])]  # fmt: skip
    given = {"params": begun, "X": FLAGS, "y": EITHER, "loss": of_flags, "step": all_signals_added(cleared)}
    case = Case(Patient({**given, "batch_size": 1}), 10.0)
    assert [f.id for f in update.experiment(case)] == found


WIDE = rng.standard_normal((60, 12))


def wide_loss(p, X, y):
    return float(np.mean((np.tanh(X @ p[0]) - X @ p[1] - y) ** 2))


def wide_grad(p, X, y):
    h = np.tanh(X @ p[0])
    d = 2 * (h - X @ p[1] - y) / len(y)
    return [X.T @ (d * (1 - h * h)), -X.T @ d]


def by_moments(same):
    """Means and squares, each a list of arrays; or one list that is both."""
    means = [np.zeros(12), np.zeros(12)]
    squares = means if same else [np.zeros(12), np.zeros(12)]

    def step(p, X, y):
        out = []
        for w, m, v, g in zip(p, means, squares, wide_grad(p, X, y), strict=True):
            m[...] = 0.9 * m + 0.1 * g
            v[...] = 0.99 * v + 0.01 * g * g
            out.append(w - 0.01 * m / (np.sqrt(np.abs(v)) + 1e-8))
        return out, wide_loss(p, X, y)

    return step


def by_velocities(same, power=1.0):
    """A velocity for each parameter, or one for both; the rate falls, and a power bends the moves."""
    zeros = np.zeros(12)
    velocities, t = [zeros, zeros] if same else [np.zeros(12), np.zeros(12)], [0]

    def step(p, X, y):
        t[0] += 1
        for v, g in zip(velocities, wide_grad(p, X, y), strict=True):
            v *= 0.9
            v -= 0.05 * t[0] ** -0.3 * g
        moves = [np.sign(v) * np.abs(v) ** power for v in velocities]
        return [w + u for w, u in zip(p, moves, strict=True)], wide_loss(p, X, y)

    return step


def looking_ahead(same):
    """Gradients taken where each velocity leads, one for each parameter or one for both."""
    zeros = np.zeros(12)
    velocities = [zeros, zeros] if same else [np.zeros(12), np.zeros(12)]

    def step(p, X, y):
        gs = wide_grad([w + 0.9 * v for w, v in zip(p, velocities, strict=True)], X, y)
        out = []
        for w, v, g in zip(p, velocities, gs, strict=True):
            v[...] = 0.9 * v - 0.05 * g
            out.append(w + v)
        return out, wide_loss(p, X, y)

    return step


@pytest.mark.parametrize(
    ("step", "named"),
    [
        (by_moments(True), True),
        (by_moments(False), False),
        (by_velocities(True), True),
        (by_velocities(False), False),
        (by_velocities(True, 0.7), False),
        (looking_ahead(True), True),
        (looking_ahead(False), False),
    ],
    ids=[
        "one list",
        "two lists",
        "one velocity",
        "two velocities",
        "no rule, one array or two",
        "one velocity looked along",
        "two velocities looked along",
    ],
)
def test_one_array_in_two_places_is_to_blame_where_a_right_rule_has_one_in_each(step, named):
    given = {"params": [rng.standard_normal(12) / 4 for _ in range(2)], "X": WIDE, "y": y, "batch_size": 20}
    found = update.experiment(Case(Patient(given | {"loss": wide_loss, "step": step}), 10.0))
    assert [(f.id, f.where) for f in found if f.id.startswith("optimizer")] == [
        ("optimizer_state_shared", "step")
    ] * named


@pytest.mark.parametrize(("cleared", "found"), [(True, []), (False, ["grad_not_zeroed"])])
@pytest.mark.parametrize("lam", [1e-4, 1e-2])
def test_a_penalty_beside_a_buffer_that_is_never_cleared_hides_none_of_it(lam, cleared, found):
    """It is added to what is read from the buffer: the velocity keeps less of it than of the gradients."""
    sums, velocities = [[np.zeros_like(p) for p in start] for _ in range(2)]

    def step(p, X, y):
        out = []
        for k, g in enumerate(grad(p, X, y)):
            sums[k] = g if cleared else sums[k] + g
            velocities[k] = 0.9 * velocities[k] + sums[k] + lam * p[k]
            out.append(p[k] - 0.05 * velocities[k])
        return out, loss(p, X, y)

    assert [f.id for f in update.experiment(Case(patient(step), 10.0))] == found


@pytest.mark.parametrize("squared", [np.sum, np.mean])
@pytest.mark.parametrize(("shared", "expected"), [(True, ["optimizer_state_shared"]), (False, [])])
def test_one_number_holds_the_squares_of_all_parameters(squared, shared, expected):
    """Summed or averaged; one number for each parameter, that is, or one that all of them write to."""
    means, squares, count = [0.0, 0.0], {}, [0]

    def step(p, X, y):
        count[0] += 1
        new = []
        for k, (w, g) in enumerate(zip(p, grad(p, X, y), strict=True)):
            key = 0 if shared else k
            means[k] = 0.9 * means[k] + 0.1 * g
            squares[key] = 0.999 * squares.get(key, 0.0) + 0.001 * (squared(g * g) if shared else g * g)
            mean, square = means[k] / (1 - 0.9 ** count[0]), squares[key] / (1 - 0.999 ** count[0])
            new.append(w - 0.01 * mean / (np.sqrt(square) + 1e-8))
        return new, loss(p, X, y)

    case = Case(Patient({"params": start, "X": X, "y": y, "loss": loss, "step": step}), 10.0)
    assert [f.id for f in update.experiment(case)] == expected
