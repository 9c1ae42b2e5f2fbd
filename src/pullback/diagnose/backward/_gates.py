"""Activations that stand between a cell's sums and its state: the gates of an LSTM or a GRU, kind by kind.

From the input of the next product back, the first activation met is the one of the state; what multiplies
and adds up inside it lies behind, and is found from the products upwards.
"""

from __future__ import annotations

from typing import Any

from pullback.diagnose.backward._tapes import PRODUCTS, Segment, Tape
from pullback.diagnose.recording._record import Node

LEAST, MOST = 2, 64
"""The fewest and the most steps of a recurrence."""
_PARTS = ("getitem", "reshape")
_BELOW = 8
"""So many nodes lie between an activation and the products of its sum at most."""


def gates(tape: Tape) -> list[list[Segment]]:
    """The activations of each gate at all steps; none in a recurrence of one kind alone."""
    looped = [p for p in tape.products if LEAST <= len(p.nodes) <= MOST]
    if not any(a.deps >> p.leaf & 1 for p in looped for a in p.inputs):
        return []
    groups: dict[Any, list[Segment]] = {}
    for segment in _taken_of_sums(tape):
        groups.setdefault((segment.name, _kind(tape, segment.z)), []).append(segment)
    found = [g for g in groups.values() if len(g) >= LEAST]
    return found if len(found) > 1 else []


def _taken_of_sums(tape: Tape) -> list[Segment]:
    """Every activation of a layer's sum, or of a part of it, the nearest to the sum."""
    found: dict[int, Segment] = {}
    for a in tape.rec.nodes:
        if a.deps & tape.rows << 1 or not a.deps & (tape.rows - 1) or not a.parents:
            continue
        segment = tape.segment(a)
        if segment is not None and id(segment.z) not in found and _kind(tape, segment.z):
            found[id(segment.z)] = segment
    return list(found.values())


def _kind(tape: Tape, z: Node) -> tuple[Any, ...]:
    """The weights whose products a sum is made of, and the part of them; empty where it is no such sum."""
    own = {id(n): p.leaf for p in tape.products for n in p.nodes}
    todo, leaves, part = [z], set[int](), ""
    for _ in range(_BELOW):
        if not todo:
            break
        node = todo.pop()
        if id(node) in own:
            leaves.add(own[id(node)])
        elif node.name == "add":
            todo += [p for p in node.parents if p.deps & tape.rows or id(p) in own]
        elif node.name in _PARTS:
            part += str([getattr(a, "index", a) for a in node.args[1:]])
            todo += node.parents
        elif node.name in PRODUCTS or node.deps & tape.rows:
            return ()
    return () if todo or not leaves else (*sorted(leaves), part)
