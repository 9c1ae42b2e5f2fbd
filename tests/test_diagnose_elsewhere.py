"""Wrong gradients that are zero at the first point as the true ones are, and show at another."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
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


TABLE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
XOR = np.array([[0], [1], [1], [0]], float)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def squares(p, X, y):
    return float(np.mean((sigmoid(sigmoid(X @ p[0] + p[1]) @ p[2] + p[3]) - y) ** 2))


def of_table(turned):
    """The gradient of a 2-2-1 network, the first layer's matrix read the other way round or not."""

    def grad(p, X, y):
        h = sigmoid(X @ p[0] + p[1])
        o = sigmoid(h @ p[2] + p[3])
        e = 2 * (o - y) * o * (1 - o) / len(X)
        d = e @ p[2].T * h * (1 - h)
        return [d.T @ X if turned else X.T @ d, d.sum(0), h.T @ e, e.sum(0)]

    return grad


@pytest.mark.parametrize("asked", ["step", "grad"])
@pytest.mark.parametrize(("turned", "expected"), [(True, [("grad_transposed", 0)]), (False, [])])
def test_a_first_row_of_zeros_hides_what_is_wrong_with_the_weights_it_meets(turned, expected, asked):
    grad = of_table(turned)

    def step(p, X, y):
        return [w - 0.5 * g for w, g in zip(p, grad(p, X, y), strict=True)], squares(p, X, y)

    draw = np.random.default_rng(5)
    params = [draw.uniform(-1, 1, shape) for shape in [(2, 2), 2, (2, 1), 1]]
    given = {"params": params, "X": TABLE, "y": XOR, "loss": squares, "batch_size": 1, "n_steps": 30000}
    found = diagnose(**given, **({"step": step} if asked == "step" else {"grad": grad}))
    assert [(f.id, f.where) for f in found.faults[:1]] == expected
