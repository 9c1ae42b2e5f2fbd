"""Losses in which rows of one of two labels have no part, of predictions written out term by term."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import _rivals, objective
from pullback.diagnose.experiments.of_objective._half_told import half_told
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import quiet

draw = np.random.default_rng(0)
X = draw.standard_normal((200, 2))
y = (X[:, 0] - X[:, 1] + 0.5 * draw.standard_normal(200) > 0).astype(float)

FORMS = {
    "as it should be": (lambda s, p, y: -y * np.log(p) - (1 - y) * np.log(1 - p), None),
    "the label in both terms": (lambda s, p, y: -y * np.log(p) - y * np.log(1 - p), "loss_formula_wrong"),
    "its contrary in both": (lambda s, p, y: (y - 1) * (np.log(p) + np.log(1 - p)), "loss_formula_wrong"),
    "one term alone": (lambda s, p, y: -y * np.log(p), "loss_formula_wrong"),
    "a hinge": (lambda s, p, y: np.maximum(0, 1 - (2 * y - 1) * s), None),
    "a perceptron's of marks": (lambda s, p, y: np.maximum(0, -y * s), "labels_wrong"),
}


def case(form, X=X, y=y):
    def loss(params, X, y):
        a, b, c = params
        s = a + b * X[:, 0] + c * X[:, 1]
        return np.mean(form(s, 1 / (1 + np.exp(-s)), y)) + 1e-3 * (b**2 + c**2).sum()

    params = [np.zeros(1), np.zeros(1), np.zeros(1)]
    return Case(Patient({"params": params, "X": X, "y": y, "loss": loss, "grad": lambda p, X, y: p}), 10.0)


@pytest.mark.parametrize("name", FORMS)
def test_each_of_two_labels_has_a_part_in_a_loss(name):
    form, fault = FORMS[name]
    with quiet():
        found = objective.experiment(case(form))
    assert [(f.id, f.where) for f in found] == [
        (fault, "y" if fault == "labels_wrong" else "loss")] * (fault is not None)  # fmt: skip


def test_rows_that_look_all_the_same_may_cost_the_same():
    with quiet():
        assert half_told(case(FORMS["as it should be"][0], X * y[:, None])) == []
        assert half_told(case(FORMS["the label in both terms"][0], X * y[:, None])) == []


def test_labels_of_zero_and_one_in_a_loss_of_marks_leave_its_formula_in_question():
    def logistic(s, p, y):
        return np.logaddexp(0, -y * s)

    with quiet():
        doubted = case(logistic)
        found = objective.experiment(doubted)
        also = _rivals.rivals(doubted, found)
        marked = case(logistic, y=2 * y - 1)
        assert _rivals._unread_objective(marked) is None
    assert [f.id for f in found] == ["labels_wrong"]
    assert ("loss_formula_wrong", "loss") in [(f.id, f.where) for f in also]
