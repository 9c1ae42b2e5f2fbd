"""Loops that get most of the way and what keeps them from the rest, and whole numbers without their sign."""

from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments.data import (
    _flat_columns,
    _only_tops,
    _same_columns,
    _two_in_one,
    _wrapped,
)
from pullback.diagnose.experiments.model import idle
from pullback.diagnose.experiments.of_treatment import _mending, _partly, _penalties
from pullback.diagnose.experiments.of_treatment._batches import _in_all_steps
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.training._runs import Run

rng = np.random.default_rng(0)
wide = 2 * rng.standard_normal((300, 3))
TABLES = {
    "bytes": (wide.astype(int).astype(np.uint8), True),
    "words": (wide.astype(int).astype(np.uint64), True),
    "floats made of bytes": (wide.astype(int).astype(np.uint8).astype(float), True),
    "with a sign": (wide.astype(int), False),
    "fractions": (wide, False),
    "black and white": (np.where(wide > 0, 255, 0).astype(np.uint8), False),
    "shades": (rng.integers(0, 256, (300, 3)).astype(np.uint8), False),
    "counts": (rng.poisson(3, (300, 3)), False),
}


@pytest.mark.parametrize("name", TABLES)
def test_numbers_about_zero_lose_their_sign_where_none_is_kept(name):
    table, lost = TABLES[name]
    assert bool(_wrapped(table)) is lost


sided = np.random.default_rng(3).uniform(-4.9, 4.9, (400, 2))
RINGS = (np.hypot(*sided.T).astype(int) % 2).astype(int)
CUT = {
    "cut off": (sided.astype(int), RINGS, True),
    "rounded": (np.round(sided).astype(int), RINGS, False),
    "cut off, floats": (np.trunc(sided), RINGS, False),
    "cut off, labels of what is left": (sided.astype(int), (sided.astype(int)[:, 0] > 0) * 1, False),
    "marks": (np.sign(sided).astype(int), RINGS, False),
}


@pytest.mark.parametrize("name", CUT)
def test_a_zero_of_two_intervals_and_labels_at_odds_are_of_numbers_without_their_fraction(name):
    X, y, lost = CUT[name]
    assert bool(_two_in_one(X, y)) is lost


one = np.ones((300, 1), int)
CLOSE = np.random.default_rng(4).standard_normal((300, 3))


@pytest.mark.parametrize(
    ("table", "lost"),
    [
        (CLOSE.astype(int), True),
        (np.hstack([one, CLOSE.astype(int)]), True),  # a column of ones says nothing of the others
        (np.hstack([one, CLOSE]), False),
        (np.hstack([one, (CLOSE > 1).astype(int)]), False),
        (one, False),
    ],
)
def test_columns_that_kept_next_to_nothing_but_zeros(table, lost):
    assert bool(_flat_columns(SimpleNamespace(X=table))) is lost


NEAR = np.random.default_rng(5).uniform(-0.9, 1.15, (120, 2))
POWERS = np.stack([NEAR[:, 0] ** (i - j) * NEAR[:, 1] ** j for i in range(7) for j in range(i + 1)], 1)
MARKS = np.random.default_rng(6).choice([-1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], (120, 12))


@pytest.mark.parametrize(
    ("table", "lost"),
    [
        (POWERS.astype(int), True),
        (POWERS, False),
        (MARKS, False),
        (np.abs(POWERS.astype(int)), False),
        (POWERS.astype(int)[:40], False),
    ],
    ids=["powers cut off", "powers", "marks", "no sign", "few rows"],
)
def test_columns_of_which_most_have_become_another(table, lost):
    assert bool(_same_columns(table)) is lost


TOPS = (CLOSE.max(0) <= CLOSE) * 1
SHARED = (np.arange(300)[:, None] % 23 == 22) * 1
"""Counts, of which one row in 23 has the greatest."""


@pytest.mark.parametrize(
    ("table", "lost"),
    [
        (TOPS, True),
        (np.hstack([one, TOPS]).astype(float), True),
        (np.hstack([one, TOPS, SHARED]).astype(int), True),
        (np.hstack([SHARED, np.roll(SHARED, 1), TOPS[:, :1]]), False),
        (np.hstack([one, CLOSE > 1]).astype(float), False),
        (np.hstack([one, np.eye(300)[:, :5], CLOSE]), False),
        (one.astype(float), False),
    ],
)
def test_columns_of_which_only_the_greatest_values_are_left(table, lost):
    assert bool(_only_tops(table)) is lost


