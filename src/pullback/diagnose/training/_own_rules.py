"""Update rules that loops write out for themselves, as optimisers: they run as machine code too.

A rate may follow a course, and a gradient may be taken ahead, where the last move would lead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import tree
from pullback.diagnose.loops._leaves import joined
from pullback.diagnose.updates._moves import Leaves, Moves, norm
from pullback.train import Optimizer, sgd
from pullback.train._optimisers import Cast

Course = Callable[[Any], Any]
EXACT = 1e-4
"""How far off a fit may be, to what single precision can hold."""
AHEAD = (0.0, 0.9, 0.8, 0.95, 0.5, 0.7, 0.85, 0.6, 0.99)
"""The shares of the last move at which a gradient is looked for."""


class Rate(float):
    """The first step's rate, and the factor on it by the number of the step; it stays one when multiplied."""

    course: Course

    def __new__(cls, first: float, course: Course) -> Rate:
        made = super().__new__(cls, first)
        made.course = course
        return made

    def __mul__(self, other: Any) -> Any:
        by = float(self) * other
        return Rate(by, self.course) if isinstance(by, float) else by


def rates(lr: float, steps: np.ndarray) -> np.ndarray:
    """The rate of each of these steps."""
    course = lr.course(steps) if isinstance(lr, Rate) else 1.0
    return np.asarray(float(lr) * course * np.ones(len(steps)))


def velocity(beta: float, ahead: float = 0.0) -> Optimizer:
    """`u = beta u - lr g`, then `p + u`, with the gradient taken at `p + ahead u`."""

    def update(params: Any, grads: Any, state: Any, lr: Any) -> Any:
        rate = Cast(lr)
        u = [beta * u - rate(g) * g for u, g in zip(state["u"], grads, strict=True)]
        return [p + u for p, u in zip(params, u, strict=True)], {"u": u}

    return Optimizer(
        lambda ps: {"u": tree.map(np.zeros_like, ps)}, update, "velocity", {"beta": beta, "ahead": ahead}
    )


def rmsprop(rho: float, eps: float = 1e-8) -> Optimizer:
    """`v = rho v + (1 - rho) g^2`, then `p - lr g / (sqrt(v) + eps)`."""
    return _by_squares("rmsprop", rho, 1 - rho, eps)


def adagrad(eps: float = 1e-8) -> Optimizer:
    """`v = v + g^2`, then `p - lr g / (sqrt(v) + eps)`."""
    return _by_squares("adagrad", 1.0, 1.0, eps)


def _by_squares(name: str, kept: float, taken: float, eps: float) -> Optimizer:
    def update(params: Any, grads: Any, state: Any, lr: Any) -> Any:
        v = [kept * v + taken * g * g for v, g in zip(state["v"], grads, strict=True)]
        rate = Cast(lr)
        new = [p - rate(p) * g / (np.sqrt(v) + eps) for p, g, v in zip(params, grads, v, strict=True)]
        return new, {"v": v}

    return Optimizer(lambda ps: {"v": tree.map(np.zeros_like, ps)}, update, name, {"kept": kept, "eps": eps})


def looked_at(optimizer: Optimizer, params: Any, state: Any) -> Any:
    """Where an optimiser takes the gradient."""
    ahead = optimizer.settings.get("ahead", 0.0)
    return [p + ahead * u for p, u in zip(params, state["u"], strict=True)] if ahead else params


def measured(
    moves: Moves, gradient: Callable[[Leaves, int], Leaves], epoch: int
) -> tuple[Optimizer, float] | None:
    """The velocity, and the course of its rate, that give these moves; None where there is none."""
    u = [joined(moves.move(t)) for t in range(len(moves.after))]
    if len(u) < 6 or len(u[0]) < 3 or not all(np.isfinite(x).all() and x.any() for x in u):
        return None
    for ahead in AHEAD:
        found: list[tuple[float, float]] = []
        for t in range(len(u)):
            last = moves.move(t - 1) if t else [0.0 * x for x in moves.before[0]]
            g = gradient([w + ahead * m for w, m in zip(moves.before[t], last, strict=True)], t)
            fit = _fitted(u[t], u[t - 1] if t else 0 * u[0], joined(g))
            if fit is None or (ahead and t and abs(fit[0] - ahead) > 1e-3):
                break
            found.append(fit)
        if len(found) == len(u):
            return _as_optimizer(found, ahead, epoch)
    return None


def rate_of(moves: Moves, grads: list[Leaves]) -> float:
    """The multiple of these gradients that the moves come nearest to; 0 where there is none."""
    size = sum(norm(g) ** 2 for g in grads)
    along = -sum(float(np.sum(u * g)) for t, slope in enumerate(grads)
                 for u, g in zip(moves.move(t), slope, strict=True))  # fmt: skip
    return along / size if size > 0 and np.isfinite(along / size) else 0.0


def _fitted(u: np.ndarray, before: np.ndarray, g: np.ndarray) -> tuple[float, float] | None:
    """How much of the last move is in this one, and the rate of the gradient beside it."""
    A = np.stack([before, -g], 1)
    if not np.isfinite(A).all():
        return None
    kept, rate = np.linalg.lstsq(A, u, rcond=None)[0]
    return (float(kept), float(rate)) if norm([u - A @ (kept, rate)]) <= EXACT * norm([u]) else None


def _as_optimizer(
    found: list[tuple[float, float]], ahead: float, epoch: int
) -> tuple[Optimizer, float] | None:
    kept, steps = np.array([k for k, _ in found[1:]]), np.array([r for _, r in found])
    beta = float(np.median(kept))
    if np.ptp(kept) > 1e-2 or not -1e-3 < beta < 1 - EXACT or not steps.min() > 0:
        return None
    if abs(kept[0] * steps[0] / steps[1] - 1) < EXACT and np.ptp(kept * steps[:-1] / steps[1:]) < EXACT:
        return None  # all gradients so far, times a falling rate: what fades is the rate alone
    lr = course_of(steps, epoch)
    return None if lr is None else (sgd() if abs(beta) < 1e-3 else velocity(beta, ahead and beta), lr)


def course_of(steps: np.ndarray, epoch: int) -> float | None:
    """The rate that these of the first steps follow: fixed, or falling by a usual formula.

    By the step or by the epoch: as 1 / (1 + k t), as a power of one factor, or with the root of t.
    """
    if np.ptp(steps) <= 1e-6 * steps[0]:
        return float(np.median(steps))
    best: tuple[float, float] | None = None
    for unit in {1, epoch if 2 * epoch <= len(steps) else 1}:
        at = np.arange(len(steps)) // unit
        for power in (1.0, 2.0, 0.0):
            line = steps**-power if power else np.log(steps)
            slope, start = np.polyfit(at, line, 1)
            first, course = _along(float(slope), float(start), power, unit)
            gap = float(np.abs(first * course(np.arange(len(steps))) / steps - 1).max())
            if np.isfinite(gap) and (best is None or gap < best[0]):
                best = gap, Rate(first, course)
    return best[1] if best is not None and best[0] < EXACT else None


def _along(slope: float, start: float, power: float, unit: int) -> tuple[float, Course]:
    if not power:
        return float(np.exp(start)), lambda t: np.exp(slope * (t // unit))
    with np.errstate(all="ignore"):
        first = float(np.float64(start) ** (-1 / power))
    return first, lambda t: np.maximum(1 + slope / start * (t // unit), 1e-12) ** (-1 / power)
