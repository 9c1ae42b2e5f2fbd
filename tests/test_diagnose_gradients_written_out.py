"""Wrong gradients of models of a form of their own: curves, margins, recurrences, neurons one by one."""

from math import exp

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(8)
X = rng.standard_normal((40, 5))
y = np.sin(X[:, 0]) * X[:, 1]


def found(params, loss, grad, X=X, y=y):
    case = Case(
        Patient({"params": params, "X": X, "y": y, "loss": loss, "grad": grad, "batch_size": 20}), 10.0
    )
    return [(f.id, f.where) for f in gradient.experiment(case)[:1]]


def test_a_recurrence_over_letters_has_its_matrix_transposed_on_the_way_back():
    letters, next_one = rng.integers(0, 4, (40, 5)), rng.standard_normal(40)
    params = [rng.standard_normal((6, 4)), rng.standard_normal((6, 6)) / 2, rng.standard_normal(6)]

    def states(p, X):
        h = [np.zeros((6, len(X)))]
        for t in range(5):
            h.append(np.tanh(p[0][:, X[:, t]] + p[1] @ h[-1]))
        return h

    def loss(p, X, y):
        return float(np.mean((p[2] @ states(p, X)[-1] - y) ** 2))

    def grad(p, X, y, turn=lambda W: W):
        h = states(p, X)
        e = 2 * (p[2] @ h[-1] - y) / len(y)
        gs, d = [np.zeros((6, 4)), np.zeros((6, 6)), h[-1] @ e], np.outer(p[2], e)
        for t in (4, 3, 2, 1, 0):
            low = d * (1 - h[t + 1] ** 2)
            gs[0] += low @ np.eye(4)[X[:, t]]
            gs[1] += low @ h[t].T
            d = turn(p[1].T) @ low
        return gs

    def turned(p, X, y):
        return grad(p, X, y, np.transpose)

    assert found(params, loss, grad, letters, next_one) == []
    assert found(params, loss, turned, letters, next_one) == [("grad_transposed", 0)]


def test_a_gradient_of_another_shape_is_known_by_what_it_is_made_of():
    params = [rng.standard_normal((5, 3)), rng.standard_normal((3, 1))]

    def run(p, X):
        h = np.tanh(X @ p[0])
        return h, h @ p[1]

    def loss(p, X, y):
        return float(np.mean((run(p, X)[1][:, 0] - y) ** 2))

    def grad(p, X, y):
        h, out = run(p, X)
        e = 2 * (out - y[:, None]) / len(y)
        return [X.T @ (e @ p[1].T * (1 - h * h)), X.T @ e]

    assert found(params, loss, grad) == [("grad_wrong_input", 1)]


def test_a_coefficient_of_a_curve_is_given_anothers_power():
    params = [rng.standard_normal(1) for _ in range(3)]
    line = X[:, 0]

    def loss(p, x, y):
        return float(np.mean((p[0] + p[1] * x + p[2] * x**2 - y) ** 2))

    def grad(p, x, y, power=1):
        e = 2 * (p[0] + p[1] * x + p[2] * x**2 - y) / len(y)
        return [e.sum(keepdims=True), (e * x).sum(keepdims=True), (e * x**power).sum(keepdims=True)]

    assert found(params, loss, grad, line) == [("grad_wrong_input", 2)]
    assert found(params, loss, lambda p, x, y: grad(p, x, y, 2), line) == []


def test_the_minus_of_a_margin_is_lost_in_a_loop():
    labels = np.arange(40) % 3
    params = [rng.standard_normal((5, 3)) / 5]

    def loss(p, X, y, way=-1.0, wanted="loss"):
        W, total, dW = p[0], 0.0, np.zeros((5, 3))
        for row, label in zip(X, y, strict=True):
            scores = row @ W
            for j in range(3):
                margin = scores[j] - scores[label] + 1
                if j != label and margin > 0:
                    total += margin
                    dW[:, j] += row
                    dW[:, label] += way * row
        return total / len(X) if wanted == "loss" else [dW / len(X)]

    assert found(params, loss, lambda p, X, y: loss(p, X, y, wanted="grad"), y=labels) == []
    wrong = found(params, loss, lambda p, X, y: loss(p, X, y, 1.0, "grad"), y=labels)
    assert [fault for fault, _ in wrong] == ["grad_sign_flipped"]


