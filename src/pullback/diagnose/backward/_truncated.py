"""Wrong backward passes of a recurrence whose steps hand nothing at all to the step before.

What a step leaves for the next may go several ways, as the state and the cell of an LSTM do. Forgotten is the
line that keeps what came down for the step before; then all of these ways end at the step itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from pullback.diagnose.backward._tapes import Product, Tape, Wrong
from pullback.diagnose.recording._record import Node, above, pull_back

MOST = 64
"""So many steps may a recurrence have."""
GATHERING = ("concatenate", "stack", "array", "hstack", "vstack", "column_stack", "setitem")


def truncated(tape: Tape) -> Iterator[Wrong]:
    """The gradient where nothing comes down from the step after; a state of one way is cut by its weight."""
    looped = [p for p in tape.products if len(p.nodes) > 1 and any(a.deps >> p.leaf & 1 for a in p.inputs)]
    counts = {len(p.nodes) for p in looped}
    if len(looped) < 2 or len(counts) > 1 or max(counts) > MOST:
        return
    words = "a recurrence hands nothing to the step before, on any way: each step stands alone"
    instead = {k: way for t in range(1, counts.pop()) for k, way in _cut(tape, looped, t).items()}
    yield Wrong("grad_drops_upstream", words, tape.rec.gradient(len(tape.leaves), instead=instead))


def _cut(tape: Tape, looped: list[Product], t: int) -> dict[int, Any]:
    """The ways back from a step's nodes without those to what went into it, made by the steps before.

    What is made of an earlier state alone is no part of the step, nor is what all states are gathered in;
    what outputs are gathered in, or added up, went into no step.
    """
    places = {id(n): i for i, n in enumerate(tape.rec.nodes)}
    begin = min(places[id(p.nodes[t - 1])] for p in looped), min(places[id(p.nodes[t])] for p in looped)
    went_in = {k for p in looped for k in (id(p.inputs[t]), *above(p.inputs[t]))}
    own = {id(p.nodes[t]) for p in looped}
    instead: dict[int, Any] = {}
    for node in tape.rec.nodes[begin[1] :]:
        inside = id(node) in own or any(places.get(id(p), -1) >= begin[1] for p in node.parents)
        earlier = [p for p in node.parents if begin[0] <= places.get(id(p), -1) < begin[1]]
        before = [p for p in earlier if id(p) in went_in]
        if inside and before and node.name not in GATHERING:
            instead[id(node)] = partial(_but, node, before)
    return instead


def _but(node: Node, cut: list[Node], u: Any) -> list[tuple[Node, Any]]:
    return [(p, g) for p, g in pull_back(node, u) if all(p is not c for c in cut)]
