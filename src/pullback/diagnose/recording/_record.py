"""A recording: the user's NumPy code run on arrays that note every call made on them.

What makes arrays anew (`np.array`, `np.zeros`, `np.c_`) is replaced meanwhile by what keeps the notes; so
are `float` and `math`, in the patient's copy (`_standins`). What is lost nonetheless is found out by
differences (`_truth`), never assumed.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from pullback.diagnose.recording._patches import ORIGINAL, PATCHED
from pullback.diagnose.recording._recorded import Node, Rec, Recording, above, pull_back, switch, unwrap

__all__ = ["Node", "Rec", "Recording", "above", "noting", "pull_back", "record", "recording"]

_NUMPY = vars(np)


@contextlib.contextmanager
def recording(tape: Recording | None = None) -> Iterator[Recording]:
    """Record what is done with `Rec` arrays inside the block, on a tape of its own or this one."""
    tape = Recording() if tape is None else tape
    outer = switch(tape)
    try:
        _NUMPY.update(PATCHED)  # all at once: no interrupt finds NumPy half replaced, or half put back
        yield tape
    finally:
        _NUMPY.update(ORIGINAL)
        switch(outer)
        tape.forget()


def noting(x: np.ndarray) -> np.ndarray:
    """The same numbers in an array that keeps the notes of what is written into it, and all its digits."""
    return x.astype(float).view(Rec) if x.dtype.kind == "f" else x


def record(
    f: Callable[..., Any], leaves: Sequence[Any], X: Any, y: Any, tape: Recording | None = None
) -> Recording:
    """Record `f(leaves, X, y)`; bits 0.. of `deps` are the leaves, then X, then y."""
    with recording(tape) as tape, _uncollected():
        boxed = [tape.leaf(x, i) for i, x in enumerate(leaves)]
        out = f(boxed, tape.leaf(X, len(leaves)), tape.leaf(y, len(leaves) + 1))
        tape.result = unwrap(out)
        tape.out = _output(tape, out)
    tape.every, tape.nodes = tape.nodes, tape.live()
    return tape


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No search for circles inside the block: thousands of notes, of which none is in one, set it off."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _scaled(tape: Recording, out: float) -> Node | None:
    """Plain arithmetic on floats taken from arrays: a multiple of the one taken, or of the sum of all."""
    total = sum(value for value, _ in tape.casts)
    if not total or not np.isfinite(out):
        return None
    node = tape.casts[0][1]
    for _, other in tape.casts[1:]:
        node = _made(tape, np.add, node, other)
    return _made(tape, np.multiply, node, out / total)


def _made(tape: Recording, op: Any, a: Node, b: Any) -> Node:
    value = np.asarray(op(a.value.reshape(()), b.value.reshape(()) if isinstance(b, Node) else b))
    deps = a.deps | (b.deps if isinstance(b, Node) else 0)
    node = Node(op, (a, b), {}, value, deps)
    tape.nodes.append(node)
    return node


def _output(tape: Recording, out: Any) -> Node | None:
    if isinstance(out, Rec) and out.size == 1:
        return out.node
    if isinstance(out, (float, int)):
        for value, node in reversed(tape.casts):
            if value == out:
                return node
        return _scaled(tape, float(out))
    return None
