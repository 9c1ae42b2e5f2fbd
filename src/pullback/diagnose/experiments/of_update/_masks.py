"""Part of the update experiment: the masks of dropout, read off recordings of the step.

A mask is an array of two values, zero and a scale, that is drawn anew at every call and multiplies what the
parameters make of the rows. What it leaves on average is its scale times the share it keeps, and that has to
be what the loss takes: all of it, or a share of its own where the loss scales the same value too. Of the rows
themselves a mask may be noise that is meant; where it is scaled what it leaves has to be as much, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose.experiments.of_gradient._sharing import draws_anew
from pullback.diagnose.loops._patient import Body
from pullback.diagnose.recording._record import Node, Recording, record, recording

DRAWS, FEW = 24, 400
"""Calls of the step whose masks are read, and the entries below which their mean says too little."""
OFF = 0.08
"""By how much the mean is off, relative to what the loss takes, before the scale is called wrong."""


@dataclass
class Mask:
    """The values that were masked, the share that was kept, and the factor on what was."""

    masked: np.ndarray
    kept: float
    scale: float


def misscaled(case: Case) -> list[Finding]:
    """The finding that dropout changes the size of what it is applied to."""
    if not draws_anew(case):
        return []
    body = case.patient.followed()
    drawn: list[list[Mask]] = []
    np.random.set_state(case.patient.random)
    try:
        while len(drawn) < DRAWS and (not drawn or drawn[0]):
            drawn.append(list(_masks(taped(case, body)[0], len(case.leaves))))
        judged = record(case.loss, case.generic, *case.batch())
    except Exception:  # what cannot be recorded is not looked into
        return []
    for same in zip(*drawn, strict=False):
        found = _judge(list(same), _taken(judged, same[0].masked))
        if found:
            return found
    return []


def _judge(masks: list[Mask], taken: float) -> list[Finding]:
    """One place's masks of every draw, against the factor with which the loss takes the same value."""
    kept, scale = float(np.mean([m.kept for m in masks])), masks[0].scale
    unlike = len({m.kept for m in masks}) > 1 and np.ptp([m.scale for m in masks]) < 1e-9 * scale
    if not unlike or len(masks) * masks[0].masked.size < FEW or abs(scale * kept / taken - 1) < OFF:
        return []
    return [Finding(
        "dropout_scale_wrong", "step", "dropout changes the size of what it is applied to",
        f"the masks keep {number(100 * kept)} % and scale it by {number(scale)}: on average "
        f"{number(scale * kept)} times the value is left, where the loss takes {number(taken)} times of it",
        "divide what is kept by the share that is kept, in training alone", 0.95, 81)]  # fmt: skip


def taped(case: Case, body: Body, start: Leaves | None = None, t: int = 0) -> tuple[Recording, Any]:
    """The recording of one step on batch `t`, from the generic point or another, and where it ends."""
    X, y = (np.array(part) for part in case.batch(t))
    n = len(case.leaves)
    with recording() as tape:
        leaves = [tape.leaf(x.copy(), k) for k, x in enumerate(start or case.generic)]
        params = body.step(body.tree(leaves), tape.leaf(X, n), tape.leaf(y, n + 1))
    return tape, params


def masked_by(tape: Recording, n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The values that are masked, each with all that it is multiplied by."""
    return [(masked.value, mask * _after(tape, node)) for node, masked, mask in _masking(tape, n)
            if _made(node, n)]  # fmt: skip


def _masks(tape: Recording, n: int) -> Iterator[Mask]:
    for node, masked, mask in _masking(tape, n):
        scale = float(mask.max()) * _after(tape, node)
        if _made(node, n) or abs(scale - 1) > OFF:
            yield Mask(masked.value, float((mask != 0).mean()), scale)


def _masking(tape: Recording, n: int) -> Iterator[tuple[Node, Node, np.ndarray]]:
    """The products with masks of rows, or of what parameters make of them, before any target is met."""
    for node in tape.nodes:
        masked, mask = _by_constant(node)
        if masked is None or node.name != "multiply" or not _forward(node, n):
            continue
        held, scale = mask != 0, float(mask.max(initial=0))
        if mask.shape == masked.value.shape and 0 < held.mean() < 1 and np.ptp(mask[held]) < 1e-9 * scale:
            yield node, masked, mask


def _by_constant(node: Node) -> tuple[Node | None, np.ndarray]:
    """The one operand that rests on something, and the other, where that rests on nothing."""
    given = [a for a in node.args if isinstance(a, Node) and a.deps]
    rest = [a.value if isinstance(a, Node) else a for a in node.args if not (isinstance(a, Node) and a.deps)]
    if len(given) != 1 or len(rest) != 1 or node.deps != given[0].deps:
        return None, np.zeros(0)
    return given[0], np.asarray(rest[0], float)


def _forward(node: Node, n: int) -> bool:
    """Whether a value rests on rows, and on no target."""
    return bool(node.deps >> n & 1) and not node.deps >> n + 1 & 1


def _made(node: Node, n: int) -> bool:
    """Whether parameters had a part in a value."""
    return bool(node.deps & ((1 << n) - 1))


def _after(tape: Recording, node: Node) -> float:
    """The plain numbers that a value is multiplied by, or divided by, right away."""
    scale = 1.0
    for after in tape.nodes:
        if after.name in ("multiply", "divide") and node in after.parents:
            held, number = _by_constant(after)
            if held is node and number.size == 1 and number > 0:
                node, scale = after, float(scale * number if after.name == "multiply" else scale / number)
    return scale


def _taken(judged: Recording, masked: np.ndarray) -> float:
    """The factor with which the loss takes the value that the step masks."""
    every = {id(n): n for node in judged.nodes for n in (*node.parents, node)}.values()
    same = [n for n in every if n.value.shape == masked.shape and np.allclose(n.value, masked, rtol=1e-9)]
    return next((f for f in (_after(judged, node) for node in same) if f != 1.0), 1.0)
