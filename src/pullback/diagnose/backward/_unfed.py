"""Wrong backward passes that hand a layer's weight down by itself, without the error signal it multiplies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Product, Tape, Wrong
from pullback.diagnose.recording._record import Node, pull_back


def unfed(tape: Tape) -> Iterator[Wrong]:
    """What comes down through a weight as if the loss rose by one for every output, or by a share of that.

    The weight's own gradient is right: the error signal is lost only where it is to be handed further down.
    """
    n = len(tape.X)
    for product in tape.carrying():
        for words, signal in (
            ("", 1.0),
            (f", divided by n = {n}", 1 / n),
            (f", times 2 / n = 2 / {n}", 2 / n),
        ):
            yield Wrong("grad_drops_upstream",
                        f"parameter {product.leaf} alone is handed down{words}, without the error signal",
                        _handed(tape, product, signal))  # fmt: skip


def _handed(tape: Tape, product: Product, signal: float) -> list[np.ndarray]:
    pairs = zip(product.nodes, product.inputs, strict=True)
    instead = {id(node): partial(_as_if, node, source, signal) for node, source in pairs}
    return tape.rec.gradient(len(tape.leaves), instead=instead)


def _as_if(node: Node, source: Node, signal: float, u: Any) -> list[tuple[Node, Any]]:
    right = [(p, g) for p, g in pull_back(node, u) if p is not source]
    return right + [(p, g) for p, g in pull_back(node, np.full(np.shape(u), signal)) if p is source]
