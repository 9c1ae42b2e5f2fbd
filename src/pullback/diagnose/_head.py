"""What a loss makes of a model's predictions, whatever the model: output, objective, and their number.

Where the layers cannot be read off (a recurrence, a convolution, features made on the way), the predictions
still can be: among the last values that rest on the parameters and on no target is one from which a known
objective gives every row's loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.diagnose import _functions as fn
from pullback.diagnose._record import Node, Recording, record

LAST = 14
_SQUASHED = {"binary cross-entropy": "sigmoid", "cross-entropy": "softmax"}


@dataclass
class Head:
    """The output's function, the objective, its factor, a constant beside it, and the number of outputs."""

    output: str
    objective: str
    factor: float
    shift: float
    width: int
    own: bool = False
    """Whether the output's function is of the user's own making: `output` is then what is usual there."""
    place: int = -1
    """Which of the recorded values of a single row the predictions are, where the network is not known."""


def head(loss: Any, leaves: list[np.ndarray], X: Any, y: Any, rows: int = 24) -> Head | None:
    """The head of a loss, or None where it is none that is known."""
    picked = np.unique(np.linspace(0, len(X) - 1, min(rows, len(X))).astype(int))
    tapes = [record(loss, leaves, X[i : i + 1], y[i : i + 1]) for i in picked]
    names = [n.name for n in tapes[0].nodes]
    if any([n.name for n in tape.nodes] != names for tape in tapes):
        return None
    values = np.array([float(np.asarray(t.result).reshape(-1)[0]) for t in tapes])
    found = None
    for k in _candidates(tapes, len(leaves))[:LAST]:
        Z = np.array([t.nodes[k].value.ravel() for t in tapes], float)
        output, objective, factor, shift = fn.recognise(Z, y[picked], values)
        if objective == "unknown" or objective in fn.WRONG or factor <= 0:
            continue
        if output.startswith("softmax") and Z.shape[1] == 1:
            continue
        if output != "identity":
            return Head(output, objective, factor, shift, Z.shape[1], place=k)
        usual = _SQUASHED.get(objective, output)
        found = found or Head(usual, objective, factor, shift, Z.shape[1], usual != output, k)
    return found


def _candidates(tapes: list[Recording], leaves: int) -> list[int]:
    """The places of values that rest on parameters and on no target, the last first."""
    return [k for k in range(len(tapes[0].nodes) - 1, -1, -1)
            if all(_predicts(t.nodes[k], leaves) for t in (tapes[0], tapes[-1]))
            and len({t.nodes[k].value.size for t in tapes}) == 1]  # fmt: skip


def _predicts(node: Node, leaves: int) -> bool:
    told = bool(node.deps & ((1 << leaves) - 1)) and not node.deps & (1 << leaves + 1)
    return told and 0 < node.value.size <= 128 and node.value.dtype.kind == "f"
