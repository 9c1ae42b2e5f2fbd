"""Units with a parameter each, put together: the weights of one layer in one matrix, its biases in one row.

Units of one layer are those that meet the same things: the rows, and all parameters of the layers below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.diagnose.recording._record import record

Leaves = list[np.ndarray]


@dataclass
class Stacks:
    """The parameters of each layer's units, and every other one alone; layers by their first unit's place."""

    groups: list[list[int]]

    @property
    def of(self) -> list[int]:
        return [group[0] for group in self.groups]

    def split(self, leaves: Leaves) -> Leaves:
        """One array a layer."""
        return [np.stack([leaves[k] for k in g]) if g[1:] else leaves[g[0]] for g in self.groups]

    def join(self, stacked: Any) -> list[Any]:
        """The parameters that these arrays are of; of recorded arrays recorded ones."""
        units = [(k, s[i] if g[1:] else s) for g, s in zip(self.groups, stacked, strict=True)
                 for i, k in enumerate(g)]  # fmt: skip
        return [unit for _, unit in sorted(units, key=lambda one: one[0])]

    def joined(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda stacked, X, y: function(self.join(stacked), X, y)

    def part(self, i: int, stacked: Leaves) -> str:
        """What a layer is called beside its first unit's parameter."""
        group = self.groups[i]
        return f", in the layer of parameters {group[0]} .. {group[-1]}" if group[1:] else ""


def stacks(loss: Callable[..., Any], leaves: Leaves, X: Any, y: Any) -> Stacks | None:
    """The units of a network by layers, as a recording shows; None where none has a vector of its own."""
    met = _met(loss, leaves, X, y)
    wide = _alike([k for k, x in enumerate(leaves) if x.ndim == 1 and x.size > 1], leaves, met)
    if not any(group[1:] for group in wide):
        return None
    for group in wide:  # a bias meets its own unit's weights, and no other's
        for k in (k for k, x in enumerate(leaves) if x.size == 1):
            if sum(met[k] >> j & 1 for j in group) == 1:
                met[k] |= sum(1 << j for j in group)
    taken = {k for group in wide for k in group}
    return Stacks(sorted([*wide, *_alike([k for k in range(len(leaves)) if k not in taken], leaves, met)]))


def _alike(some: list[int], leaves: Leaves, met: list[int]) -> list[list[int]]:
    groups: dict[Any, list[int]] = {}
    for k in some:
        groups.setdefault((np.shape(leaves[k]), met[k]) if leaves[k].ndim < 2 else k, []).append(k)
    return list(groups.values())


def _met(loss: Callable[..., Any], leaves: Leaves, X: Any, y: Any) -> list[int]:
    """By parameter, as bits, what is in everything of the rows that it is first put together with."""
    rows, met = 1 << len(leaves), [-1] * len(leaves)
    for node in record(loss, leaves, X, y).nodes:
        alone = [p.deps for p in node.parents if p.deps & (p.deps - 1) == 0 < p.deps < rows]
        for own in alone if node.deps & rows else ():
            met[own.bit_length() - 1] &= node.deps & ~own
    return met
