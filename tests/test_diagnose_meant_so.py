"""Targets that are the same in every row, and reported numbers that are no losses, where that is meant."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

rng = np.random.default_rng(3)
WORDS, DRAWN = 12, 3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def beside():
    """Words with a neighbour, always first, and words drawn at random, each with vectors of its own."""
    word = rng.integers(0, WORDS, 240)
    X = np.column_stack([word, (word + 1) % WORDS, rng.integers(0, WORDS, (240, DRAWN))])
    y = np.zeros((240, 1 + DRAWN))
    y[:, 0] = 1
    start = [rng.standard_normal((WORDS, 6)) / 3, rng.standard_normal((WORDS, 6)) / 3]

    def loss(p, X, y):
        s = np.einsum("nd,nkd->nk", p[0][X[:, 0]], p[1][X[:, 1:]])
        return float(-np.mean(np.sum(np.log(sigmoid(np.where(y == 1, s, -s))), axis=1)))

    def step(p, X, y):
        told, p = loss(p, X, y), [w.copy() for w in p]
        a, b = p[0][X[:, 0]], p[1][X[:, 1:]]
        e = (sigmoid(np.einsum("nd,nkd->nk", a, b)) - y) / len(X)
        np.add.at(p[0], X[:, 0], -4.0 * np.einsum("nk,nkd->nd", e, b))
        np.add.at(p[1], X[:, 1:], -4.0 * e[:, :, None] * a[:, None, :])
        return p, told

    return {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 40, "n_steps": 1200}


def test_a_neighbour_that_always_comes_first_is_no_lost_label():
    assert diagnose(**beside()).faults == []


def classes(told):
    X = rng.standard_normal((150, 4))
    y = np.argmax(X[:, :3] + 0.3 * rng.standard_normal((150, 3)), axis=1)

    def shares(p, X):
        e = np.exp(X @ p[0] + p[1])
        return e / e.sum(1, keepdims=True)

    def loss(p, X, y):
        return float(-np.mean(np.log(shares(p, X)[np.arange(len(y)), y])))

    def step(p, X, y):
        a = shares(p, X)
        d = (a - np.eye(3)[y]) / len(y)
        return [p[0] - 0.3 * X.T @ d, p[1] - 0.3 * d.sum(0)], told(a, y)

    start = [rng.standard_normal((4, 3)) / 2, np.zeros(3)]
    return {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 30, "n_steps": 600}


@pytest.mark.parametrize(
    ("told", "ids"),
    [
        (lambda a, y: np.mean(a.argmax(1) != y), []),
        (lambda a, y: np.sum(a.argmax(1) != y), []),
        (lambda a, y: np.mean(a.argmax(1) == y), []),
        (lambda a, y: 100 * np.mean(a.argmax(1) == y), []),
        (lambda a, y: 1 - 3 * np.mean(a.argmax(1) != y), ["loss_reporting_wrong"]),
        (lambda a, y: -10 * np.mean(np.log(a[np.arange(len(y)), y])), ["loss_reporting_wrong"]),
    ],
)
def test_a_share_of_wrong_or_right_rows_is_reported_in_place_of_the_loss(told, ids):
    assert [f.id for f in diagnose(**classes(told)).faults][:1] == ids


@pytest.mark.parametrize("factor", [1.0, 7.0])
def test_a_report_in_single_precision_is_right_where_the_logarithm_stands_at_its_bound(factor):
    X = rng.standard_normal((120, 3)).astype(np.float32)
    y = (X[:, 0] + 0.3 * rng.standard_normal(120) > 0).astype(float)

    def share(p, X):  # a softmax of one column: one for every row
        z = (X @ p[0] + p[1])[:, None]
        e = np.exp(z - z.max(1, keepdims=True))
        return (e / e.sum(1, keepdims=True))[:, 0]

    def loss(p, X, y):
        a = np.clip(share(p, X), 1e-6, 1 - 1e-6)
        return np.mean(-(y * np.log(a) + (1 - y) * np.log(1 - a)))

    def step(p, X, y):
        d = (share(p, X) - y) / len(y)
        moved = [p[0] - 0.3 * X.T @ d, p[1] - 0.3 * d.sum()]
        return [x.astype(np.float32) for x in moved], factor * loss(p, X, y)

    start = [np.zeros(3, np.float32), np.zeros(1, np.float32)]
    found = diagnose(params=start, X=X, y=y, loss=loss, step=step, batch_size=30, n_steps=100)
    assert "failed" not in found.facts
    assert ("loss_reporting_wrong" in [f.id for f in found.faults]) == (factor == 7.0)


@pytest.mark.parametrize(
    ("factor", "expected"), [(3.0, ["regularisation_too_strong"]), (0.1, []), (1e-3, [])]
)
def test_a_penalty_is_weighed_where_a_loop_gives_its_gradient_alone(factor, expected):
    draw = np.random.default_rng(4)
    X = draw.normal(size=(150, 4))
    y = (X @ draw.normal(size=(4, 3)) * 3).argmax(1)

    def chances(W, X):
        e = np.exp(X @ W - np.max(X @ W, axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def loss(p, X, y):
        return -np.mean(np.log(chances(p[0], X)[np.arange(len(y)), y])) + 0.5 * factor * np.sum(p[0] ** 2)

    def grad(p, X, y):
        return [X.T @ (chances(p[0], X) - np.eye(3)[y]) / len(y) + factor * p[0]]

    given = {"params": [0.1 * draw.normal(size=(4, 3))], "X": X, "y": y, "loss": loss, "grad": grad}
    told = diagnose(**given, batch_size=50, n_steps=1500)
    assert [f.id for f in told.faults][:1] == expected


@pytest.mark.parametrize(("times", "expected"), [(1, []), (90, ["loss_reporting_wrong"])])
def test_a_penalty_counted_once_for_every_row_is_no_loss_to_report(times, expected):
    draw = np.random.default_rng(4)
    table = draw.standard_normal((90, 3))
    kinds = (table[:, 0] - table[:, 1] > 0).astype(float)

    def penalty(p):
        return 0.002 * float(np.sum(p[0] ** 2))

    def loss(p, X, y):
        z = X @ p[0] + p[1]
        return float(np.mean(np.logaddexp(0, z) - y * z)) + penalty(p)

    def step(p, X, y):
        d = (1 / (1 + np.exp(-(X @ p[0] + p[1]))) - y) / len(y)
        told = loss(p, X, y) + (times - 1) * penalty(p)
        return [p[0] - 0.5 * (X.T @ d + 0.004 * p[0]), p[1] - 0.5 * d.sum()], told

    found = diagnose(params=[draw.standard_normal(3), np.zeros(1)], X=table, y=kinds, loss=loss, step=step,
                     batch_size=90, n_steps=300)  # fmt: skip
    assert [f.id for f in found.faults][:1] == expected


@pytest.mark.parametrize(("share", "expected"), [(1.0, []), (0.3, ["loss_reporting_wrong"])])
@pytest.mark.parametrize("after", [True, False])
def test_r_squared_is_reported_in_place_of_a_squared_error(share, expected, after):
    X = rng.standard_normal((120, 4))
    y = X @ [1.0, -2.0, 0.5, 1.0] + 3 + 0.3 * rng.standard_normal(120)

    def loss(p, X, y):
        return np.mean((X @ p[0] + p[1] - y) ** 2) / 2

    def step(p, X, y):
        off = X @ p[0] + p[1] - y
        q = [p[0] - 0.1 * X.T @ off / len(y), p[1] - 0.1 * off.mean()]
        left = 2 * loss(q if after else p, X, y) / np.var(y)
        return q, 1 - share * left

    given = {"params": [np.zeros(4), np.zeros(1)], "X": X, "y": y, "loss": loss, "step": step}
    assert [f.id for f in diagnose(**given, batch_size=30, n_steps=300).faults] == expected


@pytest.mark.parametrize(
    ("common", "factor", "expected"), [(0, 0.01, []), (1, 3.0, ["regularisation_too_strong"])]
)
def test_more_columns_than_rows_are_learnt_by_heart_without_a_penalty_which_is_no_reason_against_it(
    common, factor, expected
):
    draw = np.random.default_rng(55)
    wide = draw.normal(size=(60, 200))
    told = np.sign(wide[:, :5].sum(1) + 0.25 * draw.normal(size=60))
    wide = (wide + common * told[:, None]) / np.sqrt(200)

    def loss(p, X, y):
        return np.mean(np.log1p(np.exp(-y * (X @ p[0] + p[1])))) + factor / 2 * np.sum(p[0] ** 2)

    def step(p, X, y):
        s = -y / (1 + np.exp(y * (X @ p[0] + p[1]))) / len(y)
        return [p[0] - 0.3 * (X.T @ s + factor * p[0]), p[1] - 0.3 * s.sum()], loss(p, X, y)

    given = {"params": [np.zeros(200), np.zeros(1)], "X": wide, "y": told, "loss": loss, "step": step}
    assert [f.id for f in diagnose(**given, batch_size=60, n_steps=1500).faults][:1] == expected


def cooling(turned):
    """What is left of a cup's heat: three constants, each a parameter, each moved by the slopes of all."""
    t = np.linspace(0, 4, 60)
    y = 20 + 60 * np.exp(-0.9 * t) + np.random.default_rng(126).standard_normal(60)

    def off(p, t, y):
        return p[0] + p[1] * np.exp(-p[2] * t) - y

    def loss(p, t, y):
        return np.mean(off(p, t, y) ** 2)

    def step(p, t, y):
        left = np.exp(-p[2] * t)
        slopes = np.stack([np.ones_like(t), left, -p[1] * t * left], 1)
        way = turned * np.linalg.lstsq(slopes, off(p, t, y), rcond=None)[0]
        return [a - 0.5 * b for a, b in zip(p, way[:, None], strict=True)], loss(p, t, y)

    start = [np.array([25.0]), np.array([50.0]), np.array([0.5])]
    return {"params": start, "X": t, "y": y, "loss": loss, "step": step, "batch_size": 60, "n_steps": 40}


