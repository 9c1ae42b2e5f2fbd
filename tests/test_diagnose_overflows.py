"""Loops in plain Python, whose numbers raise where arrays would overflow to inf."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments import treatment
from pullback.diagnose.experiments.of_treatment import _breaking
from pullback.diagnose.experiments.of_treatment._breaking import breaks
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.training._runs import Run

rng = np.random.default_rng(0)
X = rng.uniform(-3, 3, (40, 2))
y = 2 * X[:, 0] - X[:, 1] + 1


def forecast(w, x):
    return w[0] * x[0] + w[1] * x[1] + w[2]


def loss(w, X, y):
    return sum(math.pow(forecast(w, x) - t, 2) for x, t in zip(X, y, strict=True)) / len(X)


def slopes(w, X, y):
    off = [2 * (forecast(w, x) - t) / len(X) for x, t in zip(X, y, strict=True)]
    columns = (X[:, 0], X[:, 1], [1.0] * len(X))
    return [sum(e * v for e, v in zip(off, column, strict=True)) for column in columns]


def descend(rate):
    def step(w, X, y):
        told = loss(w, X, y)
        return [a - rate * g for a, g in zip(w, slopes(w, X, y), strict=True)], told

    return step


def breaks_late(w, X, y):
    if abs(w[2] - 1) < 1e-3:
        raise ValueError("weights and rows do not fit")
    return descend(0.05)(w, X, y)


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (descend(0.6), "lr_too_large"),
        (descend(-0.6), "grad_sign_flipped"),
        (descend(0.05), None),
        (breaks_late, "exception"),
    ],
)
def test_an_overflow_that_raises_is_a_symptom_and_other_errors_are_not(step, fault):
    found = diagnose(params=[0.1, 0.2, 0.0], X=X, y=y, loss=loss, step=step, batch_size=40, n_steps=500)
    assert [f.id for f in found.faults[:1]] == ([fault] if fault else [])


@pytest.mark.parametrize(("sign", "fault"), [(1, "grad_sign_flipped"), (-1, None)])
def test_updates_for_each_row_within_a_step_may_all_go_uphill(sign, fault):
    rows, marks = np.array([[1.0, a, b] for a in (0, 1) for b in (0, 1)]), np.array([0.0, 0.0, 0.0, 1.0])

    def output(w, x):
        return 1 / (1 + math.exp(-sum(a * b for a, b in zip(w, x, strict=True))))

    def cost(w, X, y):
        each = [(output(w, x), t) for x, t in zip(X, y, strict=True)]
        return -sum(t * math.log(p) + (1 - t) * math.log(1 - p) for p, t in each) / len(X)

    def step(w, X, y):
        w, told = list(w), cost(w, X, y)
        for x, t in zip(X, y, strict=True):
            off = output(w, x) - t
            w = [a + sign * off * v for a, v in zip(w, x, strict=True)]
        return w, told

    found = diagnose(params=[0.2, 0.1, 0.4], X=rows, y=marks, loss=cost, step=step, batch_size=4, n_steps=400)
    assert [(f.id, f.where) for f in found.faults[:1]] == ([(fault, "step")] if fault else [])


@pytest.mark.parametrize(
    ("final", "slower", "formula"),
    [(0.3, 0.02, False), (0.3, 0.29, True), (0.05, 0.01, True), (0.5, 0.02, False)],
)
def test_reports_break_by_the_formula_unless_smaller_moves_gain_far_more(final, slower, formula):
    runs = Compared.__new__(Compared)
    user_with = lambda scale: Run(losses=[slower])
    runs.case, runs.base, runs.goal = (
        SimpleNamespace(left=lambda: 1.0, tried=[], user_with=user_with),
        1.0,
        0.0,
    )
    runs.user, runs.made = Run(losses=[final], broke=3, leaves=[np.ones(2)]), {}
    assert (breaks(runs) is not None) is formula


@pytest.mark.parametrize(("began", "ended", "blamed"), [(470.0, np.inf, False), (470.0, 0.1, True),
                                                         (np.inf, np.inf, True)])  # fmt: skip
def test_a_loss_that_breaks_by_a_stable_formula_too_is_not_to_blame(monkeypatch, began, ended, blamed):
    monkeypatch.setattr(_breaking, "even_cures", lambda runs, scale: False)
    weights = [np.ones((3, 2))]
    runs = SimpleNamespace(
        user=Run(losses=[np.inf], at=[0]), case=SimpleNamespace(brink=(weights, weights), size=30, n=0),
        made={_breaking.STABLE: Run(losses=[began, ended], at=[0, 9])}, cured=lambda name, make: False,
    )  # fmt: skip
    assert (_breaking.overflow(runs) is not None) == blamed


@pytest.mark.parametrize(("proof", "left"), [(_breaking.STABLE, 0.5), ("moves times 0.1", 0.0)])
def test_a_run_by_the_true_gradient_acquits_no_other(proof, left):
    guess = Finding("grad_wrong_delta", 0, "it is not the gradient of the loss", "", "", 0.5, 68.5)
    runs = SimpleNamespace(made={proof: SimpleNamespace(final=0.1)}, proof=proof, share=lambda _: 0.95)
    treatment._acquit(runs, [guess])
    assert guess.confidence == left


def test_the_rows_that_break_a_loss_by_themselves_are_named():
    def rooted(p, X, y):
        return float(np.mean((X @ p[0] - np.sqrt(y)) ** 2))

    def step(p, X, y):
        return [p[0] - 0.1 * X.T @ (X @ p[0] - np.sqrt(y)) / len(y)], rooted(p, X, y)

    found = diagnose(params=[np.zeros(2)], X=X, y=np.where(np.arange(40) % 13 == 5, -1.0, y**2), loss=rooted,
                     step=step, batch_size=40, n_steps=100)  # fmt: skip
    assert (found.faults[0].id, found.faults[0].where) == ("loss_unstable", "loss")
    assert "3 of the first 40 rows break it by themselves: 5, 18, 31" in found.faults[0].evidence


@pytest.mark.parametrize(("far", "fault"), [(0.0, None), (40.0, "loss_unstable")])
def test_a_formula_that_breaks_at_fresh_weights_is_held_against_a_stable_one_nearer_to_zero(far, fault):
    draw = np.random.default_rng(3)
    table = np.column_stack([draw.gamma(4, 0.35, 300), draw.normal(size=300)])
    marks = (2 * table[:, 0] + table[:, 1] + 0.5 * draw.logistic(size=300) > 3).astype(float)
    table[:9, 0], marks[:9] = table[:9, 0] + far, 1.0

    def share(p, X):
        return 0.5 * (1 + np.tanh(0.5 * (X @ p[0] + p[1])))

    def entropy(p, X, y):
        return -np.mean(y * np.log(share(p, X)) + (1 - y) * np.log(1 - share(p, X)))

    def step(p, X, y):
        off = share(p, X) - y
        return [p[0] - 0.4 * X.T @ off / len(y), p[1] - 0.4 * off.mean()], entropy(p, X, y)

    found = diagnose(params=[0.01 * draw.normal(size=2), np.zeros(1)], X=table, y=marks, loss=entropy,
                     step=step, batch_size=300, n_steps=1500)  # fmt: skip
    assert [f.id for f in found.faults[:1]] == ([fault] if fault else [])
