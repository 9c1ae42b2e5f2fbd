"""What a pair gave beside what differences give: the whole Jacobian where it is small, projections else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pullback.check._differences import Function, Points, Rounding, Slopes, derive, replaced, rounding
from pullback.check._subject import Subject, floats_of

ELEMENTS = 160
"""Up to this many inputs and outputs the Jacobian is taken whole."""

PROJECTIONS = 4

ERRORS = (ValueError, ArithmeticError, IndexError, np.linalg.LinAlgError)
"""What a function may raise a step outside its domain."""


@dataclass
class LeafEvidence:
    """One input: `got` and the differences, `(m, n)`; m counts outputs or u's, n elements or directions."""

    index: int
    label: str
    shape: tuple[int, ...]
    x: np.ndarray
    got: np.ndarray
    slopes: Slopes
    wrong: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))

    @property
    def true(self) -> np.ndarray:
        return self.slopes.value.T

    @property
    def bound(self) -> np.ndarray:
        return self.slopes.bound.T

    @property
    def kink(self) -> np.ndarray:
        return self.slopes.kink.T


@dataclass
class Evidence:
    """All inputs of a subject, at one point, in float64."""

    subject: Subject
    mode: str
    leaves: list[LeafEvidence]
    out_shapes: list[tuple[int, ...]]
    value: np.ndarray
    base: Rounding

    @property
    def wrong(self) -> list[LeafEvidence]:
        return [leaf for leaf in self.leaves if leaf.wrong.any()]


def shadow(subject: Subject) -> Subject:
    """The same subject on float64 copies of its inputs."""
    return subject.at([x.astype(np.float64) for x in subject.points])


def gather(subject: Subject, rng: np.random.Generator) -> Evidence:
    """The evidence at a subject's points, which are float64."""
    value, pull = subject.pair([x.copy() for x in subject.points])
    outputs = floats_of(value)
    size, m = sum(x.size for x in subject.points), sum(y.size for y in outputs)
    if size <= ELEMENTS and m <= ELEMENTS:
        return _whole(subject, outputs, pull, rng)
    return _projected(subject, outputs, pull, rng)


def flat_value(subject: Subject, m: int) -> Function:
    """The float outputs in one vector; nan where the function raises."""

    def F(points: Points) -> np.ndarray:  # noqa: N802 - the letter of the field
        try:
            parts = subject.value(points)
        except ERRORS:
            return np.full(m, np.nan)
        flat = [y.reshape(-1).astype(float) for y in parts]
        out = np.concatenate(flat) if flat else np.zeros(0)
        return out if out.size == m else np.full(m, np.nan)

    return F


def eps_of(outputs: Points) -> float:
    """The unit of rounding of the outputs, which a function may have made coarser than its inputs."""
    return max((float(np.finfo(y.dtype).eps) for y in outputs), default=2e-16)


def _whole(subject: Subject, outputs: Points, pull: Any, rng: np.random.Generator) -> Evidence:
    m = sum(y.size for y in outputs)
    F, eps = flat_value(subject, m), eps_of(outputs)
    base = rounding(F, subject.points, rng, eps)
    rows = got_rows(subject, outputs, pull)
    leaves = []
    for i, x in enumerate(subject.points):
        got = np.array([r[i] for r in rows]).reshape(m, x.size)
        slopes = derive(F, subject.points, [(i, k) for k in range(x.size)], base, eps, got=got.T)
        leaf = LeafEvidence(i, subject.labels[i], x.shape, x, got, slopes)
        leaf.wrong = disagree(got, slopes) & np.isfinite(base.value)[:, None]
        leaves.append(leaf)
    found = Evidence(subject, "whole", leaves, [y.shape for y in outputs], base.value, base)
    if found.wrong:
        _confirm(found, F, eps, outputs, rng)
    return found


def got_rows(subject: Subject, outputs: Points, pull: Any) -> list[list[np.ndarray]]:
    """The rows of the Jacobian: the cotangents for every unit `u`, flat."""
    rows = []
    for j, y in enumerate(outputs):
        for k in range(y.size):
            us = [np.zeros(v.shape, v.dtype) for v in outputs]
            us[j].reshape(-1)[k] = 1
            rows.append(flat_parts(subject, pull([u if u.ndim else u[()] for u in us]).parts))
    return rows


def flat_parts(subject: Subject, parts: list[Any]) -> list[np.ndarray]:
    """Cotangents as flat arrays, zeros where there is none; of another size they stand as nan."""
    out = []
    for g, x in zip(parts, subject.points, strict=True):
        flat = np.zeros(x.size) if g is None else np.asarray(g, dtype=float).reshape(-1)
        out.append(flat.copy() if flat.size == x.size else np.full(x.size, np.nan))
    return out


def disagree(got: np.ndarray, slopes: Slopes) -> np.ndarray:
    """Where a cotangent is outside of what the differences allow, `(m, n)`."""
    low, high, got = slopes.low.T, slopes.high.T, np.asarray(got)
    room = 64 * np.finfo(float).eps * np.abs(got)
    bound, value = slopes.bound.T, np.abs(slopes.value.T)
    steep = np.isinf(got) & ~(bound < 0.1 * value)  # an infinite slope, and differences that diverge
    lost = ~np.isfinite(got) & steep.any(axis=0, keepdims=True)  # 0 * inf beside it
    known = np.isfinite(bound) & ~steep & ~lost
    return known & ~((got >= low - room) & (got <= high + room))


