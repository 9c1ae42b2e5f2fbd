"""`check`, `check_gradient` and `assert_pair`: from a user's function to a report."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from pullback.check._blame import Guilty, blame
from pullback.check._evidence import PROJECTIONS, Evidence, LeafEvidence
from pullback.check._fit import Mistake
from pullback.check._judge import UNKNOWN, WRONG, Verdict, judge
from pullback.check._large import name_large
from pullback.check._report import Input, Report
from pullback.check._shrink import shrink
from pullback.check._subject import GradientSubject, Subject, subject_of

SMALLEST = 3000
"""Cases of more elements than this are not shrunk: that would take longer than the check."""


def check(f: Callable[..., Any], *args: Any, seed: int = 0, **settings: Any) -> Report:
    """Judge a pair: right, wrong (and how), or cannot tell (and why).

    Parameters
    ----------
    f : callable
        A primitive, a function that returns `(value, vjp)`, or any function that can be traced.
    *args : tree of arrays
        Where it is judged. Every float array among them is an input.
    seed : int
        Of the random cotangents and directions.
    **settings
        Passed on to `f`.

    Returns
    -------
    Report
        Print it, or ask for `.verdict`, `.mistake`, `.guilty`, `.to_json()`.

    Raises
    ------
    ArgumentError
        Where `f` cannot be called.

    Examples
    --------
    >>> def cube(x):
    ...     return x**3, lambda u: (-3 * u * x**2,)
    >>> report = check(cube, np.array([1.0, 2.0]))
    >>> report.line()
    'cube: wrong: the sign of the cotangent of x is flipped'
    """
    return examine(subject_of(f, args, settings), seed)


def check_gradient(
    loss: Callable[..., Any], grad: Callable[..., Any], params: Any, *args: Any, seed: int = 0, **kwargs: Any
) -> Report:
    """Judge a hand-written gradient: `grad(params, *args)` of `loss(params, *args)`.

    Parameters
    ----------
    loss : callable
        Returns a float.
    grad : callable
        Returns arrays in the structure of `params`.
    params : tree of float arrays
    *args
        The rest of what both take: usually `X` `(n_samples, n_features)` and `y` `(n_samples, n_outputs)`;
        a stray factor is named after their axes.

    Returns
    -------
    Report

    Examples
    --------
    >>> def loss(w, X, y):
    ...     return np.mean((X @ w - y) ** 2)
    >>> def grad(w, X, y):
    ...     return 2 * X.T @ (X @ w - y)
    >>> X, y = np.arange(6.0).reshape(3, 2), np.array([1.0, 0.0, 2.0])
    >>> check_gradient(loss, grad, np.array([0.5, -0.5]), X, y).mistake.kind
    'sum_for_mean'
    """
    return examine(GradientSubject(loss, grad, params, args, kwargs), seed)


def assert_pair(f: Callable[..., Any], *args: Any, **settings: Any) -> None:
    """Fail a test, with the report as its message, unless `check` says right.

    Raises
    ------
    AssertionError
        Where the verdict is wrong or cannot tell.

    Examples
    --------
    >>> assert_pair(lambda x: (x**2, lambda u: (2 * u * x,)), np.array([1.0, 2.0]))
    """
    __tracebackhide__ = True
    report = check(f, *args, **settings)
    if report.verdict != "right":
        raise AssertionError(str(report))


def examine(subject: Subject, seed: int = 0) -> Report:
    """The full report on a subject: verdict, mistake, guilt and the smallest failing case."""
    start = time.perf_counter()
    verdict = judge(subject, seed)
    guilty: Guilty | None = None
    if verdict.status == WRONG:
        guilty = _settle(verdict, seed)
    report = _write(verdict, guilty)
    if verdict.status == WRONG and sum(x.size for x in subject.points) <= SMALLEST and guilty is None:
        report.smallest = _smallest(verdict, seed)
    report.seconds = time.perf_counter() - start
    return report


def _settle(verdict: Verdict, seed: int) -> Guilty | None:
    """The guilty pair of a wrong composition; kinks that combine to no derivative are nobody's guilt."""
    guilty, judged, kink = blame(verdict.subject, seed)
    if guilty is not None:
        inner = guilty.mistakes or verdict.mistakes
        verdict.mistakes = guilty.mistakes = inner
    if verdict.subject.kind == "function" and guilty is None and judged and kink:
        verdict.status, verdict.mistakes, verdict.breaches = UNKNOWN, [], []
        verdict.reason = "at a kink, where the conventions of the pairs inside add up to no derivative"
        verdict.evidence = None
        return None
    if verdict.evidence is not None and verdict.evidence.mode != "whole" and not verdict.mistakes:
        verdict.mistakes = name_large(verdict)
    return guilty


def _smallest(verdict: Verdict, seed: int) -> str:
    kinds = {m.kind for m in verdict.mistakes}

    def fails(subject: Subject) -> bool:
        try:
            again = judge(subject, seed)
        except Exception:
            return False
        return again.status == WRONG and bool(kinds & {m.kind for m in again.mistakes} or not kinds)

    small = shrink(verdict.subject, fails)
    parts = []
    for label, x in zip(small.labels, small.points, strict=True):
        shown = np.array2string(x, precision=4, separator=", ").replace("\n", "")
        parts.append(f"{label} = {shown}" if x.size <= 6 else f"{label} of shape {x.shape}")
    return "; ".join(parts)


def _write(verdict: Verdict, guilty: Guilty | None) -> Report:
    subject, found = verdict.subject, verdict.evidence
    report = Report(verdict.status, subject.name, subject.kind, subject.where, verdict.reason)
    report.mistakes, report.guilty, report.notes = list(verdict.mistakes), guilty, list(verdict.notes)
    if found is not None:
        report.inputs = [_input(leaf, found) for leaf in found.wrong]
        report.method = _method(found)
        if verdict.status == WRONG and not report.mistakes:
            report.mistakes = [Mistake("unknown", "no simple mistake explains it", "derive it again", 1.0)]
    return report


def _input(leaf: LeafEvidence, found: Evidence) -> Input:
    with np.errstate(all="ignore"):
        off = np.where(leaf.wrong, np.abs(leaf.got - leaf.true), -1.0)
    j, k = (int(i) for i in np.unravel_index(int(np.argmax(np.nan_to_num(off, nan=np.inf))), off.shape))
    whole = found.mode == "whole"
    at = tuple(int(i) for i in np.unravel_index(k, leaf.shape)) if whole and leaf.shape else ()
    wrong = int(leaf.wrong.any(axis=0).sum()) if whole else 0
    facts = (float(leaf.got[j, k]), float(leaf.true[j, k]), float(leaf.bound[j, k]))
    return Input(leaf.label, leaf.shape, wrong, leaf.x.size, at, j, *facts)


def _method(found: Evidence) -> str:
    bound = max(
        (float(np.max(x.bound, initial=0.0, where=np.isfinite(x.bound))) for x in found.leaves), default=0.0
    )
    if found.mode == "whole":
        return f"every element, by differences with measured bounds (the widest {bound:.1e})"
    return (
        f"{PROJECTIONS} random projections an input; one wrong entry is missed (probability 0) only where "
        f"its error, times the size of its element, is below {4 * bound:.1e}; several, only where they "
        "cancel in all"
    )


__all__: list[str] = ["assert_pair", "check", "check_gradient", "examine"]
