"""Part of the update experiment: the gradient under dropout's masks, and masks forgotten on the way back.

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
from pullback.diagnose.loops._patient import Body
from pullback.diagnose.recording._record import Node, Recording, record
from pullback.diagnose.updates._moves import Moves, norm

TIGHT, STEPS = 1e-6, 6


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
    masked = _masked_step(case, case.patient.followed(), case.generic, 0)
    if masked is None:
        return []
    tape, after = masked
    moved = [x - a for x, a in zip(case.generic, after, strict=True)]
    return _judge(moved, tape, len(case.leaves))


def masked_moves(case: Case) -> tuple[Moves, list[Leaves]] | None:
    """Six steps from the generic point, and the gradients of the loss under the very masks that they drew.

    By these a rule that remembers is told behind dropout as well. None where not all of it is known.
    """
    if case.own_rows is not None or not draws_anew(case):
        return None
    np.random.set_state(case.patient.random)
    body, moves, grads, leaves = case.patient.followed(), Moves(), list[Leaves](), case.generic
    for t in range(STEPS):
        masked = _masked_step(case, body, leaves, t)
        if masked is None or not all(np.isfinite(x).all() for x in masked[1]):
            return None
        grads.append(masked[0].gradient(len(leaves)))
        moves.before.append(leaves)
        moves.rows.append(case.patient.batch(t))
        leaves = masked[1]
        moves.after.append(leaves)
    return moves, grads


def _masked_step(case: Case, body: Body, leaves: Leaves, t: int) -> tuple[_Masking, Leaves] | None:
    """The loss of one step with its masks put in, and where that ends; None where masks are left over."""
    n = len(leaves)
    try:
        step, params = taped(case, body, leaves, t)
        tape = _Masking(masked_by(step, n))
        record(case.loss, leaves, *case.batch(t), tape=tape)
        after = [np.array(a, float).reshape(x.shape) for x, a in zip(leaves, flatten(params), strict=True)]
    except Exception:  # what cannot be recorded is not looked into
        return None
    return (tape, after) if tape.put and not tape.masks else None


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