@pytest.mark.parametrize(("finals", "unseen", "lost"), [
    ([0.3, 0.02, 0.4, 0.03, 0.2, 0.02, 0.3, 0.02], 0.025, True),
    ([0.3, 0.02, 0.05, 0.03], 0.025, False),  # once its start alone was unlucky
    ([0.3, 0.02, 0.4, 0.03, 0.2, 0.02, 0.3, 0.02], 0.2, False),  # learnt by heart
])  # fmt: skip
def test_rows_in_order_lose_a_loop_from_any_start(finals, unseen, lost):
    runs = compared(np.linspace(0, 1, 80), finals)
    runs.case.left, runs.case.reborn = lambda: 3.0, lambda seed: []
    runs.made["rows shuffled"] = Run(losses=[0.02])
    runs.unseen = lambda **_: Run(losses=[unseen])
    assert _partly._lost_in_order(runs) is lost


def compared(y, finals):
    """Runs of a loop that leaves 0.3 of 1, and these ends of the runs that are made beside it."""
    runs = Compared.__new__(Compared)
    runs.base, runs.goal, runs.proof, runs.made = 1.0, 0.1, "", {}
    runs.user = Run(losses=[1.0, 0.8, 0.6, 0.5, 0.4, 0.3], steps=40, planned=40)
    ends = iter(finals)
    runs.case = SimpleNamespace(
        y=y, n=len(y), size=1, horizon=40, head=None, rule=None, tried=[], left=lambda: 1.0,
        shuffled=lambda **_: None, user_with=lambda **_: Run(losses=[next(ends)]))  # fmt: skip
    return runs


@pytest.mark.parametrize(("y", "finals", "expected"), [
    (np.repeat([0, 1], 50), [0.29, 0.2, 0.2, 0.22, 0.4], "data_not_shuffled"),  # the usual shuffle tells
    (np.repeat([0, 1], 50), [0.29, 0.2, 0.2, 0.28, 0.4], None),
    (np.tile([0, 1], 50), [0.1] * 5, None),
])  # fmt: skip
def test_rows_that_come_class_by_class_explain_a_restless_loop(y, finals, expected):
    restless = Finding("batch_size_unsuitable", "step", "", "", "", 0.8, 61)
    found = _partly._by_order(compared(y, finals), restless)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(("y", "final", "expected"), [
    (np.linspace(0, 1, 80), 0.04, "too_few_steps"),
    (np.linspace(0, 1, 80), 0.2, None),
    (np.tile([0, 1], 40), 0.04, None),
])  # fmt: skip
def test_numbers_may_be_only_begun_to_be_fitted(y, final, expected):
    runs = compared(y, [final])
    runs.better_unseen = lambda **_: True
    found = _partly._begun(runs)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(("losses", "expected"), [
    ([1.0, 0.7, 0.72, 0.5, 0.4, 0.3], "too_few_steps"),  # with a swing of its momentum
    ([1.0, 0.3, 0.32, 0.3, 0.31, 0.3], None),
])  # fmt: skip
def test_numbers_only_begun_to_be_fitted_may_swing_on_their_way(losses, expected):
    runs = compared(np.linspace(0, 1, 80), [0.04])
    runs.user.losses, runs.better_unseen = losses, lambda **_: True
    found = _partly._begun(runs)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(("size", "expected"), [(10, "too_few_steps"), (40, None)])
def test_next_to_no_steps_are_too_few_where_they_have_not_met_each_row(size, expected):
    """The last of them hardly gains: with each row met that might be all that a fast rule has left to do."""
    runs = compared(np.linspace(0, 1, 80), [0.04])
    runs.case.horizon, runs.case.size, runs.case.own_rows, runs.case.heeded = 5, size, None, None
    runs.user.losses, runs.better_unseen = [1.0, 0.6, 0.4, 0.32, 0.3], lambda **_: True
    found = _partly._begun(runs)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(("objective", "end", "expected"), [
    ("squared", 0.39, "too_few_steps"),
    ("squared", 0.3, None),  # the classes may be told apart by then
    ("binary cross-entropy", 0.39, None),
])  # fmt: skip
def test_squares_of_classes_may_be_only_begun_as_well(objective, end, expected):
    runs = compared(np.tile([0, 1], 40), [0.04])
    runs.case.head = SimpleNamespace(objective=objective)
    runs.user.losses[-1] = end
    runs.better_unseen = lambda **_: True
    found = _partly._begun(runs)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(("finals", "expected"), [
    ([0.5, 0.15], "lr_too_small"),  # a hundred times the moves is not enough, a thousand is
    ([0.5, 0.5], None),
])  # fmt: skip
def test_a_step_is_too_small_where_many_more_end_on_the_way(finals, expected, monkeypatch):
    monkeypatch.setattr(
        _mending, "small", lambda runs, scale, name: Finding("lr_too_small", "", "", "", "", 1, 1)
    )
    runs = compared(np.linspace(0, 1, 80), finals)
    runs.case.horizon = 500
    runs.made["12 times the steps"] = Run(losses=[0.5])
    found = _mending._much_larger(runs, "12 times the steps")
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("begins", "got", "expected"), [(9.0, 0.4, True), (1.2, 0.4, False), (9.0, 0.52, False)]
)
def test_large_first_weights_lead_astray_where_others_get_most_of_the_way(begins, got, expected):
    runs = compared(np.linspace(0, 1, 80), [])
    runs.user = Run(losses=[begins, 0.5], steps=40, planned=40)
    runs.made["fresh initial weights"] = Run(losses=[got])
    assert _mending._begins_astray(runs, Finding("init_too_large", 0, "", "", "", 0.9, 67)) is expected
    assert not _mending._begins_astray(runs, Finding("init_too_small", 0, "", "", "", 0.9, 67))


