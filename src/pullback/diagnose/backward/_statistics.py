"""Wrong backward passes of normalisations: means and spreads taken for constants, or summed on the way back.

`(a - a.mean(0)) / a.std(0)` hangs on `a` in three places; a formula that forgets the statistics knows one,
and one that forgets that they are means hands back as many times too much as there are rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.recording._record import Node, pull_back

_AVERAGES, _SPREADS = {"mean", "average"}, {"var", "std"}
_MOST = 12
"""So many statistics at most: rows written one by one have no line that is one mistake."""


def statistics(tape: Tape) -> Iterator[Wrong]:
    """The means alone, the spreads alone, or both: of each normalisation, and of all of them."""
    layers = _layers(tape)
    if not 0 < sum(map(len, layers)) <= _MOST:
        return
    every = [n for layer in layers for n in layer]
    for chosen in [every, *(layers if len(layers) > 1 else [])]:
        spreads = [n for n in chosen if _spreads(tape, n)]
        means = [n for n in chosen if n not in spreads]
        for words, nodes in (
            ("spread", spreads),
            ("mean", means),
            ("mean and spread", chosen if means and spreads else []),
        ):
            if nodes:
                told = f"the {words} that values are normalised by"
                for fault, slip, way in _SLIPS:
                    other = {id(n): partial(way, n) for n in nodes}
                    yield Wrong(fault, f"{told} {slip}", tape.rec.gradient(len(tape.leaves), instead=other))


def _layers(tape: Tape) -> list[list[Node]]:
    """Statistics of computed values, together where they are of the values of one layer."""
    found: dict[int, list[Node]] = {}
    own, targets = tape.rows - 1, tape.rows << 1
    for node in tape.rec.nodes:
        (of, *_) = node.parents or [node]
        computed = node.deps & own and node.deps & tape.rows and not node.deps & targets
        if computed and node.name in _AVERAGES | _SPREADS and 1 < node.value.size < of.value.size:
            found.setdefault(node.deps, []).append(node)  # deeper layers hang on more parameters
    return list(found.values())


def _spreads(tape: Tape, node: Node) -> bool:
    """Whether a statistic is one of squares."""
    if node.name in _SPREADS:
        return True
    (of, *_) = node.parents
    return of.name in ("power", "square") or (of.name == "multiply" and len({id(p) for p in of.parents}) == 1)


def _nothing(node: Node, u: Any) -> list[tuple[Node, Any]]:
    return []


def _summed(node: Node, u: Any) -> list[tuple[Node, Any]]:
    """The way back as of a sum: as many times as much as values go into one statistic."""
    return [(p, p.value.size // node.value.size * g) for p, g in pull_back(node, u)]


_SLIPS = (
    ("grad_activation_derivative_wrong", "taken for a constant", _nothing),
    ("grad_reduction_sum", "summed over the rows on the way back, not averaged", _summed),
)
