"""Wrong backward passes of quotients of computed values, such as a rate law's.

What stands below the line is handed the error signal times the quotient's own slope there, which is long to
write. Who writes the derivative of what stands there alone is left with the error signal itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose.backward._misplaced import only
from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.recording._record import Node, pull_back
from pullback.diagnose.recording._rules import unbroadcast

MOST = 8
"""Of a loss with more quotients, as in a loop over rows, none is asked."""


def quotients(tape: Tape) -> Iterator[Wrong]:
    """Gradients of single parameters that stand below the line, made of a signal that came past it whole."""
    own = tape.rows - 1
    found = [(n, n.args[1]) for n in tape.rec.nodes if n.name in ("divide", "true_divide")
             and isinstance(n.args[1], Node) and n.args[1].deps & own]  # fmt: skip
    for node, below in found if len(found) <= MOST else ():
        grads = tape.rec.gradient(len(tape.leaves), instead={id(node): partial(_bare, node, below)})
        for k, g in enumerate(grads):
            if not np.allclose(g, tape.true[k], rtol=1e-6, atol=1e-12):
                yield only(tape, k, g, "grad_drops_upstream", "what a quotient is divided by is handed the "
                           "error signal alone, without the quotient's slope")  # fmt: skip


def _bare(node: Node, part: Node, u: Any) -> list[tuple[Node, Any]]:
    right = [(p, g) for p, g in pull_back(node, u) if p is not part]
    return [*right, (part, unbroadcast(np.asarray(u), np.shape(part.value)))]
