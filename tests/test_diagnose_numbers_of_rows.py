"""What a loss makes of the number of its rows."""

import numpy as np
import pytest

from pullback.diagnose import diagnose
from pullback.diagnose._case import Case
from pullback.diagnose.experiments import gradient, objective
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


FEW = np.random.default_rng(5).standard_normal((40, 3))
BENT = np.tanh(FEW @ [1.0, -0.5, 0.3])[:, None]
BEGUN = [0.5 * np.random.default_rng(6).standard_normal(s) for s in ((3, 8), (8, 1))]


def of_few_rows(slower):
    """A small network on forty rows, its gradient a sum over them."""

    def loss(params, X, y):
        return float(np.mean((np.tanh(X @ params[0]) @ params[1] - y) ** 2))

    def step(params, X, y):
        a = np.tanh(X @ params[0])
        d = 2 * (a @ params[1] - y)
        sums = X.T @ (d @ params[1].T * (1 - a * a)), a.T @ d
        rate = slower(len(X))
        return [p - rate * g for p, g in zip(params, sums, strict=True)], loss(params, X, y)

    return diagnose(params=BEGUN, X=FEW, y=BENT, loss=loss, step=step, batch_size=10, n_steps=120)


def test_few_rows_tell_of_a_second_division_that_the_rate_itself_shows():
    found = of_few_rows(lambda n: 0.2 / n**2).faults[0]
    assert (found.id, found.where) == ("grad_averaged_twice", "step")


def test_few_rows_acquit_a_rate_that_is_as_small_on_purpose():
    assert of_few_rows(lambda n: 0.02 / n).verdict == "healthy"


@pytest.mark.parametrize(("of_error", "expected"), [
    (lambda e: e / e.size, []),
    (lambda e: 2 * e, ["grad_reduction_sum"]),  # over rows and outputs
    (lambda e: e, ["grad_reduction_sum"]),  # and without the two
    (lambda e: 2 * e / e.size / len(e), ["grad_averaged_twice"]),
    (lambda e: e / e.size / len(e), ["grad_averaged_twice"]),
    (lambda e: 2 * e / len(FEW) / 2, []),  # right on all rows
], ids=["half", "entries", "no two", "twice", "twice, no two", "all rows"])  # fmt: skip
def test_a_factor_that_goes_with_the_rows_need_not_be_their_number(of_error, expected):
    two = np.c_[BENT, BENT**2]

    def loss(p, X, y):
        return float(np.mean((X @ p[0] - y) ** 2))

    def grad(p, X, y):
        return [X.T @ of_error(X @ p[0] - y)]

    case = Case(Patient({"params": [np.zeros((3, 2))], "X": FEW, "y": two, "loss": loss, "grad": grad,
                         "batch_size": 20}), 10.0)  # fmt: skip
    assert [f.id for f in gradient.experiment(case)] == expected
