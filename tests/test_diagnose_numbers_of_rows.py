"""What a loss makes of the number of its rows."""

import numpy as np
import pytest

from pullback.diagnose._case import Case
from pullback.diagnose.experiments import objective
from pullback.diagnose.loops._patient import Patient

rng = np.random.default_rng(4)
X = rng.standard_normal((40, 3))
y = X @ [1.0, -2.0, 0.5] + 0.1 * rng.standard_normal(40)


def among_pairs(e):
    """Errors held against each other: as many terms as pairs of rows."""
    return np.sum((e[:, None] - e[None, :] + e.mean()) ** 2)


WAYS = {
    "multiplied": (lambda e: 1 / 2 * len(e) * e @ e, ["loss_formula_wrong"]),
    "divided": (lambda e: 1 / (2 * len(e)) * e @ e, []),
    "summed": (lambda e: e @ e / 2, []),
    "pairs": (among_pairs, []),
}


@pytest.mark.parametrize("penalty", [0.0, 0.3])
@pytest.mark.parametrize("way", WAYS)
def test_a_loss_is_not_multiplied_by_the_number_of_rows(way, penalty):
    reduced, found = WAYS[way]

    def loss(p, X, y):
        return float(reduced(X @ p[0] - y) + penalty * p[0] @ p[0])

    def grad(p, X, y):
        return [X.T @ (X @ p[0] - y) / len(y)]

    case = Case(Patient({"params": [np.zeros(3)], "X": X, "y": y, "loss": loss, "grad": grad}), 10.0)
    assert [f.id for f in objective.experiment(case) if f.id == "loss_formula_wrong"] == found
