"""Losses are recorded in the many ways people write them, and the gradient is that of differences."""

import copy
import math
from math import exp, log

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose._truth import Truth
from pullback.diagnose.loops._clone import clone
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.network._anatomy import dissect
from pullback.diagnose.recording import _recorded
from pullback.diagnose.recording._record import record
from pullback.diagnose.recording._rules import RULES
from pullback.diagnose.recording._standins import FOLLOWED, Float

DRAW = np.random.default_rng(0)
X, Y = DRAW.standard_normal((8, 3)), DRAW.standard_normal((8, 1))
PARAMS = [DRAW.standard_normal(s) / 2 for s in ((3, 4), (4,), (4, 1), (1,))]
ONES = np.ones((8, 1))
FORMS = []
squash = np.vectorize(lambda z: 1 / (1 + math.exp(-z)))


@np.vectorize
def bend(z):
    return max(0.0, z)


def form(f):
    FORMS.append(f)
    return f


def off(a, y):
    return np.mean((a - y) ** 2)


def hidden(p, X):
    return np.tanh(X @ p[0] + p[1])


form(lambda p, X, y: off(np.c_[hidden(p, X), np.ones(8)] @ np.r_[p[2], p[3][:, None]], y))
form(lambda p, X, y: off(np.append(hidden(p, X), ONES, axis=1) @ np.append(p[2], p[3]), y[:, 0]))
form(lambda p, X, y: off(np.insert(hidden(p, X), 0, 1, axis=1) @ np.concatenate((p[3][:, None], p[2])), y))
form(lambda p, X, y: off(np.column_stack((np.ones(8), hidden(p, X))) @ np.vstack((p[3], p[2])), y))
form(
    lambda p, X, y: off(
        np.pad(hidden(p, X), ((0, 0), (0, 1)), constant_values=1) @ np.r_[p[2], p[3][None]], y
    )
)
form(lambda p, X, y: off(np.prod(np.split(hidden(p, X), 2, axis=1), axis=0) @ p[2][:2], y))
form(lambda p, X, y: off((X @ p[0]).clip(0.1) @ p[2], y))
form(lambda p, X, y: off((X @ p[0]).clip(max=0.2) @ p[2], y))
form(lambda p, X, y: off(np.clip(X @ p[0], a_min=0.1, a_max=None) @ p[2], y))
form(lambda p, X, y: off(squash(X @ p[0] + p[1]) @ p[2] + p[3], y))
form(lambda p, X, y: off(bend(X @ p[0] + p[1]) @ p[2] + p[3], y))
form(lambda p, X, y: off(np.vectorize(math.erf)(X @ p[0]) @ p[2], y))
form(lambda p, X, y: off(np.apply_along_axis(lambda r: np.exp(r) / np.sum(np.exp(r)), 1, X @ p[0]) @ p[2], y))
form(lambda p, X, y: off(np.piecewise(X @ p[0], [X @ p[0] < 0], [lambda v: 0.1 * v, lambda v: v]) @ p[2], y))
form(lambda p, X, y: off(np.ascontiguousarray(hidden(p, X)) @ p[2], y))
form(lambda p, X, y: sum(float((hidden(p, X) @ p[2])[i, 0] - y[i, 0]) ** 2 for i in range(8)) / 8)
form(
    lambda p, X, y: sum(
        (a - b) ** 2 for a, b in zip((hidden(p, X) @ p[2])[:, 0].tolist(), y[:, 0], strict=True)
    )
)
form(lambda p, X, y: round(off(hidden(p, X) @ p[2], y).item(), 13))
form(lambda p, X, y: math.fsum(((hidden(p, X) @ p[2] - y) ** 2).ravel()))
form(
    lambda p, X, y: sum(
        math.pow(a - b, 2) for a, b in zip((hidden(p, X) @ p[2]).ravel(), y.ravel(), strict=True)
    )
)
form(lambda p, X, y: np.mean([np.sum((hidden(p, x) @ p[2] - t) ** 2) for x, t in zip(X, y, strict=True)]))


@form
def units_written_out(p, X, y):
    total = 0.0
    for x, t in zip(X, y, strict=True):
        sums = [sum(x[i] * p[0][i][j] for i in range(3)) + p[1][j] for j in range(4)]
        h = [1 / (1 + exp(-s)) for s in sums]
        total += (sum(h[j] * p[2][j][0] for j in range(4)) + p[3][0] - t[0]) ** 2
    return total / 8


