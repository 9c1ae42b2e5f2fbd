"""Wrong gradients that are zero at the first point as the true ones are, and show at another."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(3)
X = rng.standard_normal((60, 2))
y = np.repeat([[1.0], [-1.0]], 30, axis=0)


def loss(p, X, y):
    return 0.5 * float(np.sum(p[0] ** 2)) + float(np.sum(np.maximum(0, 1 - y * (X @ p[0] + p[1]))))


@pytest.mark.parametrize(("factor", "expected"), [(10, [("grad_constant_factor", 1)]), (1, [])])
def test_as_many_rows_of_each_label_within_the_margin_hide_the_factor_of_a_bias(factor, expected):
    def grad(p, X, y):
        within = (y * (X @ p[0] + p[1]) < 1).ravel()
        return [p[0] - (X * y)[within].sum(0)[:, None], -factor * y[within].sum().reshape(1, 1)]

    params = [0.1 * rng.standard_normal((2, 1)), np.zeros((1, 1))]
    given = {"params": params, "X": X, "y": y, "loss": loss, "grad": grad, "batch_size": 60}
    case = Case(Patient(given), 10.0)
    assert abs(case.gradient(case.generic, X, y)[1]) < 1e-9
    assert [(f.id, f.where) for f in gradient.experiment(case)[:1]] == expected
