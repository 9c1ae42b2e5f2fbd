"""Weights that hold their layer's bias too, as a column beside them or by a one among the inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Product, Tape
from pullback.diagnose.recording._record import Node, pull_back


def is_folded(tape: Tape, product: Product) -> bool:
    """Whether what multiplies the inputs is a part of the leaf."""
    size = np.size(tape.leaves[product.leaf])
    return all(w.value.size < size for w in product.weights)


def to_leaf(tape: Tape, product: Product, inputs: list[Any], deltas: list[Any]) -> np.ndarray | None:
    """The whole leaf's gradient where these are its layer's inputs and error signals."""
    total = np.zeros(np.shape(tape.leaves[product.leaf]))
    for node, source, x, u in zip(product.nodes, product.inputs, inputs, deltas, strict=True):
        if np.shape(x) != source.value.shape or np.shape(u) != node.value.shape:
            return None
        total = total + _pulled(tape, product.leaf, node, _with_input(node, source, x), u)
    return total


def _with_input(node: Node, source: Node, x: Any) -> Node:
    stand_in = Node(source.op, source.args, source.kwargs, np.asarray(x), source.deps)
    return Node(node.op, tuple(stand_in if a is source else a for a in node.args), node.kwargs,
                node.value, node.deps)  # fmt: skip


def _pulled(tape: Tape, leaf: int, node: Node, spoiled: Node, u: Any) -> np.ndarray:
    """What arrives at a leaf from its layer's sum, by its own slices alone."""
    end, total = tape.rec.leaves[leaf], np.zeros(np.shape(tape.leaves[leaf]))
    todo: list[tuple[Node, Any]] = [(tape.sum_of(node), u)]
    while todo:
        at, arriving = todo.pop()
        if at is end:
            total = total + arriving
            continue
        for parent, g in pull_back(spoiled if at is node else at, arriving):
            if parent is node or parent.deps == 1 << leaf:
                todo.append((parent, g))
    return total


def bias_part(tape: Tape, leaf: int) -> np.ndarray | None:
    """Where in a weight its layer's bias stands: a mask of its shape, or None where it holds none."""
    product = next((p for p in tape.products if p.leaf == leaf), None)
    if product is None:
        return None
    weight, source, node = product.weights[0], product.inputs[0].value, product.nodes[0]
    mask = np.zeros(np.shape(tape.leaves[leaf]), bool)
    if weight.name == "getitem" and is_folded(tape, product):
        mask[...] = True
        mask[weight.args[1].index] = False
        return mask
    if weight is not tape.rec.leaves[leaf] or source.ndim != 2 or mask.ndim != 2:
        return None
    first = node.args[0] is product.inputs[0]
    ones = (source == 1).all(axis=0 if first else 1)
    if len(source) < 2 or len(ones) != mask.shape[0 if first else 1] or ones.sum() != 1:
        return None
    mask[ones if first else np.s_[:, ones]] = True
    return mask


def with_ones(others: list[Any], inputs: list[Any]) -> list[Any]:
    """Other values with the ones beside them that a layer's own inputs have, where only these are missing."""
    if len(others) != len(inputs):
        return others
    return [_beside_ones(np.asarray(a), np.asarray(b)) for a, b in zip(others, inputs, strict=True)]


def _beside_ones(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.ndim != 2 or b.ndim != 2 or a.shape == b.shape:
        return a
    for axis in (0, 1):
        wider = a.shape[1 - axis] == b.shape[1 - axis] and a.shape[axis] + 1 == b.shape[axis] > 2
        for at in (0, a.shape[axis]) if wider else ():
            one = np.take(b, [at], axis)
            if (one == 1).all():
                return np.insert(a.astype(float), [at], one, axis)
    return a
