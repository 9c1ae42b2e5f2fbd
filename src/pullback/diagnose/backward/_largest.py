"""Wrong backward passes of a largest value: of pieces of a unit, of a window that is pooled, of two branches.

Only the place that won has a slope. Who loses the places hands the error signal to the ones that lost, to
all of them whole, or to all alike, as if the value were a mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.recording._record import Node
from pullback.diagnose.recording._rules import unbroadcast

MOST = 8
"""Of a loss with more largest values, as in a loop over windows, none is asked."""
NAMES = ("max", "amax", "maximum")


def largest(tape: Tape) -> Iterator[Wrong]:
    """Gradients where the signal of every largest value, or of one alone, is handed to other places."""
    own = tape.rows - 1
    found = [
        n for n in tape.rec.nodes if n.name in NAMES and not n.deps & tape.rows << 1 and _told(tape, n, own)
    ]
    if len(found) > MOST:
        return
    for nodes in [found] * (len(found) > 1) + [[n] for n in found]:
        for fault, words, hand in _WAYS:
            instead = {id(n): partial(_handed, n, hand) for n in nodes}
            yield Wrong(fault, words, tape.rec.gradient(len(tape.leaves), instead=instead))


def _pieces(node: Node) -> list[Node]:
    """What the largest is taken of: one array, or the two that are held against one another."""
    taken = node.args[:2] if node.name == "maximum" else node.args[:1]
    pieces = list({id(a): a for a in taken if isinstance(a, Node)}.values())
    return pieces if len(pieces) == len(taken) else []


def _told(tape: Tape, node: Node, own: int) -> bool:
    """Whether a signal goes through it to parameters: what a softmax is shifted by gets none but rounding."""
    signal, pieces = tape.sums.get(id(node)), _pieces(node)
    rest = bool(pieces) and all(p.deps & own for p in pieces)
    return rest and signal is not None and float(np.abs(signal).max(initial=0)) > 1e-9


def _handed(node: Node, hand: Callable[..., Any], u: Any) -> list[tuple[Node, Any]]:
    """The signal of a largest value, at the places that `hand` gives a share."""
    pieces = _pieces(node)
    if len(pieces) == 2:
        a, b = np.broadcast_arrays(*(p.value for p in pieces))
        share = hand(np.stack([a, b]), 0)
        return [(p, unbroadcast(u * s, np.shape(p.value))) for p, s in zip(pieces, share, strict=True)]
    (piece,) = pieces
    axis = node.kwargs.get("axis", node.args[1] if len(node.args) > 1 else None)
    kept = u if node.kwargs.get("keepdims") or axis is None else np.expand_dims(u, axis)
    return [(piece, kept * hand(np.asarray(piece.value), axis))]


def _least(values: Any, axis: Any) -> Any:
    return (values == values.min(axis=axis, keepdims=True)).astype(float)


def _alike(values: Any, axis: Any) -> Any:
    ones = np.ones(values.shape)
    return ones / ones.sum(axis=axis, keepdims=True)


_WAYS = (
    ("grad_activation_derivative_wrong", "a largest value's signal handed to the place of the least", _least),
    ("grad_missing_activation_derivative", "a largest value's signal handed to all places, not to the one "
     "that won", lambda values, axis: np.ones(values.shape)),
    ("grad_activation_derivative_wrong", "a largest value's signal shared by all, as a mean's", _alike),
)  # fmt: skip
