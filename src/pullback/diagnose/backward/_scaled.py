"""Wrong gradients of parameters that multiply values entry by entry: coefficients, gains, scales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.recording._record import Node, pull_back
from pullback.diagnose.recording._rules import unbroadcast

MOST_PLACES = 8
"""A parameter that multiplies at more places, as in a loop over rows, has a gradient of all of them."""


def scaled(tape: Tape) -> Iterator[Wrong]:
    """A coefficient left out on the way back; its gradient made of another value, or of another's signal."""
    found = list(tape.scalings())
    places = Counter(leaf for leaf, _, _ in found)
    found = [one for one in found if places[one[0]] <= MOST_PLACES]
    yield from _left_out(tape, found)
    values = [tape.rec.leaves[len(tape.leaves)], *tape.rec.nodes]
    for leaf, node, other in found:
        u, v = np.asarray(tape.sums.get(id(node), 0.0)), other.value
        for value in values:
            if value.value.shape == v.shape and not np.allclose(value.value, v):
                yield from _claim(
                    tape, leaf, u * value.value, "grad_wrong_input", "another value as its input"
                )
        for _, place, _ in found:
            signal = np.asarray(tape.sums.get(id(place), 0.0))
            if place is not node and signal.shape == u.shape and not np.allclose(signal, u):
                yield from _claim(tape, leaf, v * signal, "grad_wrong_delta", "the error signal of another")


def _left_out(tape: Tape, found: list[tuple[int, Node, Node]]) -> Iterator[Wrong]:
    """Coefficients that the error signal is not multiplied by, as it comes down past them: one's, or all."""
    past = [(leaf, node, other) for leaf, node, other in found if other.deps & (tape.rows - 1)]
    leaves = list(dict.fromkeys(leaf for leaf, _, _ in past))
    for some in [*([leaf] for leaf in leaves), *([leaves] if len(leaves) > 1 else [])]:
        words = f"parameter {', '.join(map(str, some))} left out on the way back"
        instead = {id(node): partial(_as_it_is, node, other) for leaf, node, other in past if leaf in some}
        yield Wrong("grad_wrong_delta", words, tape.rec.gradient(len(tape.leaves), instead=instead))


def _as_it_is(node: Node, other: Node, u: Any) -> list[tuple[Node, Any]]:
    right = [(p, g) for p, g in pull_back(node, u) if p is not other]
    return [*right, (other, unbroadcast(u, other.value.shape))]


def _claim(tape: Tape, leaf: int, g: Any, fault: str, words: str) -> Iterator[Wrong]:
    grads: list[Any] = [None] * len(tape.leaves)
    shape = np.shape(tape.leaves[leaf])
    try:
        grads[leaf] = np.asarray(unbroadcast(g, shape), float).reshape(shape)
    except ValueError:  # more than its own number of entries is left
        return
    yield Wrong(fault, words, grads, partial=True)
