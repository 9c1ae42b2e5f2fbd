"""Other parameters of a case: fresh ones to begin with, and the last ones before a loop breaks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pullback.diagnose._points import dividing
from pullback.diagnose.backward._pieces import Pieces, taken_apart
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.loops._leaves import flatten

Leaves = list[np.ndarray]


def reborn(case: Any, seed: int = 0, only: int | None = None) -> Leaves:
    """Fresh initial weights: normal, divided by the root of the inputs' number; other leaves as they
    are where they are ones or divide something, else zero. Without any matrix the longest vectors are
    weights, or hold them, and so are those of `units`.
    """
    inside = layers_inside(case) if only is None else None
    return inside.pieces.join(_drawn(inside, seed)) if inside is not None else _drawn(case, seed, only)


def _drawn(case: Any, seed: int, only: int | None = None) -> Leaves:
    rng = np.random.default_rng(seed)
    out, flat = [], all(x.ndim < 2 for x in case.leaves)
    longest = max(x.size for x in case.leaves) if flat else 0
    single = {k for layer in units(case.leaves) for k in layer}
    for k, x in enumerate(case.leaves):
        fresh: Any = np.zeros(x.shape)
        if k in case.weights or (x.ndim == 2 and min(x.shape) > 1):
            fresh = rng.standard_normal(x.shape) * np.sqrt(1.6 / max(fan_in(case, k), 1))
        elif (x.size and np.allclose(x, 1.0)) or k in case.divisors:
            fresh = x.copy()
        elif x.size == longest > 1 or k in single:
            fresh = rng.standard_normal(x.shape) * np.sqrt(1.6 / x.size)
        out.append(fresh if only is None or only == k else x.copy())
    return out


def units(leaves: Leaves) -> list[range]:
    """Layers whose units are a vector each: where no matrix is, three or more of one length in a row."""
    found, start = [], 0
    for k in range(1, len(leaves) + 1):
        if k == len(leaves) or leaves[k].shape != leaves[start].shape:
            found.append(range(start, k))
            start = k
    flat = all(x.ndim < 2 for x in leaves)
    return [layer for layer in found if flat and len(layer) > 2 and leaves[layer[0]].size > 2]


@dataclass
class Inside:
    """The slices of one long vector as parameters, with what is asked of a case to draw them."""

    pieces: Pieces
    tape: Tape
    leaves: Leaves
    net: None = None

    @cached_property
    def weights(self) -> list[int]:
        return [product.leaf for product in self.tape.products]

    @cached_property
    def divisors(self) -> list[int]:
        return dividing(self.leaves, self.weights, self.tape.again)


def layers_inside(case: Any) -> Inside | None:
    """The layers that one long vector, the only parameter, holds in slices; None where it holds none."""
    if "inside" not in case.kept:
        case.kept["inside"] = _layers_inside(case)
    found: Inside | None = case.kept["inside"]
    return found


def _layers_inside(case: Any) -> Inside | None:
    if len(case.leaves) > 1 or case.leaves[0].ndim != 1 or case.tape is None:
        return None
    matrices = [w for p in case.tape.products for w in p.weights if np.ndim(w.value) == 2]
    try:
        X, y = case.batch()
        found = taken_apart(case.loss, case.generic, X.astype(case.followed.dtype), y) if matrices else None
    except Exception:  # what cannot be taken apart stays whole
        return None
    return found and Inside(*found, found[0].split(case.leaves))


def fan_in(case: Any, k: int) -> int:
    """The number of inputs of the layer whose weight leaf `k` is."""
    x = case.leaves[k]
    if x.ndim < 2:
        return int(x.size)
    if case.net is not None:
        for layer in case.net.layers:
            if layer.w == k:
                return int(x.shape[0] if layer.stored == "io" else x.shape[1])
    return (case.tape.summed(k) if case.tape else 0) or int(x.shape[0])


def brink(case: Any) -> tuple[Leaves, Leaves] | None:
    """The last parameters of the loop as written before its loss is NaN or inf, and the next ones."""
    if np.isfinite(case.user.losses).all():
        return None
    body = case.patient.begun()
    params, before, leaves = body.params, case.leaves, case.leaves
    for t in range(case.user.at[int(np.argmin(np.isfinite(case.user.losses)))] + 1):
        rows = case.patient.batch(t)
        leaves = [np.array(x, float) for x in flatten(params)]
        if not all(np.isfinite(x).all() for x in leaves) or not np.isfinite(
                case.truth.value(leaves, case.X[rows], case.y[rows])):  # fmt: skip
            return before, leaves
        before = leaves
        params = body.step(params, body.X[rows], body.y[rows])
    return before, leaves
