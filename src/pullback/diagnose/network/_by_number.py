"""The layers of a network written number by number: each unit's sum looked up among the numbers made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from pullback.diagnose.network import _functions as fn
from pullback.diagnose.network._layer import Layer
from pullback.diagnose.recording._recorded import Recording

Leaves = list[np.ndarray]
Found = list[tuple[Layer, np.ndarray, np.ndarray]]


class _Numbers:
    """The single numbers of a recording, by what they rest on."""

    def __init__(self, tape: Recording) -> None:
        nodes = [n for n in tape.nodes if n.value.size == 1 and n.value.dtype.kind == "f"]
        self._deps = np.array([n.deps for n in nodes], dtype=object)
        self._values = np.array([n.value.item() for n in nodes], float)
        self._sorted: dict[int, np.ndarray] = {}

    def have(self, z: np.ndarray, deps: int) -> bool:
        """Whether each of `z` was made of all that `deps` names."""
        if deps not in self._sorted:
            fits = np.array([d & deps == deps for d in self._deps], bool)
            self._sorted[deps] = np.sort(self._values[fits])
        kept = self._sorted[deps]
        if not kept.size:
            return False
        at = np.clip(np.searchsorted(kept, z), 1, max(kept.size - 1, 1))
        near = np.minimum(np.abs(kept[np.minimum(at, kept.size - 1)] - z), np.abs(kept[at - 1] - z))
        return bool((near <= 1e-9 * np.abs(z) + 1e-12).all())


def layers(tape: Recording, leaves: Leaves) -> Found:
    """Layers, their inputs and sums, from the row up; none where the numbers show no such chain."""
    row = tape.leaves[len(leaves)].value.astype(float).ravel()
    return _chain(_Numbers(tape), leaves, [row], frozenset())


def _chain(numbers: _Numbers, leaves: Leaves, inputs: list[np.ndarray], used: frozenset[int]) -> Found:
    for a in inputs:
        for layer, held, z in _first(numbers, leaves, a, used):
            taken = used | {layer.w} | ({layer.b} if layer.b is not None else set())
            after = [fn.VALUE[f](z[None])[0] for f in fn.ACTIVATIONS]
            return [(layer, held, z), *_chain(numbers, leaves, after, taken)]
    return []


def _first(numbers: _Numbers, leaves: Leaves, a: np.ndarray, used: frozenset[int]) -> Iterator[Any]:
    """Layers that take `a`, those with a bias before those without."""
    rows = 1 << len(leaves)
    free = [k for k in range(len(leaves)) if k not in used]
    found = []
    for w in (k for k in free if leaves[k].ndim < 3):
        for stored in ("io", "oi") if leaves[w].ndim == 2 else ("io",):
            layer = Layer(w, None, stored)
            M = layer.weight(leaves)
            for held in (np.append(a, 1.0), np.append(1.0, a)) if len(M) == a.size + 1 else ():
                found.append((layer, held, held @ M, rows | 1 << w))
            if len(M) != a.size:
                continue
            for b in (k for k in free if k != w and leaves[k].size == M.shape[1]):
                for shift in (1, -1):
                    biased = replace(layer, b=b, shift=shift)
                    found.append((biased, a, a @ M + biased.bias(leaves)[0], rows | 1 << w | 1 << b))
            found.append((layer, a, a @ M, rows | 1 << w))
    found.sort(key=lambda one: one[0].b is None and one[1].size == a.size)
    for layer, held, z, deps in found:
        if numbers.have(z, deps):
            yield layer, held, z