def test_a_derivative_left_out_of_one_gradient_is_named_where_every_weight_is_a_number():
    """One row a step, each weight and sum written out: of one row, much is a multiple of much."""
    X = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    y = np.array([0.0, 1.0, 1.0, 1.0])
    params = [np.array([[0.9, 0.1], [0.3, 0.5]]), np.array([0.8, 0.7])]

    def s(z):
        return 1 / (1 + np.exp(-z))

    def forward(p, x):
        a = s(p[0][0, 0] * x[0] + p[0][1, 0] * x[1])
        b = s(p[0][0, 1] * x[0] + p[0][1, 1] * x[1])
        return a, b, s(p[1][0] * a + p[1][1] * b)

    def loss(p, X, y):
        return sum(0.5 * (forward(p, r)[2] - t) ** 2 for r, t in zip(X, y)) / len(X)

    def step(p, X, y, slope):
        a, b, out = forward(p, X[0])
        d = out - y[0]
        e = d * out * (1 - out)
        down = np.array([e * p[1][0] * a * (1 - a), e * p[1][1] * b * (1 - b)])
        last = (e if slope else d) * np.array([a, b])
        return [p[0] - 0.5 * np.outer(X[0], down), p[1] - 0.5 * last], loss(p, X, y)

    given = {"params": params, "X": X, "y": y, "loss": loss, "batch_size": 1, "n_steps": 400}
    wrong = diagnose(**given, step=lambda p, X, y: step(p, X, y, False))
    assert (wrong.faults[0].id, wrong.faults[0].where) == ("grad_missing_activation_derivative", 1)
    right = diagnose(**given, step=lambda p, X, y: step(p, X, y, True))
    assert not any(f.id.startswith("grad") and f.confidence > 0.5 for f in right.faults)


