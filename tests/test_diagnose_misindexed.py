"""Gradients whose index is off, and other parts of a backward pass taken for the whole."""

from itertools import pairwise

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(8)
X = rng.standard_normal((40, 5))
y = np.sin(X[:, 0]) * X[:, 1]
deep = [rng.standard_normal((5, 5)) / 2 for _ in range(4)] + [rng.standard_normal((5, 1))]


def found(params, loss, grad, X=X):
    given = {"params": params, "X": X, "y": y, "loss": loss, "grad": grad, "batch_size": 20}
    return [(f.id, f.where) for f in gradient.experiment(Case(Patient(given), 10.0))[:1]]


def values(p, X):
    a = [X]
    for W in p[:-1]:
        a.append(np.tanh(a[-1] @ W))
    return a


def loss(p, X, y):
    return float(np.mean((values(p, X)[-1] @ p[-1] - y[:, None]) ** 2))


def back(slope=0, signal=lambda k: k + 1, given=0, decay=0.0, by=0, through=None):
    def grad(p, X, y):
        a = values(p, X)
        d = {4: 2 * (a[-1] @ p[-1] - y[:, None]) / len(y)}
        d[3] = d[4] @ p[4].T * (1 - a[4] ** 2)
        for k in (2, 1, 0):
            weight = p[k + 1 + by] if through is None else p[min(through(k), 3)]
            d[k] = d[min(signal(k), 3)] @ weight.T * (1 - a[k + 1 + slope] ** 2)
        return [a[k + (given if k == 1 else 0)].T @ d[k] + decay * w for k, w in enumerate(p)]

    return grad


@pytest.mark.parametrize(
    ("grad", "expected"),
    [
        (back(), []),
        (back(slope=-1), [("grad_wrong_input", 0)]),
        (back(slope=1), [("grad_wrong_input", 0)]),
        (back(signal=lambda k: 3), [("grad_wrong_delta", 0)]),
        (back(signal=lambda k: k + 2), [("grad_wrong_delta", 0)]),
        (back(by=-1), [("grad_wrong_delta", 0)]),
        (back(signal=lambda k: 3, through=lambda k: 3), [("grad_wrong_delta", 0)]),
        (back(signal=lambda k: k + 2, through=lambda k: k + 2), [("grad_wrong_delta", 0)]),
    ],
)
def test_a_loop_over_layers_whose_index_is_off(grad, expected):
    assert found(deep, loss, grad) == expected


def test_another_layers_input_is_told_beside_a_penalty():
    def decayed(p, X, y):
        return loss(p, X, y) + 0.05 * sum(np.sum(w * w) for w in p)

    assert found(deep, decayed, back(decay=0.1)) == []
    assert found(deep, decayed, back(decay=0.1, given=1)) == [("grad_wrong_input", 1)]


@pytest.mark.parametrize(("off", "expected"), [(0, []), (1, [("grad_wrong_input", 0)])])
def test_the_powers_of_a_polynomial_are_off_by_one(off, expected):
    def error(p, x, y):
        return sum(p[0][k] * x**k for k in range(4)) - y

    def grad(p, x, y):
        return [2 * np.array([np.mean(error(p, x, y) * x ** (k + off)) for k in range(4)])]

    curve = lambda p, x, y: np.mean(error(p, x, y) ** 2)
    assert found([rng.standard_normal(4)], curve, grad, X[:, 0]) == expected


@pytest.mark.parametrize(
    ("slope", "expected"),
    [
        (lambda z, t: 1 - t * t, [("grad_activation_derivative_wrong", 0)]),
        (lambda z, t: (1 + t) / 2, [("grad_activation_derivative_wrong", 0)]),
        (lambda z, t: (1 + t) / 2 + z * (1 - t * t) * 0.3989422804 * (1 + 0.134145 * z * z), []),
    ],
)
def test_the_slope_of_the_tanh_inside_is_not_that_of_the_gelu(slope, expected):
    inside = lambda z: np.tanh(0.7978845608 * (z + 0.044715 * z**3))
    p = [deep[0], deep[-1]]

    def forward(p, X):
        z = X @ p[0]
        return z, 0.5 * z * (1 + inside(z))

    def squared(p, X, y):
        return np.mean((forward(p, X)[1] @ p[1] - y[:, None]) ** 2)

    def grad(p, X, y):
        z, h = forward(p, X)
        d = 2 * (h @ p[1] - y[:, None]) / len(y)
        return [X.T @ (d @ p[1].T * slope(z, inside(z))), h.T @ d]

    assert found(p, squared, grad) == expected