@form
def kept_before_it_is_added_to(p, X, y):
    first = total = (hidden(p, X[0]) @ p[2] - y[0])[0]
    for x, t in zip(X, y, strict=True):
        total += log(1 + float(((hidden(p, x) @ p[2] - t) ** 2)[0]))
    return total - first


def changed_in(p, X, change):
    """What `change` makes of the hidden sums, in place."""
    z = X @ p[0] + p[1]
    change(z)
    return z


form(
    lambda p, X, y: np.mean(
        [off(p[2].T @ hidden(p, np.array(x, ndmin=2)).T, t) for x, t in zip(X, y, strict=True)]
    )
)
form(lambda p, X, y: np.mean((np.polyval(p[1], X[:, 0]) - y[:, 0]) ** 2))
form(lambda p, X, y: off(changed_in(p, X, lambda z: np.putmask(z, z < 0, 0.1)) @ p[2], y))
form(lambda p, X, y: off(changed_in(p, X, lambda z: np.copyto(z, 0.0, where=z < 0)) @ p[2], y))
form(lambda p, X, y: off(np.dot(hidden(p, X), p[2], out=np.empty((len(X), 1))), y))
form(lambda p, X, y: off(np.fromiter((v for v in (hidden(p, X) @ p[2])[:, 0]), float)[:, None], y))
form(lambda p, X, y: off(copy.deepcopy(hidden(p, X)) @ p[2], y))
for mode in ("full", "same", "valid"):
    form(
        lambda p, X, y, mode=mode: round(
            np.mean([np.convolve(p[1], x, mode).sum() ** 2 for x in X]).item(), 12
        )
    )
    form(
        lambda p, X, y, mode=mode: round(
            np.mean([(np.correlate(x, p[1], mode)[:2] @ [1, 2]) ** 2 for x in X]).item(), 12
        )
    )


