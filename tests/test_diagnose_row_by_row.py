"""Steps that go row by row over a table as small as XOR: what their updates say together."""

from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose._points import in_floats
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.backward._uses import repeated
from pullback.diagnose.experiments import update
from pullback.diagnose.loops._patient import Patient

X = np.array([[1, 1], [1, 0], [0, 1], [0, 0]])
y = np.array([0, 1, 1, 0])
start = [np.array([[0.9, 0.1, -0.4], [0.3, 0.5, -0.7], [-0.2, 0.3, 0.1]]), np.array([0.8, 0.7, -0.5, -0.2])]
RATE = 0.5


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def units(p, x):
    """The three hidden units and the output, number by number."""
    h = [sigmoid(p[0][0, j] * x[0] + p[0][1, j] * x[1] + p[0][2, j]) for j in range(3)]
    return h, sigmoid(p[1][0] * h[0] + p[1][1] * h[1] + p[1][2] * h[2] + p[1][3])


def loss(p, X, y):
    return sum((t - units(p, x)[1]) ** 2 for x, t in zip(X, y, strict=True)) / 2


def row_by_row(output_slope, hidden_slope):
    def step(p, X, y):
        p, value = [w.copy() for w in p], loss(p, X, y)
        for x, t in zip(X, y, strict=True):
            h, o = units(p, x)
            h, error = np.array(h), (o - t) * o * (1 - o)
            low = error * p[1][:3] * hidden_slope(h)
            top = error if output_slope else o - t
            p = [p[0] - RATE * np.outer([*x, 1], low), p[1] - RATE * top * np.append(h, 1)]
        return p, value

    return step


def told(step, order=(0, 1, 2, 3)):
    at = list(order)
    given = {"params": start, "X": X[at], "y": y[at], "loss": loss, "step": step}
    found = diagnose(**given, batch_size=4, n_steps=8000)
    return found.verdict, [(f.id, f.where) for f in found.faults][:1]


def test_updates_that_pull_against_each_other_are_many_all_the_same():
    assert told(row_by_row(True, lambda h: h * (1 - h))) == ("healthy", [])


def test_one_layer_without_its_derivative_is_seen_over_all_rows():
    step = row_by_row(False, lambda h: h * (1 - h))
    assert told(step) == ("faulty", [("grad_missing_activation_derivative", 1)])


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0)])
def test_a_dot_product_in_place_of_the_slopes_is_no_wrong_bias(order):
    step = row_by_row(True, lambda h: h @ (1 - h))
    assert told(step, order) == ("faulty", [("grad_activation_derivative_wrong", 0)])


def test_whole_numbers_are_followed_as_floats_unless_they_are_places():
    table = np.array([0.5, 1.5, 2.5])
    assert in_floats(lambda X: float(np.sum(X * 0.5)), X).dtype == float
    assert in_floats(lambda X: float(table[X[:, 0]].sum()), X).dtype == X.dtype


def test_a_slope_that_moves_by_itself_has_another_input_where_the_intercept_moves_rightly():
    rng = np.random.default_rng(3)
    x = rng.uniform(-2, 2, 60)
    t = 0.8 - 1.3 * x + 0.1 * rng.standard_normal(60)

    def squares(p, X, y):
        return float(np.mean((p[0] * X + p[1] - y) ** 2) / 2)

    def step(p, X, y):
        m, b, value = float(p[0]), float(p[1]), squares(p, X, y)
        for at, target in zip(X, y, strict=True):
            short = target - (m * at + b)
            m, b = m + 0.005 * m * short, b + 0.005 * short
        return [np.array(m), np.array(b)], value

    line = {"params": [np.array(0.5), np.array(0.0)], "X": x, "y": t, "loss": squares, "step": step}
    found = diagnose(**line, batch_size=60, n_steps=400)
    assert [(f.id, f.where) for f in found.faults][:1] == [("grad_wrong_input", 0)]


def neurons(p, x):
    """Two hidden units and the output, each with weights of its own, the last of which is the bias's."""
    h = [sigmoid(w[0] * x[0] + w[1] * x[1] - w[2]) for w in p[:2]]
    return h, sigmoid(p[2][0] * h[0] + p[2][1] * h[1] - p[2][2])