def states(p, X):
    h = [np.zeros((len(X), 4))]
    for t in range(X.shape[1]):
        h.append(np.tanh(X[:, t : t + 1] @ p[0] + h[-1] @ p[1]))
    return h


def recurrent(p, X, y):
    return float(np.mean((states(p, X)[-1] @ p[2] - y) ** 2))


def bptt(off=0, state=0, row=0, past=False, stays=""):
    def grad(p, X, y):
        h, out = states(p, X), [np.zeros_like(w) for w in p]
        e = 2 * (h[-1] @ p[2] - y) / len(y)
        out[2], d = h[-1].T @ e, np.outer(e, p[2])
        first = d * (1 - h[-1] ** 2)
        for t in range(X.shape[1], 0, -1):
            d, before = d * (1 - h[t + off] ** 2), d
            at = max(t - 1 - row, 0)
            out[0] += X[:, at : at + 1].T @ d
            at = X.shape[1] - 1 if stays == "state" and t > 1 else t - 1
            out[1] += h[at + state].T @ (first if stays == "signal" else d)
            d = (before if past else d) @ p[1].T
        return out

    return grad


@pytest.mark.parametrize(
    ("grad", "expected"),
    [
        (bptt(), []),
        (bptt(off=-1), [("grad_wrong_input", 0)]),
        (bptt(state=1), [("grad_wrong_input", 1)]),
        (bptt(row=1), [("grad_wrong_input", 0)]),
        (bptt(past=True), [("grad_wrong_delta", 0)]),
        (bptt(stays="state"), [("grad_wrong_input", 1)]),
        (bptt(stays="signal"), [("grad_wrong_delta", 1)]),
    ],
)
def test_what_a_recurrence_takes_from_another_time(grad, expected):
    start = [rng.standard_normal((1, 4)), rng.standard_normal((4, 4)) / 2, rng.standard_normal(4)]
    assert found(start, recurrent, grad) == expected


narrow = [rng.standard_normal((1, 6)), rng.standard_normal((6, 1)) / 2]


@pytest.mark.parametrize(("off", "expected"), [(0, []), (1, [("grad_wrong_input", 0)])])
def test_one_column_stands_in_for_all_units_by_broadcasting(off, expected):
    def grad(p, X, y):
        a = [*values(p, X)]
        d = 2 * (a[1] @ p[1] - y[:, None]) / len(y)
        return [X.T @ (d @ p[1].T * (1 - a[1 - off] ** 2)), a[1].T @ d]

    assert found(narrow, loss, grad, X[:, :1]) == expected


scaled = [rng.standard_normal((5, 4)), np.ones(4), rng.standard_normal(4) / 2]


def normal(a, spread):
    away = a - a.mean(0)
    return away / spread(a), spread(a)


