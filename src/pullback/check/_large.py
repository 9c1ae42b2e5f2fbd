"""Naming a mistake in something too large for its whole Jacobian, three ways in turn.

A reference of our own: the value is traced, and where its gradient passes the same projections that the
wrong one failed, it stands for the truth, element by element. A smaller case: long axes are cut. A search:
the projection is halved until single elements are left.
"""

from __future__ import annotations

import warnings

import numpy as np

from pullback.check._differences import Slopes, derive
from pullback.check._evidence import (
    Evidence,
    LeafEvidence,
    direction,
    disagree,
    eps_of,
    flat_parts,
    flat_value,
    shadow,
)  # fmt: skip
from pullback.check._fit import Mistake
from pullback.check._judge import WRONG, Verdict, judge, name
from pullback.check._shrink import smaller
from pullback.check._terms import record

TESTS = 60


def name_large(verdict: Verdict) -> list[Mistake]:
    """The mistakes of a verdict that rests on projections."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = verdict.evidence
        if found is None:
            return verdict.mistakes
        reference = certified(found)
        if reference is not None:
            return name(reference, verdict.breaches)
        small = smaller(verdict.subject)
        if small is not None:
            again = judge(small)
            if again.status == WRONG and again.mistakes and again.mistakes[0].kind != "raises":
                return again.mistakes
        return [_search(leaf, found) for leaf in found.wrong]


def certified(found: Evidence) -> Evidence | None:
    """The evidence with our own gradient for the truth, where differences along projections confirm it."""
    if found.value.size != 1 or found.subject.kind == "function":
        return None
    made = record(found.subject)
    if made is None or len(made.values) != 1:
        return None
    ones = [np.ones_like(made.values[0])]
    mine = made.pull(ones)
    _, pull = found.subject.pair([x.copy() for x in found.subject.points])
    theirs = flat_parts(found.subject, pull([u if u.ndim else u[()] for u in ones]).parts)
    rng = np.random.default_rng(1)
    F = flat_value(found.subject, 1)
    leaves = []
    for i, x in enumerate(found.subject.points):
        ds = [direction(x, rng) for _ in range(3)] if x.size else []
        got = np.array([[mine[i] @ d.reshape(-1) for d in ds]])
        s = derive(
            F, found.subject.points, [(i, d) for d in ds], found.base, eps_of([]), got=got.T, unit=True
        )
        if disagree(got, s).any():
            return None
        value = mine[i][:, None]
        room = np.full(value.shape, 1e-10 * np.max(np.abs(value), initial=0.0))
        none = np.zeros_like(value)
        leaf = LeafEvidence(
            i, found.subject.labels[i], x.shape, x, theirs[i][None], Slopes(value, room, none, none + 1)
        )
        leaf.wrong = disagree(leaf.got, leaf.slopes)
        leaves.append(leaf)
    return Evidence(found.subject, "whole", leaves, found.out_shapes, found.value, found.base)


def _search(leaf: LeafEvidence, found: Evidence) -> Mistake:
    """Which elements are wrong, by halving."""
    subject, rng = found.subject, np.random.default_rng(2)
    value, pull = subject.pair([x.copy() for x in subject.points])
    m = int(np.size(value)) if not isinstance(value, (tuple, list)) else 0
    if m == 0:
        return _unknown(leaf)
    u = np.ones(np.shape(value)) if m == 1 else rng.uniform(0.5, 1.5, np.shape(value))
    g = flat_parts(subject, pull([u if u.ndim else u[()]]).parts)[leaf.index]
    inner = flat_value(subject, m)
    d = direction(leaf.x, rng).reshape(-1)

    def wrong(span: slice) -> bool:
        part = np.zeros_like(d)
        part[span] = d[span]
        got = np.array([[g @ part]])
        F_u = lambda points: np.array([u.reshape(-1) @ inner(points)])  # noqa: E731
        base = found.base._replace(value=F_u(subject.points), noise=np.max(found.base.noise, keepdims=True))
        s = derive(
            F_u, subject.points, [(leaf.index, part.reshape(leaf.shape))], base, 2e-16, got=got, unit=True
        )
        return bool(disagree(got, s).any())

    hits: list[int] = []
    spans, tests = [slice(0, d.size)], 0
    while spans and tests < TESTS and len(hits) < 8:
        span = spans.pop()
        tests += 1
        if not wrong(span):
            continue
        middle = (span.start + span.stop) // 2
        if span.stop - span.start == 1:
            hits.append(span.start)
        else:
            spans += [slice(middle, span.stop), slice(span.start, middle)]
    if not hits or (spans and len(hits) < 8):
        return _unknown(leaf)
    places = [str([int(k) for k in np.unravel_index(h, leaf.shape)]) for h in sorted(hits)]
    count = f"{len(hits)}" if not spans else f"{len(hits)} or more"
    shown = ", ".join(places[:4])
    text = f"the cotangent of {leaf.label} is wrong in {count} of {d.size} elements only ({shown})"
    return Mistake("some_elements", text, f"look at how element {places[0]} is treated", 0.0, leaf.index)


def _unknown(leaf: LeafEvidence) -> Mistake:
    text = f"the cotangent of {leaf.label} is wrong, and no simple mistake explains it"
    return Mistake("unknown", text, "derive it again", 1.0, leaf.index)


__all__ = ["certified", "name_large", "shadow"]
