"""What one step says of its rows: their order inside it, their dtype, and where a counter of its own ends."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import data, rows, units, update
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import quiet
from pullback.diagnose.training._rows import never_taken, own_rows

RNG = np.random.default_rng(0)
X = RNG.normal(size=(96, 3))
Y = (X @ [1.0, -2.0, 0.5] > 0).astype(int)


def given(take=lambda X, y, t: (X, y), like=float, X=X, y=Y, size=48):
    """A logistic line; `take` picks the rows of step t, `like` is the dtype that its errors are kept in."""
    count = [0]

    def loss(p, X, y):
        z = X @ p[0] + p[1]
        return float(np.mean(np.logaddexp(0, z) - y * z))

    def step(p, X, y):
        X, y = take(X, y, count[0])
        count[0] += 1
        error = (1 / (1 + np.exp(-X @ p[0] - p[1])) - y).astype(like or y.dtype)
        return [p[0] - 0.1 * X.T @ error / len(y), p[1] - 0.1 * error.mean(keepdims=True)], loss(p, X, y)

    return {"params": [np.zeros(3), np.zeros(1)], "X": X, "y": y, "loss": loss, "step": step,
            "batch_size": size, "n_steps": 100}  # fmt: skip


def mixed(X, y, t):
    return X[np.random.default_rng(t).permutation(len(X))], y


def in_step(X, y, t):
    order = np.random.default_rng(t).permutation(len(X))
    return X[order], y[order]


@pytest.mark.parametrize(("take", "fault"), [(mixed, ["labels_misaligned"]), (in_step, [])])
def test_inputs_that_a_step_shuffles_alone_meet_targets_of_others(take, fault):
    with quiet():
        assert [f.id for f in rows._crossed(Case(Patient(given(take)), 10.0))] == fault


@pytest.mark.parametrize(("like", "y", "where"), [(None, Y, ["y"]), (float, Y, []), (None, Y * 1.0, [])])
def test_arrays_made_like_whole_targets_cut_the_errors_kept_in_them(like, y, where):
    with quiet():
        assert [f.where for f in data._whole_rows(Case(Patient(given(like=like, y=y)), 10.0))] == where


@pytest.mark.parametrize(("turn", "left"), [(96, False), (4, True)])
def test_rows_taken_one_by_one_are_followed_over_two_passes(turn, left):
    own = X.copy(), Y.copy()

    def take(_X, _y, t):
        return own[0][[t % turn]], own[1][[t % turn]]

    whole = Patient(given(take, X=own[0], y=own[1], size=1))
    assert bool(len(never_taken(whole, [np.ones(3), np.ones(1)], 1))) == left


CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def of_four(drawn, X, y, beta=0.0, inside=True):
    """A line by least squares, one row a step, drawn out of four: of those given, or of its own."""
    count, velocity = [0], [np.zeros(2), np.zeros(1)]

    def step(p, batch, targets):
        rows, marks = (batch, targets) if inside else (table["X"], table["y"])
        k = drawn[count[0] % len(drawn)]
        count[0] += 1
        e = rows[k] @ p[0] + p[1] - marks[k]
        velocity[:] = [beta * v - 0.1 * g for v, g in zip(velocity, (rows[k] * e, e), strict=True)]
        return [w + v for w, v in zip(p, velocity, strict=True)], float(e[0] ** 2)

    def loss(p, X, y):
        return float(np.mean((X @ p[0] + p[1] - y) ** 2))

    table = {"X": X, "y": y, "params": [np.zeros(2), np.zeros(1)], "loss": loss, "step": step,
             "batch_size": 4 if inside else 1, "n_steps": 100}  # fmt: skip
    return table


TURNS = np.random.default_rng(1).integers(0, 4, 200)


@pytest.mark.parametrize("beta", [0.0, 0.9])
@pytest.mark.parametrize(("X", "y"), [
    (CORNERS * 1.0, np.array([0.0, 1, 1, 0])),
    (CORNERS, np.array([0, 1, 1, 0])),
    (CORNERS * 2.0 - 1, np.array([-1.0, 1, 1, -1])),
])  # fmt: skip
def test_one_row_a_step_of_very_few_is_known_whatever_it_remembers(X, y, beta):
    drawn = [2, 2, 2, 0, 3, 1]
    found = own_rows(Patient(of_four(drawn, X, y, beta)), [np.array([0.3, -0.7]), np.array([0.2])], None)
    assert found is not None
    assert all(list(rows) == [k] for rows, k in zip(found.both, drawn, strict=False))


@pytest.mark.parametrize(("drawn", "inside", "fault"), [
    (TURNS, True, []),
    ([2, 2, 2, *TURNS], False, []),
    ([2], False, ["batch_indexing_wrong"]),
    (TURNS % 3, True, ["batch_indexing_wrong"]),
])  # fmt: skip
def test_rows_drawn_by_chance_again_and_again_are_not_the_only_ones(drawn, inside, fault):
    with quiet():
        case = Case(Patient(of_four(drawn, CORNERS * 1.0, np.array([0.0, 1, 1, 0]), inside=inside)), 10.0)
        assert [f.id for f in rows.experiment(case)] == fault


SLOPES = [
    (lambda a: 1 - a**2, []),
    (lambda a: 1.0 + 0 * a, ["grad_missing_activation_derivative"]),
    (lambda a: a * (1 - a), ["grad_activation_derivative_wrong"]),
]


@pytest.mark.parametrize(("slope", "fault"), SLOPES)
def test_the_mistake_of_a_step_is_looked_for_on_the_row_it_drew(slope, fault):
    given, count = of_four(TURNS, CORNERS * 1.0, np.array([[0.0], [1], [1], [0]])), [0]
    start = [np.random.default_rng(2).normal(size=size) for size in ((2, 5), (5, 1))]

    def loss(p, X, y):
        return np.mean((np.tanh(X @ p[0]) @ p[1] - y) ** 2)

    def step(p, X, y):
        k = TURNS[count[0] % len(TURNS)]
        count[0] += 1
        x, a = X[[k]], np.tanh(X[[k]] @ p[0])
        e = 2 * (a @ p[1] - y[[k]])
        return [p[0] - 0.1 * x.T @ (e @ p[1].T * slope(a)), p[1] - 0.1 * a.T @ e], loss(p, X, y)

    with quiet():
        case = Case(Patient({**given, "params": start, "loss": loss, "step": step}), 10.0)
        assert [f.id for f in update.experiment(case)] == fault


@pytest.mark.parametrize(("dark", "fault"), [(1.0, "init_too_large"), (0.3, None)])
def test_weights_are_large_by_the_sums_they_make(dark, fault):
    pixels = dark * RNG.normal(size=(60, 100))
    target = pixels[:, :1] / dark

    def loss(p, X, y):
        return float(np.mean((np.maximum(X @ p[0], 0) @ p[1] - y) ** 2))

    params = [RNG.normal(size=(100, 6)) * 0.8, RNG.normal(size=(6, 1)) / 3]
    with quiet():
        case = Case(Patient({"params": params, "X": pixels, "y": target, "loss": loss,
                             "grad": None, "step": lambda p, X, y: (p, loss(p, X, y))}), 10.0)  # fmt: skip
        found = units.suspect(case, units.look(case))
    assert (found and found.id) == fault


def test_a_loss_that_breaks_alone_is_unstable_though_smaller_steps_hide_it():
    far = 4 * X[np.abs(X @ [1.0, -2.0, 0.5]) > 0.3]
    y = (far @ [1.0, -2.0, 0.5] > 0).astype(float)

    def loss(p, X, y):
        q = 1 / (1 + np.exp(-(X @ p[0] + p[1])))
        return float(-np.mean(y * np.log(q) + (1 - y) * np.log(1 - q)))

    def step(p, X, y):
        d = (1 / (1 + np.exp(-(X @ p[0] + p[1]))) - y) / len(y)
        return [p[0] - 8 * X.T @ d, p[1] - 8 * d.sum(keepdims=True)], loss(p, X, y)

    found = diagnose(params=[np.zeros(3), np.zeros(1)], X=far, y=y, loss=loss, step=step, batch_size=16,
                     n_steps=400)  # fmt: skip
    assert found.faults[0].id == "loss_unstable"
