"""Wrong backward passes of values that were written over after they were kept for the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pullback.diagnose import _functions as fn
from pullback.diagnose._record import Node
from pullback.diagnose._tapes import Tape, Wrong

Changed = list[tuple[Node, Any]]


def overwritten(tape: Tape) -> Iterator[Wrong]:
    """The gradient where each value that was written into is, on the way back, what stands there at the end.

    A formula for several calls together uses the value in one place more or less than the calls do, so the
    claim is made of each parameter for itself too.
    """
    buffer = _one_buffer(tape)
    if buffer:
        words = "layers of one shape keep their values in one buffer: the last is what all find"
        yield Wrong("inplace_mutation", words, _with_slopes(tape, buffer))
    changed = _written_into(tape)
    if not changed:
        return
    words = "a value kept for the way back was written over"
    grads = tape.where_values_are(changed)
    yield Wrong("inplace_mutation", words, grads)
    yield Wrong("inplace_mutation", words, _with_slopes(tape, changed))
    for k, g in enumerate(grads):
        if not np.allclose(g, tape.true[k], rtol=1e-6, atol=1e-12):
            alone: list[Any] = [None] * len(grads)
            alone[k] = g
            yield Wrong("inplace_mutation", words, alone, partial=True)


def _written_into(tape: Tape) -> Changed:
    """The values that the loss itself wrote into, each with what stands there in the end."""
    last = {id(old): new for old, new in tape.rec.over}
    kept = {id(n) for n in tape.rec.nodes}
    changed = []
    for old, new in tape.rec.over:
        while id(new) in last:
            new = last[id(new)]
        same_shape = new.value.shape == old.value.shape
        if id(old) in kept and same_shape and not np.array_equal(old.value, new.value):
            changed.append((old, new.value))
    return changed


def _one_buffer(tape: Tape) -> Changed:
    """Every hidden layer's value but the last of its shape, with that last one in its place.

    Only where derivatives are taken of it too is it a buffer: inputs alone may be an index that is off.
    """
    fed = {id(n) for p in tape.products for n in p.inputs}
    hidden = sorted((s for s in tape.segments if id(s.a) in fed), key=lambda s: s.depth)
    if len({s.depth for s in hidden}) < len(hidden):
        return []  # several calls a layer: rows one by one, or steps of time
    last = {s.a.value.shape: s.a for s in hidden}
    return [(s.a, last[s.a.value.shape].value) for s in hidden if last[s.a.value.shape] is not s.a]


def _with_slopes(tape: Tape, changed: Changed) -> list[Any]:
    """The same where derivatives, too, are taken of the values that stand there."""
    new = {id(node): value for node, value in changed}
    instead = {
        id(s.a): (lambda u, s=s: [(s.z, s.sign * u * fn.of_value(s.name, new[id(s.a)]))])
        for s in tape.segments
        if id(s.a) in new and s.name in fn.OF_VALUE
    }
    return tape.where_values_are(changed, instead)
