"""Part of the update experiment: dropout whose mask is forgotten on the way back.

What a step draws cannot be drawn again, but its recording holds the masks. The loss is recorded once more
with these put in where the same values come, and has the true gradient of that very draw. Where what lies
above the masks goes by it, and what lies below by the gradient that masks of ones (or of their scale) hand
down, the units that were dropped are taught as if they had had a part.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_gradient._match import compare
from pullback.diagnose.experiments.of_gradient._sharing import draws_anew
from pullback.diagnose.experiments.of_update._masks import masked_by, taped
from pullback.diagnose.loops._leaves import flatten
from pullback.diagnose.recording._record import Node, Recording, record
from pullback.diagnose.updates._moves import norm

TIGHT = 1e-6


class _Masking(Recording):
    """A recording in which values that are known are multiplied by masks as they come."""

    def __init__(self, masks: list[tuple[np.ndarray, np.ndarray]]) -> None:
        super().__init__()
        self.masks, self.put = list(masks), []  # type: tuple[list[tuple[np.ndarray, np.ndarray]], list[Node]]

    def add(self, op: Any, args: Any, kwargs: Any, value: Any) -> Any:
        out = super().add(op, args, kwargs, value)
        for k, (known, mask) in enumerate(self.masks):
            if np.shape(value) == known.shape and np.allclose(value, known, rtol=1e-9):
                del self.masks[k]
                out = super().add(np.multiply, (out, mask), {}, value * mask)
                self.put.append(self.nodes[-1])
                break
        return out


def unmasked(case: Case) -> list[Finding]:
    """The finding that the error signal passes the masks as if nothing had been dropped."""
    if not draws_anew(case):
        return []
    np.random.set_state(case.patient.random)
    try:
        step, params = taped(case, case.patient.followed())
        tape = _Masking(masked_by(step, len(case.leaves)))
        record(case.loss, case.generic, *case.batch(), tape=tape)
        moved = [x - np.array(a, float).reshape(x.shape)
                 for x, a in zip(case.generic, flatten(params), strict=True)]  # fmt: skip
    except Exception:  # what cannot be recorded is not looked into
        return []
    return _judge(moved, tape, len(case.leaves)) if tape.put and not tape.masks else []


def _judge(moved: Leaves, tape: _Masking, count: int) -> list[Finding]:
    match = compare(moved, tape.gradient(count))
    right = [k for k in match.telling() if match.gaps[k] < TIGHT and match.factors[k] > 0]
    wrong = [k for k in range(count) if match.gaps[k] > 1e-3]
    if not right or not wrong:
        return []
    rate = match.factors[right[0]]
    for plain in (True, False):
        other = tape.gradient(count, instead={id(node): _passing(node, plain) for node in tape.put})
        if all(norm([u - rate * g]) < TIGHT * norm([u]) for u, g in zip(moved, other, strict=True)):
            return [_finding(wrong, plain, 100 * match.gaps[wrong[0]])]
    return []


def _passing(node: Node, plain: bool) -> Any:
    """The way back through a mask where it is left out, or only its scale is put in."""
    scale = 1.0 if plain else float(np.max(node.args[1]))
    return lambda u: [(node.parents[0], scale * u)]


def _finding(wrong: list[int], plain: bool, off: float) -> Finding:
    put = "passes dropout's masks as if they were not there" if plain else "is scaled, and none of it dropped"
    return Finding(
        "grad_missing_activation_derivative", wrong[0], f"on the way back the error signal {put}",
        f"of one draw of the masks this gives the step's own gradient to rounding; {number(off)} % of it is "
        f"something else than the true one at parameters {', '.join(map(str, wrong))}",
        "multiply the error signal by the mask that the forward pass used", 1.0, 81)  # fmt: skip
