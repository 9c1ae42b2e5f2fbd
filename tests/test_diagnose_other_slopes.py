"""Slopes taken of another sum or value than the activation's own, below outputs that a loss reads twice."""

from itertools import pairwise

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(8)
X = rng.standard_normal((40, 5))
TARGETS = np.sin(X[:, 0]) * X[:, 1]
SIDES = (TARGETS > 0).astype(float)[:, None]


def found(params, y, loss, grad):
    given = {"params": params, "X": X, "y": y, "loss": loss, "grad": grad, "batch_size": 20}
    first = gradient.experiment(Case(Patient(given), 10.0))[:1]
    assert all(f.confidence == 1.0 for f in first), "named for being nearest, not exact"
    return [(f.id, f.where) for f in first]


def layers(*sizes):
    pairs = pairwise(sizes)
    return [
        part for n, m in pairs for part in (rng.standard_normal((n, m)) / 2, 0.3 * rng.standard_normal(m))
    ]


def squash(z):
    return 1 / (1 + np.exp(-z))


def forward(p, X):
    z, a = [], [X]
    for W, b in zip(p[::2], p[1::2], strict=True):
        z.append(a[-1] @ W + b)
        a.append(squash(z[-1]))
    return z, a, np.clip(a[-1], 1e-7, 1 - 1e-7)


def entropy(p, X, y):
    chance = forward(p, X)[2]
    return -np.mean(y * np.log(chance) + (1 - y) * np.log(1 - chance))


def back(up=0, slope=None):
    """The gradient of the cross-entropy, each slope taken `up` layers higher, or the output's by another."""

    def grad(p, X, y):
        z, a, chance = forward(p, X)
        d = (chance - y) / len(X)
        d = d if slope is None else d / (chance * (1 - chance)) * slope(z[-1])
        out = []
        for k in range(len(z) - 1, -1, -1):
            out = [a[k].T @ d, d.sum(0), *out]
            at = a[min(k + up, len(z))]
            d = d @ p[2 * k].T * (at * (1 - at)) if k else d
        return out

    return grad


def of_sum(z):
    return z * (1 - z)


@pytest.mark.parametrize(
    ("grad", "expected"),
    [
        (back(), []),
        (back(up=1), [("grad_wrong_input", 0)]),
        (back(slope=of_sum), [("grad_activation_derivative_wrong", "grad")]),
    ],
)
def test_slopes_below_and_of_an_output_that_the_loss_reads_twice(grad, expected):
    assert found(layers(5, 5, 5, 1), SIDES, entropy, grad) == expected


@pytest.mark.parametrize(("slope", "expected"), [(None, None), (of_sum, "grad_activation_derivative_wrong")])
def test_a_single_number_beside_wrong_gradients_is_read_as_the_others_are(slope, expected):
    """Behind an adaptive rule: whatever is one number is a multiple of its true gradient."""
    squares = {}

    def step(p, X, y):
        grads = back(slope=slope)(p, X, y)
        for k, g in enumerate(grads):
            squares[k] = 0.9 * squares.get(k, 0.0) + 0.1 * g**2
        return [
            w - 0.01 * g / (np.sqrt(squares[k]) + 1e-7) for k, (w, g) in enumerate(zip(p, grads, strict=True))
        ]

    y = (X @ [1.0, -1.0, 0.5, 0.0, 0.0] > 0).astype(float)[:, None]
    said = diagnose(
        params=layers(5, 5, 1), X=X, y=y, loss=entropy, batch_size=20, n_steps=400,
        step=lambda p, X, y: (step(p, X, y), entropy(p, X, y)),
    )  # fmt: skip
    first = said.faults[0].id if said.faults else None
    assert first == expected, said.faults


