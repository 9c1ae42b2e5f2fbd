"""Wrong backward passes of products of two computed values: attention's scores, gates, factors of a table.

What one factor is handed is the error signal times the other factor. Another value of that factor's shape is
soon taken for it, and where the product is square its error signal is soon taken without its transpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import PRODUCTS, Swap, Tape, Wrong
from pullback.diagnose.recording._record import Node, pull_back

MOST_PRODUCTS, MOST_VALUES = 12, 8
"""A loop over rows or times has more of them; no one mistake is made at a single one of those, nor where one
weight has more than two products."""


def cofactors(tape: Tape) -> Iterator[Wrong]:
    """Each product of two values that rest on parameters, with what is handed to one of them changed."""
    often = {id(n) for p in tape.products if len(p.nodes) > 2 for n in p.nodes}
    found = [n for n in tape.rec.nodes if id(n) not in often and _of_two(tape, n)]
    if len(found) > MOST_PRODUCTS:
        return
    factors = list({id(p): p for n in found for p in n.parents}.values())
    for node in found:
        for own, other in (node.parents, node.parents[::-1]):
            words = "another value in the place of the factor that it is multiplied with"
            for value in _instead(factors, other):
                yield Wrong("grad_wrong_input", words, _handed(tape, node, own, _swapped(node, other, value)))
            if node.name in PRODUCTS and _square(node.value):
                words = "the error signal of a product without its transpose"
                yield Wrong("grad_transposed", words, _handed(tape, node, own, _turned(node)))
            if _square(other.value) and node.name in PRODUCTS:
                words = "a factor transposed on the way back"
                turned = np.swapaxes(other.value, -1, -2)
                yield Wrong("grad_transposed", words, _handed(tape, node, own, _swapped(node, other, turned)))


def _of_two(tape: Tape, node: Node) -> bool:
    """Whether two different values of parameters are multiplied, neither of them of the targets."""
    parents = node.parents
    if node.name not in PRODUCTS | {"multiply"} or len(parents) != 2 or parents[0] is parents[1]:
        return False
    own = tape.rows - 1
    some = all(p.deps & own and not p.deps & tape.rows << 1 for p in parents)
    return some and bool(any(p.deps & tape.rows or p.deps & (p.deps - 1) for p in parents))


def _instead(factors: list[Node], other: Node) -> list[Any]:
    alike = [f.value for f in factors if f is not other and f.value.shape == other.value.shape]
    return [v for v in alike if not np.allclose(v, other.value)][:MOST_VALUES]


def _square(value: np.ndarray) -> bool:
    return value.ndim >= 2 and value.shape[-1] == value.shape[-2] > 1


Way = Callable[[Any], Iterable[tuple[Node, Any]]]


def _swapped(node: Node, other: Node, value: Any) -> Way:
    """The way back through a product in which one factor has another value."""
    args = tuple(Swap(other, value) if a is other else a for a in node.args)
    spoiled = Node(node.op, args, node.kwargs, node.value, node.deps)
    return lambda u: pull_back(spoiled, u)


def _turned(node: Node) -> Way:
    return lambda u: pull_back(node, np.swapaxes(u, -1, -2))


def _handed(tape: Tape, node: Node, own: Node, wrong: Way) -> list[np.ndarray]:
    """The gradient where one factor alone is handed what comes along the wrong way."""

    def pull(u: Any) -> list[tuple[Node, Any]]:
        right = [(p, g) for p, g in pull_back(node, u) if p is not own]
        return right + [(p, g) for p, g in wrong(u) if p is own]

    return tape.rec.gradient(len(tape.leaves), instead={id(node): pull})
