"""Part of the update experiment: what a step keeps in two places, if it is one array."""

from __future__ import annotations

from dataclasses import replace

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding
from pullback.diagnose.experiments.of_update._memories import nesterov, scheduled
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.updates._adaptive import simulate
from pullback.diagnose.updates._kept import one_array_twice, with_own_arrays
from pullback.diagnose.updates._moves import Moves, chosen, fit_linear, watch


def as_shared(case: Case, found: list[Finding]) -> list[Finding]:
    """A rule that is wrong, or none that is known, named by its cause where two places hold one array.

    What is less than exact about a gradient gives way: a right rule that appears is a proof.
    """
    wrong = bool(found) and found[0].id in _OF_STATE
    unread = case.moves is not None and case.rule is None and all(f.confidence < 1 for f in found)
    if not (wrong or unread) or not one_array_twice(case.patient, case.generic):
        return found
    words = "two things that are kept from step to step are one array: writing one overwrites the other"
    if wrong:
        return [replace(found[0], id=_SHARED, words=words, fix=_FIX), *found[1:]]
    if not _right_apart(case):
        return found
    told = "with an array of its own in each place a right rule reproduces the moves; as it is, none does"
    return [Finding(_SHARED, "step", words, told, _FIX, 1.0, 81)]


def _right_apart(case: Case) -> bool:
    """Whether the moves follow a right rule once each place has its own array, and do not before."""
    assert case.moves is not None
    try:
        apart = watch(with_own_arrays(case.patient, case.generic), case.generic, len(case.moves.after))
        return not _right(case, case.moves) and _right(case, apart)
    except Failure:
        return False


def _right(case: Case, moves: Moves) -> bool:
    """Whether one right rule makes these moves of gradients, here or ahead, at whatever rate each."""
    grads: list[Leaves] = case.gradients(moves)
    moving = moves.moving(grads)
    if not moving:
        return False
    linear = fit_linear(moves, grads, moving)
    if linear.gap < 1e-4:
        return linear.lr > 0
    rule = simulate(moves.of(moving), chosen(grads, moving), only_right=True)
    if rule is not None and rule.gap < 1e-3:
        return rule.lr > 0
    return scheduled(moves, grads, moving, lambda: True) == [] or nesterov(case, moves, moving)


_OF_STATE = ("momentum_state_wrong", "optimizer_state_mutated")
_SHARED = "optimizer_state_shared"
_FIX = "give every parameter, and every thing kept of it, a buffer of its own"
