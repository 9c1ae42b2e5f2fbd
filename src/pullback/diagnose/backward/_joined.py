"""Wrong ways of joining an activation's slope to the error signal that comes in.

The right slope is at hand and the right signal, but a parenthesis is missing, so that a part of the slope is
never multiplied; or the signal is replaced where the slope is another, below zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Segment, Tape, Wrong
from pullback.diagnose.network import _functions as fn


def joined(tape: Tape, group: list[Segment]) -> Iterator[Wrong]:
    """The gradients of these slips; a signal that is divided by the rows later is that much larger."""
    name, n = group[0].name, len(tape.X)
    for words, join in _UNBRACKETED.get(name, {}).items():
        for rows in (1, n):
            yield Wrong("grad_activation_derivative_wrong",
                        f"{words}: the derivative of {name} without its parentheses",
                        tape.spoiled(_each(join, rows), group))  # fmt: skip
    if name.startswith(_BENT):
        for rows in (1, n):
            words = f"below zero the derivative of {name} in place of its product with the incoming signal"
            yield Wrong("grad_drops_upstream", words, tape.spoiled(_below(rows), group))


def _each(join: Callable[[Any, Any], Any], rows: int) -> Callable[[Segment, Any], Any]:
    return lambda s, u: join(u * rows, s.a.value) / rows


def _below(rows: int) -> Callable[[Segment, Any], Any]:
    """The slope alone where it is not one; the signal elsewhere."""
    return lambda s, u: np.where(s.sums > 0, u, fn.derivative(s.name, s.sums) / rows)


_BENT = ("leaky_relu", "elu")
_UNBRACKETED: dict[str, dict[str, Callable[[Any, Any], Any]]] = {
    "tanh": {
        "signal * 1 - a**2": lambda u, a: u - a * a,
        "1 - a**2 * signal": lambda u, a: 1 - a * a * u,
    },
    "sigmoid": {
        "signal * a * 1 - a": lambda u, a: u * a - a,
        "a * 1 - a * signal": lambda u, a: a - a * u,
    },
}