def of_neurons(handed):
    """Steps over neurons, with what a hidden one takes for its error signal."""

    def step(p, X, y):
        p, value = [w.copy() for w in p], errors(p, X, y)
        for x, t in zip(X, y, strict=True):
            h, o = neurons(p, x)
            e = (o - t) * o * (1 - o)
            low = [handed(e, p[2][i], h[i] * (1 - h[i])) for i in range(2)]
            for w, signal, inputs in zip(p, (*low, e), ([*x, -1], [*x, -1], [*h, -1]), strict=True):
                w -= RATE * signal * np.array(inputs)
        return p, value

    return step


def errors(p, X, y):
    return sum((t - neurons(p, x)[1]) ** 2 for x, t in zip(X, y, strict=True)) / 8


@pytest.mark.parametrize(
    ("handed", "fault"),
    [
        (lambda e, w, slope: e * w * slope, None),
        (lambda e, w, slope: e, "grad_wrong_delta"),
        (lambda e, w, slope: e * slope, "grad_wrong_delta"),
        (lambda e, w, slope: e * w, "grad_missing_activation_derivative"),
    ],
    ids=["right", "the output's", "no weight", "no slope"],
)
def test_error_signals_of_neurons_that_are_parameters_by_themselves(handed, fault):
    params = [np.array([0.6, -0.4, 0.3]), np.array([-0.7, 0.8, -0.2]), np.array([0.9, -0.5, 0.4])]
    case = Case(
        Patient(
            {"params": params, "X": X, "y": y, "loss": errors, "step": of_neurons(handed), "batch_size": 4}
        ),
        10.0,
    )
    found = [(f.id, f.where) for f in update.experiment(case)][:1]
    assert found == ([] if fault is None else [(fault, 0)])


def test_what_a_unit_of_every_row_is_made_of_is_read_once_though_many_units_are_fed_by_it(monkeypatch):
    def loss(p, X, y):
        total = 0.0
        for row, target in zip(X, y, strict=True):
            hidden = np.array([1 / (1 + np.exp(-(w @ row))) for w in p[:3]])
            total += sum((w @ hidden - target[0]) ** 2 for w in p[3:])
        return total / len(X)

    draw, asked = np.random.default_rng(0), []
    leaves = [draw.standard_normal(3) for _ in range(7)]
    read = Tape._segment
    monkeypatch.setattr(Tape, "_segment", lambda self, a: asked.append(id(a)) or read(self, a))
    tape = Tape(loss, leaves, draw.standard_normal((4, 3)), draw.standard_normal((4, 1)))
    assert [s.name for s in tape.segments] == ["sigmoid"] * 12
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(("size", "paces", "steps", "rows"), [
    (1, [0.01, 0.04], 1000, 8), (12, [0.01, 0.03], 1000, 12), (1, [0.01, 0.012], 1000, None),
    (1, [0.01, 0.04], 20, None), (32, [0.01, 0.04], 1000, None),
])  # fmt: skip
def test_a_loss_that_takes_rows_one_by_one_has_few_of_them_in_a_step_where_many_do_not_fit(
    size, paces, steps, rows
):
    X, leaves = np.random.default_rng(0).standard_normal((40, 3)), [np.ones(3)]
    given = {"params": leaves, "X": X, "y": X[:, 0], "batch_size": size, "step": lambda p, X, y: (p, 1.0)}
    case = Case(Patient({**given, "loss": lambda p, X, y: sum((X @ p[0] - y) ** 2)}), 10)
    case.kept["paces"] = paces
    case.machine.pace, case.machine.fast = 1.0, SimpleNamespace(ready=lambda *batch: False)
    assert case._taken(steps, 1.0) == rows


def test_parts_taken_of_arrays_that_rest_on_no_parameter_are_no_rows_of_one():
    def loss(p, X, y):
        states = np.zeros((5, 2))
        return np.mean(np.tanh(X @ p[0] + states[0]) ** 2)

    tape = Tape(loss, [np.ones((3, 2))], np.ones((4, 3)), np.ones(4))
    assert any(n.name == "getitem" and not n.parents for n in tape.rec.nodes)
    assert list(repeated(tape)) == []
