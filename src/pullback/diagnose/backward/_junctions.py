"""Wrong backward passes of a layer's values that are used more than once, as before a skip or two heads.

What comes back along all of their uses is to be added up before it goes further down. Who walks down along
the first use at once, and again with the sum once the other has come, counts the first one twice; who writes
one over the other, or forgets one, leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.recording._record import Node, pull_back

MOST = 6
"""Of more values with several uses none is asked: the states of a recurrence, rows one by one, mostly."""


def junctions(tape: Tape) -> Iterator[Wrong]:
    """Gradients with one use of one such value counted twice, and left out."""
    found = list(_used_again(tape))
    for value, users in found if len(found) <= MOST else ():
        for user in users:
            without = tape.rec.gradient(len(tape.leaves), instead={id(user): partial(_past, user, value)})
            again = [2 * g - w for g, w in zip(tape.true, without, strict=True)]
            words = f"what comes back along one of {len(users)} uses of a layer's values"
            yield Wrong("grad_constant_factor", f"{words} goes down twice", again)
            yield Wrong("grad_drops_upstream", f"{words} is left out", without)


def _used_again(tape: Tape) -> Iterator[tuple[Node, list[Node]]]:
    """Values of hidden layers, each with the operations that use it, where these are two or three."""
    layers = {id(a) for product in tape.products for a in product.inputs} | {id(s.a) for s in tape.segments}
    for value in tape.rec.nodes:
        if id(value) in layers and value.parents and value.deps & (tape.rows - 1):
            users = [n for n in tape.rec.nodes if any(p is value for p in n.parents)]
            if len(users) in (2, 3):
                yield value, users


def _past(node: Node, value: Node, u: Any) -> list[tuple[Node, Any]]:
    return [(p, g) for p, g in pull_back(node, u) if p is not value]
