"""Wrong backward passes in which the minus of a difference, or of a negation, was forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.recording._record import Node, pull_back

_MOST = 12


def minuses(tape: Tape) -> Iterator[Wrong]:
    """All differences of one kind at once: a loop over rows makes many of what is one line."""
    kinds: dict[Any, list[Node]] = {}
    own = tape.rows - 1
    for node in tape.rec.nodes:
        taken = node.args[-1] if node.name in ("subtract", "negative") else None
        if isinstance(taken, Node) and taken.deps & own:
            key = (node.name, node.value.shape, *(p.deps for p in node.parents))
            kinds.setdefault(key, []).append(node)
    for nodes in list(kinds.values())[:_MOST]:
        instead = {id(n): partial(_without_minus, n) for n in nodes}
        yield Wrong("grad_sign_flipped", "the minus of a difference is lost on the way back",
                    tape.rec.gradient(len(tape.leaves), instead=instead))  # fmt: skip


def _without_minus(node: Node, u: Any) -> list[tuple[Node, Any]]:
    both = list(pull_back(node, u))
    return [*both[:-1], (both[-1][0], -both[-1][1])]
