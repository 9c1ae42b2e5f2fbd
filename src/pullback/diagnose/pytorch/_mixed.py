"""Rows of a batch that a PyTorch model mixes: time taken for the rows' axis, a view that cuts across.

One row is changed: where the outputs of others change too, rows have part in one another. Batch normalisation
does so by design, and its mode switches it off; what stays is looked at once more with the rows in another
order. A model that mixes rows by where they stand gives other outputs then, and one that shares something out
among the rows has a softmax over as many numbers as there are rows. Rows that only stand along another axis,
for model and loss alike, are not mixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding, number
from pullback.diagnose.pytorch._reach import kept_apart, still

SIZES = (7, 11)
LEAST, SLACK = 1e-4, 1e-9
"""The share of the outputs' size by which they change, and what rounding does."""


def mixed(loop: Any, X: np.ndarray, y: np.ndarray, batch: int) -> list[Finding]:
    """The finding that a row's output rests on the other rows of its batch."""
    if batch >= len(X) or len(X) < 2 * max(SIZES):
        return []  # a model of all rows at once, as of a graph's nodes
    try:
        with still(loop):
            found = _found(loop, X)
            return [] if found and kept_apart(loop, X, y) else found
    except Exception:  # a model that takes no such batch is not looked into
        return []


def _found(loop: Any, X: np.ndarray) -> list[Finding]:
    x, size = X[: SIZES[0]], SIZES[0]
    whole = _outputs(loop, x)
    scale = float(np.abs(whole).max())
    if len(whole) != size or _apart(whole, _outputs(loop, x)) or _apart(whole, _outputs(loop, x, 1)):
        return []  # it draws at random, or keeps what it has seen
    changed = 0.0
    for k in range(size):
        other = x.copy()
        other[k] = X[size + k]
        rest = np.arange(size) != k
        changed = max(changed, float(np.abs(_outputs(loop, other) - whole)[rest].max()))
    if not changed > LEAST * scale:
        return []
    evidence = f"with one row of {size} changed, outputs of other rows change by up to {number(changed)}"
    order = np.roll(np.arange(size)[::-1], 2)
    if float(np.abs(_outputs(loop, x[order]) - whole[order]).max()) > LEAST * scale:
        return [_by_place(evidence)]
    return [_shared(evidence)] if _softmax_over_rows(loop, X) else []


def _by_place(evidence: str) -> Finding:
    return Finding(
        "labels_misaligned", "model", "the model mixes the rows of a batch: outputs are held against the "
        "targets of other rows", f"{evidence}, and with the rows in another order each has another output",
        "keep the rows' axis first: batch_first=True, or transpose before a view or reshape",
        0.95, 95)  # fmt: skip


def _shared(evidence: str) -> Finding:
    return Finding(
        "softmax_wrong_axis", "model", "a softmax inside the model shares 1 out among the rows of a batch",
        f"{evidence}, and a softmax is taken over as many numbers as there are rows",
        "softmax over what one row holds: another dim, or batch_first=True", 0.95, 95)  # fmt: skip


def _outputs(loop: Any, x: np.ndarray, seed: int = 0) -> np.ndarray:
    """The outputs of rows, a line each, from one state and one seed."""
    loop.start.load(loop)
    loop.torch.manual_seed(seed)
    out = loop.model(loop.rows(x))
    parts = out if isinstance(out, (tuple, list)) else [out]
    return np.concatenate([p.detach().numpy().reshape(len(x), -1) for p in parts], 1)


def _apart(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.abs(a - b).max() > SLACK * max(float(np.abs(a).max()), 1e-300))


def _softmax_over_rows(loop: Any, X: np.ndarray) -> bool:
    """Whether some softmax, in two batches, is over as many numbers as rows each time."""
    return any(a == SIZES for a in zip(*(_lengths(loop, X[:size]) for size in SIZES), strict=False))


def _lengths(loop: Any, x: np.ndarray) -> list[int]:
    """Over how many numbers each softmax of the model is taken, attention's among them."""
    from torch.utils._python_dispatch import TorchDispatchMode

    found: list[int] = []

    class Listen(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            name = func.overloadpacket.__name__
            if name in ("_softmax", "_log_softmax"):
                found.append(args[0].shape[args[1]])
            elif "scaled_dot_product" in name:
                found.append(args[1].shape[-2])
            return func(*args, **(kwargs or {}))

    with Listen():
        _outputs(loop, x)
    return found


__all__ = ["mixed"]
