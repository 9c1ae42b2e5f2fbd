"""Loops that no recording can follow, number by number with casts, and what a step does with its rows."""

import math

import numpy as np
import pytest

from pullback.diagnose import diagnose

DRAW = np.random.default_rng(1)
CORNERS = DRAW.integers(0, 2, (120, 2))
X = CORNERS + 0.1 * DRAW.standard_normal((120, 2))
Y = (CORNERS[:, 0] != CORNERS[:, 1]).astype(float)
START = [DRAW.uniform(-1, 1, s) for s in ((5, 2), 5, 5, 1)]


def squash(v):
    return 1.0 / (1.0 + math.exp(-np.float64(v)))


def run(params, row, bend):
    w, b, v, c = params
    hidden = [bend(sum(a * x for a, x in zip(w[j], row, strict=True)) + b[j]) for j in range(5)]
    return hidden, squash(sum(a * h for a, h in zip(v, hidden, strict=True)) + c[0])


def corners(rate=0.5, hidden_sign=1.0, start=START, bend=squash):
    """Exclusive or, a row at a time, in plain Python."""

    def loss(params, X, y):
        return sum((run(params, row, bend)[1] - t) ** 2 for row, t in zip(X, y, strict=True)) / len(X)

    def step(params, X, y):
        w, b, v, c = (p.copy() for p in params)
        before = loss(params, X, y)
        for row, t in zip(X, y, strict=True):
            hidden, out = run([w, b, v, c], row, bend)
            top = 2 * (out - t) * out * (1 - out)
            for j in range(5):
                low = hidden_sign * top * v[j] * (hidden[j] * (1 - hidden[j]) if bend is squash else 1.0)
                v[j] -= rate * top * hidden[j]
                w[j] -= rate * low * row
                b[j] -= rate * low
            c[0] -= rate * top
        return [w, b, v, c], before

    return {"params": [p.copy() for p in start], "X": X, "y": Y, "loss": loss, "step": step,
            "batch_size": 1, "n_steps": 12000}  # fmt: skip


def test_a_minus_inside_is_found_where_nothing_can_be_recorded():
    found = diagnose(**corners(hidden_sign=-1.0)).faults[0]
    assert (found.id, found.where) == ("grad_sign_flipped", 0)


def test_a_loop_that_cannot_say_what_x_tells_is_not_healthy():
    found = diagnose(**corners(bend=np.float64, rate=0.1)).faults[0]
    assert (found.id, found.where) == ("capacity_too_small", "model")
    assert "a forecast from other rows explains" in found.evidence


def test_a_step_that_rounding_hides_from_most_parameters_is_no_frozen_layer():
    fed = {"params": [np.ones((2, 1)), np.zeros(1)], "X": X, "y": X @ [3.0, -1.0]}

    def loss(params, X, y):
        return float(np.mean((X @ params[0] + params[1] - y[:, None]) ** 2))

    def step(params, X, y):
        off = 2 * (X @ params[0] + params[1] - y[:, None]) / len(X)
        return [params[0] - 1e-18 * X.T @ off, params[1] - 1e-18 * off.sum(0)], loss(params, X, y)

    found = diagnose(**fed, loss=loss, step=step, batch_size=30, n_steps=200).faults[0]
    assert (found.id, found.where) == ("params_not_updated", "step")


def lines(rows=lambda X: X, rate=0.1, total=False):
    """A linear fit by batches of 30, of which the step takes `rows`."""
    weights = np.array([3.0, -1.0])

    def loss(params, X, y):
        return float(np.mean((X @ params[0] - y) ** 2))

    def step(params, X, y):
        X, y, value = rows(X), rows(y), loss(params, X, y)
        off = 2 * (X @ params[0] - y) / (1 if total else len(X))
        return [params[0] - rate * X.T @ off], value

    return {"params": [np.zeros(2)], "X": X, "y": X @ weights, "loss": loss, "step": step,
            "batch_size": 30, "n_steps": 200}  # fmt: skip


@pytest.mark.parametrize("rows", [lambda x: x[:15], lambda x: x[20:]], ids=["first", "last"])
def test_rows_of_a_batch_that_no_step_looks_at_are_found(rows):
    found = diagnose(**lines(rows)).faults[0]
    assert (found.id, found.where) == ("batch_indexing_wrong", "data")
    assert found.evidence.startswith("other rows in the ")


def test_rows_of_the_whole_data_that_no_step_looks_at_are_found():
    found = diagnose(**lines(lambda x: x[:5]) | {"batch_size": len(X)}).faults[0]
    assert (found.id, found.where) == ("batch_indexing_wrong", "data")


def test_a_tiny_rate_on_huge_targets_is_no_small_model():
    huge = lines(rate=1e-7)
    found = diagnose(**huge | {"y": huge["y"] * 1e7, "batch_size": len(X)}).faults[0]
    assert (found.id, found.where) == ("lr_too_small", "step")


def test_a_sum_over_the_rows_is_told_from_a_large_rate():
    assert diagnose(**lines(total=True)).faults[0].id == "grad_reduction_sum"
    assert diagnose(**lines(rate=3.0)).faults[0].id == "lr_too_large"
    assert diagnose(**lines()).verdict == "healthy"


def test_adams_signs_show_the_gradient_of_another_array():
    rng = np.random.default_rng(4)
    Z = rng.standard_normal((200, 4))
    target = np.maximum(Z @ rng.standard_normal((4, 3)), 0).sum(1, keepdims=True)
    params = [rng.standard_normal(s) / np.sqrt(s[0]) for s in ((4, 12), (12, 12), (12, 1))]
    m, v, count = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params], [0]

    def forward(params, X):
        a = X @ params[0]
        b = np.maximum(a, 0) @ params[1]
        return a, b, np.maximum(b, 0) @ params[2]

    def loss(params, X, y):
        return float(np.mean((forward(params, X)[-1] - y) ** 2))

    def step(params, X, y):
        a, b, out = forward(params, X)
        d3 = 2 * (out - y) / len(X)
        d2 = d3 @ params[2].T * (b > 0)
        d1 = d2 @ params[1].T * (a > 0)
        count[0] += 1
        new = []
        for k, (p, g) in enumerate(zip(params, [X.T @ d1, a.T @ d2, np.maximum(b, 0).T @ d3], strict=True)):
            m[k] = 0.9 * m[k] + 0.1 * g
            v[k] = 0.999 * v[k] + 0.001 * g**2
            first, second = m[k] / (1 - 0.9 ** count[0]), v[k] / (1 - 0.999 ** count[0])
            new.append(p - 0.01 * first / (np.sqrt(second) + 1e-8))
        return new, loss(params, X, y)

    found = diagnose(params=params, X=Z, y=target, loss=loss, step=step, batch_size=20, n_steps=400).faults[0]
    assert (found.id, found.where) == ("grad_wrong_input", 1)
