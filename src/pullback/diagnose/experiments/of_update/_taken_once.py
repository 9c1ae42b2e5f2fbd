"""Parts of the update experiment: steps that go by the first gradient for ever."""

from __future__ import annotations

import numpy as np

from pullback.diagnose._findings import Finding
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.updates._moves import Leaves, Moves, chosen, norm


def taken_once(moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Finding]:
    """Whether every move is the first one, or so many times it as there were steps, wherever that led.

    The error was computed before the loop, or kept from its first round. No rule goes on so once the true
    gradients point elsewhere.
    """
    if len(grads) < 4:
        return []
    made = [moves.move(t) for t in range(len(grads))]
    flat = [[joined(xs) for xs in chosen(of, moving)] for of in (made, grads)]
    first, slope = flat[0][0], flat[1][0]
    if first.size < 2 or not np.isfinite(flat).all() or _off(first, -slope) > 1e-6:
        return []
    counts = np.arange(1, len(grads) + 1)
    grows = all(_near(u, t * first) for t, u in zip(counts, flat[0], strict=True))
    if not grows and not all(_near(u, first) for u in flat[0]):
        return []
    if min(_off(u, -g) for u, g in list(zip(*flat, strict=True))[1:]) < 1e-3:
        return []
    often = "once more at every step" if grows else "alone, at every step"
    return [Finding(
        "grad_not_zeroed", "step", f"the gradient is taken once and enters {often}",
        f"{len(grads)} moves are {'1, 2, 3, ... times ' if grows else ''}the first; the true gradients turn",
        "compute the error and its gradient anew in every step, from zero", 1.0, 81)]  # fmt: skip


def _near(u: np.ndarray, other: np.ndarray) -> bool:
    return norm([u - other]) < 1e-6 * norm([other])


def _off(u: np.ndarray, along: np.ndarray) -> float:
    """The part of a move that no multiple of a direction, forwards, gives."""
    power = float(along @ along)
    share = max(float(u @ along) / power, 0.0) if power else 0.0
    return norm([u - share * along]) / max(norm([u]), 1e-300)
