"""Part of the objective experiment: a cross-entropy whose predictions and labels have changed places.

In `-p log(y + e)` the logarithm is a plain number for each label, so that the loss is a straight line of the
prediction: a multiple of its distance from the label, by whatever keeps the logarithm from infinity.
"""

from __future__ import annotations

from pullback.diagnose._case import Case
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.network._functions import labels
from pullback.diagnose.recording._record import Recording, record

_LOGS = ("log", "log2", "log10", "log1p", "logaddexp")
_LINES = ("absolute", "cross-entropy of y under p exchanged")


def exchanged(case: Case) -> list[Finding]:
    """The finding that the logarithm is taken of the labels."""
    head = case.head
    if head is None or head.objective not in _LINES or not labels(case.y) or case.y.min() != 0:
        return []
    try:
        tape = record(case.loss, case.generic, *case.batch())
    except Exception:  # a loss that cannot be recorded is not looked into
        return []
    if not _of_targets_alone(tape, len(case.leaves)):
        return []
    return [Finding(
        "loss_formula_wrong", "loss",
        "predictions and labels have changed places: the logarithm is taken of the labels",
        f"no logarithm of a prediction is taken; a row's loss is {number(head.factor)} times the distance of "
        "the prediction from its label",
        "weigh the logarithms of the prediction by the label", 1.0, 90)]  # fmt: skip


def _of_targets_alone(tape: Recording, leaves: int) -> bool:
    """Whether logarithms are taken of targets, and none of anything that the parameters have a part in."""
    logs = [node.deps for node in tape.every if node.name in _LOGS]
    made, told = (1 << leaves) - 1, 1 << leaves + 1
    return any(deps & told for deps in logs) and not any(deps & made for deps in logs)
