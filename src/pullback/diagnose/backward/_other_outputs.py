"""Wrong error signals of a loss whose own output is right: of another softmax, of none, or with no target."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose.backward._misplaced import only
from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.network import _functions as fn
from pullback.diagnose.recording._record import Node, pull_back

Function = Callable[[Any], Any]


def other_outputs(tape: Tape) -> Iterator[Wrong]:
    """The output less the target, with what the user's backward pass may have taken for the output.

    The error signal itself says what the targets are: c (p - 1) at a one, c p at a zero.
    """
    tops = tape.tops()
    if any(id(z) not in tape.sums or not np.size(z.value) for z in tops):
        return
    for right, others in _OUTPUTS:
        factors = [_factor(right(z.value), tape.sums[id(z)]) for z in tops]
        if not tops or min(factors) <= 0 or np.ptp(factors) > 1e-6 * factors[0]:
            continue
        for fault, words, other in others:
            if all(np.allclose(right(z.value), other(z.value), rtol=1e-6) for z in tops):
                continue
            instead = {id(z): _taken(z, factors[0], right, other) for z in tops}
            yield Wrong(fault, words, tape.rec.gradient(len(tape.leaves), instead=instead))


def untargeted(tape: Tape) -> Iterator[Wrong]:
    """What the layers below the last are handed where its output alone stands for output less target."""
    tops = tape.tops()
    if not tops or any(id(z) not in tape.sums or not np.size(z.value) for z in tops):
        return
    below = [k for k in range(len(tape.leaves)) if any(a.deps >> k & 1 for a in tape.products[-1].inputs)]
    for right in (_along(-1), _along(-2), fn.sigmoid, None):
        factors = [_squared(tape, z) if right is None else _factor(right(z.value), tape.sums[id(z)])
                   for z in tops]  # fmt: skip
        if min(factors) <= 0 or np.ptp(factors) > 1e-6 * factors[0]:
            continue
        for other in (_bare,) if right is None else (right, _bare):
            instead = {id(z): partial(_alone, z, factors[0] * other(z.value)) for z in tops}
            grads = tape.rec.gradient(len(tape.leaves), instead=instead)
            words = "the layers below are handed the output itself for its error: no target is taken off"
            yield from (only(tape, k, grads[k], "grad_wrong_delta", words) for k in below)
        return


def _squared(tape: Tape, z: Node) -> float:
    """The one factor c of an error signal c (z - t); 0 where there is none."""
    t, u = np.asarray(tape.rec.leaves[len(tape.leaves) + 1].value), np.asarray(tape.sums[id(z)])
    if t.size != u.size or t.dtype.kind not in "fiu" or u.shape != np.shape(z.value) or not u.any():
        return 0.0
    off = z.value - t.reshape(u.shape)
    c = float(np.sum(u * off) / np.sum(off * off)) if off.any() else 0.0
    return c if c > 0 and np.abs(u - c * off).max() <= 1e-6 * np.abs(u).max() else 0.0


def _alone(z: Node, handed: Any, u: Any) -> Any:
    del u
    return pull_back(z, handed)


def _bare(z: Any) -> Any:
    return z


def _factor(p: Any, u: Any) -> float:
    """The one factor c of an error signal c (p - t) with targets of zero and one; 0 where there is none."""
    u = np.asarray(u)
    if p.shape != u.shape or not (np.abs(p) > 1e-9).all() or not (np.abs(p - 1) > 1e-9).all() or not u.any():
        return 0.0
    each = np.where(u > 0, u / p, u / (p - 1))
    c = float(np.median(each))
    return c if c > 0 and np.abs(each - c).max() <= 1e-4 * c else 0.0


def _taken(z: Node, c: float, right: Function, other: Function) -> Any:
    return lambda u: pull_back(z, u + c * (other(z.value) - right(z.value)))


def _along(axis: int) -> Function:
    return lambda z: fn.softmax(z, axis) if -np.ndim(z) <= axis < np.ndim(z) else np.full(np.shape(z), np.nan)


def _whole(z: Any) -> Any:
    e = np.exp(z - np.max(z))
    return e / e.sum()


def _twice(axis: int) -> Function:
    return lambda z: fn.softmax(_along(axis)(z), axis)


_AXIS = "the gradient's softmax is normalised over the rows, where the loss's is over the classes"
_AGAIN = "the gradient takes the {} twice, where the loss takes it once"
_INSIDE = "a minus is lost inside the sigmoid that the gradient takes"
_BARE = "the gradient takes the last sums themselves for the probabilities of the loss"


def _beside(axis: int) -> list[tuple[str, str, Function]]:
    return [
        ("softmax_wrong_axis", _AXIS, _along(-2 if axis == -1 else -1)),
        ("softmax_wrong_axis", _AXIS.replace("the rows,", "rows and classes together,"), _whole),
        ("double_softmax", _AGAIN.format("softmax"), _twice(axis)),
        ("missing_softmax", _BARE, lambda z: z),
    ]


_OUTPUTS: list[tuple[Function, list[tuple[str, str, Function]]]] = [
    (_along(-1), _beside(-1)),
    (_along(-2), _beside(-2)),
    (fn.sigmoid, [
        ("double_softmax", _AGAIN.format("sigmoid"), lambda z: fn.sigmoid(fn.sigmoid(z))),
        ("grad_sign_flipped", _INSIDE, lambda z: fn.sigmoid(-z)),
        ("missing_softmax", _BARE, lambda z: z),
    ]),
]  # fmt: skip
