"""Derivatives by differences, each with a bound measured on the spot.

For a function F of one number t, the central difference at step h is

    D(h) = (F(h) - F(-h)) / 2h = F'(0) + a h^2 + b h^4 + ...                           (1)

and the second one, which is the jump of the slope where F has a kink at 0,

    J(h) = (F(h) - 2 F(0) + F(-h)) / h = F'(0+) - F'(0-) + a h + b h^3 + ...           (2)

Three steps h, h/4, h/16 remove two terms of either (Richardson); the two smaller alone remove one. Their
disagreement bounds the truncation. The rounding of F is measured, not assumed: F is called at inputs moved
by one unit in the last place. Windows of steps from 5 % of the input down to 1e-9 of it are compared from the
smallest up: a larger window may narrow what the smaller ones say, never contradict it, since a contradiction
is a kink or a period in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Points = list[np.ndarray]
Function = Callable[[Points], np.ndarray]

RATIO = 4.0
SAFETY = 4.0
SHORT = (0.05, 4)
DEEP = 6


class Slopes(NamedTuple):
    """Derivatives along D directions of m outputs, `(D, m)` arrays each.

    Attributes
    ----------
    value, bound : array
        The two-sided derivative, and how far it may be off; inf where nothing is known.
    jump, jump_bound : array
        The right-hand derivative less the left-hand one.
    """

    value: np.ndarray
    bound: np.ndarray
    jump: np.ndarray
    jump_bound: np.ndarray

    @property
    def kink(self) -> np.ndarray:
        """Where the one-sided derivatives disagree for certain."""
        return np.abs(self.jump) > 4 * self.jump_bound

    @property
    def low(self) -> np.ndarray:
        """The least slope that the differences allow."""
        return self.value - self.bound - self._half()

    @property
    def high(self) -> np.ndarray:
        """The greatest."""
        return self.value + self.bound + self._half()

    def _half(self) -> np.ndarray:
        return np.where(self.kink, np.abs(self.jump) / 2 + self.jump_bound, 0.0)


class Rounding(NamedTuple):
    """The value at the point, and how far rounding moves it, `(m,)` each."""

    value: np.ndarray
    noise: np.ndarray


def rounding(F: Function, points: Points, rng: np.random.Generator, eps: float) -> Rounding:
    """The value and its noise: moves of one unit in the last place, and a second difference."""
    value = F(points)
    noise, moved = 2 * eps * np.abs(value), np.zeros_like(value)
    for _ in range(3):
        nudged = [x * (1 + np.finfo(float).eps * rng.choice([-1.0, 1.0], x.shape)) for x in points]
        moved = np.fmax(moved, np.abs(F(nudged) - value))
    noise = np.fmax(noise, moved)
    # A value that stands still for moves of one unit may be coarser than its dtype: this shows its grain.
    still, grain = noise <= 2 * eps * np.abs(value), np.zeros_like(noise)
    if np.any(still & (moved == 0)):
        for _ in range(3):
            d = [x * (2e-7 * rng.uniform(-1, 1, x.shape)) for x in points]
            up, down = (F([x + s * v for x, v in zip(points, d, strict=True)]) for s in (1, -1))
            grain = np.fmax(grain, np.abs(up - 2 * value + down) / 2)
        still &= (moved == 0) & (grain <= 4e-3 * np.max(np.abs(value), initial=0.0))
        noise = np.where(still, np.fmax(noise, grain), noise)
    return Rounding(value, SAFETY * noise)


class Line:
    """F along directions, with the windows of steps tried so far.

    Parameters
    ----------
    F : callable
        From a list of arrays to `(m,)`.
    points : list of arrays
        Where.
    directions : list of (leaf, array)
        Each moves one leaf (or all, where leaf is -1 and the array a list).
    """

    def __init__(self, F: Function, points: Points, directions: list, base: Rounding, eps: float) -> None:
        self.F, self.points, self.directions, self.base, self.eps = F, points, directions, base, eps
        self.windows: list[tuple[np.ndarray, ...]] = []

    def try_steps(self, scales: np.ndarray, first: float, count: int) -> None:
        """Windows at steps `first * scales / 4^k`; `scales` has one entry a direction."""
        if not self.directions:
            return
        factors = first / RATIO ** np.arange(count)
        h = factors[:, None] * scales[None, :]
        values = np.array(
            [
                [[self._moved(d, s * h[k, i]) for s in (1, -1)] for i, d in enumerate(self.directions)]
                for k in range(count)
            ]
        )  # (count, D, 2, m)
        with np.errstate(all="ignore"):
            self._windows(values, h)

    def _moved(self, direction: tuple, t: float) -> np.ndarray:
        leaf, d = direction
        moved = list(self.points)
        if leaf < 0:
            moved = [x + t * v for x, v in zip(self.points, d, strict=True)]
        elif isinstance(d, (int, np.integer)):
            moved[leaf] = self.points[leaf].copy()
            moved[leaf].reshape(-1)[d] += t
        else:
            moved[leaf] = self.points[leaf] + t * d
        return self.F(moved)

    def _windows(self, values: np.ndarray, h: np.ndarray) -> None:
        up, down, mid = values[:, :, 0], values[:, :, 1], self.base.value
        h = h[:, :, None]
        big = np.fmax(np.abs(up), np.abs(down))
        noise = (self.base.noise + SAFETY * self.eps * big) / h
        slope, bend = (up - down) / (2 * h), (up - 2 * mid + down) / h
        for k in range(len(values) - 2):
            a = _window(slope[k : k + 3], (RATIO**2, RATIO**4), noise[k + 2])
            b = _window(bend[k : k + 3], (RATIO, RATIO**3), 4 * noise[k + 2])
            self.windows.append((h[k + 2, :, 0], *a, *b))

    def slopes(self) -> Slopes:
        """The best of all windows so far."""
        if not self.windows:
            empty = np.zeros((0, self.base.value.size))
            return Slopes(empty, empty, empty, empty)
        order = np.argsort(np.array([w[0] for w in self.windows]), axis=0, kind="stable")[:, :, None]
        stacked = [np.array([w[i] for w in self.windows]) for i in range(1, 5)]
        value, bound, jump, jump_bound = (np.take_along_axis(x, order, axis=0) for x in stacked)
        return Slopes(*_narrow(value, bound), *_narrow(jump, jump_bound))


def _window(d: np.ndarray, powers: tuple[float, float], noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    p, q = powers
    first = (p * d[1] - d[0]) / (p - 1)
    second = (p * d[2] - d[1]) / (p - 1)
    best = (q * second - first) / (q - 1)
    # A bend that is no power of h^2 (a jump of the second derivative) slows the steps' convergence: then
    # extrapolation proves nothing, and what it moved the result by is the bound.
    smooth = np.abs(d[2] - d[1]) <= 2 / p * np.abs(d[1] - d[0]) + noise
    off = np.where(smooth, np.abs(best - second), np.fmax(np.abs(second - first), np.abs(d[2] - d[1])))
    bound = SAFETY * off + 2 * noise
    known = np.isfinite(best) & np.isfinite(bound)
    return np.where(known, best, 0.0), np.where(known, bound, np.inf)


def _narrow(value: np.ndarray, bound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    best, width = value[0].copy(), bound[0].copy()
    alive = np.ones(best.shape, bool)
    for v, b in zip(value[1:], bound[1:], strict=True):
        alive &= ~(np.abs(v - best) > b + width)
        better = alive & (b < width)
        best, width = np.where(better, v, best), np.where(better, b, width)
    return best, width


def scales_of(points: Points, directions: list) -> list[np.ndarray]:
    """Step scales to try, one array each: the element's own size, then 1, then its array's size."""
    own, whole = [], []
    for leaf, d in directions:
        x = points[leaf] if leaf >= 0 else np.concatenate([p.reshape(-1) for p in points])
        top = float(np.max(np.abs(x), initial=0.0))
        top = top if np.isfinite(top) and top > 0 else 1.0
        whole.append(top)
        mine = abs(float(x.reshape(-1)[d])) if isinstance(d, (int, np.integer)) and leaf >= 0 else 0.0
        own.append(mine if mine > 0 and np.isfinite(mine) else top)
    return [np.array(own), np.ones(len(own)), np.array(whole)]


def derive(
    F: Function,
    points: Points,
    directions: list,
    base: Rounding,
    eps: float,
    *,
    got: np.ndarray | None = None,
    unit: bool = False,
    turn: float = 1.0,
) -> Slopes:
    """The derivatives along directions: few steps where they suffice for `got`, else all.

    `unit` says that directions already carry the size of the input; `turn` moves every step a little, so
    that a second opinion shares no step with the first.
    """
    line = Line(F, points, directions, base, eps)
    if unit:
        ones = np.ones(len(directions))
        line.try_steps(ones, turn * 1e-3, 4)
        if got is None or _doubtful(line.slopes(), got).any():
            line.try_steps(ones, turn * 1e-3 / RATIO**4, 7)
            line.try_steps(ones, turn * 0.05, 3)
        return line.slopes()
    own, one, whole = scales_of(points, directions)
    first = None
    chosen = np.arange(len(directions))
    if got is not None:
        line.try_steps(own, turn * SHORT[0], SHORT[1])
        first = line.slopes()
        chosen = np.flatnonzero(_vague(first, got).any(axis=1))
        if not chosen.size:
            return first
    deep = Line(F, points, [directions[i] for i in chosen], base, eps)
    deep.try_steps(own[chosen], turn * SHORT[0], SHORT[1] + DEEP)
    for other in (one, whole):
        if np.any(np.abs(np.log10(other[chosen] / own[chosen])) > 0.5):
            deep.try_steps(other[chosen], turn * SHORT[0], SHORT[1] + 5)
    return deep.slopes() if first is None else replaced(first, deep.slopes(), chosen)


def replaced(first: Slopes, second: Slopes, chosen: np.ndarray) -> Slopes:
    """The slopes with those of the directions `chosen` taken from a second look."""
    merged = [np.array(x) for x in first]
    for all_of, some in zip(merged, second, strict=True):
        all_of[chosen] = some
    return Slopes(*merged)


def _vague(s: Slopes, got: np.ndarray) -> np.ndarray:
    """At a kink, or with bounds too wide to mean anything: here few steps do not say enough."""
    with np.errstate(all="ignore"):
        wide = s.bound > 1e-3 * np.fmax(np.abs(got), np.abs(s.value))
        return s.kink | (wide & (s.bound > 1e-6 * np.max(np.abs(s.value), initial=0.0)))


def _doubtful(s: Slopes, got: np.ndarray) -> np.ndarray:
    """Where `got` is outside, or where few steps do not say enough."""
    with np.errstate(all="ignore"):
        return ~(np.abs(got - s.value) <= s.bound) | _vague(s, got)
