"""What the start of a network looks like, layer by layer: its weights, its units, its signal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose.backward._tapes import Segment, Tape
from pullback.diagnose.experiments._alike import twins
from pullback.diagnose.network import _functions as fn


@dataclass
class State:
    """What the start looks like, layer by layer."""

    tape: Tape | None
    zero: list[int]
    equal: list[int]
    spread: dict[int, float]
    dead: dict[int, float]
    flat: dict[int, float]
    grads: dict[int, float]


def look(case: Case, leaves: Any = None) -> State:
    """The state of weights, units and signal at `leaves` (None: the start, which is looked at once)."""
    if leaves is None:
        if "start" not in case.kept:
            case.kept["start"] = look(case, case.leaves)
        start: State = case.kept["start"]
        return start
    rows = case.judged[:: max(1, len(case.judged) // _most_rows(case))]
    unlit = len(case.weights) > 1 and not any(np.any(leaves[k]) for k in case.weights)
    tape = None if unlit else case.tape_at(leaves, case.X[rows], case.y[rows])  # of zeros nothing can be read
    weights = case.weights
    hidden = weights[:-1] if len(weights) > 1 else []
    tables = [k for k, x in enumerate(leaves) if k not in weights and x.ndim == 2 and min(x.shape) > 1]
    zero = [k for k in sorted([*weights, *tables]) if not np.any(leaves[k])]
    equal = [k for k in weights if leaves[k].ndim == 2 and twins(case, k, leaves[k])] if hidden else []
    spread = {k: spread_of(case, k, leaves[k]) for k in weights}
    spread.update(_in_slices(tape) if tape is not None else {})
    dead: dict[int, float] = {}
    flat: dict[int, float] = {}
    grads: dict[int, float] = {}
    if tape is not None:
        for segment in _activations(case, tape):
            k = tape.products[min(segment.depth, len(tape.products) - 1)].leaf
            share = _share(segment, len(rows))
            (dead if segment.name == "relu" else flat)[k] = share
        grads = {p.leaf: float(np.sqrt(np.mean(tape.true[p.leaf] ** 2))) for p in tape.products}
    return State(tape, zero, equal, spread, dead, flat, grads)


def _activations(case: Case, tape: Tape) -> list[Segment]:
    """The activations of a recording, by what they are at the generic point: a faint signal fits anything."""
    if not tape.products:
        return []
    known, nodes = case.tape, tape.rec.nodes
    if known is None or [n.name for n in known.rec.nodes] != [n.name for n in nodes]:
        return tape.segments
    place = {id(n): i for i, n in enumerate(known.rec.nodes)}
    found = [replace(s, z=nodes[place[id(s.z)]], a=nodes[place[id(s.a)]]) for s in known.segments
             if id(s.z) in place and id(s.a) in place]  # fmt: skip
    depths = {s.depth for s in found}
    return [*found, *(s for s in tape.segments if s.depth not in depths)]


def _most_rows(case: Case) -> int:
    """Many rows where they pass through the network together and cost next to nothing, else fewer."""
    tape = case.tape
    if tape is not None and not tape.products:
        return 4  # number by number: no layer is known whose units could be looked at
    return 40 if row_by_row(case) else 120


def row_by_row(case: Case) -> bool:
    """Whether the loss takes every row through the layers by itself: to record many rows costs much then."""
    rows = max(case.size, 2)
    tape = case.tape if case.size > 1 else case.tape_at(case.generic, case.X[:2], case.y[:2])
    return tape is not None and any(len(product.nodes) >= rows for product in tape.products)


def spread_of(case: Case, k: int, W: np.ndarray) -> float:
    return float(np.sqrt(np.mean((W - 0.0) ** 2)) * np.sqrt(max(case.fan_in(k), 1)))


def _in_slices(tape: Tape) -> dict[int, float]:
    """The largest spread among the matrices that one long vector holds, which as a whole has no inputs."""
    found: dict[int, float] = {}
    for product in tape.products:
        for node, weight in zip(product.nodes, product.weights, strict=False):
            W = np.asarray(weight.value)
            if W.ndim == 2 and len(tape.leaves[product.leaf].shape) == 1 and node.name in ("matmul", "dot"):
                inputs = W.shape[-1] if node.parents[0] is weight else W.shape[0]
                size = float(np.sqrt(np.mean(np.square(W)) * inputs))
                found[product.leaf] = max(found.get(product.leaf, 0.0), size)
    return found


def _share(segment: Segment, rows: int) -> float:
    """The share of units that are dead (ReLU: zero on every row) or of values on the flat part."""
    a, z = segment.a.value, segment.sums
    if segment.name == "relu":
        if a.ndim == 2:
            axis = 0 if a.shape[0] == rows else 1
            return float(np.mean(~(a > 0).any(axis)))
        return float(np.mean(a <= 0))
    if segment.name in ("tanh", "sigmoid"):
        top = {"tanh": 1.0, "sigmoid": 0.25}[segment.name]
        return float(np.mean(fn.derivative(segment.name, z) < 0.02 * top))
    return 0.0
