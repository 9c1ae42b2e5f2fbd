"""Other functions in the place of an activation's derivative, fitted to its own layer's gradient."""

from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose.backward._spoiled import mistakes
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.experiments.of_gradient._any_slope import own_slopes
from pullback.diagnose.experiments.of_gradient._naming import _fits
from pullback.diagnose.network._anatomy import dissect
from pullback.diagnose.network._functions import sigmoid

rng = np.random.default_rng(4)
X, y = 3 * rng.standard_normal((40, 5)), rng.standard_normal((40, 2))
weights = [rng.standard_normal(shape) / 2 for shape in ((5, 6), (6, 7), (7, 2))]
C, K = np.sqrt(2 / np.pi), 0.044715
inside = lambda z: np.tanh(C * (z + K * z**3))
ACTIVATIONS = {
    "gelu": lambda z: 0.5 * z * (1 + inside(z)),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "softsign": lambda z: z / (1 + np.abs(z)),
}


def loss_of(f):
    return lambda p, X, y: np.mean((f(f(X @ p[0]) @ p[1]) @ p[2] - y) ** 2)


def gradient(f, slope):
    z1 = X @ weights[0]
    z2 = f(z1) @ weights[1]
    d = 2 * (f(z2) @ weights[2] - y) / y.size
    d2 = d @ weights[2].T
    d2 = d2 * slope(z2, d2)
    d1 = d2 @ weights[1].T
    return [X.T @ (d1 * slope(z1, d1)), f(z1).T @ d2, f(z2).T @ d]


def seen_and_tape(name, slope):
    f = ACTIVATIONS[name]
    tape = Tape(loss_of(f), weights, X, y)
    return SimpleNamespace(observed=gradient(f, slope), bad=[0, 1], common=1.0), tape


@pytest.mark.parametrize(
    ("name", "slope", "words"),
    [
        ("gelu", lambda z, u: 0.5 * (1 + inside(z)) + 0.5 * z * (1 - inside(z) ** 2), "the tanh inside"),
        ("gelu", lambda z, u: 0.5 * z * (1 - inside(z) ** 2) * C * (1 + 3 * K * z * z), "the tanh inside"),
        ("silu", lambda z, u: sigmoid(z) + z * sigmoid(z), "inside"),
        ("sigmoid", lambda z, u: 50 * u * (1 - 50 * u), "the error signal"),
        ("tanh", lambda z, u: 1 - (80 * u) ** 2, "the error signal"),
        ("relu", lambda z, u: u < 0, "the sign of the error signal"),
        ("tanh", lambda z, u: np.where(z > 0, 1, 0.05), "slopes 1 and 0.05"),
        ("sigmoid", lambda z, u: np.where(z > 0, 1, 0.3), "slopes 1 and 0.3"),
        ("softsign", lambda z, u: (1 - z / (1 + np.abs(z))) ** 2, "of the value"),
        ("softsign", lambda z, u: 1 - 2 * np.abs(z) / (1 + np.abs(z)), "of the value"),
    ],
)
def test_a_function_in_the_derivatives_place_is_found(name, slope, words):
    found = own_slopes(*seen_and_tape(name, slope), _fits)
    assert found[0] == "grad_activation_derivative_wrong"
    assert words in found[1]


def test_what_is_no_function_of_these_is_not_taken_for_one():
    noise = np.random.default_rng(1)
    assert own_slopes(*seen_and_tape("gelu", lambda z, u: noise.standard_normal(z.shape)), _fits) is None


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("gelu", lambda z, u: 0.5 * (1 + inside(z))),
        ("softsign", lambda z, u: 1 / (1 + np.abs(z))),
        ("tanh", lambda z, u: 1 / np.cosh(z)),
    ],
    ids=["part of a product rule", "a square forgotten", "another"],
)
def test_a_part_of_the_derivative_alone_is_a_mistake_that_is_known(name, slope):
    seen, tape = seen_and_tape(name, slope)
    claims = [c for c in mistakes(tape) if not c.partial]
    same = [
        c.id for c in claims
        if all(np.allclose(a, b, rtol=1e-8) for a, b in zip(c.grads, seen.observed, strict=True))
    ]  # fmt: skip
    assert same[:1] == ["grad_activation_derivative_wrong"]


@pytest.mark.parametrize("slope", [0.05, 0.3, 1 / 7])
def test_a_leaky_relu_of_any_slope_is_an_activation(slope):
    leaky, mask = lambda z: np.where(z > 0, z, slope * z), lambda z: np.where(z > 0, 1.0, slope)
    net = dissect(loss_of(leaky), weights, X, y)
    assert net.whole
    assert np.allclose(net.predict(weights, X), leaky(leaky(X @ weights[0]) @ weights[1]) @ weights[2])
    alone = [X.T @ mask(X @ weights[0]) / len(X), *gradient(leaky, lambda z, u: mask(z))[1:]]
    same = [
        c.id for c in mistakes(Tape(loss_of(leaky), weights, X, y))
        if not c.partial and all(np.allclose(a, b) for a, b in zip(c.grads, alone, strict=True))
    ]  # fmt: skip
    assert same == ["grad_drops_upstream"]


def test_another_layers_value_is_a_wrong_input_where_derivatives_are_taken_of_sums():
    square = [weights[0], rng.standard_normal((6, 6)) / 2, rng.standard_normal((6, 2)) / 2]
    leaky = lambda z: np.where(z > 0, z, 0.05 * z)
    tape = Tape(loss_of(leaky), square, X, y)
    a1 = leaky(X @ square[0])
    a2, g = leaky(a1 @ square[1]), [x.copy() for x in tape.true]
    d = 2 * (a2 @ square[2] - y) / y.size
    g[1] = a2.T @ (d @ square[2].T * np.where(a1 @ square[1] > 0, 1, 0.05))
    same = [
        c.id for c in mistakes(tape)
        if all(k is None or np.allclose(k, o) for k, o in zip(c.grads, g, strict=True))
    ]  # fmt: skip
    assert "grad_wrong_input" in same
    assert "inplace_mutation" not in same
