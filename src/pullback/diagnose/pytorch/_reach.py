"""Which outputs rest on a row's inputs, and at which of them the loss pulls otherwise with other targets.

Where an output stands does not say whose it is: a model may hold its rows along any axis, and a loss may turn
them. So a row's inputs are changed, and its outputs are those that change; and one target is changed, and the
outputs it is held against are those where the loss's slope changes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from pullback.diagnose._findings import Finding, number

ROWS, PLACES, OTHERS = 7, 12, 6
SLACK = 1e-9


def reached(loop: Any, X: np.ndarray, y: np.ndarray) -> list[Finding]:
    """The finding that targets are held against other places' outputs, or that few, or no choices, count."""
    try:
        with still(loop):
            out, few = loop.model(loop.rows(X[:ROWS])), y[:ROWS]
            if np.ndim(y) < 2 or not hasattr(out, "shape"):
                return []
            return _crossed(loop, out, few) or _uncounted(loop, out, few) or _unread(loop, out, y)
    except Exception:  # a loss that takes no other output, or other rows, is not looked into
        return []


@contextlib.contextmanager
def still(loop: Any) -> Iterator[None]:
    """A model that neither draws nor counts, from the state it starts in; afterwards as before."""
    modes = [(m, m.training) for m in loop.model.modules()]
    try:
        with loop.still(), loop.torch.random.fork_rng([]):
            for m, _ in modes:
                m.training = False
            yield
    finally:
        for m, mode in modes:
            m.training = mode
        loop.start.load(loop)


def kept_apart(loop: Any, X: np.ndarray, y: np.ndarray) -> bool:
    """Whether no output rests on two rows, and each row's target is held against outputs of its own."""
    x, t = X[:ROWS], y[:ROWS]
    outs = _parts(loop.model(loop.rows(x)))
    plain, pulls = _flat(outs), _flat(_pulls(loop, outs, t))
    taken = np.zeros(len(plain), bool)
    for k in range(ROWS):
        own, held = np.zeros_like(taken), np.zeros_like(taken)
        for row, target in zip(X[ROWS:][:OTHERS], y[ROWS:][:OTHERS], strict=True):
            own |= _differ(_flat(_parts(loop.model(loop.rows(_with(x, k, row))))), plain)
            held |= _differ(_flat(_pulls(loop, outs, _with(t, k, target))), pulls)
        if (own & taken).any() or not held.any() or (held & ~own).any():
            return False
        taken |= own
    return True


def _crossed(loop: Any, out: Any, y: np.ndarray) -> list[Finding]:
    """Scores of classes on one axis more than y has: a label is held against its own place's."""
    axis = _class_axis(tuple(out.shape), y)
    if axis is None:
        return []
    pulls, away = _pulls(loop, [out], y)[0], 0
    places = np.unique(np.linspace(0, y.size - 1, PLACES).astype(int))
    for place in (np.unravel_index(p, y.shape) for p in places):
        other = y.copy()
        other[place] = next(v for v in np.unique(y)[::-1] if v != y[place])
        held = np.moveaxis(_differ(_pulls(loop, [out], other)[0], pulls), axis, -1)
        if not 0 < held.sum() <= out.shape[axis]:
            return []
        away += bool(held.sum() > held[place].sum())
    if 2 * away <= len(places):
        return []
    return [Finding(
        "labels_misaligned", "loss", "the loss holds labels against the scores of other places of the output",
        f"of {len(places)} labels changed by themselves, {away} change the loss's slope at outputs that are "
        f"not their own, though the output is {tuple(out.shape)} and y {(len(y), *y.shape[1:])}",
        "move the classes' axis with permute or transpose: a view or reshape cuts across it",
        0.95, 95)]  # fmt: skip


def _class_axis(shape: tuple[int, ...], y: np.ndarray) -> int | None:
    """The axis of classes, where one axis alone can be that."""
    if y.dtype.kind not in "iu" or len(np.unique(y)) < 2:
        return None
    fits = [k for k in range(1, len(shape)) if shape[:k] + shape[k + 1 :] == y.shape and shape[k] > 1]
    return fits[0] if len(fits) == 1 else None


def _uncounted(loop: Any, out: Any, y: np.ndarray) -> list[Finding]:
    """A mask turned round: only those targets count that are all one value, and none of the others does."""
    counts = np.zeros(y.shape, bool)
    for k in range(OTHERS):
        pull = _pulls(loop, [loop.torch.roll(out, k, 0)], y)[0] != 0
        axis = _class_axis(tuple(out.shape), y)
        pull = pull if axis is None else pull.any(axis)
        if pull.size % y.size:
            return []
        counts |= pull if pull.shape == y.shape else pull.reshape(y.size, -1).any(1).reshape(y.shape)
    read, rest = np.unique(y[counts]), np.unique(y[~counts])
    if len(read) != 1 or len(rest) < 2 or read[0] in rest:
        return []
    return [Finding(
        "loss_formula_wrong", "loss", f"the loss counts those targets alone that are {number(read[0])}",
        f"its slope is nought at the outputs of the other {number(100 * float(np.mean(~counts)))} % of "
        f"{y.size} targets, which have {len(rest)} different values",
        "turn the mask round: it is to be 1 where a target counts", 0.95, 95)]  # fmt: skip


def _unread(loop: Any, out: Any, y: np.ndarray) -> list[Finding]:
    """One output counts in every row, whatever the column of y says that has the outputs' numbers."""
    if y.ndim != 2 or out.dim() != 2 or out.shape[1] < 2 or len(out) != ROWS:
        return []
    whole = np.arange(out.shape[1])
    columns = [k for k in range(y.shape[1]) if np.array_equal(np.unique(y[:, k]), whole)]
    y = y[:ROWS]
    pulls = _pulls(loop, [out], y)[0]
    if not columns or not ((pulls != 0).sum(1) == 1).all():
        return []
    for k in columns:
        other = y.copy()
        other[:, k] = (other[:, k] + 1) % len(whole)
        if _differ(_pulls(loop, [out], other)[0], pulls).any():
            return []
    return [Finding(
        "loss_formula_wrong", "loss", "the loss takes one output of every row, and not the one that y names",
        f"column {columns[0]} of y holds the outputs' numbers 0 to {len(whole) - 1}: "
        f"with every number in that column changed, each of {len(y)} rows has the slope it had",
        "take the output that y names: out.gather(1, y[:, [k]].long())", 0.95, 95)]  # fmt: skip


def _pulls(loop: Any, outs: list[Any], y: np.ndarray) -> list[np.ndarray]:
    """The slope of the loss by each of these outputs."""
    outs = [o.detach().clone().requires_grad_() for o in outs]
    with loop.torch.enable_grad():
        value = loop.loss_fn(outs[0] if len(outs) == 1 else tuple(outs), loop.rows(y))
    found = loop.torch.autograd.grad(value, outs, allow_unused=True)
    return [np.zeros(tuple(o.shape)) if g is None else g.numpy() for o, g in zip(outs, found, strict=True)]


def _parts(out: Any) -> list[Any]:
    return [p.detach() for p in (out if isinstance(out, (tuple, list)) else [out])]


def _flat(parts: list[Any]) -> np.ndarray:
    return np.concatenate([np.asarray(p).reshape(-1) for p in parts])


def _differ(a: np.ndarray, b: np.ndarray) -> Any:
    return np.abs(a - b) > SLACK * max(float(np.abs(b).max()), 1e-300)


def _with(rows: np.ndarray, k: int, row: Any) -> np.ndarray:
    rows = rows.copy()
    rows[k] = row
    return rows


__all__ = ["kept_apart", "reached", "still"]