@pytest.mark.parametrize(
    ("bias", "expected"), [(True, []), (False, [("grad_activation_derivative_wrong", 0)])]
)
def test_the_slope_of_a_value_is_taken_of_a_sum_that_lacks_its_bias(bias, expected):
    def squares(p, X, y):
        return np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] - y) ** 2)

    def grad(p, X, y):
        h = np.tanh(X @ p[0] + p[1])
        d = 2 * (h @ p[2] - y) / len(y)
        below = d[:, None] * p[2] * (1 - (h if bias else X @ p[0]) ** 2)
        return [X.T @ below, below.sum(0), h.T @ d]

    W, b = layers(5, 5)
    assert found([W, b, rng.standard_normal(5)], TARGETS, squares, grad) == expected


def bent(z):
    return np.where(z > 0, z, 0.1 * z)


SLIPS = [
    (np.tanh, lambda u, z, h: u * (1 - h * h), []),
    (np.tanh, lambda u, z, h: u * 1 - h * h, [("grad_activation_derivative_wrong", 0)]),
    (np.tanh, lambda u, z, h: 1 - h * h * u, [("grad_activation_derivative_wrong", 0)]),
    (squash, lambda u, z, h: u * h * 1 - h, [("grad_activation_derivative_wrong", 0)]),
    (bent, lambda u, z, h: np.where(z > 0, u, 0.1 * u), []),
    (bent, lambda u, z, h: np.where(z > 0, u, 0.1), [("grad_drops_upstream", 0)]),
]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(("function", "join", "expected"), SLIPS)
def test_a_slope_that_is_joined_to_its_signal_without_parentheses_or_stands_for_it(
    function, join, expected, late
):
    def passed(p, X):
        z, a = [], [X]
        for W, b in zip(p[::2], p[1::2], strict=True):
            z.append(a[-1] @ W + b)
            a.append(function(z[-1]))
        return z, a

    def error(p, X, y):
        return np.mean((passed(p, X)[0][-1] - y) ** 2)

    def grad(p, X, y):
        z, a = passed(p, X)
        d, out = 2 * (z[-1] - y) / (1 if late else len(y)), []
        for k in range(len(z) - 1, -1, -1):
            out = [a[k].T @ d, d.sum(0), *out]
            d = join(d @ p[2 * k].T, z[k - 1], a[k]) if k else d
        return [g / len(y) if late else g for g in out]

    assert found(layers(5, 6, 4, 1), TARGETS[:, None], error, grad) == expected


@pytest.mark.parametrize(
    ("slope", "expected"),
    [
        (lambda z: 1 / np.cosh(z) ** 2, []),
        (lambda z: 1 / np.cosh(z), [("grad_activation_derivative_wrong", 0)]),
        (lambda z: 1 / np.cosh(np.tanh(z)), [("grad_activation_derivative_wrong", 0)]),
    ],
)
def test_a_hyperbolic_secant_in_place_of_the_slope_of_tanh_in_a_small_network(slope, expected):
    def outputs(p, X):
        return np.tanh(X[:, :2] @ p[0] + p[1]) @ p[2] + p[3]

    def loss(p, X, y):
        return np.mean((outputs(p, X) - y) ** 2)

    def grad(p, X, y):
        d, z = 2 * (outputs(p, X) - y) / y.size, X[:, :2] @ p[0] + p[1]
        below = d @ p[2].T * slope(z)
        return [X[:, :2].T @ below, below.sum(0), np.tanh(z).T @ d, d.sum(0)]

    assert found(layers(2, 4, 1), SIDES, loss, grad) == expected


WON = {
    "the one that won": (lambda a: a == a.max(axis=1, keepdims=True), []),
    "the least": (lambda a: a == a.min(axis=1, keepdims=True), [("grad_activation_derivative_wrong", 0)]),
    "all whole": (lambda a: np.ones(a.shape), [("grad_missing_activation_derivative", 0)]),
    "all alike": (lambda a: np.full(a.shape, 1 / a.shape[1]), [("grad_activation_derivative_wrong", 0)]),
}


