"""Weights that move by their own inputs, times an error signal that is wrong, or wrongly carried."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient, update
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(2)
X = np.c_[rng.standard_normal((200, 6)), np.ones(200)]
y = (X @ [1.5, -1, 0, 0.5, 1, 0, -0.5] + rng.standard_normal(200) > 0).astype(float)


def shares(w, X):
    return 1 / (1 + np.exp(-X @ w))


def loss(p, X, y):
    s = np.clip(shares(p[0], X), 1e-12, 1 - 1e-12)
    return -float(np.mean(y * np.log(s) + (1 - y) * np.log(1 - s)))


@pytest.mark.parametrize(("signal", "expected"), [
    (lambda s, y, X: s - y, []),
    (lambda s, y, X: (s - y) * np.where(y == 1, 1.3, 0.8), []),
    (lambda s, y, X: (s - y) * 5 / np.sum(X**2, axis=1), []),
    (lambda s, y, X: y * s, [("grad_wrong_delta", 0)]),
])  # fmt: skip
def test_another_signal_is_named_only_where_the_loop_does_not_learn(signal, expected):
    def step(p, X, y):
        d = signal(shares(p[0], X), y, X)
        return [p[0] - 0.5 * X.T @ d / len(y)], loss(p, X, y)

    found = diagnose(params=[np.zeros(7)], X=X, y=y, loss=loss, step=step, batch_size=200, n_steps=400)
    assert [(f.id, f.where) for f in found.faults][:1] == expected


@pytest.mark.parametrize("hidden", [5, 7])
@pytest.mark.parametrize(("turn", "expected"), [
    (lambda part, shape: part.reshape(shape).T, []),
    (lambda part, shape: part.reshape(shape[::-1]), [("grad_transposed", 0)]),
])  # fmt: skip
def test_a_part_of_a_long_vector_is_read_in_the_transposes_shape(turn, expected, hidden):
    shapes = [(2, 5), (5, hidden), (hidden, 3)]
    ends = np.cumsum([0, *(a * b for a, b in shapes)])
    cuts = [slice(b - n, b) for b, n in zip(ends[1:], np.diff(ends), strict=True)]
    rng = np.random.default_rng(3)
    table, targets = rng.standard_normal((30, 2)), rng.standard_normal((30, 3))

    def run(theta, X):
        a = [X]
        for cut, shape in zip(cuts, shapes, strict=True):
            a.append(a[-1] @ theta[cut].reshape(shape))
            a[-1] = np.tanh(a[-1]) if len(a) < 4 else a[-1]
        return a

    def loss(theta, X, y):
        return float(np.mean((run(theta, X)[-1] - y) ** 2))

    def grad(theta, X, y):
        a, out = run(theta, X), []
        d = 2 * (a[-1] - y) / y.size
        for k in (2, 1, 0):
            out.insert(0, (a[k].T @ d).ravel())
            d = d @ turn(theta[cuts[k]], shapes[k]) * (1 - a[k] ** 2)
        return np.concatenate(out)

    case = Case(Patient({"params": rng.standard_normal(ends[-1]) / 2, "X": table, "y": targets, "loss": loss,
                         "grad": grad, "batch_size": 30}), 10.0)  # fmt: skip
    assert [(f.id, f.where) for f in gradient.experiment(case)[:1]] == expected


@pytest.mark.parametrize(("signal", "expected"), [
    (lambda error, slope: error * slope, []),
    (lambda error, slope: slope, [("grad_drops_upstream", 0)]),
    (lambda error, slope: -slope, [("grad_drops_upstream", 0)]),
])  # fmt: skip
@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("sums", [lambda a, w: -(a @ w), lambda a, w: -a @ w])
def test_one_rows_slope_stands_alone_whichever_way_the_error_points(signal, expected, way, sums):
    def run(p, X):
        hidden = 1 / (1 + np.exp(sums(X, p[0])))
        return hidden, 1 / (1 + np.exp(sums(hidden, p[1])))

    def squares(p, X, y):
        return float(np.mean((run(p, X)[1] - y) ** 2))

    def step(p, X, y):
        hidden, out = run(p, X)
        top = way * 2 * (out - y) * out * (1 - out)
        low = signal(np.outer(top, p[1]), hidden * (1 - hidden))
        return [p[0] - 0.5 * way * X.T @ low, p[1] - 0.5 * way * hidden.T @ top], squares(p, X, y)

    begun = [np.random.default_rng(4).standard_normal(shape) for shape in ((7, 4), (4,))]
    case = Case(Patient({"params": begun, "X": X, "y": y, "loss": squares, "step": step, "batch_size": 1,
                         "n_steps": 200}), 10.0)  # fmt: skip
    assert [(f.id, f.where) for f in update.experiment(case)[:1]] == expected
