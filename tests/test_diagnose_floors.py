"""Losses with a floor under their logarithm: outputs so large that it hides the slope."""

from dataclasses import replace

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import update
from pullback.diagnose.experiments.of_gradient._other_loss import other_loss
from pullback.diagnose.experiments.of_update._floors import readings, without_floor
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.network._anatomy import calmly, dissect

rng = np.random.default_rng(0)
X = 80.0 * rng.random((90, 6))
y = np.argmax(X @ rng.standard_normal((6, 3)), 1)
params = [rng.standard_normal((6, 8)), np.zeros(8), rng.standard_normal((8, 3)), np.zeros(3)]


def forward(p, X):
    h = np.maximum(X @ p[0] + p[1], 0)
    z = h @ p[2] + p[3]
    e = np.exp(z - z.max(1, keepdims=True))
    return h, e / e.sum(1, keepdims=True)


def loss_with(floor):
    def loss(p, X, y):
        return -np.mean(np.log(forward(p, X)[1][np.arange(len(y)), y] + floor)) + 0.01 * np.sum(p[2] ** 2)

    return loss


def step_by(delta):
    def step(p, X, y):
        h, out = forward(p, X)
        d = delta(out, np.eye(3)[y]) / len(y)
        back = (d @ p[2].T) * (h > 0)
        grads = [X.T @ back, back.sum(0), h.T @ d + 0.02 * p[2], d.sum(0)]
        return [w - 0.5 * g for w, g in zip(p, grads, strict=True)], 0.0

    return step


def case(delta, X=X):
    given = {"params": params, "X": X, "y": y, "loss": loss_with(1e-9), "step": step_by(delta)}
    return Case(Patient({**given, "batch_size": 90, "n_steps": 50}), 10.0)


def test_the_objective_is_known_though_every_row_lies_on_the_floor():
    far = [1.5 * x for x in params]
    with np.errstate(all="ignore"):
        assert dissect(loss_with(1e-9), far, X, y).objective == "unknown"
        assert calmly(loss_with(1e-9), far, X, y).objective == "cross-entropy"


@pytest.mark.parametrize(("scale", "told"), [(1.0, True), (0.005, False)])
def test_the_formulas_gradient_is_told_from_the_losss_only_on_the_floor(scale, told):
    moved = case(lambda p, t: p - t, scale * X)
    moves = moved.moves
    formula = without_floor(moved, moves, moved.gradients(moves))
    assert (formula is not None) is told
    for t, grads in enumerate(formula or []):
        for move, g in zip(moves.move(t), grads, strict=True):
            np.testing.assert_allclose(move, -0.5 * g, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("delta", "named"), [(lambda p, t: p - t, set()), (lambda p, t: t - p, {"grad_sign_flipped"})]
)
def test_a_step_by_the_formula_is_right_and_one_against_it_is_not(delta, named):
    assert {f.id for f in update.experiment(case(delta))} == named


def test_the_objective_is_known_though_the_signal_is_so_faint_that_all_rows_look_alike():
    halves = (y > 0).astype(float)[:, None]
    faint = [1e-3 * params[0], np.full(8, 1e-6), 1e-3 * params[2][:, :1], np.full(1, 0.05)]

    def loss(p, X, y):
        out = np.clip(1 / (1 + np.exp(-(np.maximum(X @ p[0] + p[1], 0) @ p[2] + p[3]))), 1e-9, 1 - 1e-9)
        return -np.mean(y * np.log(out) + (1 - y) * np.log(1 - out))

    assert calmly(loss, faint, X / 80, halves).objective == "binary cross-entropy"


def test_a_gradient_that_is_given_and_right_is_read_as_the_true_one():
    told = case(lambda p, t: p - t, 0.005 * X)
    true = told.gradients(told.moves)
    copies = [[g.copy() for g in grads] for grads in true]
    others = [[2 * g for g in grads] for grads in true]
    assert [read is true for read in readings(told, told.moves, true, copies)] == [True]
    assert [read is true for read in readings(told, told.moves, true, others)] == [False, True]


@pytest.mark.parametrize(("meant", "told"), [("cross-entropy", False), ("squared", True)])
def test_the_formulas_own_gradient_is_that_of_no_other_loss(meant, told):
    far = case(lambda p, t: p - t)
    given = replace(far.net, objective=meant).gradient(far.generic, *far.batch())
    assert (other_loss(far, given) is not None) is told
