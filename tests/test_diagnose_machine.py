"""Runs in machine code are those of the loop itself, and are made only where that is so."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose._patient import Patient
from pullback.diagnose._runs import user_run

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 4))
Y = np.sin(X[:, :1]) + X[:, 1:2] * X[:, 2:3]
START = [rng.normal(size=(4, 12)) * 0.5, np.zeros(12), rng.normal(size=(12, 1)) * 0.3, np.zeros(1)]


def loss(p, X, y):
    return float(np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2))  # float: no trace goes through


def gradient(p, X, y):
    h = np.tanh(X @ p[0] + p[1])
    d = 2 * (h @ p[2] + p[3] - y) / len(y)
    e = d @ p[2].T * (1 - h * h)
    return [X.T @ e, e.sum(0), h.T @ d, d.sum(0)]


def plain(rate=lambda t: 0.05):
    count = [0]

    def step(p, X, y):
        count[0] += 1
        return [a - rate(count[0]) * g for a, g in zip(p, gradient(p, X, y))], loss(p, X, y)

    return step


def heavy():
    v = [np.zeros_like(a) for a in START]

    def step(p, X, y):
        v[:] = [0.9 * a + g for a, g in zip(v, gradient(p, X, y))]
        return [a - 0.01 * b for a, b in zip(p, v)], loss(p, X, y)

    return step


def adam():
    m, v, t = [np.zeros_like(a) for a in START], [np.zeros_like(a) for a in START], [0]

    def step(p, X, y):
        t[0] += 1
        g = gradient(p, X, y)
        m[:] = [0.9 * a + 0.1 * b for a, b in zip(m, g)]
        v[:] = [0.999 * a + 0.001 * b * b for a, b in zip(v, g)]
        by = [(a / (1 - 0.9 ** t[0])) / (np.sqrt(b / (1 - 0.999 ** t[0])) + 1e-8) for a, b in zip(m, v)]
        return [a - 0.01 * d for a, d in zip(p, by)], loss(p, X, y)

    return step


def decaying():
    return plain(lambda t: 0.05 if t <= 100 else 0.0005)


def examined(step):
    """A case whose rule has been read off its moves, as the experiments leave it."""
    from pullback.diagnose.experiments import update

    case = Case(Patient({"params": START, "X": X, "y": Y, "loss": loss, "step": step, "batch_size": 20,
                         "n_steps": 2000}), 30.0)  # fmt: skip
    assert update.experiment(case) == []
    return case


@pytest.mark.parametrize("make", [plain, heavy, adam])
def test_a_known_rule_runs_as_the_loop_itself(make):
    case = examined(make())
    run = case.machine.user(case.judge, 2000, 10.0)
    own = user_run(case.patient, case.judge, 2000, 10.0)
    assert run is not None
    assert run.at == own.at
    np.testing.assert_allclose(run.losses, own.losses, rtol=1e-6)
    for a, b in zip(run.leaves, own.leaves):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-8)


def test_what_is_exchanged_is_exchanged_in_machine_code_too():
    case = examined(plain())
    changes = {"scale": 3.0, "leaves": case.reborn(1), "rows": case.shuffled(size=20)}
    run, own = case.machine.user(case.judge, 2000, 10.0, **changes), user_run(
        case.patient, case.judge, 2000, 10.0, **changes)  # fmt: skip
    np.testing.assert_allclose(run.losses, own.losses, rtol=1e-6)


def test_a_rate_that_changes_later_is_left_to_the_loop():
    case = examined(decaying())
    assert case.rule is not None
    assert case.machine.stand_in is None
    assert case.machine.user(case.judge, 2000, 10.0) is None


def test_the_exact_gradient_goes_the_same_way_in_both():
    from pullback.diagnose._runs import descend, train
    from pullback.train import momentum

    case = examined(plain())
    rows = case.patient.batch
    fast = case.machine.fast.run(momentum(0.8), 0.01, case.leaves, rows, (X, Y), 500, case.judge, 10.0)
    advance, start = descend(momentum(0.8), 0.01, case.gradient, case.leaves)
    slow = train(advance, start, rows, (X, Y), 500, case.judge, 10.0)
    np.testing.assert_allclose(fast.losses, slow.losses, rtol=1e-7)


def test_a_loss_that_no_machine_code_knows_runs_in_numpy():
    def odd(p, X, y):
        return float(sum(abs(float(r @ p[0][:, 0]) - float(t[0])) ** 1.5 for r, t in zip(X, y)))

    case = Case(Patient({"params": [START[0][:, :1]], "X": X, "y": Y, "loss": odd,
                         "step": lambda p, X, y: (p, odd(p, X, y)), "n_steps": 50}), 10.0)  # fmt: skip
    run = case.mended(steps=50)
    assert run.steps == 50
    assert run.losses[-1] < run.losses[0]