@pytest.mark.parametrize(("rule", "rate", "expected"), [
    ("linear", 0.8, "too_few_steps"), ("linear", 0.01, None), ("Adam", 0.8, None)])  # fmt: skip
def test_a_rate_of_which_no_one_takes_ten_times_as_much_needs_more_steps(rule, rate, expected, monkeypatch):
    monkeypatch.setattr(_mending, "faded", lambda runs: None)
    runs = compared(np.linspace(0, 1, 40), [0.1, 0.1])
    runs.case.horizon, runs.case.rule = 500, SimpleNamespace(name=rule, lr=rate)
    runs.user = Run(losses=[1.0, 0.99], steps=40, planned=40)
    found = _mending._longer(runs)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(("end", "expected"), [(0.95, "lr_too_small"), (3.0, None)])
def test_no_step_is_too_small_that_leads_uphill(end, expected, monkeypatch):
    monkeypatch.setattr(
        _mending, "small", lambda runs, scale, name: Finding("lr_too_small", "", "", "", "", 1, 1)
    )
    runs = compared(np.linspace(0, 1, 80), [0.1])
    runs.user = Run(losses=[1.0, 0.97, end], steps=40, planned=40)
    found = _mending._larger(runs)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(("left", "dear"), [(0.1, True), (0.35, False)])
def test_a_penalty_divided_by_the_rows_is_taken_off_unseen_rows_by_their_number(left, dear):
    table, few = np.ones((90, 3)), np.ones((30, 3))
    weight = lambda X: 60 / len(X)
    held, free = [np.full(3, 0.1)], [np.ones(3)]

    def value(leaves, X, y):
        return (0.4 if leaves is held else left) + weight(X) / 2 * np.sum(leaves[0] ** 2)

    case = SimpleNamespace(
        n=90, batch=lambda: (table, table), generic=free, truth=SimpleNamespace(value=value),
        reborn=lambda: None,
        mended_by=lambda less, start, judge, data: Run(losses=[judge(free)]))  # fmt: skip
    runs = SimpleNamespace(case=case, apart=(None, (few, few), Run(leaves=held)))
    assert _penalties._dear_unseen(runs, None, lambda w, X, y: [weight(X) * w[0]]) is dear


def steep(by):
    """A sine fitted by tanh units whose sums the model multiplies."""
    r = np.random.default_rng(8)
    x = r.uniform(-3, 3, (120, 1))
    params = [r.standard_normal((1, 20)), r.standard_normal(20), r.standard_normal((20, 1)) / 4, np.zeros(1)]

    def loss(p, X, y):
        return float(np.mean((np.tanh(by * (X @ p[0] + p[1])) @ p[2] + p[3] - y) ** 2))

    def step(p, X, y):
        a = np.tanh(by * (X @ p[0] + p[1]))
        d = 2 * (a @ p[2] + p[3] - y) / len(y)
        dz = d @ p[2].T * (1 - a * a) * by
        g = [X.T @ dz, dz.sum(0), a.T @ d, d.sum(0)]
        return [w - 0.1 * dw for w, dw in zip(p, g, strict=True)], loss(p, X, y)

    return {"params": params, "X": x, "y": np.sin(x), "loss": loss, "step": step,
            "batch_size": 120, "n_steps": 2500}  # fmt: skip


@pytest.mark.parametrize(("by", "expected"), [(300.0, "saturated_activation"), (1.0, None)])
def test_units_that_the_model_itself_saturates(by, expected):
    found = diagnose(**steep(by)).faults
    assert (found[0].id if found else None) == expected


