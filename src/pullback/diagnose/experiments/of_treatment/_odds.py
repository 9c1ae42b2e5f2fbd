"""Part of the treatment experiment: a bias for a logistic regression that is written in a way of its own.

With a number for each column, say, no layer can be read off and no column be added. But how much a row's loss
changes with its target is the logarithm of its odds: that it is a line through the origin shows in values.
"""

from __future__ import annotations

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments._biases import lacks_bias, much_less
from pullback.diagnose.experiments._fitted import settled
from pullback.diagnose.experiments._linear import through_origin
from pullback.diagnose.experiments.of_treatment._comparing import Compared
from pullback.diagnose.network._anatomy import Net
from pullback.diagnose.network._functions import labels
from pullback.diagnose.network._layer import Layer

ROWS = 4
"""So many rows for each column tell a line from one that knows them by heart."""


def unshifted_odds(runs: Compared) -> Finding | None:
    """Of a logistic regression without a bias, one with a bias that leaves far less, unpenalised."""
    case = runs.case
    if not _logistic(case) or not through_origin(case):
        return None
    X, y = np.asarray(case.X, float), (np.ravel(case.y) == np.max(case.y)) * 1.0
    start = np.zeros((X.shape[1], 1))
    own, biased = (
        settled(Net([Layer(0, b, "io")], "sigmoid", "binary cross-entropy", 1.0), [[start, *bias]], X, y,
                0.05 * case.budget) * case.per_row
        for b, bias in ((None, []), (1, [np.zeros(1)]))
    )  # fmt: skip
    if not much_less(biased, min(own, runs.goal), case.worth(runs.base)):
        return None
    runs.goal = min(runs.goal, biased)
    return lacks_bias(f"a constant reaches {number(runs.base)}, this loop {number(runs.user.final)}", biased)


def _logistic(case: Case) -> bool:
    """Whether zeros for all parameters leave even odds of two classes, in many rows of a flat table."""
    y = np.asarray(case.y)
    if case.X.ndim != 2 or case.X.dtype.kind != "f" or y.size != case.n or labels(y) != 2:
        return False
    even = case.judge([0 * x for x in case.leaves])
    return case.n >= ROWS * case.X.shape[1] and bool(np.isclose(even, np.log(2) * case.per_row, rtol=1e-6))
