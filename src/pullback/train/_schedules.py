"""Schedules: by what factor the learning rate is multiplied at each step.

A schedule is a function `schedule(step, total_steps) -> float` for steps from 0 to `total_steps - 1`. Every
factory here returns one. Lengths are shares of the run where they are below 1, numbers of steps
otherwise, so that a schedule means the same for ten epochs and for a hundred.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from pullback.errors import ArgumentError

Schedule = Callable[[int, int], float]


def constant() -> Schedule:
    """Always 1."""
    return lambda step, total: 1.0


def step(every: float = 1 / 3, factor: float = 0.1) -> Schedule:
    """Multiplied by `factor` after each `every` of the run.

    Parameters
    ----------
    every : float
        A share of the run below 1, or a number of steps.
    factor : float, above 0

    Examples
    --------
    >>> halve = step(every=10, factor=0.5)
    >>> halve(9, 100), halve(10, 100), halve(20, 100)
    (1.0, 0.5, 0.25)
    """
    if not every > 0 or not factor > 0:
        raise ArgumentError(f"step(every={every}, factor={factor})", expected="both above 0")
    return lambda step, total: factor ** (step // _steps(every, total))


def linear() -> Schedule:
    """From 1 in a straight line to zero, reached just after the last step.

    Examples
    --------
    >>> linear()(5, 10)
    0.5
    """
    return lambda step, total: 1.0 - step / total


def cosine() -> Schedule:
    """From 1 along half a cosine to zero.

    Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, without restarts.

    Examples
    --------
    >>> round(cosine()(5, 10), 12)
    0.5
    """
    return lambda step, total: 0.5 * (1.0 + math.cos(math.pi * step / total))


def warmup(n: float = 0.05, then: Schedule | None = None) -> Schedule:
    """From near zero in a straight line to 1 in `n`, and then another schedule on what is left.

    Goyal and others, "Accurate, large minibatch SGD", 2017, section 2.2.

    Parameters
    ----------
    n : float
        A share of the run below 1, or a number of steps.
    then : schedule, optional
        `cosine()` if left out.

    Examples
    --------
    >>> rise = warmup(4, constant())
    >>> [rise(i, 10) for i in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    if not n > 0:
        raise ArgumentError(f"warmup(n={n})", expected="above 0")
    after = cosine() if then is None else then

    def schedule(step: int, total: int) -> float:
        rising = _steps(n, total)
        return (step + 1) / rising if step < rising else after(step - rising, total - rising)

    return schedule


def one_cycle(peak: float = 0.3, start: float = 0.04, end: float = 1e-4) -> Schedule:
    """Up from `start` to 1 at `peak`, then down to `end`, both along half a cosine.

    Smith, Topin, "Super-convergence: very fast training of neural networks using large learning rates",
    2018, with cosines for its straight lines.

    Parameters
    ----------
    peak : float
        Where 1 is reached: a share of the run below 1, or a number of steps.
    start, end : float
        Factors of the first and after the last step.

    Examples
    --------
    >>> cycle = one_cycle(peak=2)
    >>> [round(cycle(i, 4), 3) for i in range(4)]
    [0.04, 0.52, 1.0, 0.5]
    """
    if not peak > 0:
        raise ArgumentError(f"one_cycle(peak={peak})", expected="above 0")

    def schedule(step: int, total: int) -> float:
        top = min(_steps(peak, total), total - 1)
        if step < top:
            return _ease(start, 1.0, step / top)
        return _ease(1.0, end, (step - top) / (total - top))

    return schedule


SCHEDULES: dict[str, Callable[[], Schedule]] = {
    "constant": constant, "step": step, "linear": linear, "cosine": cosine, "warmup": warmup,
    "one_cycle": one_cycle,
}  # fmt: skip
"""The schedules that `fit` knows by name, with their defaults."""


def _steps(length: float, total: int) -> int:
    return max(1, round(length * total) if length < 1 else int(length))


def _ease(a: float, b: float, share: float) -> float:
    return b + (a - b) * 0.5 * (1.0 + math.cos(math.pi * share))


__all__ = ["SCHEDULES", "Schedule", "constant", "cosine", "linear", "one_cycle", "step", "warmup"]