@pytest.mark.parametrize("spread", [lambda a: a.std(0), lambda a: np.sqrt(((a - a.mean(0)) ** 2).mean(0))])
@pytest.mark.parametrize(
    ("mean", "square", "wrong"),
    [
        (1, 1, []),
        (1, 0, ["grad_activation_derivative_wrong"]),
        (0, 1, ["grad_activation_derivative_wrong"]),
        (0, 0, ["grad_activation_derivative_wrong"]),
        ("all", 1, ["grad_reduction_sum"]),
        (1, "all", ["grad_reduction_sum"]),
    ],
)
def test_a_normalisation_whose_statistics_are_taken_for_constants_or_summed(mean, square, wrong, spread):
    def error(p, X, y):
        return float(np.mean((np.tanh(normal(X @ p[0], spread)[0] * p[1]) @ p[2] - y) ** 2))

    def grad(p, X, y):
        n, size = normal(X @ p[0], spread)
        h = np.tanh(n * p[1])
        e = 2 * (h @ p[2] - y) / len(y)
        d = np.outer(e, p[2]) * (1 - h**2)
        dn = d * p[1]
        first, second = (len(y) if times == "all" else times for times in (mean, square))
        da = (dn - first * dn.mean(0) - second * n * (dn * n).mean(0)) / size
        return [X.T @ da, (d * n).sum(0), h.T @ e]

    assert found(scaled, error, grad) == [(name, 0) for name in wrong]


@pytest.mark.parametrize("first", [True, False])
def test_the_bias_is_cut_off_the_error_signal_at_the_wrong_end(first):
    weights = [rng.standard_normal((6, 4)) / 2, rng.standard_normal((5, 1)) / 2]
    one = lambda a: np.hstack([np.ones((len(a), 1)), a] if first else [a, np.ones((len(a), 1))])

    def error(p, X, y):
        return float(np.mean((one(np.tanh(one(X) @ p[0])) @ p[1] - y[:, None]) ** 2))

    def back(right):
        def grad(p, X, y):
            h = one(np.tanh(one(X) @ p[0]))
            e = 2 * (h @ p[1] - y[:, None]) / len(y)
            d = (e @ p[1].T) * (1 - h**2)
            return [one(X).T @ (d[:, 1:] if first == right else d[:, :-1]), h.T @ e]

        return grad

    assert found(weights, error, back(True)) == []
    assert found(weights, error, back(False)) == [("grad_wrong_delta", 0)]


classes = (X[:, 0] > 0) + (X[:, 1] > 0) * 1
shallow = [rng.standard_normal((5, 6)) / 2, np.zeros(6), rng.standard_normal((6, 3)) / 2, np.zeros(3)]
OTHER = [
    (lambda q: -np.log(q), [0.0], []),
    (lambda q: -q, [0.0], [("loss_formula_wrong", "loss")]),
    (lambda q: -np.log(q), [1.0], [("grad_sign_flipped", "grad")]),
]


@pytest.mark.parametrize(("of_true", "flips", "expected"), OTHER)
def test_a_right_gradient_of_another_loss_names_the_loss_that_nobody_means(of_true, flips, expected):
    def probabilities(p, X):
        h = np.tanh(X @ p[0] + p[1])
        e = np.exp(h @ p[2] + p[3])
        return h, e / e.sum(1, keepdims=True)

    def error(p, X, y):
        return float(np.mean(of_true(probabilities(p, X)[1][np.arange(len(y)), y])))

    def grad(p, X, y):
        h, q = probabilities(p, X)
        d = (q - np.eye(3)[y]) / len(y) * (1 - 2 * flips[0])
        below = d @ p[2].T * (1 - h**2)
        return [X.T @ below, below.sum(0), h.T @ d, d.sum(0)]

    given = {"params": shallow, "X": X, "y": classes, "loss": error, "grad": grad, "batch_size": 20}
    said = gradient.experiment(Case(Patient(given), 10.0))[:1]
    assert [(f.id, f.where) for f in said] == expected


def recurrence(p, X):
    states = [np.zeros((len(X), 4))]
    for t in range(5):
        states.append(np.tanh(X[:, t : t + 1] @ p[0] + states[-1] @ p[1] + p[2]))
    return states


def last_state(p, X, y):
    return float(np.mean((recurrence(p, X)[-1] @ p[3] - y[:, None]) ** 2))


