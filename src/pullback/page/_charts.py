"""Charts as SVG text: small, without scripts, in the colours of the page they stand in."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pullback.typing import Array

WIDTH, HEIGHT = 460, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 24, 12, 42
_LETTER = 7.0  # the width of a digit below an axis
_UNLIKE = 20  # curves whose lengths differ by more are drawn over the logarithm of the step


class Curve(NamedTuple):
    """A line of points; `kind` is the class that the page's style gives a colour."""

    name: str
    x: Array
    y: Array
    kind: str


class _Scale:
    """From data to the share of an axis; `kind` is "even", "log" or "counts" (log of 1 + steps)."""

    def __init__(self, low: float, high: float, kind: str = "even") -> None:
        self.low, self.high, self.kind = low, high, kind

    def part(self, value: float) -> float:
        low, high, at = (self._even(v) for v in (self.low, self.high, value))
        return (at - low) / ((high - low) or 1.0)

    def ticks(self, *, whole: bool = False) -> list[float]:
        if self.kind == "counts":
            return [0.0, *(10.0**p for p in range(math.floor(math.log10(max(self.high, 1))) + 1))]
        return (
            log_ticks(self.low, self.high) if self.kind == "log" else ticks(self.low, self.high, whole=whole)
        )

    def _even(self, value: float) -> float:
        if self.kind == "even":
            return value
        return math.log1p(value) if self.kind == "counts" else math.log(value)


class _Axes:
    """From data to places in the picture."""

    def __init__(self, x: _Scale, y: _Scale) -> None:
        self.x, self.y = x, y

    def across(self, x: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * self.x.part(x)

    def down(self, y: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * self.y.part(y)

    def drawn(self, xlabel: str, ylabel: str) -> list[str]:
        """The frame: ticks, grid and labels."""
        parts = []
        for tick in self._apart(self.x.ticks(whole=True)):
            at = f"{self.across(tick):.1f}"
            parts.append(f"<text x='{at}' y='{HEIGHT - _BOTTOM + 16}' text-anchor='middle'>{tick:g}</text>")
        for tick in self.y.ticks():
            at = f"{self.down(tick):.1f}"
            parts.append(f"<path class='grid' d='M{_LEFT} {at}H{WIDTH - _RIGHT}'/>")
            parts.append(f"<text x='{_LEFT - 6}' y='{at}' dy='4' text-anchor='end'>{tick:g}</text>")
        middle = (_LEFT + WIDTH - _RIGHT) / 2
        parts.append(
            f"<text x='{middle:.0f}' y='{HEIGHT - 8}' text-anchor='middle'>{html.escape(xlabel)}</text>"
        )
        up = (HEIGHT - _BOTTOM + _TOP) / 2
        turned = f"translate(14 {up:.0f}) rotate(-90)"
        parts.append(f"<text transform='{turned}' text-anchor='middle'>{html.escape(ylabel)}</text>")
        return parts

    def _apart(self, marks: list[float]) -> list[float]:
        """Every first, second, third ... of them, so that no two numbers below the axis touch."""
        for every in range(1, len(marks) + 1):
            kept = marks[::every]
            ends = [(self.across(m), _LETTER * len(f"{m:g}") / 2) for m in kept]
            if all(b - a >= left + right + _LETTER for (a, left), (b, right) in pairwise(ends)):
                break
        return kept


def lines(curves: Sequence[Curve], *, xlabel: str, ylabel: str, said: str, mark: float | None = None) -> str:
    """Curves over one x; `said` is for who cannot see it.

    y is logarithmic where all is above zero; x where one curve is far longer than another, so that both show.
    """
    y = np.concatenate([c.y[np.isfinite(c.y)] for c in curves])
    x = np.concatenate([c.x for c in curves])
    if not len(y):
        return ""
    log = bool(y.min() > 0)
    across = _Scale(float(x.min()), float(x.max()), "counts" if _unlike(curves) else "even")
    axes = _Axes(across, _Scale(*_padded(float(y.min()), float(y.max()), log), "log" if log else "even"))
    parts = axes.drawn(xlabel, ylabel)
    if mark is not None:
        parts.append(f"<path class='mark' d='M{axes.across(mark):.1f} {_TOP}V{HEIGHT - _BOTTOM}'/>")
    for curve in curves:
        places = [(axes.across(a), axes.down(b)) for a, b in zip(curve.x, curve.y) if np.isfinite(b)]
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        parts.append(f"<polyline class='{curve.kind}' points='{points}'/>")
        parts += [f"<circle class='{curve.kind}' cx='{a:.1f}' cy='{b:.1f}' r='2.5'/>" for a, b in places[:1]]
    return _svg(parts, said)


def scatter(x: Array, y: Array, *, xlabel: str, ylabel: str, said: str, most: int = 800) -> str:
    """Points around the diagonal; of more than `most` an even choice is drawn."""
    step = np.linspace(0, len(x) - 1, min(most, len(x))).astype(int)
    both = np.concatenate([x[step], y[step]])
    span = _padded(float(both.min()), float(both.max()), False)
    axes = _Axes(_Scale(*span), _Scale(*span))
    parts = axes.drawn(xlabel, ylabel)
    for a, b in zip(x[step], y[step]):
        parts.append(f"<circle class='dot' cx='{axes.across(a):.1f}' cy='{axes.down(b):.1f}' r='2'/>")
    ends = [f"{axes.across(v):.1f},{axes.down(v):.1f}" for v in span]
    parts.append(f"<polyline class='mark' points='{' '.join(ends)}'/>")
    return _svg(parts, said)


def ticks(low: float, high: float, *, about: int = 5, whole: bool = False) -> list[float]:
    """Round numbers between two.

    Examples
    --------
    >>> ticks(0.0, 9.5)
    [0.0, 2.0, 4.0, 6.0, 8.0]
    """
    if not high > low:
        return [low]
    rough = (high - low) / about
    base = 10.0 ** math.floor(math.log10(rough))
    step = min((base * m for m in (1, 2, 5, 10)), key=lambda s: abs(s - rough))
    step = max(1.0, step) if whole and high - low >= 3 else step
    first = math.ceil(low / step)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers between two, for a logarithmic axis.

    Examples
    --------
    >>> log_ticks(0.03, 2.0)
    [0.03, 0.1, 0.3, 1.0]
    >>> log_ticks(1.0, 1e13)
    [1.0, 100.0, 10000.0, 1000000.0, 100000000.0, 10000000000.0, 1000000000000.0]
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    powers = range(first, last + 1, max(1, (last - first) // 6))
    for steps in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)):
        found = [m * 10.0**p for p in powers for m in steps]
        found = [float(f"{t:.6g}") for t in found if low <= t * (1 + 1e-9) and t <= high * (1 + 1e-9)]
        if len(found) >= 4:
            return found
    return found or ticks(low, high)


def _unlike(curves: Sequence[Curve]) -> bool:
    """Whether all start at nought or later, and the longest is far longer than the shortest."""
    last = [float(c.x[-1]) for c in curves if len(c.x) > 1]
    return len(last) > 1 and min(c.x.min() for c in curves) >= 0 and max(last) > _UNLIKE * min(last)


def _padded(low: float, high: float, log: bool) -> tuple[float, float]:
    if log:
        room = max((high / low) ** 0.05, 1.02)
        return low / room, high * room
    room = 0.04 * (high - low) or 1.0
    return low - room, high + room


def _svg(parts: list[str], said: str) -> str:
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' role='img' aria-label='{html.escape(said)}'>"
        f"<title>{html.escape(said)}</title>{''.join(parts)}</svg>"
    )