def test_a_right_gradient_is_right_where_the_model_itself_scales_its_rows_up():
    """Sums of hundreds put every probability at the floor that log(p + 1e-12) has, and its slope with it."""
    rng = np.random.default_rng(0)
    X, y = rng.random((60, 5)), rng.integers(0, 3, 60)

    def forward(p, X):
        z = 255 * X @ p[0] + p[1]
        e = np.exp(z - z.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    def loss(p, X, y):
        return -np.mean(np.log(forward(p, X)[np.arange(len(y)), y] + 1e-12))

    def grad(p, X, y):
        d = forward(p, X)
        d[np.arange(len(y)), y] -= 1
        return [255 * X.T @ d / len(y), d.sum(0) / len(y)]

    start = [rng.standard_normal((5, 3)), np.zeros(3)]
    case = Case(Patient({"params": start, "X": X, "y": y, "loss": loss, "grad": grad}), 10.0)
    assert gradient.experiment(case) == []


def curve(p, X):
    return p[0] + p[1] * X[:, 0] + p[2] * X[:, 1]


@pytest.mark.parametrize(
    ("reduce", "part", "expected"),
    [(np.sum, np.mean, "grad_reduction_sum"), (np.mean, lambda v: v.mean() / len(v), "grad_averaged_twice")],
)
def test_a_mean_of_a_summed_loss_is_no_second_division(reduce, part, expected):
    def grad(p, X, y):
        e = 2 * (curve(p, X) - y)
        return [part(e), part(e * X[:, 0]), part(e * X[:, 1])]

    params = [np.array(0.3), np.array(-0.2), np.array(0.5)]
    assert found(params, lambda p, X, y: reduce((curve(p, X) - y) ** 2), grad) == [(expected, "grad")]


neurons = [rng.standard_normal((4, 6)) / 2, rng.standard_normal((3, 5)) / 2]
letters = np.eye(3)[rng.integers(0, 3, 40)]


def fire(layer, row):
    out = []
    for weights in layer:
        total = weights[-1]
        for i in range(len(row)):
            total = total + weights[i] * row[i]
        out.append(1 / (1 + exp(-total)))
    return out


def by_neuron(p, X, y):
    total = 0.0
    for row, wanted in zip(X, y, strict=True):
        out = fire(p[1], fire(p[0], row))
        total += sum((wanted[i] - out[i]) ** 2 for i in range(3))
    return total / len(X)


def neuron_back(slope=lambda a: a * (1 - a), first=lambda row, hidden: hidden):
    def grad(p, X, y):
        h, o = (np.array(v) for v in (fire(p[0], X[0]), fire(p[1], fire(p[0], X[0]))))
        top = 2 * (o - y[0]) * slope(o)
        low = (p[1][:, :-1].T @ top) * slope(h)
        return [np.outer(low, [*X[0], 1]), np.outer(top, [*first(X[0], h), 1])]

    return grad


@pytest.mark.parametrize(
    ("grad", "expected"),
    [
        (neuron_back(), []),
        (neuron_back(slope=lambda a: 1 - a * a), [("grad_activation_derivative_wrong", "grad")]),
        (neuron_back(first=lambda row, hidden: row[:4]), [("grad_wrong_input", 1)]),
    ],
)
def test_neurons_written_number_by_number_with_the_exponential_of_math(grad, expected):
    patient = {"params": neurons, "X": X, "y": letters, "loss": by_neuron, "grad": grad, "batch_size": 1}
    case = Case(Patient(patient), 10.0)
    assert [(f.id, f.where) for f in gradient.experiment(case)[:1]] == expected
    assert case.truth.how == "recorded"


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


labels = np.eye(4)[rng.integers(0, 4, 40)]
two_layers = [rng.standard_normal((5, 6)) / 2, rng.standard_normal((6, 4)) / 2]


def whole_slope(p, u):
    return p * (u - (u * p).sum(1, keepdims=True))


@pytest.mark.parametrize(
    ("hidden", "top", "expected"),
    [
        (whole_slope, whole_slope, []),
        (lambda p, u: u * p, lambda p, u: u * p, [("grad_activation_derivative_wrong", "grad")]),
        (whole_slope, lambda p, u: u * p * (1 - p), [("grad_activation_derivative_wrong", "grad")]),
        (lambda p, u: u * p * (1 - p), whole_slope, [("grad_activation_derivative_wrong", 0)]),
        (lambda p, u: u, whole_slope, [("grad_missing_activation_derivative", 0)]),
    ],
)
def test_a_softmax_whose_derivative_is_taken_unit_by_unit(hidden, top, expected):
    def loss(p, X, y):
        return float(np.mean((softmax(softmax(X @ p[0]) @ p[1]) - y) ** 2))

    def grad(p, X, y):
        h = softmax(X @ p[0])
        o = softmax(h @ p[1])
        d = top(o, 2 * (o - y) / y.size)
        return [X.T @ hidden(h, d @ p[1].T), h.T @ d]

    assert found(two_layers, loss, grad, y=labels) == expected


def sums(p, X):
    h = np.tanh(X @ p[0])
    return h, h @ p[1]


def crossed(p, X, y):
    z = sums(p, X)[1]
    return np.mean(np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y])


def shares(z):
    e = np.exp(z)
    return e / e.sum(1, keepdims=True)