def through_time(times, keep=1.0):
    """The way back through these times, where each use's share is added to `keep` times those before."""

    def grad(p, X, y):
        states = recurrence(p, X)
        e = 2 * (states[-1] @ p[3] - y[:, None]) / len(y)
        g, signal = [0 * w for w in p], e @ p[3].T
        g[3] = states[-1].T @ e
        for t in times:
            d = signal * (1 - states[t + 1] ** 2)
            parts = X[:, t : t + 1].T @ d, states[t].T @ d, d.sum(0)
            g[:3] = [keep * old + new for old, new in zip(g[:3], parts, strict=True)]
            signal = d @ p[1].T
        return g

    return grad


@pytest.mark.parametrize(
    ("times", "keep", "expected"),
    [
        ((4, 3, 2, 1, 0), 1.0, []),
        ((4, 3, 2, 1, 0), 0.0, [("grad_drops_upstream", 0)]),
        ((4,), 1.0, [("grad_drops_upstream", 0)]),
        ((4, 3, 2, 1), 1.0, [("grad_drops_upstream", 0)]),
    ],
)
def test_a_use_that_is_left_out_of_several_is_told(times, keep, expected):
    draw = np.random.default_rng(3)
    start = [draw.standard_normal(shape) / 2 for shape in ((1, 4), (4, 4), (4,), (4, 1))]
    assert found(start, last_state, through_time(times, keep)) == expected


def curved(act, end, slope, last):
    """A layer of this activation under an output of this function, and a way back by these derivatives."""

    def loss(p, X, y):
        return float(np.mean((end(act(X @ p[0]) @ p[1]) - y[:, None]) ** 2))

    def grad(p, X, y):
        z = X @ p[0]
        out = act(z) @ p[1]
        e = 2 * (end(out) - y[:, None]) / len(y) * last(out)
        return [X.T @ (e @ p[1].T * slope(z, act(z))), act(z).T @ e]

    return loss, grad


def softsign(z):
    return z / (1 + np.abs(z))


@pytest.mark.parametrize(
    ("act", "end", "slope", "last", "expected"),
    [
        (softsign, lambda z: z, lambda z, a: (1 - np.abs(a)) ** 2, np.ones_like, []),
        (softsign, lambda z: z, lambda z, a: 1 / (1 + np.abs(a)) ** 2, np.ones_like,
         [("grad_activation_derivative_wrong", 0)]),
        (np.tanh, np.exp, lambda z, a: 1 - a**2, np.exp, []),
        (np.tanh, np.exp, lambda z, a: 1 - a**2, np.ones_like,
         [("grad_missing_activation_derivative", "grad")]),
    ],
)  # fmt: skip
def test_derivatives_of_less_usual_functions(act, end, slope, last, expected):
    assert found([deep[0], deep[4] / 4], *curved(act, end, slope, last)) == expected


SLIM = [rng.standard_normal((5, 4)) / 2, rng.standard_normal((4, 3)) / 2]
ONES = np.eye(3)[np.arange(40) % 3]


def squashed(p, X):
    hidden = 1 / (1 + np.exp(-X @ p[0]))
    return hidden, 1 / (1 + np.exp(-hidden @ p[1]))


def half_squares(p, X, y):
    return float(0.5 * np.sum((y - squashed(p, X)[1]) ** 2) / len(y))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (lambda out, t, delta: delta, []),
        (lambda out, t, delta: out, [("grad_wrong_delta", 0)]),
        (lambda out, t, delta: -t, [("grad_wrong_delta", 0)]),
    ],
)
@pytest.mark.parametrize("size", [1, 20])
def test_a_prediction_or_a_target_handed_down_for_its_error_is_named(size, given, expected):
    def grad(p, X, y):
        hidden, out = squashed(p, X)
        delta = (out - y) * out * (1 - out)
        below = given(out, y, delta) @ p[1].T * hidden * (1 - hidden)
        return [X.T @ below / len(y), hidden.T @ delta / len(y)]

    fed = {"params": SLIM, "X": X, "y": ONES, "loss": half_squares, "grad": grad}
    case = Case(Patient({**fed, "batch_size": size}), 10.0)
    assert [(f.id, f.where) for f in gradient.experiment(case)[:1]] == expected


