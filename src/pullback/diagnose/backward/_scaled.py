"""Wrong gradients of parameters that multiply values entry by entry: coefficients, gains, scales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.recording._rules import unbroadcast

MOST_PLACES = 8
"""A parameter that multiplies at more places, as in a loop over rows, has a gradient of all of them."""


def scaled(tape: Tape) -> Iterator[Wrong]:
    """A coefficient's gradient made of another value than the one it multiplies, or of another's signal."""
    found = list(tape.scalings())
    places = Counter(leaf for leaf, _, _ in found)
    found = [one for one in found if places[one[0]] <= MOST_PLACES]
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


def _claim(tape: Tape, leaf: int, g: Any, fault: str, words: str) -> Iterator[Wrong]:
    grads: list[Any] = [None] * len(tape.leaves)
    shape = np.shape(tape.leaves[leaf])
    try:
        grads[leaf] = np.asarray(unbroadcast(g, shape), float).reshape(shape)
    except ValueError:  # more than its own number of entries is left
        return
    yield Wrong(fault, words, grads, partial=True)
