"""Wrong backward passes of values that were written over after they were kept for the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from pullback.diagnose._tapes import Tape, Wrong


def overwritten(tape: Tape) -> Iterator[Wrong]:
    """The gradient where each value that was written into is, on the way back, what stands there at the end.

    A formula for several calls together uses the value in one place more or less than the calls do, so the
    claim is made of each parameter for itself too.
    """
    last = {id(old): new for old, new in tape.rec.over}
    kept = {id(n): n for n in tape.rec.nodes}
    changed = []
    for old, new in tape.rec.over:
        while id(new) in last:
            new = last[id(new)]
        if (
            id(old) in kept
            and new.value.shape == old.value.shape
            and not np.array_equal(old.value, new.value)
        ):
            changed.append((old, new.value))
    if not changed:
        return
    grads = tape.where_values_are(changed)
    words = "a value kept for the way back was written over"
    yield Wrong("inplace_mutation", words, grads)
    for k, g in enumerate(grads):
        if not np.allclose(g, tape.true[k], rtol=1e-6, atol=1e-12):
            alone: list[Any] = [None] * len(grads)
            alone[k] = g
            yield Wrong("inplace_mutation", words, alone, partial=True)