@pytest.mark.parametrize(("by", "expected"), [(200.0, "saturated_activation"), (1.0, None)])
def test_saturated_units_of_a_loop_that_nothing_gets_further_than(by, expected):
    """Two layers of them get somewhere, and the exact gradient no further: wider ones are not asked for."""
    r = np.random.default_rng(4)
    X = r.uniform(-1.6, 1.6, (600, 2))
    y = (np.sum(X**2, axis=1, keepdims=True) < 1) * 1.0
    params = [r.standard_normal((2, 16)), np.zeros(16), r.standard_normal((16, 16)) / 4, np.zeros(16),
              r.standard_normal((16, 1)) / 4, np.zeros(1)]  # fmt: skip

    def forward(p, X):
        h = np.tanh(by * (X @ p[0] + p[1]))
        k = np.tanh(by * (h @ p[2] + p[3]))
        return h, k, 1 / (1 + np.exp(-(k @ p[4] + p[5])))

    def loss(p, X, y):
        q = np.clip(forward(p, X)[2], 1e-9, 1 - 1e-9)
        return float(-np.mean(y * np.log(q) + (1 - y) * np.log(1 - q)))

    def step(p, X, y):
        h, k, q = forward(p, X)
        d = (q - y) / len(y)
        e = d @ p[4].T * by * (1 - k * k)
        f = e @ p[2].T * by * (1 - h * h)
        g = [X.T @ f, f.sum(0), h.T @ e, e.sum(0), k.T @ d, d.sum(0)]
        return [w - 0.5 * dw for w, dw in zip(p, g, strict=True)], loss(p, X, y)

    found = diagnose(params=params, X=X, y=y, loss=loss, step=step, batch_size=60, n_steps=3000).faults
    assert (found[0].id if found else None) == expected


@pytest.mark.parametrize(
    ("losses", "steep"),
    [([4.9, 1.7, 0.9, 0.5, 0.3], True), ([4.9, 1.7, 0.9, 0.5, 0.45], False), ([2, 3, 1, 0.5, 0.3], False),
     ([3, 1], False)],
)  # fmt: skip
def test_next_to_no_steps_are_too_few_where_the_last_one_still_plunges(losses, steep):
    assert _partly._plunges(losses) is steep


@pytest.mark.parametrize(("slopes", "expected"), [([1.0, 0.0, 2.0], True), ([1.0, 0.5, 2.0], False)])
def test_a_parameter_that_no_loss_depends_on_is_idle(slopes, expected):
    grads = [np.array(g) for g in slopes]
    case = SimpleNamespace(
        X=wide, y=wide[:, 0], judged=np.arange(9), generic=grads, gradient=lambda *_: grads
    )
    assert idle(case) is expected


@pytest.mark.parametrize(
    ("known", "kept", "found"), [(True, 1.0, False), (True, 1e-3, True), (False, 1.0, True)]
)
def test_weights_that_only_the_loop_takes_to_nothing_are_not_drained_by_the_losss_penalty(
    monkeypatch, known, kept, found
):
    W = np.ones((3, 2))
    monkeypatch.setattr(_penalties, "_part", lambda case: (lambda *given: []) if known else None)
    runs = SimpleNamespace(
        case=SimpleNamespace(leaves=[W]), base=1.0, user=SimpleNamespace(leaves=[1e-6 * W], final=3.0),
        reference=SimpleNamespace(leaves=[kept * W]), room=0.0)  # fmt: skip
    assert (_penalties._drained(runs) is not None) is found


@pytest.mark.parametrize(("final", "expected"), [(np.inf, 0.02), (0.5, np.inf)])
def test_a_loop_that_breaks_early_is_shuffled_for_all_of_its_steps(final, expected):
    case = SimpleNamespace(horizon=10, steps=100, own_rows=None, size=4, shuffled=lambda size: None,
                           user_with=lambda rows, steps: SimpleNamespace(final=2.0 / steps))  # fmt: skip
    made = {}
    runs = SimpleNamespace(case=case, user=SimpleNamespace(final=final), made=made,
                           run=lambda name, make: made.update({name: make()}))  # fmt: skip
    assert _in_all_steps(runs) == expected


def test_a_loop_that_stops_early_is_told_by_its_loss_after_the_last_step():
    run = Run(at=list(range(8)), losses=[8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0], steps=7, planned=7)
    longer = Run(at=list(range(8)), losses=[8.0, 4.0, 2.0, 1.0, 0.5, 0.7, 0.4, 0.6], steps=70, planned=70)
    assert _mending.early(run, longer).evidence == "after 7 steps the loss is 1, after 70 it is 0.6"
