"""Causes that only whole runs with one thing mended tell apart, on loops written for one question each."""

from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose._points import tamed
from pullback.diagnose.experiments import units
from pullback.diagnose.experiments.labels import contradicted, trace
from pullback.diagnose.experiments.model import too_small_for_few
from pullback.diagnose.experiments.of_treatment import _columns
from pullback.diagnose.experiments.of_treatment._breaking import _thrown
from pullback.diagnose.experiments.of_treatment._columns import sizes_told, unlike_scales
from pullback.diagnose.experiments.of_treatment._comparing import Compared, in_phase
from pullback.diagnose.experiments.of_treatment._penalties import _part, replaced
from pullback.diagnose.experiments.of_treatment._widths import wrong_width
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import quiet


def fitted(predict, params, X, y, rate, batch_size, n_steps, seen=lambda X: X):
    """Least squares of a linear model on `seen(X)`, written out by hand."""

    def loss(params, X, y):
        return float(np.mean((predict(params, X) - y) ** 2))

    def step(params, X, y):
        F = seen(X)
        return [params[0] - rate * 2 / len(y) * F.T @ (predict(params, X) - y)], loss(params, X, y)

    return {"params": params, "X": X, "y": y, "loss": loss, "step": step,
            "batch_size": batch_size, "n_steps": n_steps}  # fmt: skip


def powers(high):
    t = np.random.default_rng(0).uniform(-high, high, (200, 1))
    y = np.sin(t * 2 / high)

    def features(X):
        return np.concatenate([X**k for k in range(5)], axis=1)

    return fitted(lambda p, X: features(X) @ p[0], [np.zeros((5, 1))], t, y, 0.05, 20, 600, features)


@pytest.mark.parametrize(("high", "expected"), [(5.0, "inputs_unscaled"), (1.0, None)])
def test_features_made_inside_the_model_may_be_unscaled(high, expected):
    found = diagnose(**powers(high)).faults
    assert (found[0].id if found else None) == expected


def factors(start, penalty=0.0):
    """Ratings of items by users as the product of two tables, one rating at a time."""
    rng = np.random.default_rng(1)
    taste, kind = rng.standard_normal((20, 2)), rng.standard_normal((15, 2))
    X = np.argwhere(rng.random((20, 15)) < 0.8)
    rng.shuffle(X)
    y = (taste @ kind.T)[X[:, 0], X[:, 1]]

    def loss(params, X, y):
        P, Q = params[0][X[:, 0]], params[1][X[:, 1]]
        return float((np.sum(((P * Q).sum(1) - y) ** 2) + penalty * np.sum(P**2 + Q**2)) / len(y))

    def step(params, X, y):
        P, Q = (p.copy() for p in params)
        before = loss(params, X, y)
        for (u, i), r in zip(X, y, strict=True):
            e = r - P[u] @ Q[i]
            P[u], Q[i] = P[u] + 0.1 * (e * Q[i] - penalty * P[u]), Q[i] + 0.1 * (e * P[u] - penalty * Q[i])
        return [P, Q], before

    return {"params": start(rng), "X": X, "y": y, "loss": loss, "step": step,
            "batch_size": 1, "n_steps": 3000}  # fmt: skip


def drawn(rng):
    return [0.5 * rng.standard_normal((20, 3)), 0.5 * rng.standard_normal((15, 3))]


def alike(rng):
    return [np.full((20, 3), 0.4), np.full((15, 3), 0.4)]


@pytest.mark.parametrize(
    ("start", "penalty", "expected"),
    [
        (drawn, 0.0, None),
        (alike, 0.0, "init_symmetric"),
        (drawn, 2.5, "regularisation_too_strong"),
    ],
)
def test_tables_that_multiply_no_matrix(start, penalty, expected):
    found = diagnose(**factors(start, penalty)).faults
    assert (found[0].id if found else None) == expected


def of_labels(flipped):
    rng = np.random.default_rng(2)
    X = np.concatenate([rng.standard_normal((250, 4)) + 2, rng.standard_normal((250, 4)) - 2])
    y = np.repeat([0.0, 1.0], 250)
    chosen = rng.random(500) < flipped
    y[chosen] = 1 - y[chosen]
    return Case(Patient({"params": [np.zeros(4)], "X": X, "y": y, "loss": lambda p, X, y: 0.0,
                         "grad": lambda p, X, y: p}), 10.0)  # fmt: skip


