"""Columns of X that are no features: weights of rows and exposures are not standardised with the others."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments._first_inputs import features
from pullback.diagnose.experiments.of_treatment._uneven import uneven
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(2)
X = rng.standard_normal((300, 3))
NOISE = rng.uniform(0.1, 1.1, 300)
COUNTED = np.exp(rng.uniform(0, 5, 300))
START = [np.zeros(3), np.zeros(1)]


def line(p, X):
    return X[:, :3] @ p[0] + p[1]


def weighted(X):
    return X[:, 3] / X[:, 3].mean()


def weighted_loss(p, X, y):
    return float(np.mean(weighted(X) * (line(p, X) - y) ** 2))


def weighted_slope(p, X, y):
    return 2 * weighted(X) * (line(p, X) - y)


def counts_loss(p, X, y):
    return float(np.mean(X[:, 3] * np.exp(line(p, X)) - y * line(p, X)) / 40)


def counts_slope(p, X, y):
    return (X[:, 3] * np.exp(line(p, X)) - y) / 40


def plain_loss(p, X, y):
    return float(np.mean((X @ p[0] + p[1] - y) ** 2))


LOOPS = {
    "precisions": (1 / NOISE**2, X @ [1.5, -1.0, 0.5] + 0.3 + NOISE * rng.standard_normal(300),
                   weighted_loss, weighted_slope, 0.05),
    "exposures": (COUNTED, rng.poisson(COUNTED * np.exp(X @ [0.4, -0.3, 0.1] - 0.5)) * 1.0,
                  counts_loss, counts_slope, 0.2),
}  # fmt: skip


def given(name):
    column, y, loss, slope, rate = LOOPS[name]

    def step(p, X, y):
        d = slope(p, X, y) / len(y)
        return [p[0] - rate * X[:, :3].T @ d, p[1] - rate * d.sum()], loss(p, X, y)

    rows = {"X": np.column_stack([X, column]), "y": y, "batch_size": 300, "n_steps": 800}
    return rows | {"params": START, "loss": loss, "step": step}


@pytest.mark.parametrize("name", LOOPS)
def test_a_column_that_weighs_rows_is_no_feature(name):
    case = Case(Patient(given(name)), 10.0)
    assert features(case).tolist() == [True] * 3 + [False]
    assert uneven(case) is None
    assert diagnose(**given(name)).verdict == "healthy"


def test_a_column_of_another_size_that_has_a_weight_is_one():
    rows = {"X": np.column_stack([X, COUNTED]), "y": X[:, 0] + 0.01 * COUNTED}
    case = Case(Patient(rows | {"params": [np.zeros(4), np.zeros(1)], "loss": plain_loss,
                                "step": lambda p, X, y: (p, 0.0)}), 10.0)  # fmt: skip
    assert features(case).all()
    assert uneven(case) is not None


def test_where_the_rows_are_what_is_foretold_all_are_features():
    def loss(p, X, y):
        return float(np.mean((X @ p[0] @ p[0].T - X) ** 2))

    rows = {"X": np.column_stack([X, COUNTED]), "y": X[:, 0], "params": [0.1 * np.ones((4, 2))]}
    case = Case(Patient(rows | {"loss": loss, "step": lambda p, X, y: (p, 0.0)}), 10.0)
    assert features(case).all()


@pytest.mark.parametrize(("size", "rate", "expected"), [(16.0, 1e-8, ["inputs_unscaled"]), (1.6, 0.02, [])])
def test_powers_of_large_numbers_are_on_unlike_scales(size, rate, expected):
    draw = np.random.default_rng(17)
    X = draw.uniform(-size, size, 160)
    u = 1.6 * X / size
    y = 0.8 * u**3 - 1.1 * u**2 - 0.6 * u + 2 + 0.1 * draw.normal(size=160)

    def curve(p, x):
        return p[0] + p[1] * x + p[2] * x**2 + p[3] * x**3

    def loss(p, x, y):
        return np.mean((curve(p, x) - y) ** 2)

    def step(p, x, y):
        e = 2 * (curve(p, x) - y) / len(y)
        return [w - rate * (e * x**k).sum() for k, w in enumerate(p)], loss(p, x, y)

    start = [np.array([w]) for w in draw.normal(size=4)]
    told = diagnose(params=start, X=X, y=y, loss=loss, step=step, batch_size=20, n_steps=800).faults
    assert [f.id for f in told][:1] == expected
