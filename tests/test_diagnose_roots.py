"""Losses that are roots of what the step brings down: the root of a mean is meant, a norm over n is not."""

import numpy as np
import pytest

from pullback.diagnose import diagnose

rng = np.random.default_rng(5)
X = np.c_[np.ones(90), rng.standard_normal((90, 3))]
y = X @ [2.0, -1.0, 0.5, 3.0] + 0.2 * rng.standard_normal(90)


def said(of_errors):
    def loss(p, X, y):
        return of_errors(X @ p[0] - y)

    def step(p, X, y):
        return [p[0] - 0.2 / len(y) * X.T @ (X @ p[0] - y)], loss(p, X, y)

    given = {"params": [np.zeros(4)], "X": X, "y": y, "loss": loss, "step": step}
    return [(f.id, f.where) for f in diagnose(batch_size=90, n_steps=100, **given).faults[:1]]


@pytest.mark.parametrize(
    ("of_errors", "found"),
    [
        (lambda e: np.mean(e**2), []),
        (lambda e: np.sqrt(np.mean(e**2)), []),
        (lambda e: np.linalg.norm(e) / len(e), [("loss_formula_wrong", "loss")]),
    ],
)
def test_a_norm_over_the_number_of_rows_is_no_mean_of_squares(of_errors, found):
    assert said(of_errors) == found
