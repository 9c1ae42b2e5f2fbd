"""Activations with a number of their own: read off their values, and wrong slopes of them named."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.network import _families as families
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._anatomy import dissect

rng = np.random.default_rng(4)
X = rng.standard_normal((40, 5))
y = np.sin(X[:, 0]) + X[:, 1] * X[:, 2]
START = [rng.standard_normal((5, 8)) / 2, 0.1 * np.ones(8), rng.standard_normal(8) / 2, np.zeros(1)]
SHAPES = {
    "leaky_relu(0.07)": (
        lambda z: np.where(z > 0, z, 0.07 * z),
        lambda z: np.where(z > 0, 1.0, 0.07),
    ),
    "elu(0.6)": (
        lambda z: np.where(z > 0, z, 0.6 * np.expm1(np.minimum(z, 0))),
        lambda z: np.where(z > 0, 1.0, 0.6 * np.exp(np.minimum(z, 0))),
    ),
}


def loop(name, error=lambda e, slope: e * slope):
    """A loss, and a gradient whose hidden layer gets this of its error signal and its slope."""
    value, slope = SHAPES[name]

    def loss(p, X, y):
        return float(np.mean((value(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2))

    def grad(p, X, y):
        z = X @ p[0] + p[1]
        e = 2 * (value(z) @ p[2] + p[3] - y) / len(y)
        d = error(np.outer(e, p[2]), slope(z))
        return [X.T @ d, d.sum(0), value(z).T @ e, e.sum(keepdims=True)]

    return loss, grad


@pytest.mark.parametrize("name", SHAPES)
def test_a_number_of_its_own_is_read_off(name):
    loss, _ = loop(name)
    net = dissect(loss, START, X, y)
    assert (net.layers[1].before, net.objective) == (name, "squared")
    assert np.isclose(net.row_losses(START, X, y).mean(), loss(START, X, y))


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (lambda e, slope: e * slope, []),
        (lambda e, slope: e, [("grad_missing_activation_derivative", 0)]),
        (lambda e, slope: e * slope**2, [("grad_activation_derivative_wrong", 0)]),
        (lambda e, slope: slope / len(e), [("grad_drops_upstream", 0)]),
    ],
    ids=["right", "slope left out", "slope twice", "slope alone"],
)
def test_a_wrong_slope_of_it_is_named(name, error, expected):
    loss, grad = loop(name, error)
    case = Case(
        Patient({"params": START, "X": X, "y": y, "loss": loss, "grad": grad, "batch_size": 20}), 10.0
    )
    assert [(f.id, f.where) for f in gradient.experiment(case)[:1]] == expected


def test_few_sums_below_zero_tell_no_number():
    z = np.array([-1.0, 2.0, -0.5, 0.3])
    assert families.read(z, np.tanh(z)) is None
    assert families.read(z, np.where(z > 0, z, 0.3 * z)) is None


def test_a_name_of_no_family_is_no_function():
    with pytest.raises(KeyError):
        fn.VALUE["swish(2)"]


FORMS = {
    "chosen": lambda z, s: np.where(z > 0, z, s * z),
    "parts": lambda z, s: np.maximum(z, 0) + s * np.minimum(z, 0),
    "stretched": lambda z, s: z / (1 + np.exp(-s * z)),
}


def _steep(form, z, s):
    return (FORMS[form](z + 1e-6, s) - FORMS[form](z - 1e-6, s)) / 2e-6


def _of_own(form, z, s):
    return (FORMS[form](z, s + 1e-6) - FORMS[form](z, s - 1e-6)) / 2e-6


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("slope", "expected"),
    [
        (_steep, []),
        (lambda form, z, s: 1.0, [("grad_missing_activation_derivative", 0)]),
        (lambda form, z, s: z > 0, [("grad_activation_derivative_wrong", 0)]),
    ],
    ids=["right", "left out", "a mask"],
)
def test_the_slope_of_a_function_that_is_learned_with_the_weights(form, slope, expected):
    rng = np.random.default_rng(3)
    start = [rng.standard_normal((5, 8)) / 2, rng.uniform(0.1, 0.6, 8), rng.standard_normal((8, 6)) / 2,
             rng.uniform(0.1, 0.6, 6), rng.standard_normal(6)]  # fmt: skip

    def run(p, X):
        z = X @ p[0]
        a = FORMS[form](z, p[1])
        return z, a, a @ p[2], FORMS[form](a @ p[2], p[3])

    def loss(p, X, y):
        return float(np.mean((run(p, X)[3] @ p[4] - y) ** 2))

    def grad(p, X, y):
        z, a, z2, b = run(p, X)
        e = 2 * (b @ p[4] - y) / len(y)
        u = np.outer(e, p[4])
        d = u * slope(form, z2, p[3])
        low = d @ p[2].T
        owns = (low * _of_own(form, z, p[1])).sum(0), (u * _of_own(form, z2, p[3])).sum(0)
        return [X.T @ (low * slope(form, z, p[1])), owns[0], a.T @ d, owns[1], b.T @ e]

    given = {"params": start, "X": X, "y": y, "loss": loss, "grad": grad, "batch_size": 20}
    assert [(f.id, f.where) for f in gradient.experiment(Case(Patient(given), 10.0))[:1]] == expected
