"""Wrong backward passes of activations with a parameter of their own, such as a learned slope below zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.recording._record import Node, pull_back

_STRAIGHT = {"add", "subtract", "multiply", "negative"}
_BENT = {"where", "maximum", "minimum", "fmax", "fmin", "clip", "absolute", "divide", "true_divide", "exp",
         "expm1", "log", "log1p", "logaddexp", "tanh", "power", "square", "sqrt", "sin", "cos",
         "greater", "less", "greater_equal", "less_equal"}  # fmt: skip
"""What works entry by entry: on the way from a layer's sum to its value nothing else may lie."""


@dataclass
class _Learned:
    """An activation: the layer's sum, its value, and all that lies between, the value too."""

    z: Node
    a: Node
    between: list[Node]

    def ways(self, slope: Callable[[Any], Any]) -> dict[int, Any]:
        """Ways back that hand another slope to the sum; the activation's own parameters keep theirs."""
        found: dict[int, Any] = {id(n): partial(self._past, n) for n in self.between}
        found[id(self.a)] = lambda u: [*self._past(self.a, u), (self.z, u * slope(self.z.value))]
        return found

    def _past(self, node: Node, u: Any) -> list[tuple[Node, Any]]:
        return [(p, g) for p, g in pull_back(node, u) if p is not self.z]


_SLOPES: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("grad_missing_activation_derivative", "the derivative of {} left out", lambda z: 1.0),
    ("grad_activation_derivative_wrong", "the ReLU's mask in place of the derivative of {}", lambda z: z > 0),
]


def learned(tape: Tape) -> Iterator[Wrong]:
    """Their derivative left out, or a mask in its place: of one activation, then of all."""
    found = _found(tape)
    for group in [*([one] for one in found), *([found] if len(found) > 1 else [])]:
        for fault, words, slope in _SLOPES:
            instead: dict[int, Any] = {}
            for one in group:
                instead |= one.ways(slope)
            yield Wrong(fault, words.format("an activation with a parameter of its own"),
                        tape.rec.gradient(len(tape.leaves), instead=instead))  # fmt: skip


def _found(tape: Tape) -> list[_Learned]:
    sums = {id(z): z for p in tape.products for z in map(tape.sum_of, p.nodes)}
    ends = {id(a): a for p in tape.carrying() for a in p.inputs}
    read = (_read(tape, a, sums) for a in ends.values())
    return [one for one in read if one is not None]


def _read(tape: Tape, a: Node, sums: dict[int, Node]) -> _Learned | None:
    """What leads entry by entry, with a bend, from one layer's sum to a value that rests on more leaves."""
    between: dict[int, Node] = {}
    begun: dict[int, Node] = {}
    todo = [a]
    while todo:
        node = todo.pop()
        if id(node) in sums:
            begun[id(node)] = node
        elif node.deps & tape.rows and id(node) not in between:
            if node.name not in _STRAIGHT | _BENT:
                return None
            between[id(node)] = node
            todo += node.parents
    bends = any(n.name in _BENT for n in between.values())
    if len(begun) != 1 or not bends:
        return None
    (z,) = begun.values()
    own = a.deps & ~z.deps & (tape.rows - 1)
    return _Learned(z, a, list(between.values())) if own and z.value.shape == a.value.shape else None
