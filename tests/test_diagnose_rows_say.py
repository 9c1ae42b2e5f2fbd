"""What few rows say by themselves: errors that cancel, targets all alike, labels of other rows."""

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments._stretches import stretch
from pullback.diagnose.experiments.labels import contradicted
from pullback.diagnose.experiments.of_objective._cancelling import cancel
from pullback.diagnose.experiments.of_objective._unpaired import unpaired
from pullback.diagnose.experiments.of_objective._unread import unread
from pullback.diagnose.experiments.rows import experiment as rows_experiment
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import quiet
from pullback.diagnose.training._rows import _windows, never_taken, own_rows, stays

E = np.array([0.3, -1.2, 0.8, 2.0, -0.4, -0.9])
TABLE = np.random.default_rng(0).normal(size=(6, 3))
LOSSES = [
    ("averaged", lambda i: E[i].mean() ** 2),
    ("averaged", lambda i: 0.5 * E[i].mean() ** 2 + 0.7),
    ("averaged", lambda i: abs(E[i].mean())),
    ("averaged", lambda i: (TABLE[i].mean(0) ** 2).sum()),
    ("added", lambda i: E[i].sum() ** 2),
    ("added", lambda i: abs(E[i].sum())),
    ("", lambda i: (E[i] ** 2).mean()),
    ("", lambda i: (E[i] ** 2).sum()),
    ("", lambda i: np.sqrt((E[i] ** 2).mean())),
    ("", lambda i: np.abs(E[i]).mean()),
    ("", lambda i: -np.abs(E[i]).sum()),
    ("", lambda i: E[i].var()),
    ("", lambda i: (E[i] ** 2).mean() + 3 / len(i)),
    ("", lambda i: (E[i] ** 2).sum() + 3 / len(i)),
]


@pytest.mark.parametrize(("kind", "loss"), LOSSES)
def test_errors_that_cancel_are_told_from_losses_of_rows(kind, loss):
    groups = [g for size in (1, 2, 3) for g in combinations(range(6), size)]
    assert cancel({g: float(loss(list(g))) for g in groups}) == kind


def line(take=None, y=None, size=40, beta=0.0):
    """A line by least squares; `take(t, X, y)` picks the rows of step t out of those that are given."""
    velocity = [np.zeros(2), np.zeros(1)]
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    y = X @ [1.0, -2.0] + 0.1 if y is None else y
    count = [0]

    def loss(p, X, y):
        return np.mean((X @ p[0] + p[1] - y) ** 2)

    def step(p, X, y):
        if take is not None:
            X, y = take(count[0], X, y)
        count[0] += 1
        d = 2 * (X @ p[0] + p[1] - y) / len(y)
        velocity[:] = [beta * v - 0.1 * g for v, g in zip(velocity, (X.T @ d, d.sum()), strict=True)]
        return [w + v for w, v in zip(p, velocity, strict=True)], loss(p, X, y)

    return {"params": [np.zeros(2), np.zeros(1)], "X": X, "y": y, "loss": loss, "step": step,
            "batch_size": size, "n_steps": 100}  # fmt: skip


def blocks(t, X, y):
    k = 10 * (t % 4)
    return X[k : k + 10], y[k : k + 10]


def half(t, X, y):
    k = 10 * (t % 2)
    return X[k : k + 10], y[k : k + 10]


def drawn(t, X, y):
    rows = np.random.default_rng(t).permutation(len(X))[:10]
    return X[rows], y[rows]


@pytest.mark.parametrize(("take", "own"), [(None, False), (blocks, True), (half, True), (drawn, True)])
def test_rows_picked_out_of_all_that_are_given_are_seen(take, own):
    patient = Patient(line(take))
    start = [np.ones(2), np.ones(1)]
    found = own_rows(patient, start, None)
    assert (found is not None) == own
    if found is not None:
        assert [len(rows) for rows in found.both] == [10, 10, 10]
        assert len(never_taken(patient, start, 10)) == (10 if take is half else 0)


def one(t, X, y):
    return X[t % 40 : t % 40 + 1], y[t % 40 : t % 40 + 1]


def shifted(t, X, y):
    k = 10 * (t % 3)
    return X[k : k + 10], y[k + 3 : k + 13]


def creeping(t, X, y):
    return X[t % 4 : t % 4 + 10], y[t % 4 : t % 4 + 10]


