"""Neurons with a weight vector each, trained row by row: of one row all go along their true gradients."""

import math

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.backward._stacked import stacks
from pullback.diagnose.experiments import update
from pullback.diagnose.experiments.of_gradient._by_piece import rate_by_pieces
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(5)
X = rng.uniform(0, 1, (30, 4))
y = np.eye(3)[np.argmax(X[:, :3], axis=1)]
START = [[rng.uniform(-0.7, 0.7, n + 1) for _ in range(m)] for n, m in ((4, 3), (3, 3))]


def squashed(z):
    return 1 / (1 + np.exp(-z))


def right(a):
    return a * (1 - a)


def twice(a):
    return squashed(a) * (1 - squashed(a))


def values(p, x):
    out = [x]
    for layer in p:
        out.append(np.array([squashed(w[:-1] @ out[-1] + w[-1]) for w in layer]))
    return out


def loss(p, X, y):
    return sum(0.5 * np.sum((values(p, x)[-1] - t) ** 2) for x, t in zip(X, y, strict=True)) / len(X)


def trained(hidden, output):
    def step(p, X, y):
        told = loss(p, X, y)
        for x, t in zip(X, y, strict=True):
            _, h, o = values(p, x)
            high = (o - t) * output(o)
            low = np.array(
                [sum(w[j] * d for w, d in zip(p[1], high, strict=True)) for j in range(3)]
            ) * hidden(h)
            p = [[w - 0.5 * d * np.append(a, 1.0) for w, d in zip(layer, ds, strict=True)]
                 for layer, ds, a in zip(p, (low, high), (x, h), strict=True)]  # fmt: skip
        return p, told

    return step


@pytest.mark.parametrize(
    ("hidden", "output", "expected"),
    [
        (right, right, []),
        (twice, twice, [("grad_activation_derivative_wrong", "step")]),
        (right, twice, [("grad_activation_derivative_wrong", "step")]),
        (np.ones_like, np.ones_like, [("grad_missing_activation_derivative", "step")]),
    ],
    ids=["right", "sigmoid twice", "of the output alone", "left out"],
)
def test_a_wrong_slope_of_every_neuron_is_named(hidden, output, expected):
    given = {"params": START, "X": X, "y": y, "loss": loss, "step": trained(hidden, output), "batch_size": 1}
    found = update.experiment(Case(Patient(given), 30.0))
    assert [(f.id, f.where) for f in found[:1]] == expected


def by_number(p, x):
    """The same units, their sums made number by number, with a layer's weights in one array."""
    for layer in p:
        sums = []
        for unit in layer:
            total = unit[-1]
            for i in range(len(unit) - 1):
                total += unit[i] * x[i]
            sums.append(1.0 / (1.0 + math.exp(-total)))
        x = sums
    return x


def errors(p, X, y):
    p = [[[float(w) for w in unit] for unit in layer] for layer in p]
    made = [by_number(p, list(x)) for x in X]
    off = [sum((a - b) ** 2 for a, b in zip(t, o, strict=True)) for t, o in zip(y, made, strict=True)]
    return sum(off) / len(X)


def layered(slope, shifts=1.0):
    def step(p, X, y):
        for x, t in zip(X, y, strict=True):
            _, h, o = values(p, x)
            high = (o - t) * slope(o)
            low = (high @ p[1][:, :-1]) * slope(h)
            p = [w - 0.5 * np.outer(d, np.append(a, shifts)) for w, d, a in
                 zip(p, (low, high), (x, h), strict=True)]  # fmt: skip
        return p, errors(p, X, y)

    return step


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (layered(right), []),
        (layered(lambda a: 1 - a * a), [("grad_activation_derivative_wrong", "step")]),
        (layered(right, shifts=-1.0), [("grad_sign_flipped", "step")]),
    ],
    ids=["right", "of the hyperbolic tangent", "biases uphill"],
)
def test_units_of_one_array_that_are_written_number_by_number(step, expected):
    given = {"params": [np.array(layer) for layer in START], "X": X, "y": y, "loss": errors, "step": step}
    found = update.experiment(Case(Patient({**given, "batch_size": 1}), 30.0))
    assert [(f.id, f.where) for f in found[:1]] == expected


def test_units_that_go_by_a_factor_each_of_one_rows_gradient_tell_no_rate():
    given = {"params": [np.array(layer) for layer in START], "X": X, "y": y, "loss": errors}
    case = Case(Patient({**given, "step": layered(right), "batch_size": 1}), 30.0)
    true = case.gradient(case.generic, *case.batch())
    apart = [np.arange(2.0 + 3 * k, 5.0 + 3 * k)[:, None] * g for k, g in enumerate(true)]
    assert rate_by_pieces(case, [2 * g for g in true], true) == pytest.approx(2)
    assert rate_by_pieces(case, apart, true) is None


@pytest.mark.parametrize("apart", [False, True], ids=["bias in the vector", "biases beside"])
def test_units_with_a_parameter_each_are_put_together_to_layers(apart):
    units = [rng.normal(size=n) for n, m in ((4, 5), (5, 3)) for _ in range(m)]
    biases = [np.array(rng.normal()) for _ in units]

    def loss(p, X, y):
        w, b = p[:8], p[8:] if apart else np.zeros(8)
        h = [squashed(X[0] @ w[k] + b[k]) for k in range(5)]
        o = [squashed(sum(u * a for u, a in zip(w[k], h, strict=True)) + b[k]) for k in range(5, 8)]
        return sum((a - t) ** 2 for a, t in zip(o, y[0], strict=True))

    found = stacks(loss, units + biases[: 8 * apart], X[:1], y[:1])
    layers = [[*range(5)], [*range(5, 8)]]
    assert found.groups == layers + [[k + 8 for k in layer] for layer in layers] * apart
    assert all(map(np.array_equal, found.join(found.split(units + biases)), units + biases * apart))


@pytest.mark.parametrize(
    ("below", "ones", "expected"),
    [
        (lambda x, h: np.append(x, 1.0), 1.0, []),
        (lambda x, h: h, 1.0, [("grad_wrong_input", 0)]),
        (lambda x, h: np.append(x, -1.0), -1.0, [("grad_sign_flipped", "step"), ("grad_bias_wrong", "step")]),
    ],
    ids=["right", "another layer's input", "ones that are minus one"],
)
def test_wrong_inputs_of_units_that_have_a_vector_each(below, ones, expected):
    start = [[rng.uniform(-0.7, 0.7, n + 1) for _ in range(m)] for n, m in ((4, 5), (5, 3))]

    def step(p, X, y):
        told = loss(p, X, y)
        _, h, o = values(p, X[0])
        high = (o - y[0]) * right(o)
        low = np.array(p[1])[:, :-1].T @ high * right(h)
        ups = ((low, below(X[0], h)), (high, np.append(h, ones)))
        return [[w - 0.5 * d * a for w, d in zip(layer, ds, strict=True)]
                for layer, (ds, a) in zip(p, ups, strict=True)], told  # fmt: skip

    given = {"params": start, "X": X, "y": y, "loss": loss, "step": step, "batch_size": 1}
    found = update.experiment(Case(Patient(given), 30.0))
    assert [(f.id, f.where) for f in found] == expected
    assert "input" not in str(expected) or found[0].words == (
        "the input of the layer of parameter 5 as its own, in the layer of parameters 0 .. 4"
    )
