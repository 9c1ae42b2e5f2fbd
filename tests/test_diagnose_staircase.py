"""Layers behind a sign or a comparison, which no gradient reaches."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

rng = np.random.default_rng(0)
X = rng.standard_normal((300, 3))
Y = np.tanh(X @ np.array([1.0, -1.0, 0.5])) + 0.5 * X[:, 1]


def start(low=0.0):
    made = np.random.default_rng(1)
    return [made.standard_normal((3, 12)), np.full(12, low), 0.3 * made.standard_normal(12), np.zeros(1)]


def loop(bend, slope, low=0.0):
    """One hidden layer of units `bend`, whose backward pass takes `slope` for their derivative."""

    def loss(p, X, y):
        return float(np.mean((bend(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2))

    def step(p, X, y):
        s = X @ p[0] + p[1]
        h = bend(s)
        off = 2 * (h @ p[2] + p[3] - y) / len(y)
        d = np.outer(off, p[2]) * slope(s)
        grads = [X.T @ d, d.sum(0), h.T @ off, off.sum(keepdims=True)]
        return [x - 0.1 * g for x, g in zip(p, grads, strict=True)], loss(p, X, y)

    return diagnose(params=start(low), X=X, y=Y, loss=loss, step=step, batch_size=30, n_steps=600)


@pytest.mark.parametrize("bend", [np.sign, lambda s: 1.0 * (s > 0), lambda s: np.round(np.tanh(s))])
def test_a_layer_behind_a_step_function_stays(bend):
    found = loop(bend, np.zeros_like)
    assert (found.faults[0].id, found.faults[0].where) == ("layer_not_updated", 0), str(found)


@pytest.mark.parametrize("slope", [np.ones_like, lambda s: 1.0 * (np.abs(s) < 1)])
def test_a_slope_that_is_put_in_place_of_a_sign_s_moves_the_layer(slope):
    assert "layer_not_updated" not in [f.id for f in loop(np.sign, slope).faults]


def test_units_that_are_dead_at_the_start_stand_behind_no_step_function():
    found = loop(lambda s: np.maximum(s, 0), lambda s: 1.0 * (s > 0), low=-30.0)
    assert found.faults[0].id != "layer_not_updated", str(found)


@pytest.mark.parametrize(("ways", "expected"), [(4, False), (2, True)])
def test_what_a_search_comes_to_later_is_not_left_out(ways, expected):
    """A line found by fixed moves, the slope's tried first: until that is right the intercept stays."""
    draw = np.random.default_rng(1)
    x = draw.uniform(1, 26, 30)
    told = 1.1 * x + 13 + draw.standard_normal(30)

    def loss(p, X, y):
        return float(np.mean((p[0] * X + p[1] - y) ** 2))

    def step(p, X, y):
        now = loss(p, X, y)
        for change in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01))[:ways]:
            tried = [np.array(w + d) for w, d in zip(p, change, strict=True)]
            if loss(tried, X, y) < now:
                return tried, now
        return [np.array(w) for w in p], now

    found = diagnose(params=[np.array(0.0), np.array(0.0)], X=x, y=told, loss=loss, step=step,
                     batch_size=30, n_steps=150)  # fmt: skip
    assert ("layer_not_updated" in [f.id for f in found.faults]) == expected
