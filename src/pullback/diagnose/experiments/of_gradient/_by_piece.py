"""Parts of the gradient experiment: a case whose parameters hold several layers, with each as a parameter."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import cached_property, partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.backward._pieces import Pieces, taken_apart
from pullback.diagnose.backward._stacked import Stacks
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.experiments.of_gradient._match import compare, consensus
from pullback.diagnose.experiments.of_gradient._sharing import shared
from pullback.diagnose.updates._moves import Moves, fit_linear

Apart = tuple[Pieces, Case]


def apart(case: Case) -> Apart | None:
    """The slices of the parameters, and the case with these as its parameters; None where there are none."""
    if "apart" not in case.kept:
        case.kept["apart"] = _apart(case)
    found: Apart | None = case.kept["apart"]
    return found


def _apart(case: Case) -> Apart | None:
    if case.tape is None:
        return None
    X, y = case.batch()
    try:
        found = taken_apart(case.loss, case.generic, X.astype(case.followed.dtype), y)
    except Exception:  # what cannot be taken apart is looked at whole
        return None
    if found is None:
        return None
    pieces, tape = found
    true = pieces.split(case.gradient(case.generic, X, y))
    if not all(np.allclose(a, b, rtol=1e-6, atol=1e-12) for a, b in zip(tape.true, true, strict=True)):
        return None
    other = held_as(case, pieces)
    other.__dict__ |= {"tape": tape, "generic": list(tape.leaves)}
    other.__dict__["tape_at"] = partial(_tape_at, case, pieces)
    return pieces, other


def held_as(case: Case, pieces: Pieces | Stacks) -> Case:
    """The case with other parameters that the loss's own are made of."""
    other = copy.copy(case)
    for name in [n for n in other.__dict__ if isinstance(getattr(Case, n, None), cached_property)]:
        del other.__dict__[name]
    other.__dict__["body"] = SimpleNamespace(loss=pieces.joined(case.loss))
    other.leaves, other.kept = pieces.split(case.leaves), {}
    other.__dict__["per_row"] = case.per_row
    return other


def _tape_at(case: Case, pieces: Pieces, leaves: Leaves, X: Any, y: Any) -> Tape | None:
    """A recording at other slices: joined and taken apart again, as the first one is."""
    try:
        found = taken_apart(case.loss, pieces.join(leaves), X.astype(case.followed.dtype), y)
    except Exception:  # a loss that cannot be recorded there has no tape
        return None
    return found[1] if found is not None and len(found[0].of) == len(leaves) else None


def rate_by_pieces(case: Case, moved: Leaves, true: Leaves) -> float | None:
    """The rate at which most slices follow their own gradients; None where none of more numbers does.

    Of one row every unit's slice follows its own, by a factor each where the error signal is wrong: two have
    to agree then.
    """
    found = apart(case)
    if found is None:
        return None
    match = compare(found[0].split(moved), found[0].split(true))
    fine = [k for k in match.telling() if match.gaps[k] < 1e-4 and not match.single[k]]
    rate = consensus(match) if fine else 0.0
    agree = sum(abs(match.factors[k] - rate) <= 1e-4 * abs(rate) for k in fine)
    return rate if rate > 0 and (agree > 1 or case.size > 1) else None


def shared_by_pieces(case: Case, moves: Moves, grads: list[Leaves], moving: list[int]) -> list[Finding]:
    """Whether slices of one parameter, such as layers in a stack of matrices, share one buffer."""
    found = apart(case)
    if found is None:
        return []
    split, of = found[0].split, found[0].of
    own = Moves([split(b) for b in moves.before], [split(a) for a in moves.after])
    each = [split(g) for g in grads]
    some = [i for i, k in enumerate(of) if k in moving]
    odd = [i for i in some if fit_linear(own, each, [i]).gap >= 1e-4 and each[0][i].size > 1]
    pooled = shared(own, each, some, odd) if len(odd) > 1 else []
    if not pooled:
        return []
    k = of[odd[0]]
    words = f"slices of parameter {k} share one buffer"
    return [replace(pooled[0], words=words, evidence=f"the moves of a slice of parameter {k} carry the "
                    "gradients of another", fix="give every slice a buffer of its own")]  # fmt: skip
