"""Numbers that a step moves from another's place, or after others have been moved."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

rng = np.random.default_rng(3)
X = np.c_[np.ones(60), rng.standard_normal((60, 2))]
y = X @ [1.0, -0.5, 2.0] + 0.1 * rng.standard_normal(60)


def loss(p, X, y):
    return float(np.mean((X @ p[0] - y) ** 2)) / 2


def theta_step(start_of_last, copied):
    """One theta, entry by entry: the last from `start_of_last`; slopes are at the old theta if `copied`."""

    def step(p, X, y):
        now, theta = loss(p, X, y), p[0].copy()
        new = theta.copy() if copied else theta
        for j, start in enumerate((0, 1, start_of_last)):
            new[j] = theta[start] - 0.1 * np.mean((X @ theta - y) * X[:, j])
        return [new], now

    return step


@pytest.mark.parametrize(("start_of_last", "copied", "expected"), [
    (2, True, []), (1, True, [("inplace_mutation", 0)]), (2, False, [("update_order", "step")]),
])  # fmt: skip
def test_entries_moved_from_another_or_out_of_turn_are_named(start_of_last, copied, expected):
    found = diagnose(params=[np.zeros(3)], X=X, y=y, loss=loss, step=theta_step(start_of_last, copied),
                     batch_size=60, n_steps=300)  # fmt: skip
    assert [(f.id, f.where) for f in found.faults][:1] == expected


def deep(p, X):
    return np.tanh(np.tanh(X @ p[0]) @ p[1])


def deep_loss(p, X, y):
    return float(np.mean((deep(p, X) @ p[2] - y) ** 2)) / 2


@pytest.mark.parametrize(("source", "expected"), [(1, []), (0, [("inplace_mutation", 1)])])
def test_a_matrix_moved_from_where_another_was_is_named(source, expected):
    def step(p, X, y):
        h = np.tanh(X @ p[0])
        g = np.tanh(h @ p[1])
        e = (g @ p[2] - y) / len(y)
        dg = np.outer(e, p[2]) * (1 - g**2)
        dh = dg @ p[1].T * (1 - h**2)
        return [p[0] - 0.2 * X.T @ dh, p[source] - 0.2 * h.T @ dg, p[2] - 0.2 * g.T @ e], deep_loss(p, X, y)

    draw = np.random.default_rng(5)
    params = [draw.standard_normal((3, 3)) / 2, draw.standard_normal((3, 3)) / 2, draw.standard_normal(3)]
    found = diagnose(params=params, X=X, y=y, loss=deep_loss, step=step, batch_size=60, n_steps=2000)
    assert "failed" not in found.facts
    assert [(f.id, f.where) for f in found.faults][:1] == expected
