"""Runs in machine code are those of the loop itself, and are made only where that is so."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.training._runs import user_run
from pullback.diagnose.updates._moves import Rule
from pullback.train import sgd

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 4))
Y = np.sin(X[:, :1]) + X[:, 1:2] * X[:, 2:3]
START = [rng.normal(size=(4, 12)) * 0.5, np.zeros(12), rng.normal(size=(12, 1)) * 0.3, np.zeros(1)]


@pytest.fixture(autouse=True)
def worth_it(monkeypatch):
    """Machine code is made here however little time it saves on the machine that runs the tests."""
    monkeypatch.setattr("pullback.diagnose.training._machine.WORTH", 0.0)


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
    from pullback.diagnose.training._runs import descend, train
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


def single(p, X, y):
    """A step in float32, as exact as that."""
    return [a - np.float32(0.05) * np.float32(g) for a, g in zip(p, gradient(p, X, y))], loss(p, X, y)


def test_a_loop_in_float32_runs_so_in_machine_code_too():
    params = [x.astype(np.float32) for x in START]
    given = {"params": params, "X": X.astype(np.float32), "y": Y.astype(np.float32), "loss": loss,
             "step": single, "batch_size": 20, "n_steps": 300}  # fmt: skip
    case = Case(Patient(given), 30.0)
    assert case.machine.kind == "float32"
    assert Case(Patient({**given, "params": START}), 30.0).machine.kind == "float64"
    run = case.machine.fast.run(sgd(), 0.05, case.leaves, case.patient.batch, (case.X, case.y), 300,
                                case.judge, 10.0)  # fmt: skip
    own = user_run(case.patient, case.judge, 300, 10.0)
    np.testing.assert_allclose(run.losses, own.losses, rtol=1e-4)
    assert [x.dtype for x in run.leaves] == [float] * 4


def test_moves_that_are_scaled_leave_a_loop_in_float32_in_float32():
    def step(p, X, y):
        assert p[0].dtype == np.float32
        return [p[0] - np.float32(0.1) * p[0]], 0.0

    given = {"params": [np.ones(3, np.float32)], "X": X, "y": Y, "loss": lambda p, X, y: 0.0, "step": step}
    run = user_run(Patient(given), lambda leaves: 1.0, 4, 10.0, scale=0.5)
    assert run.failure is None
    assert run.steps == 4


@pytest.mark.parametrize(("past", "name"), [(1e-5, "sgd"), (0.45, "momentum")])
def test_the_rounding_of_float32_is_no_memory(past, name):
    case = examined(plain())
    case.rule = Rule("linear", 0.5, 2e-5, [0.5, -past / 2 if name == "sgd" else past, past**2 / 0.5, 4e-8])
    case.decay = dict.fromkeys(range(4), 4e-8)
    assert case.machine.rule[0].name == name


def test_a_chaotic_loop_is_known_by_its_steps_one_by_one():
    case = examined(plain())
    rough = case.machine._first
    rough.after = [[x + 1e-7 * rng.normal(size=x.shape) for x in after] for after in rough.after]
    assert case.machine._starts_alike(*case.machine.rule)
    rough.after[20] = [x + 0.1 * (x - b) for x, b in zip(rough.after[20], rough.before[20])]
    assert not case.machine._starts_alike(*case.machine.rule)


def many_calls(p, X, y):
    """Of which all but a few are the same ones again."""
    return np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2) + sum(
        1e-5 * np.sum(np.cosh(p[0])) for _ in range(60))  # fmt: skip


def test_a_program_is_as_long_as_what_is_left_once_it_is_simplified(monkeypatch):
    case = Case(
        Patient({"params": START, "X": X, "y": Y, "loss": many_calls, "grad": lambda p, X, y: p}), 30.0
    )
    assert case.machine.fast.ready(*case.batch())
    calls = case.machine.fast.calls
    assert 0 < calls < 150
    monkeypatch.setattr("pullback.diagnose.training._machine.WORTH", 1.0)
    case.machine.pace = 0.015
    monkeypatch.setattr("pullback.diagnose.training._machine.LONG", calls)
    assert case.machine._pays(100)
    monkeypatch.setattr("pullback.diagnose.training._machine.LONG", calls - 1)
    assert not case.machine._pays(100)
    assert case.machine._pays(140)
