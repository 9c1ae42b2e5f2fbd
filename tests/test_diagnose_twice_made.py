"""Sums that the loss makes twice, layers that cannot be read off, and losses that are zero for a constant."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import objective
from pullback.diagnose.loops._patient import Patient
from pullback.diagnose.loops._sandbox import quiet

rng = np.random.default_rng(0)
X = np.c_[np.ones(150), rng.standard_normal((150, 4))]
CLASS = np.argmax(X @ rng.standard_normal((5, 3)), axis=1)
Y = np.eye(3, dtype=int)[CLASS]


def negated(sign):
    """A softmax of minus the scores: their sum for the true classes, and once more under the logarithm."""

    def loss(p, X, y):
        under = np.log(np.sum(np.exp(-X @ p[0]), axis=1))
        return (sign * np.trace(X @ p[0] @ y.T) + np.sum(under)) / len(X) + 0.002 * np.sum(p[0] ** 2)

    return loss


@pytest.mark.parametrize(("sign", "faults"), [(1, []), (-1, ["loss_formula_wrong"])])
def test_slopes_by_sums_that_are_made_twice_are_told_of_both(sign, faults):
    given = {"params": [np.zeros((5, 3))], "X": X, "y": Y, "loss": negated(sign), "grad": lambda p, X, y: p}
    with quiet():
        assert [f.id for f in objective.experiment(Case(Patient(given), 10.0))] == faults


def normalised(p, X, y):
    """A layer whose sums are scaled over the batch, of which a single row is left with none."""
    z = X @ p[0] + p[1]
    h = np.maximum(p[2] * (z - z.mean(0)) / np.sqrt(z.var(0) + 1e-5) + p[3], 0)
    e = np.exp(h @ p[4] + p[5])
    return -np.log(e[np.arange(len(y)), y] / e.sum(1)).mean()


def test_an_objective_behind_layers_that_cannot_be_read_is_looked_at():
    params = [rng.standard_normal((5, 8)), np.zeros(8), np.ones(8), np.zeros(8), rng.standard_normal((8, 3)),
              np.zeros(3)]  # fmt: skip
    given = {"params": params, "X": X, "y": CLASS, "loss": normalised, "grad": lambda p, X, y: p}
    with quiet():
        assert objective.experiment(Case(Patient(given), 10.0)) == []


def test_a_perceptron_whose_classes_overlap_is_healthy():
    side = np.where(np.arange(160) % 2, 1, -1)
    rows = np.random.default_rng(2).standard_normal((160, 2)) + side[:, None] * [1.4, 0.3]

    def loss(p, X, y):
        return np.mean(np.maximum(0, -y * (X @ p[0][1:] + p[0][0])))

    def step(p, X, y):
        wrong = y * (X @ p[0][1:] + p[0][0]) < 0
        return [p[0] + 0.02 * np.append((wrong * y).sum(), (wrong * y) @ X)], loss(p, X, y)

    found = diagnose(params=[np.array([0.1, -0.1, 0.1])], X=rows, y=side, loss=loss, step=step,
                     batch_size=1, n_steps=800)  # fmt: skip
    assert found.verdict == "healthy"


def scores_of_pairs(sign):
    """A ranking: of two things that one network scores, the label tells which one should be above."""

    def loss(p, X, y):
        a, b = (np.tanh(x @ p[0] + p[1]) @ p[2] + p[3] for x in (X[:, :3], X[:, 3:]))
        return np.mean(np.maximum(0, 0.5 - sign * y * (a - b)))

    return loss


@pytest.mark.parametrize("sign", [1, -1])
def test_a_label_of_a_pair_is_not_held_against_one_score(sign):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 6))
    y = np.sign(X[:, 0] * X[:, 1] - X[:, 3] * X[:, 4])
    params = [rng.normal(size=(3, 16)) / 2, np.zeros(16), rng.normal(size=16) / 4, np.zeros(1)]
    loss = scores_of_pairs(sign)
    given = {"params": params, "X": X, "y": y, "loss": loss, "grad": lambda p, X, y: p}
    with quiet():
        assert objective.experiment(Case(Patient(given), 10.0)) == []
