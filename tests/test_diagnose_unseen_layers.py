"""What values of the loss alone tell of a network whose layers cannot be read off."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import units
from pullback.diagnose.experiments._linear import linear_layers
from pullback.diagnose.experiments._silent import silent
from pullback.diagnose.experiments.model import _enough, _of_all_rows, _widths, measure
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3))
KINDS, NUMBERS = (X[:, 0] * X[:, 1] > 0).astype(int), X[:, 0] * X[:, 1]
FLAT = rng.normal(size=3 * 4 + 4 + 4 * 2 + 2)


def taken(theta):
    return theta[:12].reshape(3, 4), theta[12:16], theta[16:24].reshape(4, 2), theta[24:]


def entropy(z, y):
    return np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y])


def quantile(z, y):
    e = y - z[:, 0]
    return np.mean(np.maximum(0.6 * e, -0.4 * e))


def squares(z, y):
    return np.mean((z[:, 0] - y) ** 2)


def case(predict, objective, leaves):
    y = KINDS if objective is entropy else NUMBERS
    return Case(Patient({"params": leaves, "X": X, "y": y,
                         "loss": lambda p, X, y: float(objective(predict(p, X), y)),
                         "grad": lambda p, X, y: p}), 10.0)  # fmt: skip


def stacked(bend):
    def predict(params, X):
        W, b, V, c = taken(params[0])
        return bend(X @ W + b) @ V + c

    return predict


@pytest.mark.parametrize("objective", [entropy, quantile, squares])
@pytest.mark.parametrize(
    ("predict", "leaves", "linear"),
    [
        (stacked(lambda z: z), [FLAT], True),
        (stacked(np.tanh), [FLAT], False),
        (stacked(lambda z: np.maximum(z, 0)), [FLAT], False),
        (stacked(lambda z: z * z), [FLAT], False),
        (lambda p, X: X @ p[0] + p[1], [FLAT[:6].reshape(3, 2), FLAT[:2]], False),
    ],
)
def test_a_stack_of_linear_layers_is_told_from_networks_and_from_one_layer(
    objective, predict, leaves, linear
):
    assert linear_layers(case(predict, objective, leaves)) is linear


def test_the_widths_of_layers_in_one_vector_are_known():
    assert _widths(case(stacked(np.tanh), quantile, [FLAT])) == [4, 2]


SHUT = [rng.normal(size=(3, 4)), np.full(4, -50.0), rng.normal(size=(4, 2)), np.zeros(2)]


def bent(bend):
    def predict(params, X):
        W, b, V, c = (np.array([float(v) for v in np.ravel(p)]).reshape(np.shape(p)) for p in params)
        return bend(X @ W + b) @ V + c

    return predict


@pytest.mark.parametrize(
    ("bend", "leaves", "where"),
    [
        (lambda z: np.maximum(z, 0), SHUT, 1),
        (lambda z: np.maximum(z, 0), [SHUT[0], 0 * SHUT[1], *SHUT[2:]], None),
        (lambda z: np.maximum(z, 0), [-np.abs(SHUT[0]), SHUT[1] / 100, 0 * SHUT[2], SHUT[3]], None),
        (np.tanh, SHUT, None),
        (lambda z: np.maximum(z, 0) - 0.5, SHUT, 1),
        (lambda z: np.maximum(z, 0) - 0.5, [SHUT[0], 0 * SHUT[1], *SHUT[2:]], None),
        (lambda z: np.tanh(z) - 0.5, SHUT, None),
        (lambda z: 1 / (1 + np.exp(-z)), [SHUT[0], 20 * SHUT[1], *SHUT[2:]], None),
    ],
)
def test_dead_units_are_told_from_saturated_ones_by_values_alone(bend, leaves, where):
    assert silent(case(bent(bend), entropy, leaves)) == where


@pytest.mark.parametrize("size", [1.0, 1e-3, 1e-4, 1e-5])
def test_a_signal_lost_in_the_rounding_of_the_loss_is_no_dead_unit(size):
    def predict(p, X):
        z = np.maximum(X @ p[0] + p[1], 0) @ p[2] + p[3]
        return np.maximum(z, 0.01 * z) @ p[4] + p[5]

    for seed in range(40):
        first, second, last = (size * np.random.default_rng(seed).normal(size=(9, 4))).reshape(3, 3, 4)
        leaves = [first, np.zeros(4), np.vstack([second, last[:1]]), np.zeros(4), last[1:2].T, np.ones(1)]
        assert silent(case(predict, squares, leaves)) is None


@pytest.mark.parametrize(("width", "expected"), [(3, "dead_relu"), (300, "init_too_large")])
def test_weights_of_one_sign_kill_units_unless_they_are_large_as_well(width, expected):
    rows = np.abs(np.random.default_rng(1).normal(size=(60, width)))
    leaves = [
        -np.random.default_rng(2).random((width, 12)) * 4,
        np.zeros(12),
        np.random.default_rng(3).normal(size=(12, 2)) / 4,
        SHUT[3],
    ]
    found = Case(Patient({"params": leaves, "X": rows, "y": KINDS, "grad": lambda p, X, y: p,
                          "loss": lambda p, X, y: entropy(np.maximum(X @ p[0] + p[1], 0) @ p[2] + p[3], y)}),
                 10.0)  # fmt: skip
    suspected = units.suspect(found, units.look(found))
    assert getattr(suspected, "id", None) == expected


@pytest.mark.parametrize(("rows", "least"), [(60, 0.8), (400, 0.9)])
def test_a_linear_stack_owes_what_enough_rows_show_that_it_leaves(rows, least):
    rng = np.random.default_rng(0)
    table = rng.normal(size=(rows, 3))
    found = Case(Patient({"params": [SHUT[0], np.zeros(4), SHUT[2], SHUT[3]], "X": table,
                          "y": (table[:, 0] > 0).astype(int), "grad": lambda p, X, y: p,
                          "loss": lambda p, X, y: entropy((X @ p[0] + p[1]) @ p[2] + p[3], y)}),
                 10.0)  # fmt: skip
    assert _enough(found) == least


@pytest.mark.parametrize(("rows", "bent", "misses"), [(120, 1, True), (120, 0, False), (60, 1, None)])
def test_of_a_hundred_rows_all_thirds_say_what_a_linear_stack_leaves(rows, bent, misses):
    rng = np.random.default_rng(4)
    table = rng.normal(size=(rows, 3))
    y = table[:, 0] + (0.4 * table[:, 1] ** 2 if bent else 0.2 * rng.normal(size=rows))
    found = Case(Patient({"params": [SHUT[0], np.zeros(4), SHUT[2][:, :1], SHUT[3][:1]], "X": table, "y": y,
                          "loss": lambda p, X, y: np.mean((((X @ p[0] + p[1]) @ p[2] + p[3])[:, 0] - y) ** 2),
                          "grad": lambda p, X, y: p}), 10.0)  # fmt: skip
    mean = _of_all_rows(found, measure(found))
    short = mean and mean.constant - mean.own < 0.9 * (mean.constant - mean.wide)
    assert short is misses
