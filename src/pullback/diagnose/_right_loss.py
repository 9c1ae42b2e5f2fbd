"""The loss in its right form, where the one that is written is wrong and the network in it is known.

Cross-entropy of a softmax or a sigmoid for classes, the logistic loss for labels of -1 and 1, squared error
for numbers: with that in its place a loop can be asked what else is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose.network import _functions as fn

WRONG = {
    "softmax_wrong_axis", "softmax_single_output", "double_softmax", "missing_softmax",
    "output_range_clipped", "loss_wrong_for_task", "loss_formula_wrong", "loss_broadcast", "loss_unstable",
}  # fmt: skip
"""The faults of the output and the loss that a right loss mends."""
STATED = 0.8
"""The confidence from which on the loss that is written is not to be trusted."""

Loss = Callable[[Any, Any, Any], Any]


def right_loss(case: Case) -> tuple[Loss, bool] | None:
    """The mean loss of rows (or their sum, where that is what is written) by the right network.

    And whether the rate that was chosen for the loss as written was chosen for this one.
    """
    net = case.net
    if net is None or not net.whole or net.by_number:
        return None
    form = _form(case.y, case.leaves_out)
    if form is None:
        return None
    same = net.objective == form[1] and net.factor > 0
    right = replace(net, output=form[0], objective=form[1], factor=net.factor if same else 1.0, shift=0.0)
    summed = case.per_row > 1 and np.isfinite(case.per_row)

    def loss(leaves: Any, X: Any, y: Any) -> Any:
        rows = right.row_losses(leaves, X, y)
        return rows.sum() if summed else rows.mean()

    return loss, same or net.objective in fn.WRONG


def _form(y: Any, width: int) -> tuple[str, str] | None:
    """The output's function and the objective that fit the targets; None where their columns are not its."""
    t = fn.targets(y, np.zeros((len(y), width)))
    if t.shape[1] != width:
        return None
    values = set(np.unique(t).tolist())
    if values == {0.0, 1.0}:
        one_of_many = width > 1 and bool((t.sum(1) == 1).all())
        return ("softmax", "cross-entropy") if one_of_many else ("sigmoid", "binary cross-entropy")
    if values == {-1.0, 1.0}:
        return "identity", "logistic"
    return None if fn.labels(y) else ("identity", "squared")
