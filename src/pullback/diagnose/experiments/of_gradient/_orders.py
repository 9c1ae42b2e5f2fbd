"""Parts of the gradient experiment: gradients taken while some weights are new already."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._case import Leaves
from pullback.diagnose.backward._folded import is_folded
from pullback.diagnose.backward._tapes import PRODUCTS, Product, Tape, Wrong, through, ways
from pullback.diagnose.recording._record import Node, pull_back, record


def orders(tape: Tape, after: Leaves) -> Any:
    words = "a weight is changed before it has carried the error signal back"
    whole = [
        p for p in tape.carrying() if not is_folded(tape, p)
    ]  # a slice has no new values of its own here
    for product in whole:
        yield Wrong("update_order", words, through(tape, product, _newer(tape, product, after)))
        ways_round = {w.value.shape for w in product.weights}
        if len(product.nodes) > 1 and len(ways_round) == 1:
            yield Wrong("update_order", words + ", row by row", _row_by_row(tape, product, after))
    yield from _new_factors(tape, after)
    for several in (whole, whole[:-1]):  # the uppermost often has code of its own
        if len(several) > 1:
            instead: dict[int, Any] = {}
            for product in several:
                instead |= ways(product, _newer(tape, product, after))
            yield Wrong("update_order", words, tape.rec.gradient(len(tape.leaves), instead=instead))


def _new_factors(tape: Tape, after: Leaves) -> Iterator[Wrong]:
    """One parameter is new wherever it is a factor on the way back, beside the error signal as it was."""
    own = tape.rows - 1
    for k in range(len(tape.leaves)):
        late = record(
            tape.loss, [after[j] if j == k else x for j, x in enumerate(tape.leaves)], tape.X, tape.y
        )
        if [n.name for n in late.nodes] != [n.name for n in tape.rec.nodes]:
            continue
        old, new = ([rec.leaves[k], *rec.nodes] for rec in (tape.rec, late))
        pairs = [(n, m.value) for n, m in zip(old, new, strict=True) if n.deps & own == 1 << k]
        if not any(p.deps & own == 1 << k for n in tape.rec.nodes for p in n.parents
                                if _by_entries(n) and n.deps & own != 1 << k):  # fmt: skip
            continue
        grads = tape.where_values_are(pairs)
        grads[k] = tape.true[k]
        yield Wrong(
            "update_order", "a parameter is changed before it has carried the error signal back", grads
        )


def _by_entries(node: Node) -> bool:
    """Whether a call multiplies entry by entry, in a product of two vectors too."""
    return node.name == "multiply" or (node.name in PRODUCTS and np.ndim(node.value) == 0)


def in_turn(tape: Tape, after: Leaves | None, bad: list[int], right: Any) -> bool:
    """Whether gradients that are wrong are right once some weights are as after the step: the order is found.

    First come those whose gradient is right as it is; whose are right beside the new values of these come
    next, and so on. `right(k, g)` says whether `g` is what came for parameter `k`.
    """
    count = len(tape.leaves)
    if after is None or len(bad) == count:
        return False
    first = [k for k in range(count) if k not in bad]
    for start in [first, *([k] for k in first if len(first) > 1)]:
        done: list[int] = []
        following = start
        while following and len(done) < count:
            done += following
            late = tape.again([after[k] if k in done else tape.leaves[k] for k in range(count)])
            following = [k for k in range(count) if k not in done and right(k, late[k])]
        if len(done) == count:
            return True
    return False


def _row_by_row(tape: Tape, product: Product, after: Leaves) -> Leaves:
    """The way back where every row finds the weight as the rows before it, and its own, have left it."""
    W = np.asarray(tape.leaves[product.leaf], float)
    parts = np.zeros((len(product.nodes), *product.weights[0].value.shape))
    for part, node, weight in zip(parts, product.nodes, product.weights, strict=True):
        u = np.asarray(tape.sums.get(id(node), np.zeros(node.value.shape)))
        for p, g in pull_back(node, u):
            if p is weight:
                part += np.reshape(g, part.shape)
    total = parts.sum(0)
    power = float(np.sum(np.square(total)))
    rate = float(np.sum(np.reshape(after[product.leaf] - W, total.shape) * total)) / power if power else 0.0
    moved = rate * np.cumsum(parts, axis=0)
    instead: dict[int, Any] = {}
    for node, weight, source, change in zip(
            product.nodes, product.weights, product.inputs, moved, strict=True):  # fmt: skip
        instead |= ways(Product(product.leaf, [node], [weight], [source]), partial(np.add, change))
    return tape.rec.gradient(len(tape.leaves), instead=instead)


def _newer(tape: Tape, product: Any, after: Leaves) -> Any:
    old, new = np.asarray(tape.leaves[product.leaf], float), after[product.leaf]

    def change(w: np.ndarray) -> np.ndarray:
        if w.shape == old.shape and np.allclose(w, old):
            return new
        return new.T if w.shape == old.T.shape else new.reshape(w.shape)

    return change