@pytest.mark.parametrize(
    ("flipped", "some", "contradict"), [(0.0, True, False), (0.4, True, True), (0.5, False, False)]
)
def test_labels_of_which_little_is_left_are_not_labels_of_other_rows(flipped, some, contradict):
    case = of_labels(flipped)
    assert bool(trace(case)) == some
    assert bool(contradicted(case)) == contradict


def test_a_line_to_far_targets_that_runs_away_is_never_healthy():
    """Adam cannot reach targets of a hundred from zero; what can be reached is found whatever the scales."""
    rng = np.random.default_rng(0)
    x = rng.uniform(20, 70, 20)
    y = 0.5 * x + 110 + rng.normal(0, 2, 20)

    def loss(p, X, y):
        return np.mean((p[0] * X + p[1] - y) ** 2)

    def step(p, X, y):
        e = 2 * (p[0] * X + p[1] - y) / len(y)
        return [p[0] - 0.0006 * np.sum(e * X), p[1] - 0.0006 * np.sum(e)], loss(p, X, y)

    found = diagnose(params=[0.0, 0.0], X=x, y=y, loss=loss, step=step, batch_size=20, n_steps=500)
    assert found.faults[0].id in ("inputs_unscaled", "lr_too_large")


def doubled(rate_of, n_steps=300, total=None):
    """A small network of squares, each step taken by the rate of its number; sums over `total` rows."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((400, 3))
    y = np.sin(2 * X[:, :1]) + 0.5 * X[:, 1:2] * X[:, 2:]
    params = [
        rng.standard_normal((3, 20)) / 1.7,
        np.zeros(20),
        rng.standard_normal((20, 1)) / 4.5,
        np.zeros(1),
    ]
    count = [0]

    def loss(p, X, y):
        return float(np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2))

    def step(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        d = 2 * (h @ p[2] + p[3] - y) / (total or len(y))
        e = d @ p[2].T * (1 - h * h)
        rate, count[0] = rate_of(count[0]), count[0] + 1
        grads = [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]
        return [w - rate * g for w, g in zip(p, grads, strict=True)], loss(p, X, y)

    return {"params": params, "X": X, "y": y, "loss": loss, "step": step,
            "batch_size": 20, "n_steps": n_steps}  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"rate_of": lambda t: 0.1}, None),
        ({"rate_of": lambda t: 0.1, "n_steps": 2000, "total": 400}, "grad_averaged_twice"),
        ({"rate_of": lambda t: 0.1 * 0.5 ** (t // 2)}, "lr_too_small"),
    ],
)
def test_a_step_may_be_too_small_from_the_start_or_fall_to_nothing(settings, expected):
    found = diagnose(**doubled(**settings)).faults
    assert (found[0].id if found else None) == expected


@pytest.mark.parametrize(("only", "lost"), [((0, 1), [0, 1]), ((0,), [0]), ((), [])])
def test_an_update_in_the_weights_place_is_no_decay(only, lost):
    found = replaced({k: 1.0 if k in only else 0.01 for k in range(2)})
    assert [f.id for f in found] == (["inplace_mutation"] if lost else [])
    assert not found or f"parameter {', '.join(map(str, lost))}:" in found[0].evidence


def to_prices(bias, n_steps):
    """A line to prices in the hundreds, by steps that serve them in time."""
    rng = np.random.default_rng(4)
    X = rng.standard_normal((100, 3))
    y = 340 + X @ [[120.0], [10.0], [-15.0]] + 20 * rng.standard_normal((100, 1))
    X = np.column_stack([np.ones(100), X]) if bias else X

    def loss(p, X, y):
        return float(np.mean((X @ p[0] - y) ** 2) / 2)

    def step(p, X, y):
        return [p[0] - 0.03 * X.T @ (X @ p[0] - y) / len(y)], loss(p, X, y)

    return {"params": [np.zeros((X.shape[1], 1))], "X": X, "y": y, "loss": loss, "step": step,
            "n_steps": n_steps}  # fmt: skip


@pytest.mark.parametrize(
    ("bias", "n_steps", "expected"),
    [(True, 500, None), (True, 30, "too_few_steps"), (False, 500, "no_bias")],
)
def test_far_targets_are_blamed_only_where_the_step_size_cannot_serve_them(bias, n_steps, expected):
    found = diagnose(**to_prices(bias, n_steps)).faults
    assert (found[0].id if found else None) == expected


@pytest.mark.parametrize(
    ("names", "size"), [({"n_steps": 50}, 400), ({}, 400), ({"n_steps": 50, "batch_size": 20}, 20)]
)
def test_a_loop_that_names_no_batch_takes_its_whole_set(names, size):
    given = {k: v for k, v in doubled(lambda t: 0.1).items() if k not in ("n_steps", "batch_size")}
    assert Patient({**given, **names}).batch_size == size


@pytest.mark.parametrize(("gain", "expected"), [(100.0, "init_too_large"), (1.0, None)])
def test_weights_of_one_sign_are_large_first_where_they_are(gain, expected):
    """Around zero they saturate as well, so that the sign is not to blame."""
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
    y = np.array([[0.0], [1.0], [1.0], [0.0]])
    first = gain * np.random.default_rng(0).random((3, 4))

    def loss(p, X, y):
        return float(np.mean((1 / (1 + np.exp(-(1 / (1 + np.exp(-X @ p[0]))) @ p[1])) - y) ** 2))

    case = Case(Patient({"params": [first, np.ones((4, 1)) * [[1], [-1], [2], [-2]]], "X": X, "y": y,
                         "loss": loss, "grad": lambda p, X, y: p}), 10.0)  # fmt: skip
    found = units.suspect(case, units.look(case))
    assert (found.id if found else None) == expected


def exclusive(units, rate):
    """Exclusive or by a hidden layer of sigmoids and cross-entropy."""
    rng, squash = np.random.default_rng(1), lambda z: 1 / (1 + np.exp(-z))
    X, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])

    def told(p, X):
        h = squash(X @ p[0] + p[1])
        return h, squash(h @ p[2] + p[3])

    def loss(p, X, y):
        out = told(p, X)[1]
        return np.mean(-y * np.log(out + 1e-9) - (1 - y) * np.log(1 - out + 1e-9))

    def step(p, X, y):
        h, out = told(p, X)
        off = (out - y) / len(y)
        back = off @ p[2].T * h * (1 - h)
        slopes = [X.T @ back, back.sum(0), h.T @ off, off.sum(0)]
        return [x - rate * g for x, g in zip(p, slopes, strict=True)], loss(p, X, y)

    params = [rng.normal(size=(2, units)), np.zeros(units), rng.normal(size=(units, 1)), np.zeros(1)]
    return {"params": params, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 4, "n_steps": 3000}


@pytest.mark.parametrize(("units", "fault"), [(1, "capacity_too_small"), (2, None)])
def test_a_plateau_on_few_rows_is_want_of_units_only_where_no_start_leaves_it(units, fault):
    found = Case(Patient(exclusive(units, 0.01)), 4.5)
    with quiet():
        said = too_small_for_few(found, found.base, 0.9 * found.base)
    assert (None if said is None else said.id) == fault


@pytest.mark.parametrize(("high", "fault"), [(10.0, "inputs_unscaled"), (1.0, None)])
def test_columns_are_unscaled_where_standardised_ones_and_their_own_step_learn_more(high, fault):
    rng = np.random.default_rng(1)
    t = rng.uniform(0, high, 100)
    X = np.stack([t**k for k in range(5)], axis=1)
    s = t * 10 / high
    y = 2 + 0.5 * s - 0.3 * s**2 + 0.02 * s**3 + rng.normal(size=100)
    rate = 0.5 / np.linalg.norm(X, 2) ** 2 * len(X)
    found = Case(Patient(fitted(lambda p, X: X @ p[0], [np.zeros(5)], X, y, rate, 100, 3000)), 4.5)
    with quiet():
        said = unlike_scales(Compared(found))
    assert (None if said is None else said.id) == fault


def test_what_far_targets_can_be_brought_to_is_known_on_unlike_columns():
    rng = np.random.default_rng(12)
    X = np.column_stack([np.ones(300), rng.uniform(28, 190, 300), rng.uniform(0, 90, 300)])
    y = X @ [35, 2.4, -1.7] + 16 * rng.normal(size=300)
    found = Case(Patient(fitted(lambda p, X: X @ p[0], [np.zeros(3)], X, y, 2e-5, 300, 200)), 4.5)
    with quiet():
        runs = Compared(found)
    least = np.linalg.lstsq(X, y, rcond=None)[1][0] / 300
    assert runs.reference.final > runs.user.final
    assert runs.goal == pytest.approx(least, rel=0.02)


def test_one_column_has_one_size():
    assert sizes_told(np.array([57.6])) == "the column's size is 57.6"
    assert sizes_told(np.array([0.5, 30.0])) == "the columns' sizes go from 0.5 to 30"


@pytest.mark.parametrize(("steps", "n"), [(2000, 1333), (130, 80), (55, 97)])
def test_fewer_rows_in_order_are_left_at_the_same_part_of_a_pass(steps, n):
    t = np.linspace(0, 1, 120)
    found = Case(Patient(fitted(lambda p, X: X @ p[0], [np.zeros(1)], t[:, None], t, 0.1, 10, 50)), 4.5)
    longer = in_phase(found, steps, n)
    assert longer >= steps
    assert abs((longer * 10 / n - steps * 10 / 120 + 0.5) % 1 - 0.5) <= 5.1 / n


def bumps(widths, centres=None):
    """Bumps at places of the plane, by their centres, widths and weights, and a surface that they fit."""
    rng = np.random.default_rng(3)
    X = rng.uniform(-2, 2, (200, 2))
    y = np.exp(-np.sum((X - 1) ** 2, 1)) - np.exp(-np.sum((X + 1) ** 2, 1))
    centres = rng.uniform(-2, 2, (6, 2)) if centres is None else centres
    params = [centres, np.full(6, widths), rng.normal(0, 0.3, 6)]

    def seen(p, X):
        return np.sum((X[:, None] - p[0]) ** 2, 2)

    def loss(p, X, y):
        return np.mean((np.exp(-seen(p, X) / (2 * p[1] ** 2)) @ p[2] - y) ** 2)

    def step(p, X, y):
        gaps, far = X[:, None] - p[0], seen(p, X)
        phi = np.exp(-far / (2 * p[1] ** 2))
        e = 2 * (phi @ p[2] - y) / len(y)
        common = e[:, None] * phi * p[2]
        grads = [(common[:, :, None] * gaps).sum(0) / p[1][:, None] ** 2, (common * far).sum(0) / p[1] ** 3,
                 phi.T @ e]  # fmt: skip
        return [a - 0.3 * g for a, g in zip(p, grads, strict=True)], loss(p, X, y)

    return {"params": params, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 40, "n_steps": 300}


@pytest.mark.parametrize(("width", "expected"), [(0.02, "init_too_small"), (0.8, None)])
def test_bumps_too_narrow_for_any_row_start_too_small(width, expected):
    found = Case(Patient(bumps(width)), 10.0)
    with quiet():
        assert found.divisors == [1]
        assert np.array_equal(found.reborn()[1], found.leaves[1])  # a width of zero is no start
        said = wrong_width(Compared(found))
    assert (said and (said.id, said.where)) == (expected and (expected, 1))


def test_factors_that_start_at_zero_and_end_alike_are_symmetric():
    same = bumps(0.8, np.zeros((6, 2)))
    same["params"][2] = np.full(6, 0.2)
    found = Case(Patient(same), 10.0)
    with quiet():
        said = units.suspect(found, units.look(found))
    assert (said.id, said.where) == ("init_symmetric", 0)


@pytest.mark.parametrize(("ends", "thrown"), [(1e60, True), (50.0, False), (np.nan, False)])
def test_weights_thrown_far_by_one_step_are_no_formulas_fault(ends, thrown):
    assert _thrown([np.ones(3), np.array([1.0, ends])]) is thrown


def test_a_loss_at_its_floor_is_measured_where_it_has_slopes():
    def clipped(leaves):
        return float(-np.log(1 / (1 + np.exp(min(30 * leaves[0][0, 0], 700))) + 1e-2))

    leaves = [np.full((2, 2), 20.0)]
    assert clipped(leaves) < 8 * clipped([0 * leaves[0]])
    assert tamed(leaves, clipped)[0].max() < 20.0


def test_classes_in_order_are_told_where_unseen_rows_are_foretold_as_badly_by_all():
    rng = np.random.default_rng(12)
    y = np.repeat([1.0, -1.0], 200)
    X = rng.standard_normal((400, 2)) + np.where(y[:, None] > 0, (3.5, 4.0), (1.0, 1.5))

    def loss(p, X, y):
        return np.mean(np.maximum(0, 1 - y * (X @ p[0] + p[1]))) + 0.0005 * p[0] @ p[0]

    def step(p, X, y):
        inside = (y * (X @ p[0] + p[1]) < 1) * y
        w = p[0] - 0.01 * (0.001 * p[0] - (X * inside[:, None]).mean(0))
        return [w, p[1] + 0.01 * inside.mean()], loss(p, X, y)

    found = diagnose(
        params=[np.zeros(2), np.zeros(1)], X=X, y=y, loss=loss, step=step, batch_size=1, n_steps=5000
    )
    assert found.faults[0].id == "data_not_shuffled"


@pytest.mark.parametrize(
    ("sizes", "got", "scale", "step"),
    [((1, 9), 0.97, 0.1, False), ((3, 4), 0.97, 0.1, True), ((3, 4), 0.97, 0.01, False),
     ((3, 4), 0.8, 0.1, False), ((0.05, 0.05), 0.95, 10.0, False)],
)  # fmt: skip
def test_a_smaller_step_serves_columns_only_where_they_are_of_one_size(sizes, got, scale, step):
    X = np.random.default_rng(0).standard_normal((50, 2)) * sizes
    assert _columns._serves_alike(SimpleNamespace(X=X, n=50, kept={"first_inputs": X}), {scale: got}) is step


@pytest.mark.parametrize(
    ("sizes", "shift", "aside"),
    [((1, 9), 0, True), ((0.1, 0.1), 0, True), ((1, 1), 0, False), ((1, 1), 5, True)],
)
def test_columns_stand_aside_by_their_size_or_their_distance_from_zero(sizes, shift, aside):
    X = np.random.default_rng(0).standard_normal((50, 2)) * sizes + shift
    assert _columns._aside(SimpleNamespace(X=X, n=50, kept={"first_inputs": X})) is aside


@pytest.mark.parametrize(("power", "recordings"), [(2, 4), (1, None)])
def test_a_penalty_by_the_rows_is_recorded_once_for_each_number_of_rows(power, recordings, monkeypatch):
    from pullback.diagnose._case import Case
    from pullback.diagnose._truth import Truth
    from pullback.diagnose.experiments.of_treatment._penalties import _part
    from pullback.diagnose.loops._patient import Patient

    def loss(p, X, y):
        return np.mean((X @ p[0] + p[1] - y) ** 2) + 3 / len(y) * np.sum(np.abs(p[0]) ** power)

    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60, 3)), rng.standard_normal((60, 1))
    params = [rng.standard_normal((3, 1)), np.ones(1)]
    case = Case(Patient({"params": params, "X": X, "y": y, "loss": loss, "grad": lambda p, X, y: p}), 10.0)
    part, asked, recorded = _part(case), [], Truth.penalty_grad
    monkeypatch.setattr(Truth, "penalty_grad", lambda *args: asked.append(1) or recorded(*args))
    for rows in (20, 40) * 5:
        found = part(params, X[:rows], y[:rows])
        wanted = 3 / rows * power * np.abs(params[0]) ** (power - 1) * np.sign(params[0])
        np.testing.assert_allclose(found[0], wanted, rtol=1e-6)
        assert not found[1].any()
    assert len(asked) == recordings if recordings else len(asked) > 10


def test_a_bias_that_reaches_a_hinge_by_sums_alone_is_not_taken_for_penalised():
    draw = np.random.default_rng(2)
    X = draw.standard_normal((40, 3))
    y = np.where(X @ [1.0, -1.0, 0.5] > 0.2, 1, -1)

    def loss(p, X, y):
        total = 0
        for x, t in zip(X, y, strict=True):
            total += max(0, 1 - float(t * (np.dot(x, p[0]) - p[1])))
        return 0.001 * np.dot(p[0], p[0]) + total / len(X)

    given = {"params": [0.1 * draw.standard_normal(3), np.zeros(())], "X": X, "y": y, "loss": loss}
    found = Case(Patient(given | {"grad": lambda p, X, y: p, "batch_size": 8}), 10.0)
    with quiet():
        weights, bias = _part(found)(found.generic, *found.batch())
    np.testing.assert_allclose(weights, 0.002 * found.generic[0], rtol=1e-6)
    assert not np.any(bias)
