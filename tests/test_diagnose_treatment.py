"""Causes that only whole runs with one thing mended tell apart, on loops written for one question each."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose._patient import Patient
from pullback.diagnose.experiments.labels import contradicted, trace


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
