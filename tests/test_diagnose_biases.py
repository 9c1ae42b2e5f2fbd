"""Models without biases under a penalty: what is missed is told from what the penalty costs."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

X = np.random.default_rng(0).standard_normal((160, 12))
THROUGH_ZERO = np.argmax(X[:, :3], axis=1)
SHIFTED = np.where(X[:, 0] > 1, 0, np.where(X[:, 1] > 0, 1, 2))


def shares(p, X):
    e = np.exp(X @ p[0] - (X @ p[0]).max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss(p, X, y):
    return -np.mean(np.log(shares(p, X)[np.arange(len(y)), y])) + 0.005 * np.sum(p[0] ** 2)


def step(p, X, y):
    d = shares(p, X)
    d[np.arange(len(y)), y] -= 1
    return [p[0] - 0.3 * (X.T @ d / len(y) + 0.01 * p[0])], loss(p, X, y)


@pytest.mark.parametrize(("X", "y", "expected"), [(X, THROUGH_ZERO, []), (X + 4, SHIFTED, ["no_bias"])])
def test_a_penalty_s_cost_is_no_missing_bias(X, y, expected):
    found = diagnose(params=[np.zeros((12, 3))], X=X, y=y, loss=loss, step=step, batch_size=40, n_steps=200)
    assert [f.id for f in found.faults][:1] == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [(0.6, ["no_bias"]), (0.0, [])],
    ids=["a threshold within", "a line through the origin"],
)
def test_a_bias_that_halves_what_a_line_of_one_output_leaves_is_missed(at, expected):
    """It learns much without one, by columns that are all above zero; a line that needs none goes without."""
    rng = np.random.default_rng(3)
    X = rng.uniform(0, 1, (300, 4)) if at else rng.standard_normal((300, 4))
    y = (X[:, 0] + 0.1 * rng.standard_normal(300) > at) * 1.0
    odds = lambda p, X: 1 / (1 + np.exp(-X @ p))

    def loss(p, X, y):
        return -np.mean(y * np.log(odds(p, X)) + (1 - y) * np.log(1 - odds(p, X)))

    def step(p, X, y):
        return p - 4.0 * X.T @ (odds(p, X) - y) / len(y), loss(p, X, y)

    found = diagnose(params=np.zeros(4), X=X, y=y, loss=loss, step=step, n_steps=400)
    assert [f.id for f in found.faults][:1] == expected


@pytest.mark.parametrize(("low", "expected"), [(0, ["no_bias"]), (-1, [])], ids=["above zero", "about zero"])
@pytest.mark.parametrize("classes", [(0.0, 1.0), (-1.0, 1.0)])
def test_a_bias_is_missed_of_odds_with_a_number_for_each_column(low, expected, classes):
    """Columns of which each has a parameter of its own, under a penalty that hides what the loss is."""
    rng = np.random.default_rng(5)
    X = rng.uniform(low, 1, (240, 3))
    above = X @ [2.0, 1.0, -1.5] + 0.05 * rng.standard_normal(240) > (0.9 if low == 0 else 0)
    sign = lambda y: np.where(y == 1, 1, -1)
    margin = lambda p, X, y: sign(y) * sum(p[name][0] * X[:, j] for j, name in enumerate("abc"))

    def loss(p, X, y):
        fine = 0.0005 * sum(p[name][0] ** 2 for name in "abc")
        return np.mean(np.log(1 + np.exp(-margin(p, X, y)))) + fine

    def step(p, X, y):
        d = -sign(y) / (1 + np.exp(margin(p, X, y)))
        return {k: w - 2.0 * (np.mean(d * X[:, j]) + 0.001 * w)
                for j, (k, w) in enumerate(p.items())}, loss(p, X, y)  # fmt: skip

    found = diagnose(params={name: np.zeros(1) for name in "abc"}, X=X, y=np.where(above, *classes[::-1]),
                     loss=loss, step=step, batch_size=240, n_steps=300)  # fmt: skip
    assert [f.id for f in found.faults][:1] == expected
