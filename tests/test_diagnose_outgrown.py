"""Biases that a step stretches to the shape of a gradient that was never summed over the rows."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

rng = np.random.default_rng(7)
X = rng.standard_normal((60, 3))
y = np.sin(X @ rng.standard_normal((3, 2))) + 1


def forward(p, X):
    hidden = np.tanh(p[0] @ X.T + p[1])
    return hidden, p[2] @ hidden + p[3]


def loss(p, X, y):
    return np.sum((forward(p, X)[1] - y.T) ** 2) / len(X)


def loop(reduced, per_unit):
    def step(p, X, y):
        hidden, out = forward(p, X)
        delta = 2 * (out - y.T) / len(X)
        below = p[2].T @ delta * (1 - hidden**2)
        slope = below.sum(1, keepdims=True) if reduced else below
        grads = [below @ X, slope, delta @ hidden.T, delta.sum(1, keepdims=True)]
        return [w - 0.1 * g for w, g in zip(p, grads, strict=True)], loss(p, X, y)

    start = np.random.default_rng(1)
    params = [start.standard_normal((8, 3)) / 2, np.zeros((8, 1) if per_unit else (1, 1)),
              start.standard_normal((2, 8)) / 3, np.zeros((2, 1))]  # fmt: skip
    return {"params": params, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 60, "n_steps": 1500}


@pytest.mark.parametrize(
    ("reduced", "per_unit", "expected"),
    [(False, True, [("grad_bias_wrong", 1)]), (True, True, []), (True, False, [])],
)
def test_only_a_bias_that_grows_with_the_rows_is_stretched_wrongly(reduced, per_unit, expected):
    found = diagnose(**loop(reduced, per_unit))
    assert [(f.id, f.where) for f in found.faults][:1] == expected