@pytest.mark.parametrize("beta", [0.0, 0.9])
@pytest.mark.parametrize(("take", "first", "onward", "ids"), [
    (blocks, [0, 10, 20], True, []),
    (one, [0, 1, 2], True, []),
    (creeping, [0, 1, 2], False, ["batch_indexing_wrong"]),
    (shifted, [0, 10, 20], False, ["labels_misaligned"]),
])  # fmt: skip
def test_what_a_step_remembers_is_not_taken_for_rows_it_picks(take, first, onward, ids, beta):
    patient = Patient(line(take, beta=beta))
    found = own_rows(patient, [np.ones(2), np.ones(1)], None)
    assert ([int(rows[0]) for rows in found.both], found.onward) == (first, onward)
    assert [f.id for f in rows_experiment(Case(patient, 4.0))] == ids


@pytest.mark.parametrize("share", [0.63, 0.9])
def test_rows_drawn_out_of_all_are_no_block_of_rows(share):
    X = np.random.default_rng(3).standard_normal((240, 2))
    start, blocks = [np.ones(2), np.ones(1)], 0
    squared = lambda p, X, y: float(np.mean((X @ p[0] + p[1] - y) ** 2))
    for seed in range(30):
        count = [0]

        def step(p, X, y, count=count, seed=seed):
            count[0] += 1
            rows = np.random.default_rng((seed, count[0])).permutation(len(X))[: int(share * len(X))]
            d = (X[rows] @ p[0] + p[1] - y[rows]) / len(rows)
            return [p[0] - 0.1 * X[rows].T @ d, p[1] - 0.1 * d.sum()], 0.0

        given = {"params": start, "X": X, "y": X[:, 0], "loss": squared, "step": step, "batch_size": 240}
        blocks += _windows(Patient(given), start) is not None
    assert blocks == 0


def test_a_step_that_passes_over_half_its_rows_is_told_from_one_that_takes_its_turns():
    top = Patient(line(lambda t, X, y: (X[:20], y[:20])))
    assert [f.id for f in rows_experiment(Case(top, 4.0))] == ["batch_indexing_wrong"]
    assert stays(top, [np.ones(2), np.ones(1)])
    assert not stays(Patient(line(one, beta=0.9)), [np.ones(2), np.ones(1)])


@pytest.mark.parametrize(("onward", "own"), [(0, [0, 0, 0]), (1, [0, 1, 2]), (None, None)])
def test_rows_kept_as_pairs_in_a_list_are_told_by_their_slopes(onward, own):
    given = line(size=1)
    pairs, count = list(zip(given["X"], given["y"].tolist(), strict=True)), [0]
    slope = lambda p, X, y: [
        2 * (X @ p[0] + p[1] - y) @ X / len(y),
        2 * (X @ p[0] + p[1] - y).mean(keepdims=True),
    ]

    def step(p, X, y):
        x, t = pairs[count[0]] if onward is not None else (sum(X for X, _ in pairs), 3.0)
        count[0] += onward or 0
        return [w - 0.1 * g for w, g in zip(p, slope(p, x[None], np.array([t])), strict=True)], 0.0

    found = own_rows(Patient({**given, "step": step}), [np.ones(2), np.ones(1)], slope)
    assert (found and [int(rows[0]) for rows in found.both]) == own


@pytest.mark.parametrize(("y", "ids"), [(np.full(40, 2.0), ["labels_wrong"]), (None, [])])
def test_targets_all_alike_are_named(y, ids):
    assert [f.id for f in diagnose(**line(y=y)).faults][:1] == ids


def rows_of(X, y):
    return SimpleNamespace(X=X, y=y, n=len(X), judged=np.arange(len(X)), kept={}, tried=[], head=None)


def overlapping(apart, flipped, seed=0):
    """Two classes of normal rows, so far apart, some labels of the other class."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, 300)
    X = rng.normal(size=(300, 4))
    X[:, 0] += apart * y
    return rows_of(X, np.where(rng.random(300) < flipped, 1 - y, y))


@pytest.mark.parametrize(
    ("apart", "flipped", "wrong"), [(5.0, 0.2, True), (1.8, 0.0, False), (1.4, 0.0, False)]
)
def test_errors_all_over_are_wrong_labels_and_errors_at_the_border_are_not(apart, flipped, wrong):
    assert bool(contradicted(overlapping(apart, flipped))) == wrong


def sums(change):
    """Sums of columns, as `change(X, y, rng)` leaves them."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(240, 3))
    y = X @ [1.0, -1.0, 0.5] + 0.3 * rng.normal(size=240)
    change(X, y, rng)
    return rows_of(X, y)


def shuffled(X, y, rng):
    y[120:] = rng.permutation(y[120:])


def sorted_first(X, y, rng):
    X[:100] = X[np.argsort(X[:100, 1])]


def elsewhere(X, y, rng):
    """Rows of another kind, of which nothing is known."""
    X[120:] += 3
    y[120:] = rng.normal(size=120)


