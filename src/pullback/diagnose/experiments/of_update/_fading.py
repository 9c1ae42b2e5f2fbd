"""Parts of the update experiment: how earlier gradients fade from a move, and whether anyone means that."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pullback.diagnose._findings import Finding, number

LEAST = 0.35
"""A memory below this is none that someone means."""


def judge_memory(
    c: np.ndarray, scale: float, grad_is_clean: bool = False, named: Callable[[], list[float]] = list
) -> list[Finding]:
    """What is wrong with the weights of the gradients in a move, newest first, as multiples of `scale`.

    `named` gives the numbers that the step goes by.
    """
    table = [("weight of gradients, newest first", ", ".join(number(x) for x in c * scale))]

    def wrong(words: str, fault: str = "momentum_state_wrong", fix: str = "") -> list[Finding]:
        return [Finding(
            fault, "step", words,
            f"the moves are the last gradients times {', '.join(number(x) for x in c[:4] * scale)}, ...",
            fix or "keep v = beta v + g and move by -lr v", 1.0, 81, table=table)]  # fmt: skip

    if (np.abs(c[1:]) < 1e-3).all():
        return []
    if abs(c[0]) < 1e-3:
        return wrong("the step uses the velocity of the step before: it is stale by one")
    if c[0] < 0 and (c[1:] < 1e-3).all():
        return wrong(
            "the step goes uphill: the velocity is added", "grad_sign_flipped", "subtract the velocity"
        )
    if c[0] < 0:
        return wrong("the newest gradient is added, uphill")
    if np.allclose(c, c[0], rtol=1e-3) and grad_is_clean:
        return wrong("the velocity grows without end: its memory is 1")
    if np.allclose(c, c[0], rtol=1e-3):
        return wrong("every step carries all gradients of earlier batches", "grad_not_zeroed",
                     "set the gradient buffers to zero before each backward pass")  # fmt: skip
    if _summed_twice(c):
        return wrong("every velocity is fed with all gradients of earlier batches", "grad_not_zeroed",
                     "set the gradient buffers to zero before each backward pass")  # fmt: skip
    if _last_alone(c, named):
        return wrong("of all earlier gradients only the last is remembered: what is kept is no velocity")
    ratios = c[2:] / np.where(np.abs(c[1:-1]) > 1e-9, c[1:-1], np.nan)
    early = c[1] / c[0]
    known = ratios[np.isfinite(ratios) & (np.abs(c[1:-1]) > 1e-5)]
    if (c[1:] < -1e-3).any():
        return wrong("earlier gradients enter with changing sign: the velocity's sign is lost")
    if known.size and np.ptp(known) > 1e-2 * abs(known.mean()):
        return wrong("earlier gradients fade at no fixed rate: the velocity is scaled again on the way")
    beta = float(known.mean()) if known.size else early
    if (beta > 1 - 1e-4 or early > 1 + 1e-4) and abs(early - beta / (1 + beta) * beta) > 1e-2:
        return wrong(f"the velocity grows without end: its memory is {number(max(beta, early))}")
    if abs(early - beta) < 1e-3 and beta < LEAST and not _chosen(c[0] * scale, beta, named()):
        return wrong(f"the memory is only {number(beta)}: the coefficients stand on the wrong terms")
    return []


def _last_alone(c: np.ndarray, named: Callable[[], list[float]]) -> bool:
    """Whether the last gradient enters by a share that a velocity may keep, and is named, and none before it.

    The mean of a few has other weights, or weights that stand for themselves.
    """
    share = c[1] / c[0]
    if len(c) < 4 or (np.abs(c[2:]) > 1e-3).any() or not LEAST <= share < 1 - 1e-3:
        return False
    return any(abs(share - abs(x)) < 1e-4 for x in named())


def _chosen(rate: float, beta: float, named: list[float]) -> bool:
    """Whether someone chose a small memory: it is named, and so is the rate, which is no memory itself.

    Of a mean of gradients the rate is what the newest one gets, divided by its share; if that share is named
    too, the two may have changed places.
    """

    def stands(x: float) -> bool:
        return any(abs(x - abs(y)) < 1e-4 * x for y in named)

    by_sum = stands(rate) and not 0.5 <= rate < 1 - 1e-6
    by_mean = stands(rate / (1 - beta)) and not stands(1 - beta)
    return stands(beta) and (by_sum or by_mean)


def _summed_twice(c: np.ndarray) -> bool:
    """Whether the weights grow by ever less, at one rate: a velocity of sums that are never cleared.

    Where a step looks ahead along its velocity, the newest gradient has a weight of its own.
    """
    growth = np.diff(c, prepend=0.0)
    if len(c) < 4 or not (growth > 0).all():
        return False
    fade = growth[2:] / growth[1:-1]
    return bool(0.05 < fade[0] < 1 - 1e-3 and growth[1] < growth[0] and np.allclose(fade, fade[0], rtol=1e-3))
