"""A loop's own run ends early only where nothing in it can change unseen; else it is made whole."""

import itertools

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import update
from pullback.diagnose.loops._footprint import footprint
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.training import _foretold
from pullback.diagnose.training._runs import user_run
from pullback.diagnose.updates._moves import Rule

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 4))
Y = np.sin(X[:, :1]) + X[:, 1:2] * X[:, 2:3]
START = [rng.normal(size=(4, 12)) * 0.5, np.zeros(12), rng.normal(size=(12, 1)) * 0.3, np.zeros(1)]
STEPS = 1200


def loss(p, X, y):
    return float(np.mean((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2))


def moved(p, X, y, rate=0.05, by=1.0):
    h = np.tanh(X @ p[0] + p[1])
    d = 2 * by * (h @ p[2] + p[3] - y) / len(y)
    e = d @ p[2].T * (1 - h * h)
    return [a - rate * g for a, g in zip(p, [X.T @ e, e.sum(0), h.T @ d, d.sum(0)], strict=True)]


def plain(p, X, y):
    return moved(p, X, y), loss(p, X, y)


def of_a_ninth(p, X, y):
    return moved(p, X, y, by=1 / 9), loss(p, X, y)


def in_place(p, X, y):
    for a, b in zip(p, moved(p, X, y), strict=True):
        a[...] = b
    return p, loss(p, X, y)


def fading():
    count = [0]

    def step(p, X, y):
        count[0] += 1
        return moved(p, X, y, 0.05 if count[0] <= 1000 else 1e-4), loss(p, X, y)

    return step


def by_an_iterator():
    rates = itertools.chain(itertools.repeat(0.05, 1000), itertools.repeat(1e-4))
    return lambda p, X, y: (moved(p, X, y, next(rates)), loss(p, X, y))


def by_its_attribute():
    def step(p, X, y):
        step.t += 1
        return moved(p, X, y, 0.05 if step.t <= 1000 else 1e-4), loss(p, X, y)

    step.t = 0
    return step


class Trainer:
    t = 0

    def step(self, p, X, y):
        type(self).t += 1
        return moved(p, X, y, 0.05 if type(self).t <= 1000 else 1e-4), loss(p, X, y)


def drawing():
    draw = np.random.default_rng(1)
    return lambda p, X, y: (moved(p, X, y, 0.05 if draw.random() < 0.999 else 5e-4), loss(p, X, y))


def drawing_from_all(p, X, y):
    return moved(p, X, y, 0.05 if np.random.random() < 0.999 else 5e-4), loss(p, X, y)


def by_the_loss(p, X, y):
    now = loss(p, X, y)
    return moved(p, X, y, 0.05 if now > 0.2 else 1e-3), now


def by_the_weights(p, X, y):
    size = np.abs(p[0]).max()
    return moved(p, X, y, 0.05 if size < 1.05 * np.abs(START[0]).max() else 1e-3), loss(p, X, y)


def by_names_unseen(p, X, y):
    globals()["COUNT"] = globals().get("COUNT", 0) + 1
    return moved(p, X, y, 0.05 if globals()["COUNT"] % STEPS <= 1000 else 1e-4), loss(p, X, y)


def counting(rate=0.05, by=1.0):
    count = [0]

    def step(p, X, y):
        count[0] += 1
        return moved(p, X, y, rate, by), loss(p, X, y)

    return step


def examined(step, **more):
    case = Case(Patient({"params": START, "X": X, "y": Y, "loss": loss, "step": step, "batch_size": 20,
                         "n_steps": STEPS, **more}), 30.0)  # fmt: skip
    update.experiment(case)
    return case


@pytest.mark.parametrize("step", [plain, of_a_ninth, in_place])
def test_a_step_that_keeps_nothing_need_not_run_to_its_end(step, monkeypatch):
    monkeypatch.setattr(_foretold, "DEAR", 0.0)
    case = examined(step)
    told, whole = case.user, user_run(case.patient, case.judge, STEPS, 10.0)
    assert told.rule is not None
    assert whole.rule is None
    assert (told.at, told.steps, told.planned) == (whole.at, whole.steps, whole.planned)
    np.testing.assert_allclose(told.losses, whole.losses, rtol=1e-6)
    for a, b in zip(told.leaves, whole.leaves, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    assert case.machine.stand_in is told.rule
    run = case.user_with(scale=10)
    own = user_run(case.patient, case.judge, STEPS, 10.0, scale=10.0)
    np.testing.assert_allclose(run.losses[:4], own.losses[:4], rtol=1e-5)


@pytest.mark.parametrize(
    "make",
    [fading, by_an_iterator, by_its_attribute, lambda: Trainer().step, drawing, lambda: drawing_from_all,
     lambda: by_the_loss, lambda: by_the_weights, lambda: by_names_unseen],
)  # fmt: skip
def test_what_may_change_on_the_way_is_run_whole(make, monkeypatch):
    monkeypatch.setattr(_foretold, "DEAR", 0.0)
    case = examined(make())
    assert case.user.rule is None
    whole = user_run(case.patient, case.judge, STEPS, 10.0)
    assert case.user.losses == whole.losses


def test_what_cannot_be_looked_into_has_no_footprint():
    def counted(f):
        def inner(*args):
            inner.calls += 1
            return f(*args)

        inner.calls = 0
        return inner

    f = counted(len)
    before = footprint(f)
    assert before == footprint(f)
    f([])
    assert before != footprint(f)
    assert footprint(x for x in ()) is None
    assert footprint(eval) is not None
    assert footprint(lambda: eval("1")) is None


def test_a_dear_loop_whose_gradient_is_cheap_is_not_run_again_and_again():
    """Many runs of it are told by its rule: its own steps alone say whether that pays."""
    case = examined(plain)
    case.user.pace, case.machine.pace = 1.0, 1e-6  # as of a loop over samples
    run = case.user_with(scale=0.1)
    assert case.machine.fast.made
    assert run.steps == STEPS


def test_a_loop_whose_gradient_is_a_multiple_has_a_rule_of_its_own():
    def ninth(p, X, y):
        return [a - b for a, b in zip(p, moved(p, X, y, 1.0, 1 / 9), strict=True)]

    case = examined(counting(0.3, 1 / 9), grad=ninth)
    case.rule = Rule("linear", 0.3, 1e-9, [0.3])  # as of the gradient that is given
    optimizer, lr = case.machine.stand_in
    assert optimizer.name == "sgd"
    assert abs(9 * lr / 0.3 - 1) < 1e-6


def test_a_run_that_was_cut_is_compared_with_the_rules_at_its_last_look():
    case = examined(counting(1e-3))
    case.user = user_run(case.patient, case.judge, 40, 10.0, looks=4)
    case.user.planned, case.user.pace = STEPS, 1.0  # as of a slow loop
    assert case.machine.stand_in is not None
    case.machine.finish()
    assert case.user.steps == STEPS
