"""Wrong backward passes that hand a weight down without its error signal: alone, or times other values."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose.backward._overwritten import squared_errors
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
                        _handed(tape, product, [signal] * len(product.nodes)))  # fmt: skip
    yield from _fed_values(tape)


def _fed_values(tape: Tape) -> Iterator[Wrong]:
    """What comes down through the last weight where predictions, or targets, stand in their errors' place."""
    errors, last = list(squared_errors(tape)), tape.products[-1:]
    carries = last and last[0] in tape.carrying()
    if not carries or [made.value.size for _, made, *_ in errors] != [n.value.size for n in last[0].nodes]:
        return
    for sign, minus in ((1, ""), (-1, ", with a minus")):
        for what, values in (
            ("the prediction", [rate * made.value for _, made, _, rate in errors]),
            ("the target", [rate * target.value for _, _, target, rate in errors]),
        ):
            yield Wrong("grad_wrong_delta",
                        f"{what} itself is handed down{minus}, in place of the output's error signal",
                        _handed(tape, last[0], [sign * v for v in values]))  # fmt: skip


def _handed(tape: Tape, product: Product, signals: list[Any]) -> list[np.ndarray]:
    triples = zip(product.nodes, product.inputs, signals, strict=True)
    instead = {id(node): partial(_as_if, node, source, signal) for node, source, signal in triples}
    return tape.rec.gradient(len(tape.leaves), instead=instead)


def _as_if(node: Node, source: Node, signal: Any, u: Any) -> list[tuple[Node, Any]]:
    shape = np.shape(u)
    given = np.reshape(signal, shape) if np.size(signal) == np.size(u) else np.full(shape, signal)
    right = [(p, g) for p, g in pull_back(node, u) if p is not source]
    return right + [(p, g) for p, g in pull_back(node, given) if p is source]
