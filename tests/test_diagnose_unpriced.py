"""Losses that an output brings down whatever the targets, as where expected errors cost nothing."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import objective
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(2)
X = rng.standard_normal((200, 3))
y = np.tanh(X @ [1.0, -1.0, 0.5]) + 0.1 * rng.standard_normal(200)
HIDDEN = [rng.standard_normal((3, 6)), rng.standard_normal(6)]
HEADS = [rng.standard_normal((6, 1)) / 3, np.zeros(1), rng.standard_normal((6, 1)) / 3, np.zeros(1)]
softplus = lambda z: np.logaddexp(0, z)


def said(cost, params, outputs, y=y):
    loss = lambda p, X, y: np.mean(cost(*outputs(p, X), y))
    case = Case(Patient({"params": params, "X": X, "y": y, "loss": loss, "grad": lambda p, X, y: p}), 10.0)
    return [f.id for f in objective.experiment(case)]


def two_heads(p, X):
    h = np.tanh(X @ p[0] + p[1])
    return (h @ p[2] + p[3])[:, 0], (h @ p[4] + p[5])[:, 0]


def one_head(p, X):
    z = np.tanh(X @ p[0] + p[1]) @ p[2] + p[3]
    return z[:, 0], z[:, 1]


def one_spread(p, X):
    return (np.tanh(X @ p[0] + p[1]) @ p[2])[:, 0], p[3]


NETS = {
    "mean first": ([*HIDDEN, *HEADS], two_heads),
    "mean last": ([*HIDDEN, *HEADS], lambda p, X: two_heads(p, X)[::-1]),
    "one product": ([*HIDDEN, rng.standard_normal((6, 2)) / 3, np.zeros(2)], one_head),
    "one spread for all": ([*HIDDEN, HEADS[0], np.zeros(1)], one_spread),
}
COSTS = {
    "no logarithm": (lambda m, s, y: (y - m) ** 2 * np.exp(-s), True),
    "the logarithm with a minus": (lambda m, s, y: (y - m) ** 2 * np.exp(-s) - s, True),
    "a softplus without its logarithm": (lambda m, s, y: ((y - m) / softplus(s)) ** 2, True),
    "absolute errors": (lambda m, s, y: np.abs(y - m) * np.exp(-s), True),
    "right": (lambda m, s, y: (y - m) ** 2 * np.exp(-s) + s, False),
    "right, of a softplus": (lambda m, s, y: ((y - m) / softplus(s)) ** 2 + 2 * np.log(softplus(s)), False),
    "errors that are cut off": (lambda m, s, y: 1 - np.exp(-((y - m - s) ** 2)), False),
}


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("cost", COSTS)
def test_a_spread_that_costs_nothing_is_a_wrong_formula(net, cost):
    formula, wrong = COSTS[cost]
    assert said(formula, *NETS[net]) == ["loss_formula_wrong"] * wrong


@pytest.mark.parametrize("targets", [-1 - y * y, y], ids=["below what can be said", "of both signs"])
def test_an_output_that_is_never_below_zero_is_not_free(targets):
    found = said(lambda m, s, y: (np.maximum(m, 0) + np.maximum(s, 0) - y) ** 2, *NETS["mean first"], targets)
    assert "loss_formula_wrong" not in found
