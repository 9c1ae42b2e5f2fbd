"""Parameters that hold several layers, such as one long vector or a stack of matrices, taken apart.

Where a loss only ever takes certain slices of a parameter, which together are all of it, each slice is a
parameter of its own: the recording is rewritten so, and gradients are compared slice by slice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.recording._record import Node, Recording, record

Leaves = list[np.ndarray]
MOST = 40
"""Of a parameter in more slices, such as one of single numbers, none is made a parameter."""


@dataclass
class Pieces:
    """By slice the parameter it is of and the places in it, in the order of the parameters."""

    of: list[int]
    places: list[np.ndarray]
    shapes: list[tuple[int, ...]]

    def split(self, leaves: Leaves) -> Leaves:
        return [np.ravel(leaves[k])[at] for k, at in zip(self.of, self.places, strict=True)]

    def join(self, pieces: Any) -> list[Any]:
        """The parameters that these slices are of; of recorded slices recorded ones."""
        out = []
        for k, shape in enumerate(self.shapes):
            own = [i for i, j in enumerate(self.of) if j == k]
            order = np.argsort(np.concatenate([self.places[i].ravel() for i in own]))
            flat = np.concatenate([np.ravel(pieces[i]) for i in own])
            out.append(np.reshape(flat[order], shape))
        return out

    def joined(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda pieces, X, y: function(self.join(pieces), X, y)

    def part(self, i: int, pieces: Leaves) -> str:
        """What a slice is called beside its parameter."""
        return f", in its part of shape {pieces[i].shape}"


def taken_apart(loss: Callable[..., Any], leaves: Leaves, X: Any, y: Any) -> tuple[Pieces, Tape] | None:
    """The slices that a loss takes of its parameters, and its recording with each as a parameter."""
    rec = record(loss, leaves, X, y)
    ends: list[list[tuple[np.ndarray, list[Node]]]] = []
    for leaf in rec.leaves[: len(leaves)]:
        ends.append(_slices(rec, leaf) or [(_numbered(leaf.value), [])])
    if all(len(found) == 1 for found in ends):
        return None
    pieces = Pieces([k for k, found in enumerate(ends) for _ in found],
                    [at for found in ends for at, _ in found], [np.shape(x) for x in leaves])  # fmt: skip
    _rewrite(rec, pieces, [nodes for found in ends for _, nodes in found])
    return pieces, Tape(pieces.joined(loss), pieces.split(leaves), X, y, rec)


def _numbered(value: Any) -> np.ndarray:
    return np.arange(np.size(value)).reshape(np.shape(value))


def _slices(rec: Recording, leaf: Node) -> list[tuple[np.ndarray, list[Node]]] | None:
    """The places of each slice and the nodes that hold it; None unless they are the whole leaf, once each."""
    found: dict[bytes, tuple[np.ndarray, list[Node]]] = {}
    for node in (n for n in rec.nodes if any(p is leaf for p in n.parents)):
        at = _places(node, leaf, _numbered(leaf.value))
        if at is None:
            return None
        at, end = _reshaped(rec, node, at)
        found.setdefault(repr((at.shape, at.ravel().tolist())).encode(), (at, []))[1].append(end)
    out = sorted(found.values(), key=lambda one: int(one[0].min(initial=0)))
    every = np.concatenate([at.ravel() for at, _ in out]) if out else np.zeros(0, int)
    whole = 1 < len(out) <= MOST and np.array_equal(np.sort(every), np.arange(leaf.value.size))
    return out if whole else None


def _places(node: Node, parent: Node, at: np.ndarray) -> np.ndarray | None:
    """Where in its leaf what a call takes stands, if all it does is to take or to reshape."""
    if len(node.parents) != 1 or node.name not in ("getitem", "split", "array_split", "reshape", "ravel"):
        return None
    if node.op == "getitem":
        return np.asarray(at[node.args[1].index])
    return np.asarray(node.op(*[at if a is parent else a for a in node.args], **node.kwargs))


def _reshaped(rec: Recording, node: Node, at: np.ndarray) -> tuple[np.ndarray, Node]:
    """The last node that is only another shape, or a slice, of this one, and its places."""
    while True:
        users = [n for n in rec.nodes if any(p is node for p in n.parents)]
        further = _places(users[0], node, at) if len(users) == 1 else None
        if further is None or further.size != at.size:
            return at, node
        at, node = further, users[0]


def _rewrite(rec: Recording, pieces: Pieces, ends: list[list[Node]]) -> None:
    """Make leaves of the slices, and let every node rest on those."""
    old, count = rec.leaves, len(pieces.of)
    before = len(pieces.shapes)
    new: list[Node] = []
    for i, (k, at, nodes) in enumerate(zip(pieces.of, pieces.places, ends, strict=True)):
        leaf = Node("leaf", (), {}, np.ravel(old[k].value)[at], 1 << i) if nodes else old[k]
        leaf.deps = 1 << i
        for node in nodes:
            node.op, node.args, node.kwargs, node.parents = "copy", (leaf,), {}, [leaf]
        new.append(leaf)
    for j, leaf in enumerate(old[before:]):
        leaf.deps = 1 << (count + j)
    rec.leaves = [*new, *old[before:]]
    taken = {id(node) for nodes in ends for node in nodes}
    for node in rec.nodes:
        hidden = 0 if id(node) in taken else sum(getattr(a, "deps", 0) >> before << count
                                                 for a in node.args if not isinstance(a, Node)
                                                 if hasattr(a, "index"))  # fmt: skip
        node.deps = hidden
        for parent in node.parents:
            node.deps |= parent.deps
    rec.nodes = [n for n in rec.nodes if n.deps & ((1 << count + 2) - 1)]