def nothing(X, y, rng):
    pass


def in_order(X, y, rng):
    order = np.argsort(y)
    X[:], y[:] = X[order], y[order]


STRETCHES = [(shuffled, 1), (sorted_first, 1), (elsewhere, 0), (nothing, 0), (in_order, 0)]


@pytest.mark.parametrize(("change", "count"), STRETCHES)
def test_a_stretch_of_rows_with_targets_of_others_is_misaligned(change, count):
    assert [f.id for f in stretch(sums(change))] == ["labels_misaligned"] * count


def predicted(p, X):
    return X @ p[0] + p[1]


UNPAIRED = [
    (lambda p, X, y: np.mean(y**2) - np.mean(predicted(p, X)) * np.mean(y), True),
    (lambda p, X, y: np.mean((np.sort(predicted(p, X)) - np.sort(y)) ** 2), True),
    (lambda p, X, y: np.sqrt(np.mean(np.abs(predicted(p, X) - y))), False),
    (lambda p, X, y: np.mean((predicted(p, X) - y) ** 2), False),
    (lambda p, X, y: np.mean(predicted(p, X) ** 2), False),
]


@pytest.mark.parametrize(("shift", "loss", "blind"), [(s, *case) for case in UNPAIRED for s in (0, 1e4)])
def test_a_loss_that_does_not_see_which_target_is_whose_is_named(shift, loss, blind):
    given = line()
    case = Case(Patient({**given, "loss": loss, "y": given["y"] + shift}), 4.5)
    assert [f.id for f in unpaired(case)] == ["loss_formula_wrong"] * blind


def taken(p, X):
    """The line's weights and its bias, as slices of one parameter."""
    return X @ p[0][:-1] + p[0][-1:]


def of(one):
    return [
        (lambda p, X, y: one(np.exp(predicted(p, X)), y), lambda p: p),
        (lambda p, X, y: one(np.exp(taken(p, X)), y), lambda p: [np.concatenate([np.ravel(x) for x in p])]),
    ]


UNREAD = [
    (lambda mu, y: np.mean(mu - np.log(mu)), True),
    (lambda mu, y: np.mean(mu - y * np.log(mu)), False),
    (lambda mu, y: np.mean(mu), False),
    (lambda mu, y: np.mean((mu - mu.mean()) ** 2), False),
]


@pytest.mark.parametrize(("loss", "params", "lost"), [(*way, lost) for f, lost in UNREAD for way in of(f)])
def test_a_loss_in_which_no_target_has_a_part_is_named(loss, params, lost):
    given = line()
    case = Case(Patient({**given, "loss": loss, "params": params(given["params"])}), 4.5)
    with quiet():
        assert [f.id for f in unread(case)] == ["loss_formula_wrong"] * lost


def test_an_equation_that_rows_fill_in_asks_for_no_target():
    given = line()
    case = Case(
        Patient({**given, "loss": lambda p, X, y: np.mean((X[:, 0] * predicted(p, X) - 1) ** 2)}), 4.5
    )
    with quiet():
        assert unread(case) == []


@pytest.mark.parametrize(("shuffled", "expected"), [(False, []), (True, ["labels_misaligned"])])
def test_targets_of_other_rows_show_in_a_model_that_predicts_something_of_zeros(shuffled, expected):
    draw = np.random.default_rng(5)
    rows = np.column_stack([np.tile(np.linspace(0.1, 4, 30), 5), np.repeat([0.0, 0.5, 1, 2, 4], 30)])
    rates = 3 * rows[:, 0] / (1 + rows[:, 1] + rows[:, 0]) + 0.05 * draw.standard_normal(150)
    order = draw.permutation(150)
    X, y = rows[order], rates if shuffled else rates[order]

    def parts(p, X):
        bottom = np.exp(p[1]) * (1 + X[:, 1]) + X[:, 0]
        return bottom, np.exp(p[0]) * X[:, 0] / bottom

    def loss(p, X, y):
        return np.mean((parts(p, X)[1] - y) ** 2)

    def step(p, X, y):
        bottom, out = parts(p, X)
        off = 2 * (out - y) / len(y)
        slopes = np.sum(off * out), np.sum(-off * out / bottom * (bottom - X[:, 0]))
        return [a - 0.2 * g for a, g in zip(p, slopes, strict=True)], loss(p, X, y)

    start = [np.array(0.3), np.array(0.7)]
    found = diagnose(params=start, X=X, y=y, loss=loss, step=step, batch_size=150, n_steps=600)
    assert [f.id for f in found.faults][:1] == expected
