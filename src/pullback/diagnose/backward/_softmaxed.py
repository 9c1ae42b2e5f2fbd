"""Wrong backward passes of a softmax: its derivative entry by entry, without terms between units."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.recording._record import Node

MOST_PLACES = 6
"""Where more softmaxes than this are taken, as in a loop over rows, only the first are looked at."""
Pair = tuple[Node, Node]
"""A layer's sum, and the softmax of it."""


def softmaxed(tape: Tape) -> Iterator[Wrong]:
    """Each layer that ends in a softmax, and all together, each unit with a slope of its own alone."""
    layers = [pairs for pairs in (list(_of_layer(tape, p.nodes)) for p in tape.products) if pairs]
    layers += list(_elsewhere(tape, {id(a) for pairs in layers for _, a in pairs}))
    groups = layers + ([[pair for pairs in layers for pair in pairs]] if len(layers) > 1 else [])
    for group in groups:
        for name, said, slope in _SLOPES:
            instead = {id(a): _entry_by_entry(z, a, slope) for z, a in group}
            usual = all(
                _is_cross_entropys(tape.sums.get(id(a), 0.0) * slope(a.value), a.value) for _, a in group
            )
            fault, words = ("loss_formula_wrong", _SUMMED) if usual else (name, said)
            yield Wrong(fault, words, tape.rec.gradient(len(tape.leaves), instead=instead))
        yield from _alone(tape, group)


def _alone(tape: Tape, group: list[Pair]) -> Iterator[Wrong]:
    """The slopes p(1 - p) in place of their product with what arrives: no target has a part in them."""
    for how, factor in (("", 1.0), (f", divided by n = {len(tape.X)},", 1 / len(tape.X))):
        instead = {id(a): _handing(z, factor * a.value * (1 - a.value)) for z, a in group}
        words = f"p(1 - p) of the softmax alone{how} in place of its product with the incoming signal"
        yield Wrong("grad_drops_upstream", words, tape.rec.gradient(len(tape.leaves), instead=instead))


def _handing(z: Node, signal: Any) -> Callable[[Any], list[tuple[Node, Any]]]:
    return lambda u: [(z, signal)]


_SUMMED = "the gradient is that of the softmax's cross-entropy, the loss another: that of units by themselves"


def _is_cross_entropys(signal: Any, p: Any) -> bool:
    """Whether an error signal is a multiple of the chances less one at one unit of each row."""
    up = signal > 0
    rate = float(np.sum(signal[up] * p[up]) / np.sum(p[up] ** 2)) if up.any() else 0.0
    marks = p - signal / rate if rate else p
    return any(np.allclose(np.sum(marks, axis), 1) and np.allclose(np.max(marks, axis), 1)
               for axis in range(p.ndim) if p.shape[axis] > 2) and bool(np.min(marks) > -1e-6)  # fmt: skip


def _entry_by_entry(z: Node, a: Node, slope: Callable[[Any], Any]) -> Callable[[Any], list[tuple[Node, Any]]]:
    return lambda u: [(z, u * slope(a.value))]


def _of_layer(tape: Tape, nodes: list[Node]) -> Iterator[Pair]:
    index = {id(node): i for i, node in enumerate(tape.rec.nodes)}
    for product in nodes:
        z = tape.sum_of(product)
        for a in tape.rec.nodes[index[id(z)] + 1 : index[id(z)] + 9]:
            if a.value.shape == z.value.shape and z.value.size > 1 and _softmax_of(z.value, a.value):
                yield z, a
                break


def _elsewhere(tape: Tape, known: set[int]) -> Iterator[list[Pair]]:
    """Softmaxes of what no layer's weight makes, such as attention's scores: one each."""
    shares = [n for n in tape.rec.nodes if n.name in ("divide", "exp") and id(n) not in known
              and n.deps & (tape.rows - 1) and not n.deps & tape.rows << 1 and _shares(n.value)]  # fmt: skip
    for a in shares[:MOST_PLACES]:
        sums = [z for z in tape.ancestors(a, 14)[1:]
                if z.value.shape == a.value.shape and _softmax_of(z.value, a.value)]  # fmt: skip
        if sums and sums[-1].deps & (tape.rows - 1):  # the first is often less its own maximum
            yield [(sums[-1], a)]


def _shares(value: np.ndarray) -> bool:
    """Whether numbers add up to one along an axis, none of them below zero."""
    if value.size < 2 or not np.min(value) >= 0:
        return False
    return any(n > 1 and np.allclose(np.sum(value, axis), 1) for axis, n in enumerate(np.shape(value)))


def _softmax_of(z: Any, a: Any) -> bool:
    return any(np.allclose(fn.softmax(z, axis), a, rtol=1e-9, atol=1e-12)
               for axis in range(np.ndim(z)) if np.shape(z)[axis] > 1)  # fmt: skip


_WRONG = "grad_activation_derivative_wrong"
_SLOPES: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("grad_missing_activation_derivative", "the derivative of the softmax left out", np.ones_like),
    (_WRONG, "p(1 - p), unit by unit, in place of the softmax's derivative, which ties the units together",
     lambda p: p * (1 - p)),
    (_WRONG, "the softmax itself in place of its derivative", lambda p: p),
    (_WRONG, "1 - p in place of the softmax's derivative", lambda p: 1 - p),
    (_WRONG, "p(p - 1) in place of the softmax's derivative", lambda p: p * (p - 1)),
    (_WRONG, "the mask of positive values in place of the softmax's derivative", lambda p: 1.0 * (p > 0)),
    (_WRONG, "1 - p**2 in place of the softmax's derivative", lambda p: 1 - p * p),
]  # fmt: skip
