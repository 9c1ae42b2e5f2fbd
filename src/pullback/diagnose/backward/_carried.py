"""Wrong backward passes that take another matrix than the layer's own down through a product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Product, Tape, Wrong, through, ways


def carried(tape: Tape) -> Iterator[Wrong]:
    """The way back through a product with the weight transposed, another weight, or none."""
    square = {p.leaf: part for p in tape.carrying() if (part := _square_part(p)) is not None}
    for product in tape.carrying():
        if product.leaf in square:
            part = square[product.leaf]
            yield Wrong("grad_transposed", f"parameter {product.leaf} transposed on the way back",
                        through(tape, product, _changed(part, np.transpose)))  # fmt: skip
            yield Wrong("grad_wrong_delta", f"parameter {product.leaf} left out on the way back",
                        through(tape, product, _changed(part, lambda w: np.eye(len(w)))))  # fmt: skip
        elif tape.leaves[product.leaf].ndim == 2 and 1 in tape.leaves[product.leaf].shape:
            # one unit's error signal has any shape, by broadcasting
            yield Wrong("grad_wrong_delta", f"parameter {product.leaf} left out on the way back",
                        through(tape, product, np.ones_like))  # fmt: skip
        if any(source.deps >> product.leaf & 1 for source in product.inputs):  # a recurrence
            yield Wrong("grad_drops_upstream", f"parameter {product.leaf} hands nothing to the step before",
                        through(tape, product, np.zeros_like))  # fmt: skip
    if len(square) > 1:
        instead: dict[int, Any] = {}
        for product in tape.carrying():
            if product.leaf in square:
                instead |= ways(product, _changed(square[product.leaf], np.transpose))
        yield Wrong("grad_transposed", "the weights transposed on the way back",
                    tape.rec.gradient(len(tape.leaves), instead=instead))  # fmt: skip
    yield from _reshaped(tape)
    yield from _of_another_layer(tape)
    yield from _gradients(tape)


def _reshaped(tape: Tape) -> Iterator[Wrong]:
    """The way back through a weight that is only reshaped like its transpose, in one product or in all.

    The numbers of a flat vector are easily read in another shape; of a square weight that turns nothing.
    """
    carrying = [p for p in tape.carrying() if all(w.value.ndim == 2 for w in p.weights)]
    oblong = [p for p in carrying if 1 < min(p.weights[0].value.shape) < max(p.weights[0].value.shape)]
    for products in [*([p] for p in oblong), *([carrying] if oblong and len(carrying) > 1 else [])]:
        instead: dict[int, Any] = {}
        for product in products:
            instead |= ways(product, _turned_by_reshape)
        named = ", ".join(str(p.leaf) for p in products)
        yield Wrong("grad_transposed", f"parameter {named} reshaped in place of transposed on the way back",
                    tape.rec.gradient(len(tape.leaves), instead=instead))  # fmt: skip


def _turned_by_reshape(w: Any) -> Any:
    """What stands for a weight where its transpose is made by `reshape`."""
    return np.reshape(w, w.shape[::-1]).T


def _gradients(tape: Tape) -> Iterator[Wrong]:
    """The way back through the gradients of the weights, such as dW2 for W2: of one product, then of all."""
    own = [p for p in tape.carrying() if all(np.array_equal(w.value, tape.leaves[p.leaf]) for w in p.weights)]
    for products in [*([p] for p in own), *([own] if len(own) > 1 else [])]:
        instead: dict[int, Any] = {}
        for product in products:
            instead |= ways(product, _always(tape.true[product.leaf]))
        named = ", ".join(str(p.leaf) for p in products)
        yield Wrong("grad_wrong_delta", f"the gradient of parameter {named} in its place on the way back",
                    tape.rec.gradient(len(tape.leaves), instead=instead))  # fmt: skip


def _of_another_layer(tape: Tape) -> Iterator[Wrong]:
    for product in tape.carrying():
        for other in tape.products:
            if other is not product and tape.leaves[product.leaf].shape == tape.leaves[other.leaf].shape:
                yield Wrong(
                    "grad_wrong_delta", f"parameter {other.leaf} in place of {product.leaf} on the way back",
                    through(tape, product, _always(other.weights[0].value)),
                )  # fmt: skip


def _square_part(product: Product) -> Any:
    """Where in a weight, as it is multiplied, all but its layer's bias stands; None where that is not square.

    The bias is the weight of an input that is one in every row.
    """
    w, source = product.weights[0].value, product.inputs[0].value
    if w.ndim != 2 or any(x.value.shape != w.shape for x in product.weights):
        return None
    if w.shape[0] == w.shape[1]:
        return np.s_[:, :]
    side = 0 if product.nodes[0].args[0] is product.inputs[0] else 1
    if source.ndim != 2 or source.shape[1 - side] != w.shape[side] or source.shape[side] < 2:
        return None
    others = np.flatnonzero(~(source == 1).all(axis=side))
    if not len(others) == w.shape[side] - 1 == w.shape[1 - side]:
        return None
    return np.s_[others] if side == 0 else np.s_[:, others]


def _changed(part: Any, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def of_part(w: Any) -> Any:
        out = np.array(w)
        out[part] = change(w[part])
        return out

    return of_part


def _always(v: Any) -> Callable[[Any], Any]:
    return lambda w: v
