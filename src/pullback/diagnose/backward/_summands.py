"""Wrong backward passes of losses that are a sum: one of its parts is left out, or has the wrong sign.

So it is with what units are to be by their mean activation, or with a penalty on the vectors that a row looks
up. Penalties that no row has a part in are told by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.recording._record import Node, pull_back

_LINEAR = ("mean", "sum", "multiply", "divide", "negative", "add", "subtract")
_MOST = 8


def summands(tape: Tape) -> Iterator[Wrong]:
    """The gradient with one part of the loss left out, and with its sign the other way round."""
    found = list(_of(tape, tape.rec.out)) if tape.rec.out is not None else []
    for whole, part in found[:_MOST] if len(found) > 1 else ():
        for factor, fault, words in (
            (0.0, "grad_constant_factor", "one part of the loss is left out of the gradient"),
            (-1.0, "grad_sign_flipped", "one part of the loss has the wrong sign in the gradient"),
        ):
            way = {id(whole): partial(_scaled, whole, part, factor)}
            yield Wrong(fault, words, tape.rec.gradient(len(tape.leaves), instead=way))


def _of(tape: Tape, node: Node) -> Iterator[tuple[Node, Node]]:
    """The sums that a loss is, each with a part of it that rows and parameters have a share in."""
    own = [p for p in node.parents if p.deps & (tape.rows - 1)]
    parts = [p for p in own if p.deps & tape.rows]
    if node.name not in _LINEAR or not (len(own) == 1 or node.name in ("add", "subtract")):
        return
    for p in parts:
        if len(own) > 1:
            yield node, p
        yield from _of(tape, p)


def _scaled(whole: Node, part: Node, factor: float, u: Any) -> list[tuple[Node, Any]]:
    return [(p, factor * g if p is part else g) for p, g in pull_back(whole, u)]
