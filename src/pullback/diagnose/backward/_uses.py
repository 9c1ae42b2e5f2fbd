"""Wrong backward passes of a parameter that enters the loss more than once, as one tied or recurrent does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose.backward._misplaced import only
from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.recording._record import Node, pull_back

MOST = 64
"""Of a parameter with more uses none is left out: rows one by one, mostly."""
_SHAPES = ("transpose", "reshape", "ravel", "copy", "swapaxes")


def uses(tape: Tape) -> Iterator[Wrong]:
    """A gradient of one use alone, as where each writes over the last one's, or of all uses but one."""
    for k, leaf in enumerate(tape.rec.leaves[: len(tape.leaves)]):
        places = [n for n in tape.rec.nodes if any(p is leaf for p in n.parents) and _heeds(tape, n)]
        if not 1 < len(places) <= MOST or (len(tape.X) > 1 and len(places) % len(tape.X) == 0):
            continue
        shares = [_share(tape, k, n, leaf) for n in places]
        shares = [g for g in shares if np.any(g)]
        for i in dict.fromkeys((0, len(shares) - 1, *range(min(len(shares), 4)))) if len(shares) > 1 else ():
            rest = tape.true[k] - sum(g for j, g in enumerate(shares) if j != i)
            words = (
                f"of {len(shares)} uses of parameter {k} one alone counts: it is to be added to the others"
            )
            yield only(tape, k, rest, "grad_drops_upstream", words)
            if len(shares) > 2:
                words = f"of {len(shares)} uses of parameter {k} one is left out"
                yield only(tape, k, tape.true[k] - shares[i], "grad_drops_upstream", words)


def repeated(tape: Tape) -> Iterator[Wrong]:
    """Gradients of rows that an index names several times, where one of these times alone counts.

    `g[index] += u` adds the last of them only, `np.add.at` adds all.
    """
    leaves = tape.rec.leaves[: len(tape.leaves)]
    taken = [n for n in tape.rec.nodes if n.name == "getitem" and n.parents]
    places = [n for n in taken if any(n.parents[0] is x for x in leaves)]
    if not 0 < len(places) <= MOST:
        return
    instead = {id(n): partial(_last_of_each, n) for n in places}
    grads = tape.rec.gradient(len(leaves), instead=instead)
    words = "of the times that an index names one row of a parameter, one alone counts: they are to be added"
    changed = [k for k, g in enumerate(grads) if not np.array_equal(g, tape.true[k])]
    if len(changed) > 1:
        yield Wrong("grad_drops_upstream", words, grads)
    for k in changed:
        yield only(tape, k, grads[k], "grad_drops_upstream", words)


def _last_of_each(node: Node, u: Any) -> list[tuple[Node, Any]]:
    g = np.zeros(node.parents[0].value.shape)
    g[node.args[1].index] += u
    return [(node.parents[0], g)]


def _share(tape: Tape, k: int, node: Node, leaf: Node) -> Any:
    """What one use adds to a gradient: the rest is what comes without it."""
    without = tape.rec.gradient(len(tape.leaves), instead={id(node): partial(_past, node, leaf)})
    return tape.true[k] - without[k]


def _past(node: Node, leaf: Node, u: Any) -> list[tuple[Node, Any]]:
    return [(p, g) for p, g in pull_back(node, u) if p is not leaf]


def _heeds(tape: Tape, node: Node) -> bool:
    """Whether a use meets the rows, at once or in another shape: what a penalty takes does not."""
    if node.deps & (tape.rows | tape.rows << 1):
        return True
    users = [n for n in tape.rec.nodes if any(p is node for p in n.parents)]
    return node.name in _SHAPES and any(_heeds(tape, n) for n in users)