def _confirm(found: Evidence, F: Function, eps: float, outputs: Points, rng: np.random.Generator) -> None:
    """A second opinion, at other steps and with the rounding of the vjp itself, before saying wrong."""
    subject = found.subject
    several = [_nudged_rows(subject, outputs, rng, k * np.finfo(float).eps) for k in [4, 16, 64] * 3]
    single = _single_rows(subject)
    ratio = np.finfo(np.float64).eps / np.finfo(np.float32).eps
    for leaf in found.wrong:
        columns = np.flatnonzero(leaf.wrong.any(axis=0))
        second = derive(F, subject.points, [(leaf.index, k) for k in columns], found.base, eps, turn=0.61)
        noise = np.zeros_like(leaf.got)
        for rows in several:
            noise = np.fmax(noise, _moved(rows, leaf))
        if not noise.any():  # the vjp stands still for such moves: it may be coarser than its dtype
            for _ in range(2):
                noise = np.fmax(noise, _moved(_nudged_rows(subject, outputs, rng, 2e-7), leaf))
        if single:
            coarse = np.array([r[leaf.index] for r in single]).reshape(leaf.got.shape)
            with np.errstate(all="ignore"):
                noise += np.nan_to_num(16 * ratio * np.abs(coarse - leaf.got), nan=0.0, posinf=0.0)
        noise = np.where(second.kink.T, 0.0, noise[:, columns])
        wide = second._replace(bound=2 * second.bound)
        got = leaf.got[:, columns]
        off = disagree(got, wide) & ~((got >= wide.low.T - noise) & (got <= wide.high.T + noise))
        leaf.slopes = replaced(leaf.slopes, second, columns)
        leaf.wrong[:, columns] &= off


def _moved(rows: list[list[np.ndarray]], leaf: LeafEvidence) -> np.ndarray:
    if not rows:
        return np.zeros_like(leaf.got)
    again = np.array([r[leaf.index] for r in rows]).reshape(leaf.got.shape)
    with np.errstate(all="ignore"):
        return np.nan_to_num(8 * np.abs(again - leaf.got), nan=0.0)


def _nudged_rows(
    subject: Subject, outputs: Points, rng: np.random.Generator, size: float
) -> list[list[np.ndarray]]:
    nudged = [x * (1 + size * rng.uniform(-1, 1, x.shape)) for x in subject.points]
    try:
        return got_rows(subject, outputs, subject.pair(nudged)[1])
    except ERRORS:
        return []


def _single_rows(subject: Subject) -> list[list[np.ndarray]]:
    """The Jacobian in float32: what its rounding does there, it does here, 5e8 times smaller."""
    coarse = subject.at([x.astype(np.float32) for x in subject.points])
    try:
        value, pull = coarse.pair(coarse.points)
        rows = got_rows(coarse, floats_of(value), pull)
    except (*ERRORS, TypeError):
        return []
    return rows if len(rows) == sum(y.size for y in floats_of(value)) else []


def _projected(subject: Subject, outputs: Points, pull: Any, rng: np.random.Generator) -> Evidence:
    m = sum(y.size for y in outputs)
    finite = [np.isfinite(y) for y in outputs]
    count = 1 if m == 1 else PROJECTIONS
    us = [[_draw(y, ok, rng, m) for y, ok in zip(outputs, finite, strict=True)] for _ in range(count)]
    weights = np.array([np.concatenate([u.reshape(-1) for u in row]) for row in us])
    inner, eps = flat_value(subject, m), eps_of(outputs)
    mask = np.concatenate([ok.reshape(-1) for ok in finite])

    def F(points: Points) -> np.ndarray:  # noqa: N802 - the letter of the field
        y = inner(points)
        return weights @ np.where(mask, y, 0.0)

    base = rounding(F, subject.points, rng, eps)
    rows = [flat_parts(subject, pull([u if u.ndim else u[()] for u in row]).parts) for row in us]
    leaves = []
    for i, x in enumerate(subject.points):
        if not x.size:
            continue
        ds = [direction(x, rng) for _ in range(PROJECTIONS)]
        got = np.array([[r[i] @ d.reshape(-1) for d in ds] for r in rows])
        slopes = derive(F, subject.points, [(i, d) for d in ds], base, eps, got=got.T, unit=True)
        leaf = LeafEvidence(i, subject.labels[i], x.shape, x, got, slopes)
        leaf.wrong = disagree(got, slopes)
        if leaf.wrong.any():
            second = derive(F, subject.points, [(i, d) for d in ds], base, eps, unit=True, turn=0.61)
            leaf.wrong &= disagree(got, second._replace(bound=2 * second.bound))
        leaves.append(leaf)
    shapes = [y.shape for y in outputs]
    return Evidence(subject, "projected", leaves, shapes, base.value, base)


def _draw(y: np.ndarray, finite: np.ndarray, rng: np.random.Generator, m: int) -> np.ndarray:
    if m == 1:
        return np.ones_like(y)
    return np.where(finite, rng.uniform(0.5, 1.5, y.shape) * rng.choice([-1, 1], y.shape), 0.0).astype(
        y.dtype
    )


def direction(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A direction no element of which is small beside the element it moves, or beside the array."""
    rms = float(np.sqrt(np.mean(np.square(x)))) or 1.0
    size = np.fmin(np.fmax(np.abs(x), 0.1 * rms), 10 * rms)
    return size * rng.uniform(0.5, 1.5, x.shape) * rng.choice([-1.0, 1.0], x.shape)
