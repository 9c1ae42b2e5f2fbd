"""The smallest case that still fails: axes of one length are cut together, then values are rounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pullback import tree
from pullback.check._evidence import ERRORS
from pullback.check._subject import GradientSubject, Subject
from pullback.errors import PullbackError

SMALL = (5, 4, 3, 7, 6, 8, 9)
"""Lengths that large axes are cut to, each another, so that roles stay apart."""


def cut(subject: Subject, lengths: dict[int, int]) -> Subject | None:
    """The subject with axes cut to other lengths, or None where it does not work then."""

    def shorter(x: Any) -> Any:
        if not isinstance(x, np.ndarray):
            return x
        return x[tuple(slice(lengths.get(n, n)) for n in x.shape)].copy()

    flat = [shorter(x) for x in subject.flat]
    other = subject.at([shorter(x) for x in subject.points])
    other.flat = flat
    if isinstance(other, GradientSubject):
        other.rest = tuple(tree.map(shorter, a) for a in other.rest)
        other.kwargs = {k: shorter(v) for k, v in other.kwargs.items()}
    try:
        with np.errstate(all="ignore"):
            other.value(other.points)
            return other
    except (*ERRORS, PullbackError, TypeError):
        return None


def lengths_of(subject: Subject) -> list[int]:
    """All lengths of axes, the longest first."""
    found = {n for x in subject.points for n in x.shape}
    for rest in getattr(subject, "rest", ()):
        found |= {n for x in tree.leaves(rest) if isinstance(x, np.ndarray) for n in x.shape}
    return sorted(found, reverse=True)


def smaller(subject: Subject) -> Subject | None:
    """A subject with every long axis cut, small enough for the whole Jacobian."""
    long = [n for n in lengths_of(subject) if n > max(SMALL)]
    kept = {n for n in lengths_of(subject) if n <= max(SMALL)}
    free = [n for n in SMALL if n not in kept] or list(SMALL)
    return cut(subject, {n: free[i % len(free)] for i, n in enumerate(long)}) if long else None


def shrink(subject: Subject, fails: Callable[[Subject], bool], budget: int = 24) -> Subject:
    """The smallest subject found for which `fails` stays true."""
    for length in lengths_of(subject):
        for target in (1, 2, 3):
            if target >= length or budget <= 0:
                continue
            other = cut(subject, {length: target})
            budget -= 1
            if other is not None and fails(other):
                subject = other
                break
    for digits in (0, 1):
        other = subject.at([np.round(x, digits) for x in subject.points])
        if any(not np.array_equal(a, b) for a, b in zip(other.points, subject.points, strict=True)) and fails(
            other
        ):
            return other
    return subject