@pytest.mark.parametrize(("turned", "healthy"), [(np.ones(3), True), (np.array([1, 1, -1]), False)])
def test_a_single_number_that_goes_up_its_slope_for_the_others_sake_has_no_lost_sign(turned, healthy):
    assert (diagnose(**cooling(turned)).faults == []) is healthy


def solved_above(factor):
    """Upper weights are solved for, then the lower ones moved by the loss with those, which is reported."""
    draw = np.random.default_rng(104)
    X = draw.uniform(-1, 1, (200, 2))
    y = np.cos(3 * X[:, 0]) * X[:, 1] + 0.05 * draw.standard_normal(200)

    def units(p, X):
        return np.column_stack([np.tanh(X @ p[0] + p[1]), np.ones(len(X))])

    def loss(p, X, y):
        return np.mean((units(p, X) @ p[2] - y) ** 2)

    def step(p, X, y):
        A = units(p, X)
        v = np.linalg.solve(A.T @ A + 1e-6 * np.eye(11), A.T @ y)
        d = np.outer(2 * (A @ v - y) / len(y), v[:10]) * (1 - A[:, :10] ** 2)
        told = factor * np.mean((A @ v - y) ** 2)
        return [p[0] - 0.3 * X.T @ d, p[1] - 0.3 * d.sum(0), v], told

    start = [draw.standard_normal((2, 10)) * 2, draw.standard_normal(10), np.zeros(11)]
    return {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 200, "n_steps": 300}


@pytest.mark.parametrize(("factor", "ids"), [(1, []), (0.1, ["loss_reporting_wrong"])])
def test_a_loss_between_the_moves_of_two_blocks_of_parameters_is_one_to_report(factor, ids):
    assert [f.id for f in diagnose(**solved_above(factor)).faults] == ids
