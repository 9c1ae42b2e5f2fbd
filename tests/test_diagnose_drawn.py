"""Steps that are given all rows and draw a good part of them by themselves."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import update
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.training._rows import own_rows

rng = np.random.default_rng(6)
X = rng.standard_normal((600, 4))
Y = (np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2])[:, None]
START = [rng.standard_normal((n, m)) * np.sqrt(2 / n) for n, m in ((4, 16), (16, 16), (16, 1))]


def loss(p, X, y):
    return np.mean((np.maximum(np.maximum(X @ p[0], 0) @ p[1], 0) @ p[2] - y) ** 2)


def loop(hands_down=True, count=50, again=False):
    """A network of ReLUs with momentum, on rows drawn within each step."""
    velocity = [0 * W for W in START]

    def step(p, X, y):
        rows = np.random.choice(len(X), count, replace=again)
        x, t = X[rows], y[rows]
        a = np.maximum(x @ p[0], 0)
        b = np.maximum(a @ p[1], 0)
        d = 2 * (b @ p[2] - t) / len(t)
        back = d @ p[2].T * (b > 0)
        below = back @ p[1].T * (a > 0) if hands_down else back
        for v, g in zip(velocity, (x.T @ below, a.T @ back, b.T @ d), strict=True):
            v[...] = 0.9 * v - 0.02 * g
        new = [W + v for W, v in zip(p, velocity, strict=True)]
        return new, loss(new, X, y)

    return {"params": START, "X": X, "y": Y, "loss": loss, "step": step, "batch_size": 600, "n_steps": 400}


@pytest.mark.parametrize(("hands_down", "expected"), [(True, []), (False, [("grad_wrong_delta", 0)])])
def test_the_gradient_of_rows_drawn_within_a_step_is_read(hands_down, expected):
    np.random.seed(0)
    found = diagnose(**loop(hands_down)).faults
    assert [(f.id, f.where) for f in found[:1]] == expected


@pytest.mark.parametrize(("again", "known"), [(False, True), (True, False)])
def test_rows_drawn_once_each_are_read_off_the_step(again, known):
    np.random.seed(0)
    patient = Patient(loop(count=150, again=again))
    np.random.set_state(patient.random)
    drawn = [sorted(np.random.choice(600, 150, replace=again)) for _ in range(3)]
    own = own_rows(patient, patient.leaves, None)
    assert (own is not None and [list(rows) for rows in own.both] == drawn) == known


def test_many_rows_drawn_out_of_the_tables_in_place_of_the_batch_are_read():
    np.random.seed(0)

    def step(p, x, t):
        x, t = drawn()
        d = 2 * (x @ p[0] - t) / len(t)
        return [p[0] - 0.1 * x.T @ d], np.mean((x @ p[0] - t) ** 2)

    def drawn():
        rows = np.random.choice(len(X), 60)
        return X[rows], Y[rows]

    def line(p, x, t):
        return np.mean((x @ p[0] - t) ** 2)

    patient = Patient(
        {"params": [np.ones((4, 1))], "X": X, "y": Y, "loss": line, "step": step, "batch_size": 50}
    )
    np.random.set_state(patient.random)
    expected = [np.unique(np.random.choice(600, 60)) for _ in range(3)]
    own = own_rows(patient, patient.leaves, None)
    assert own is not None
    assert all(map(np.array_equal, own.both, expected))


@pytest.mark.parametrize(
    ("power", "found"), [(0, []), (1, ["grad_reduction_sum"]), (-1, ["grad_averaged_twice"])]
)
def test_a_rate_times_the_number_of_rows_that_a_step_draws_is_read(power, found):
    rate, count = 0.3, 60
    start = [np.zeros(4), np.zeros(1)]

    def value(p, X, y):
        return float(np.mean((X @ p[0] + p[1] - y) ** 2))

    def step(p, X, y):
        rows = np.random.choice(len(X), count, replace=False)
        d = 2 * (X[rows] @ p[0] + p[1] - y[rows]) / count * float(count) ** power
        return [p[0] - rate * X[rows].T @ d, p[1] - rate * d.sum()], value(p, X, y)

    np.random.seed(0)
    given = {"params": start, "X": X, "y": X @ [1.0, -1.0, 0.5, 0.0] + 1, "loss": value, "step": step}
    told = update.experiment(Case(Patient(given | {"batch_size": 600, "n_steps": 400}), 10.0))
    assert [(f.id, f.alone) for f in told] == [(name, False) for name in found]


def resampled(targets_too=True, squashed=True):
    """Two kinds of points told by a network whose step draws as many rows as it is given, with repetition."""

    def forward(p, X):
        z = X @ p[0] + p[1]
        a = np.maximum(z, 0)
        return z, a, 1 / (1 + np.exp(-(a @ p[2] + p[3])))

    def cost(p, X, y):
        q = forward(p, X)[2]
        return -np.mean(y * np.log(q + 1e-12) + (1 - y) * np.log(1 - q + 1e-12))

    def step(p, x, t):
        before = cost(p, x, t)
        rows = np.random.randint(0, len(x), len(x))
        x, t = x[rows], t[rows] if targets_too else t
        z, a, q = forward(p, x)
        d = (q - t) / len(x)
        e = d @ p[2].T * (z > 0)
        grads = [x.T @ e, e.sum(0), (a if squashed else z).T @ d, d.sum(0)]
        return [w - 0.5 * g for w, g in zip(p, grads, strict=True)], before

    start = [rng.standard_normal((4, 12)), np.zeros(12), 0.5 * rng.standard_normal((12, 1)), np.zeros(1)]
    kinds = (X[:400, :1] * X[:400, 1:2] > 0).astype(float)
    given = {"params": start, "X": X[:400], "y": kinds, "loss": cost, "step": step}
    return given | {"batch_size": 40, "n_steps": 800}


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        (resampled(), []),
        (resampled(targets_too=False), [("labels_misaligned", "data")]),
        (resampled(squashed=False), [("grad_wrong_input", 2)]),
    ],
    ids=["right", "targets in place", "sums for activations"],
)
def test_what_a_step_makes_of_rows_it_draws_with_repetition_is_told(loop, expected):
    np.random.seed(0)
    assert [(f.id, f.where) for f in diagnose(**loop).faults[:1]] == expected


def test_a_step_that_divides_by_curvature_draws_no_rows_though_it_weighs_them_apart():
    """Of few rows a damped Gauss-Newton step is a sum of their gradients too, some with the other sign."""
    r = np.random.default_rng(1)
    X = r.uniform(-2, 2, (160, 3))
    y = np.sin(2 * X[:, :1]) + np.tanh(X[:, 1:2]) + 0.1 * r.standard_normal((160, 1))
    start = [0.6 * r.standard_normal((3, 8)), 0.3 * r.standard_normal((8, 1))]

    def loss(p, X, y):
        return float(np.mean((np.tanh(X @ p[0]) @ p[1] - y) ** 2))

    def step(p, X, y):
        a = np.tanh(X @ p[0])
        below = X[:, :, None] * (p[1].T * (1 - a * a))[:, None, :]
        J = np.hstack([below.reshape(len(X), -1), a])
        away = np.linalg.solve(J.T @ J / len(X) + 0.1 * np.eye(J.shape[1]), J.T @ (a @ p[1] - y) / len(X))
        return [p[0] - away[:24].reshape(3, 8), p[1] - away[24:]], loss(p, X, y)

    found = diagnose(params=start, X=X, y=y, loss=loss, step=step, batch_size=160, n_steps=60)
    assert "labels_misaligned" not in [f.id for f in found.faults]
    assert found.verdict == "healthy"
