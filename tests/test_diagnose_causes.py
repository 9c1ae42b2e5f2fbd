"""Causes told apart on loops that no ward holds: small, and written for one question each."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

rng = np.random.default_rng(3)
x = rng.uniform(-1, 1, 40)
line = 2.0 * x - 0.5 + 0.05 * rng.standard_normal(40)


def loss(params, x, y):
    m, b = params
    return float(np.mean((m * x + b - y) ** 2))


def loop(m_factor=1.0, b_factor=1.0, last_row_only=False, rate=0.3):
    """A line fitted over all rows by two numbers, as tutorials write it."""

    def step(params, x, y):
        m, b = params
        error = m * x + b - y
        gb = 2 * error[-1] / len(x) if last_row_only else 2 * error.mean()
        new = [m - rate * m_factor * 2 * (error * x).mean(), b - rate * b_factor * gb]
        return new, loss(params, x, y)

    return {
        "params": [0.0, 0.0],
        "X": x,
        "y": line,
        "loss": loss,
        "step": step,
        "batch_size": 40,
        "n_steps": 150,
    }


@pytest.mark.parametrize(
    ("wrong", "fault", "where"),
    [
        ({"m_factor": -1.0}, "grad_sign_flipped", 0),
        ({"last_row_only": True}, "grad_bias_wrong", 1),
    ],
)
def test_two_numbers_are_too_few_to_show_a_memory(wrong, fault, where):
    found = diagnose(**loop(**wrong)).faults[0]
    assert (found.id, found.where) == (fault, where)


def test_a_line_of_two_numbers_is_healthy():
    assert diagnose(**loop()).verdict == "healthy"


def test_a_rate_divided_by_the_rows_is_not_too_few_steps():
    fewer = {"X": x[:39], "y": line[:39], "batch_size": 39, "n_steps": 30}
    found = diagnose(**{**loop(rate=0.3 / 39), **fewer}).faults[0]
    assert (found.id, found.where) == ("grad_averaged_twice", "step")


def test_a_hinge_loss_on_signs_is_not_an_absolute_error():
    X = rng.standard_normal((80, 2)) + np.where(np.arange(80) % 2, 1.5, -1.5)[:, None]
    y = np.where(np.arange(80) % 2, 1.0, -1.0)

    def hinge(params, X, y):
        return float(np.maximum(0, 1 - y * (X @ params[0] + params[1])).mean())

    def step(params, X, y):
        active = y * (X @ params[0] + params[1]) < 1
        moved = [params[0] + 0.1 * (active * y) @ X / len(y), params[1] + 0.1 * (active * y).mean()]
        return moved, hinge(params, X, y)

    found = diagnose(params=[np.zeros(2), 0.0], X=X, y=y, loss=hinge, step=step, batch_size=8, n_steps=200)
    assert found.verdict == "healthy"