def test_a_bias_that_gets_the_gradient_of_its_weight_is_wrong_itself():
    line = [np.array(0.0), np.array(0.0)]

    def error(p, X, y):
        return np.mean((y - (p[1] * X[:, 0] + p[0])) ** 2)

    def slopes(inputs):
        def grad(p, X, y):
            e = 2 * (p[1] * X[:, 0] + p[0] - y) / len(y)
            return [np.sum(e * inputs(X)), np.sum(e * X[:, 0])]

        return grad

    assert found(line, error, slopes(lambda X: 1.0), X[:, :1]) == []
    assert found(line, error, slopes(lambda X: X[:, 0]), X[:, :1]) == [("grad_bias_wrong", 0)]


SQUASH = {
    "tanh": (np.tanh, lambda a: 1 - a * a),
    "relu": (lambda z: np.maximum(z, 0), lambda a: 1.0 * (a > 0)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    "identity": (lambda z: z, lambda a: 1.0),
}


def mixed(kinds, donors):
    """A network of unlike activations, its loss, and a gradient that takes each slope of another kind."""
    sizes = [5, 7, 6, 1]
    params = [rng.standard_normal(shape) / np.sqrt(shape[0]) for shape in pairwise(sizes)]

    def forward(p, X):
        a = [X]
        for W, kind in zip(p, kinds, strict=True):
            a.append(SQUASH[kind][0](a[-1] @ W))
        return a

    def loss(p, X, y):
        return float(np.mean((forward(p, X)[-1] - y[:, None]) ** 2))

    def grad(p, X, y):
        a, g = forward(p, X), []
        d = 2 * (a[-1] - y[:, None]) / len(y)
        for k in (2, 1, 0):
            d = d * SQUASH[donors[k]][1](a[k + 1])
            g.insert(0, a[k].T @ d)
            d = d @ p[k].T
        return g

    return params, loss, grad


@pytest.mark.parametrize(
    ("kinds", "donors", "expected"),
    [
        (["tanh", "relu", "sigmoid"], ["tanh", "relu", "sigmoid"], []),
        (
            ["tanh", "relu", "sigmoid"],
            ["tanh", "tanh", "relu"],
            [("grad_activation_derivative_wrong", "grad")],
        ),
        (
            ["tanh", "relu", "identity"],
            ["relu", "identity", "identity"],
            [("grad_activation_derivative_wrong", 0)],
        ),
    ],
)
def test_the_slope_of_another_layers_activation_in_a_mixed_network(kinds, donors, expected):
    assert found(*mixed(kinds, donors)) == expected


def test_layers_of_unlike_widths_in_one_long_vector_are_no_times_of_a_recurrence():
    widths = [5, 7, 7, 4, 1]
    shapes = [shape for i, o in pairwise(widths) for shape in ((i, o), (o,))]
    ends = np.cumsum([0, *map(np.prod, shapes)])
    slices = [slice(a, b) for a, b in pairwise(ends)]

    def parts(w):
        own = [w[at].reshape(shape) for at, shape in zip(slices, shapes, strict=True)]
        return list(zip(own[::2], own[1::2], strict=True))

    def forward(w, X):
        a = [X]
        for W, b in parts(w)[:-1]:
            a.append(np.maximum(a[-1] @ W + b, 0))
        W, b = parts(w)[-1]
        return a, a[-1] @ W + b

    def loss(w, X, y):
        return float(np.mean((forward(w, X)[1] - y[:, None]) ** 2))

    def grad(w, X, y):
        a, out = forward(w, X)
        signal, flat = 2 * (out - y[:, None]) / len(y), []
        for k in reversed(range(4)):
            flat = [(a[k].T @ signal).ravel(), signal.mean(0), *flat]
            signal = signal @ parts(w)[k][0].T * (a[k] > 0)
        return np.concatenate(flat)

    start = np.random.default_rng(3).normal(0, 0.5, ends[-1])
    assert found(start, loss, grad) == [("grad_bias_wrong", 0)]