@pytest.mark.parametrize(("won", "expected"), WON.values(), ids=WON)
def test_the_signal_of_a_largest_value_handed_to_other_places(won, expected):
    def sums(p, X):
        return (X @ p[0] + p[1]).reshape(len(X), 3, 4)

    def loss(p, X, y):
        return np.mean((sums(p, X).max(axis=1) @ p[2] + p[3] - y) ** 2)

    def grad(p, X, y):
        a = sums(p, X)
        h = a.max(axis=1)
        d = 2 * (h @ p[2] + p[3] - y) / len(y)
        back = ((d @ p[2].T)[:, None, :] * won(a)).reshape(len(X), -1)
        return [X.T @ back, back.sum(0), h.T @ d, d.sum(0)]

    assert found(layers(5, 12)[:2] + layers(4, 1), SIDES, loss, grad) == expected


@pytest.mark.parametrize(
    ("other", "expected"), [(False, []), (True, [("grad_activation_derivative_wrong", 0)])]
)
def test_the_signal_of_the_larger_of_two_branches_handed_to_the_other(other, expected):
    def loss(p, X, y):
        return np.mean((np.maximum(X @ p[0], X @ p[1]) @ p[2] - y) ** 2)

    def grad(p, X, y):
        a, b = X @ p[0], X @ p[1]
        d = 2 * (np.maximum(a, b) @ p[2] - y) / len(y)
        back, won = d @ p[2].T, (a > b) ^ other
        return [X.T @ (back * won), X.T @ (back * ~won), np.maximum(a, b).T @ d]

    assert found([layers(5, 4)[0], layers(5, 4)[0], layers(4, 1)[0]], SIDES, loss, grad) == expected


def line(p, X, y):
    return float(np.mean((X @ p[0] + p[1] - y) ** 2)) / 2


POSITIVE = np.abs(X) + 0.5
STRETCH = np.array([[1.0, 0.2], [0.2, 0.5]])


@pytest.mark.parametrize("given", ["grad", "step"])
@pytest.mark.parametrize(
    ("of", "named"),
    [
        (lambda X: X, ()),
        (lambda X: 1 / X, ("grad", "step")),
        (np.sqrt, ("grad", "step")),
        (lambda X: np.hstack([X[:, :2] @ STRETCH, X[:, 2:]]), ("grad",)),  # of a step, a way down like others
    ],
)
def test_a_right_signal_times_another_function_of_the_inputs(given, of, named):
    y = POSITIVE @ np.array([1.0, -0.5, 0.3, 0.2, -1.0]) + 0.1 * TARGETS

    def grad(p, X, y):
        error = (X @ p[0] + p[1] - y) / len(y)
        return [of(X).T @ error, error.sum()]

    def step(p, X, y):
        return [w - 0.1 * g for w, g in zip(p, grad(p, X, y), strict=True)], line(p, X, y)

    loop = {"grad": grad, "step": step} if given == "grad" else {"step": step}
    start = [np.zeros(5), 0.0]
    told = diagnose(params=start, X=POSITIVE, y=y, loss=line, batch_size=20, n_steps=1500, **loop).faults
    assert [(f.id, f.where) for f in told][:1] == [("grad_wrong_input", 0)] * (given in named)


@pytest.mark.parametrize(
    ("slope", "expected"),
    [(lambda h: h * (1 - h), []), (lambda h: 1 - h * h, [("grad_activation_derivative_wrong", 0)])],
)
def test_the_slope_of_a_sigmoid_whose_sum_is_made_of_negatives(slope, expected):
    """As people write it: exp(-X @ W - b), where no value is the sum itself."""

    def hidden(p, X):
        return 1 / (1 + np.exp(-X @ p[0] - p[1]))

    def squares(p, X, y):
        return np.mean((hidden(p, X) @ p[2] - y) ** 2)

    def grad(p, X, y):
        h = hidden(p, X)
        d = 2 * (h @ p[2] - y) / len(y)
        below = d[:, None] * p[2] * slope(h)
        return [X.T @ below, below.sum(0), h.T @ d]

    assert found([*layers(5, 5), rng.standard_normal(5)], TARGETS, squares, grad) == expected