HEADS = {
    "softmax": (crossed, shares, lambda y: np.eye(3)[y], rng.integers(0, 3, 40), 1.0),
    "linear": (lambda p, X, y: np.mean((sums(p, X)[1] - y) ** 2), lambda z: z, lambda y: y,
               rng.standard_normal((40, 3)), 2 / 3),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_an_output_handed_down_without_its_target_is_another_layers_error(name):
    loss, output, marks, y, factor = HEADS[name]
    params = [rng.standard_normal((5, 6)), rng.standard_normal((6, 3))]

    def grad(p, X, y, taken=1.0):
        h, z = sums(p, X)
        d, e = (factor * (output(z) - t * marks(y)) / len(y) for t in (1.0, taken))
        return [X.T @ (e @ p[1].T * (1 - h**2)), h.T @ d]

    assert found(params, loss, grad, y=y) == []
    assert found(params, loss, lambda p, X, y: grad(p, X, y, 0.0), y=y) == [("grad_wrong_delta", 0)]


@pytest.mark.parametrize(
    ("factor", "expected"), [(1.0, []), (-1.0, ["grad_sign_flipped"]), (0.3, ["grad_bias_wrong"])]
)
def test_an_intercept_inside_theta_has_its_own_mistakes(factor, expected):
    table = np.column_stack([np.ones(40), X])

    def loss(p, X, y):
        return float(np.mean((X @ p[0] - y) ** 2))

    def grad(p, X, y):
        g = 2 * X.T @ (X @ p[0] - y) / len(y)
        g[0] *= factor
        return [g]

    assert [name for name, _ in found([np.zeros((6, 1))], loss, grad, table, y[:, None])] == expected


def saturating(p, X):
    return np.exp(p[0]) * X[:, 0], np.exp(p[1]) * (1 + X[:, 1]) + X[:, 0]


def saturating_back(slope):
    def grad(p, X, y):
        top, bottom = saturating(p, X)
        off = 2 * (top / bottom - y) / len(y)
        below = slope(top, bottom)
        return [np.sum(off * top / bottom), np.sum(off * below * (bottom - X[:, 0]))]

    return grad


@pytest.mark.parametrize(
    ("slope", "expected"),
    [
        (lambda top, bottom: -top / bottom**2, []),
        (lambda top, bottom: 1.0, [("grad_drops_upstream", 1)]),
        (lambda top, bottom: top / bottom**2, [("grad_sign_flipped", 1)]),
    ],
)
def test_a_quotient_whose_own_slope_is_left_out_is_no_lost_minus(slope, expected):
    def loss(p, X, y):
        top, bottom = saturating(p, X)
        return np.mean((top / bottom - y) ** 2)

    rows = np.random.default_rng(2).uniform(0.1, 3, (60, 2))
    rates = 2 * rows[:, 0] / (1 + rows[:, 1] + rows[:, 0])
    start = [np.array(0.1), np.array(0.4)]
    assert found(start, loss, saturating_back(slope), X=rows, y=rates) == expected


@pytest.mark.parametrize(("turned", "expected"), [(True, [("grad_transposed", 0)]), (False, [])])
def test_a_part_of_a_long_vector_whose_gradient_lies_in_it_column_by_column(turned, expected):
    rng = np.random.default_rng(6)
    table = rng.standard_normal((30, 3))

    def parts(theta):
        return theta[:15].reshape(3, 5), theta[15:20], theta[20:25], theta[25:]

    def loss(theta, X, y):
        W, b, v, c = parts(theta)
        return float(np.mean((np.tanh(X @ W + b) @ v + c - y) ** 2) + 0.01 * np.sum(W**2))

    def grad(theta, X, y):
        W, b, v, c = parts(theta)
        a = np.tanh(X @ W + b)
        e = 2 * (a @ v + c - y) / len(y)
        d = np.outer(e, v) * (1 - a * a)
        dW = X.T @ d + 0.02 * W
        return np.concatenate([(dW.T if turned else dW).ravel(), d.sum(0), a.T @ e, [e.sum()]])

    params = rng.standard_normal(26)
    found = Case(Patient({"params": params, "X": table, "y": np.sin(table[:, 0]), "loss": loss,
                          "grad": grad, "batch_size": 30}), 10.0)  # fmt: skip
    assert [(f.id, f.where) for f in gradient.experiment(found)[:1]] == expected