@pytest.mark.parametrize("loss", FORMS, ids=range(len(FORMS)))
def test_a_loss_is_recorded_however_it_is_written(loss):
    copied = clone(loss, dict(FOLLOWED))
    truth = Truth(copied, PARAMS, X, Y)
    assert truth.how == "recorded"
    for a, b in zip(truth.grad(PARAMS, X, Y), truth.differences(PARAMS, X, Y), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    assert float(copied(PARAMS, X, Y)) == float(loss(PARAMS, X, Y))


def squared(m):
    return np.sum(np.square(m))


OF_MATRICES = [
    lambda a, x: squared(np.tanh(np.asmatrix(x) * a[:3] + a[3]).T * x),
    lambda a, x: squared(np.matrix(a) * np.asmatrix(x[0]).T),
    lambda a, x: squared(np.multiply(np.asmatrix(a), 2 * np.sum(np.asmatrix(a), axis=1))),
    lambda a, x: squared(np.asmatrix(a).mean(0)[0] * np.asmatrix(a)[1].T - np.asmatrix(a)[:, 1]),
    lambda a, x: squared(np.diag(np.diag(np.asmatrix(a)[:3] * np.asmatrix(a)[1:].T))),
    lambda a, x: squared(np.asmatrix(a)[:3] ** 2) + np.asmatrix(a).A1[2] + np.asmatrix(a).A[1, 2],
    lambda a, x: squared(np.asarray(np.asmatrix(a)) * np.array(np.asmatrix(a))),
    lambda a, x: squared(sum(row * x.T for row in np.asmatrix(a))) + np.asmatrix(a)[0].max(),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:the matrix subclass")  # it is what this is about
@pytest.mark.parametrize("f", OF_MATRICES, ids=range(len(OF_MATRICES)))
def test_matrices_are_recorded_as_the_matrices_they_are(f):
    a, x = DRAW.standard_normal((4, 3)), DRAW.standard_normal((3, 3))
    truth = Truth(lambda p, x, y: f(p[0], x), [a], x, x)
    assert truth.how == "recorded"
    assert float(record(lambda p, x, y: f(p[0], x), [a], x, x).result) == pytest.approx(float(f(a, x)))
    np.testing.assert_allclose(
        truth.grad([a], x, x)[0], truth.differences([a], x, x)[0], rtol=1e-5, atol=1e-6
    )


@pytest.mark.filterwarnings("ignore:the matrix subclass")  # it is what this is about
def test_what_asks_for_a_matrix_is_answered_while_recording():
    def loss(p, X, y):
        m = np.asmatrix(p[0])
        m[:, 0] = m[:, 1]
        m *= 2
        assert [isinstance(x, np.matrix) for x in (m, p[0])] == [True, False]
        assert m.flatten().shape == (1, 12)
        assert m.tolist()[0][0] == m.copy()[0, 1]
        return np.sum(m)

    a = DRAW.standard_normal((4, 3))
    made = record(loss, [a.copy()], X, Y)
    assert made.result == pytest.approx(2 * (2 * a[:, 1] + a[:, 2]).sum())
    np.testing.assert_allclose(made.gradient(1)[0], np.tile([0.0, 4.0, 2.0], (4, 1)))


def test_layers_whose_units_are_written_out_are_found():
    net = dissect(clone(units_written_out, dict(FOLLOWED)), PARAMS, np.tile(X, (3, 1)), np.tile(Y, (3, 1)))
    assert [(layer.w, layer.b, layer.before) for layer in net.layers] == [
        (0, 1, "identity"),
        (2, 3, "sigmoid"),
    ]
    assert (net.output, net.objective, net.by_number) == ("identity", "squared", True)


def test_a_call_that_does_more_than_move_numbers_has_no_way_back_by_labels():
    tape = record(lambda p, X, y: np.sum(np.unwrap(9 * p[0])), PARAMS[:1], X, Y)
    assert not tape.gradient(1)[0].any()


def test_the_stand_in_for_float_is_float_to_all_who_ask():
    assert type(Float("1.5")) is float
    assert isinstance(2.0, (int, Float))
    assert not isinstance(2, Float)
    assert np.zeros(2, Float).dtype == np.arange(2).astype(Float).dtype == float
    with pytest.raises(ValueError, match="could not convert"):
        Float("one")


def test_a_sigmoid_far_down_its_flat_part_has_no_slope_rather_than_none_that_is_known():
    def loss(p, X, y):
        return float(np.mean((1 / (1 + np.exp(-X @ p[0])) - y) ** 2))

    with np.errstate(over="ignore"):
        (slope,) = record(loss, [np.full((3, 1), -1000.0)], np.ones((8, 3)), Y).gradient(1)
    np.testing.assert_array_equal(slope, 0)


class Module:
    """Weights in float32 that a loss copies into before it uses them."""

    def __init__(self):
        self.weight, self.bias = np.zeros((4, 3), np.float32), np.zeros(4, np.float32)


@pytest.mark.parametrize("into", [
    lambda a, x: a.__setitem__(..., x), np.copyto, lambda a, x: a.put(range(a.size), np.array(x, np.float32)),
])  # fmt: skip
def test_weights_that_are_copied_into_modules_have_the_true_gradient(into):
    module, X = Module(), DRAW.standard_normal((8, 3)).astype(np.float32)

    def loss(p, X, y):
        into(module.weight, p[0])
        into(module.bias, p[1])
        return float(np.mean((np.maximum(0, X @ module.weight.T + module.bias).sum(1) - y) ** 2))

    start = [DRAW.standard_normal(s).astype(np.float32) for s in ((4, 3), (4,))]
    given = {"params": start, "X": X, "y": DRAW.standard_normal(8), "loss": loss, "grad": lambda p, X, y: p}
    case = Case(Patient(given), 4.5)
    Z = X @ case.generic[0].T + case.generic[1]
    back = (2 / 8) * (np.maximum(0, Z).sum(1) - case.y)[:, None] * (Z > 0)
    found = case.gradient(case.generic, case.X, case.y)
    np.testing.assert_allclose(found[0], back.T @ X, rtol=1e-3, atol=3e-3)
    np.testing.assert_allclose(found[1], back.sum(0), rtol=1e-3, atol=3e-3)


def test_steps_that_rounding_swallows_do_not_prove_that_nothing_has_a_slope():
    held = np.zeros(3, np.float32)

    def loss(p, X, y):
        held[...] = np.asarray(p[0]).astype(np.float32)
        return float(((np.array(X) @ held.astype(float) - y) ** 2).mean())

    assert Truth(loss, [np.ones(3)], X, Y[:, 0]).how == "differences"


JOINED = {
    "numbers": lambda a: np.mean([x * x for x in a.ravel()]),
    "rows": lambda a: np.mean(np.stack([x * x for x in a], axis=1)),
    "side by side": lambda a: np.mean(np.concatenate([a, ONES, a * a], axis=1) ** 2),
    "one below the other": lambda a: np.mean(np.concatenate((a[:3], a[3:] ** 2)) ** 2),
}


@pytest.mark.parametrize("name", JOINED)
def test_what_is_joined_goes_back_to_its_parts_at_once(name, monkeypatch):
    monkeypatch.setattr(_recorded, "fall_back", None)
    f = lambda p, X, y: JOINED[name](X @ p[0] + p[1])
    found = record(f, PARAMS[:2], X, Y).gradient(2)
    truth = Truth(f, PARAMS[:2], X, Y)
    for g, d in zip(found, truth.differences(PARAMS[:2], X, Y), strict=True):
        np.testing.assert_allclose(g, d, atol=1e-6)


def test_the_gradient_of_parameters_takes_no_cotangent_back_to_the_rows(monkeypatch):
    pulled, pull = [], _recorded.pull_back
    monkeypatch.setattr(_recorded, "pull_back", lambda node, u: pulled.append(node) or pull(node, u))
    f = lambda p, X, y: np.mean([(x[:] @ p[0])[0] - t[0] for x, t in zip(X, y)])
    record(f, PARAMS[:1], X, Y).gradient(1)
    assert pulled
    assert all(node.deps & 1 for node in pulled)


JOINS = {
    "append a number": lambda p, x: np.append(p[0][0], 1.0) * np.append(2.0, p[0][1]) * x,
    "append numbers of a list": lambda p, x: np.append(p[0][0], [p[1][0], 2.0]).sum() * x[:1],
    "append rows": lambda p, x: np.append(p[0], p[0][:1] ** 2, axis=0) @ np.append(x[:1], x[1:3]),
    "hstack": lambda p, x: np.hstack([p[0][0], p[1]]) ** 2 + np.hstack([p[0], p[0] ** 2]).sum() * x[0],
    "vstack": lambda p, x: np.vstack([p[0], p[0][1] ** 2]) @ x[:3],
    "column_stack": lambda p, x: np.column_stack([p[0][:, 0], p[0] ** 2, np.ones(4)]) @ x,
    "concatenate": lambda p, x: np.concatenate([p[0], p[0] ** 2], axis=-1) @ np.concatenate([x[:3], x[1:]]),
}


@pytest.mark.parametrize("join", JOINS.values(), ids=JOINS)
def test_arrays_that_are_joined_row_by_row_have_a_way_back_of_their_own(join, monkeypatch):
    def loss(p, X, y):
        return sum(np.sum(np.tanh(join(p, row))) for row in X)

    leaves, X = [DRAW.standard_normal((4, 3)), DRAW.standard_normal(1)], DRAW.standard_normal((5, 4))
    if join is JOINS["column_stack"]:
        X = DRAW.standard_normal((5, 5))
    monkeypatch.setattr(_recorded, "fall_back", None)
    made = record(loss, leaves, X, X).gradient(2)
    for g, true in zip(made, Truth(loss, leaves, X, X).differences(leaves, X, X), strict=True):
        np.testing.assert_allclose(g, true, rtol=1e-6, atol=1e-8)


def test_parts_of_an_array_are_put_back_in_place_beside_its_other_uses(monkeypatch):
    def loss(p, X, y):
        H = np.tanh(X @ p[0])
        parts = sum(h @ h * H[-1, 0] + np.sum(H[i : i + 2, ..., None] ** 3) for i, h in enumerate(H))
        return parts + np.sum(H**2) + np.sum(np.exp(H)[np.int64(2)]) + p[1][()] * H[0, 1]

    leaves, X = [DRAW.standard_normal((3, 2)), np.array(0.7)], DRAW.standard_normal((5, 3))
    true = Truth(loss, leaves, X, X).differences(leaves, X, X)
    shapes = []
    rule = RULES["getitem"]
    monkeypatch.setitem(RULES, "getitem", lambda u, o, x, i: shapes.append(np.shape(x)) or rule(u, o, x, i))
    for g, right in zip(record(loss, leaves, X, X).gradient(2), true, strict=True):
        np.testing.assert_allclose(g, right, rtol=1e-6)
    assert shapes == [()]
