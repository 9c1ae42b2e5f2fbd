"""Runs with one thing mended: what, mended alone, makes the loop learn.

Does: runs the loop as written and the exact gradient with Adam from a fresh start; where the first falls
far short of the second, runs the user's own step with smaller and larger moves, more steps, fresh weights,
scaled inputs and targets, rows shuffled, larger batches, no penalty.
Measures: the share of the reachable improvement over the best constant prediction each run gets.
Speaks for: step size, initialisation, data and model groups; for no fault where the loop does as well.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pullback.diagnose._case import Case
from pullback.diagnose._columnwise import pieces
from pullback.diagnose._findings import Finding, number, raised
from pullback.diagnose.experiments import units
from pullback.diagnose.experiments._biases import without_bias
from pullback.diagnose.experiments._suspected import suspected
from pullback.diagnose.experiments.labels import at_odds, explained, learnable, rare, trace
from pullback.diagnose.experiments.model import experiment as too_small
from pullback.diagnose.experiments.model import missing_nonlinearity, narrow, too_small_for_few
from pullback.diagnose.experiments.of_treatment._breaking import STABLE, breaks, unstable
from pullback.diagnose.experiments.of_treatment._columns import unlike_scales
from pullback.diagnose.experiments.of_treatment._comparing import ENOUGH, Compared, alike, by_class
from pullback.diagnose.experiments.of_treatment._held_back import held_back
from pullback.diagnose.experiments.of_treatment._mending import PACE, causes, nothing_to_learn, unshuffled
from pullback.diagnose.experiments.of_treatment._ones import without_any_bias
from pullback.diagnose.experiments.of_treatment._partly import MOST, partly
from pullback.diagnose.experiments.of_treatment._penalties import too_strong, without_a_step
from pullback.diagnose.experiments.of_treatment._scales import costly_targets, straight_in_targets
from pullback.diagnose.experiments.of_treatment._stalled import stalled
from pullback.diagnose.experiments.of_treatment._widths import wrong_width
from pullback.diagnose.loops._sandbox import Failure
from pullback.diagnose.network._functions import labels, varied


def experiment(case: Case, so_far: list[Finding]) -> list[Finding]:
    """Findings that only whole runs can show."""
    if not case.patient.has_step:
        return without_a_step(case, so_far)
    case.tried.append("the loop as written against the exact gradient with Adam")
    failure = case.user.failure
    if failure is not None and not _overflowed(failure, case.user.steps):
        return [raised(failure)]
    case.machine.finish()
    state, doubt = suspected(case)
    certain = doubt is not None and doubt.weight >= 70 and doubt.id.startswith("init")
    proven = any(f.weight >= 79 and f.confidence > 0.6 for f in so_far)
    if doubt is not None and certain and proven:
        return [doubt]
    if proven:
        return []
    case.meanwhile = [doubt] if doubt is not None and certain else []  # stands whatever the runs may add
    runs = Compared(case)
    _note(runs)  # how far it is known to get, should the time be up
    found = _compared(runs, state, doubt, certain, so_far)
    _acquit(runs, so_far)
    return found if found or failure is None else [raised(failure)]


def _overflowed(failure: Failure, steps: int) -> bool:
    """Whether an error is plain Python's way to say inf or NaN, of a loop that had gone on until then.

    Arrays overflow silently, `math.exp` and `**` of numbers raise: what led the loop astray is the fault.
    """
    error = failure.error
    numbers = isinstance(error, ArithmeticError) or (isinstance(error, ValueError) and "math" in str(error))
    return steps > 0 and numbers


def _compared(
    runs: Compared, state: units.State, doubt: Finding | None, certain: bool, so_far: list[Finding]
) -> list[Finding]:
    """Findings by runs with one thing mended."""
    case = runs.case
    if doubt is not None and certain:
        return [_curves(runs, f) for f in _beside_start(runs, doubt)]
    plain = breaks(runs) or unstable(runs) or without_bias(case, runs.base, runs.goal)
    plain = plain or without_any_bias(runs) or wrong_width(runs) or _for_ever_dead(runs, state, doubt)
    if plain is not None:
        return [_curves(runs, plain)]
    linear = missing_nonlinearity(case, "") is not None  # no search makes a line of it more
    share = _explained(runs, linear)
    _note(runs)
    if runs.user.final < -1e6 * (1 + abs(runs.base)) and not labels(case.y):
        return [_bottomless(runs.user.final)]
    told = case.n < 60 or rare(case) or any(f.weight > 70 for f in so_far) or _of_several(case)
    told = told or _of_tables(case)
    blank = not told and not learnable(case) and not runs.foretells and not runs.foretells_slower
    heavy = None if _born_ill(runs, doubt) else too_strong(runs, blank)
    if heavy is not None:
        for f in so_far:  # a guess about the gradient stands behind what is proven
            f.weight = min(f.weight, heavy.weight - 1) if f.confidence < 0.6 else f.weight
        return [_curves(runs, heavy)]
    found = _nothing_there(runs) if blank else _by_room(runs, doubt, share, linear, so_far)
    if found is None:
        found = _below_the_goal(runs, doubt, share)
    return [_curves(runs, f) for f in found]


def _note(runs: Compared) -> None:
    """How far the loop gets, and how much there is to gain."""
    runs.case.facts = {
        "reached": round(runs.share(runs.user.final), 3),
        "room": round(runs.room, 3),
        "base": runs.base,
        "user": runs.user.final,
        "ref": runs.reference.final,
    }


def _for_ever_dead(runs: Compared, state: units.State, doubt: Finding | None) -> Finding | None:
    """Units that no step can mend: no matrix makes any difference there, and fresh weights learn."""
    if doubt is None:
        return None
    case = runs.case
    runs.start_over()
    astray = not np.isfinite(runs.user.final) or runs.share(runs.user.final) < 0
    if astray and runs.share(runs.made["fresh initial weights"].final) > ENOUGH:
        case.meanwhile = [replace(doubt, confidence=0.6)]  # what stands if the time is up before more
    if doubt.id != "dead_relu" or state.dead:
        return None
    return (
        doubt if runs.cured("fresh initial weights", lambda: case.user_with(leaves=case.reborn())) else None
    )


def _explained(runs: Compared, linear: bool) -> float:
    """How much of the targets other models foretell, asked where no run found room; a search follows."""
    if runs.room >= 0.5 or runs.case.n < 30 or rare(runs.case):
        return 0.0
    share = explained(runs.case)
    if share > 0.3 and runs.room < 0.5 * share and not linear:
        runs.search()
    return share


def _bottomless(final: float) -> Finding:
    return Finding(
        "loss_wrong_for_task", "loss", "the loss has no least value on these targets: it falls for ever",
        f"it reaches {number(final)}", "squared error for numbers", 0.9, 66)  # fmt: skip


REGULAR = 0.95
"""The correlation of neighbouring targets from which on they stand class by class, or in turn."""


def _nothing_there(runs: Compared) -> list[Finding]:
    """Findings where no model foretells the targets: there is nothing to learn, or it was spoiled."""
    regular = abs(alike(runs.case)) > REGULAR  # no label was exchanged: that would break their order
    of_labels = at_odds(runs.case) or ([] if regular else trace(runs.case))
    nothing = nothing_to_learn(runs.case)
    nothing.confidence = min([nothing.confidence, *(1 - f.confidence for f in of_labels)])
    return [*_linear_stack(runs.case), *of_labels, nothing]


def _by_room(
    runs: Compared, doubt: Finding | None, share: float, linear: bool, so_far: list[Finding]
) -> list[Finding] | None:
    """Findings where the room is small, or the loop gets most of the way; None: neither settles it."""
    case, room = runs.case, runs.room
    reached = runs.share(runs.user.final)
    if share > 0.4 and room < 0.2 * share:
        at_end = linear and reached >= ENOUGH  # what is left of so little room is no step's fault
        cause = _linear_stack(case) if at_end else _mended(runs, doubt, share)
        return cause or [*_linear_stack(case), *_cannot(runs, share)]
    if doubt is not None and share > 0.7 and room < 0.5 * share and not _refuted(runs, doubt):
        return [*_too_narrow(runs, doubt), replace(doubt, confidence=0.5)]
    costly = costly_targets(runs)
    if costly is not None:
        return [costly]
    if reached < ENOUGH or room <= 0.02:
        return None
    if held_back(runs, so_far):
        return []
    for f in so_far:
        f.confidence = 0.0 if f.confidence < 0.6 and "step" in f.evidence else f.confidence
    if doubt is not None and _costs(runs, doubt):
        return [doubt]
    few = too_small(case, []) if narrow(case) else []  # beside their runs there is no time left for it
    return few or partly(runs, room) or [f for f in [stalled(runs)] if f is not None]


def _too_narrow(runs: Compared, doubt: Finding) -> list[Finding]:
    """Too few units, before large or small first weights: from fresh ones too the loop leaves most of it."""
    if not doubt.id.startswith("init") or "fresh initial weights" not in runs.made or not narrow(runs.case):
        return []
    small = [f for f in too_small(runs.case, []) if f.id == "capacity_too_small"]
    return [replace(f, weight=doubt.weight + 1) for f in small]


def _below_the_goal(runs: Compared, doubt: Finding | None, share: float) -> list[Finding]:
    """Findings where the loop stays below what another run reaches."""
    case, room = runs.case, runs.room
    reached = runs.share(runs.user.final)
    uneven = unlike_scales(runs) if runs.evened else None
    if uneven is not None and reached < LOST:
        case.meanwhile = [_curves(runs, uneven)]  # proven on its own rows, whatever the others would say
    if uneven is not None and runs.better_even():
        return [uneven]
    ordered = unshuffled(runs) if reached < ENOUGH and by_class(case) else None
    if ordered is not None:  # where a pass ends with one kind, unseen rows are judged by where that leaves it
        return [ordered]
    if not (reached < 0 and room > LOST) and runs.as_good_unseen and not _born_ill(runs, doubt):
        return []
    unfit = too_small_for_few(case, runs.base, runs.goal)
    if unfit is not None:
        return [unfit]
    if doubt is not None and room > 0.12:
        case.meanwhile = [_curves(runs, replace(doubt, confidence=0.4))]
    return _mended(runs, doubt, share)


LOST = 0.5
"""The share of the way below which no rows apart can acquit a loop that one thing mended sends on it.

So much to gain, and an end that no constant is worse than, no luck with fewer rows acquits either.
"""


def _mended(runs: Compared, doubt: Finding | None, share: float) -> list[Finding]:
    """What mends the loop; before its pace its model, where that still leaves half of what X tells."""
    case, room = runs.case, runs.room
    found = causes(runs, doubt, room)
    if not found or found[0].id not in PACE or not share > 0.4 or room > 0.5 * share:
        return found
    small = [f for f in too_small(case, []) if f.id == "capacity_too_small"]
    return [*(replace(f, weight=61) for f in small), *found]


def _of_several(case: Case) -> bool:
    """Whether one row alone teaches nothing, as by a loss of the order of rows: y alone is no target then."""
    try:
        slopes = [case.gradient(case.generic, case.X[i : i + 1], case.y[i : i + 1]) for i in range(3)]
    except Failure:
        return False
    return not any(np.any(np.abs(g) > 1e-12) for slope in slopes for g in slope)


def _of_tables(case: Case) -> bool:
    """Whether rows of X number entries of the parameters, more than two thirds of the rows can settle.

    So many the loop is trained on, to foretell the rest. Of entries that so few rows number it cannot, and
    no forecast takes numbers of entries for what they are.
    """
    entries = sum(x.size for x in case.leaves)
    if 2 * case.n > 3 * entries or any(np.any(x != np.round(x)) for x in pieces(case.X)):
        return False
    try:
        slopes = [case.gradient(case.generic, case.X[i : i + 1], case.y[i : i + 1]) for i in range(3)]
    except Failure:
        return False
    return all(0 < sum(map(np.count_nonzero, slope)) < 0.2 * entries for slope in slopes)


def _acquit(runs: Compared, so_far: list[Finding]) -> None:
    """Guesses about a gradient fall where the loop, with one other thing mended, learns by that gradient.

    The run by a formula computed stably goes by the true gradient, and tells nothing of the loop's own.
    """
    proof = runs.made.get(runs.proof)
    if proof is None or runs.proof == STABLE or not runs.share(proof.final) > 0.9:
        return
    for f in so_far:
        f.confidence = 0.0 if f.confidence < 0.6 and f.id.startswith("grad_") else f.confidence


def _costs(runs: Compared, doubt: Finding) -> bool:
    """Whether the loop as written, that gets most of the way, gets most of the rest from fresh weights.

    On unseen rows too it does far worse than anything else; or far from all of the way, than from fresh
    weights. Small ones only take their time.
    """
    fresh = runs.case.reborn()
    far = runs.share(runs.user.final) < MOST and doubt.id != "init_too_small"
    return runs.cured("fresh initial weights", lambda: runs.case.user_with(leaves=fresh)) and (
        not runs.as_good_unseen or (far and runs.better_unseen(leaves=fresh))
    )


def _refuted(runs: Compared, doubt: Finding) -> bool:
    """Whether a fault of the first weights costs nothing: fresh ones get no further."""
    fresh = runs.made.get("fresh initial weights")
    if fresh is None or not doubt.id.startswith("init") or not np.isfinite(runs.user.final):
        return False
    return runs.share(fresh.final) < runs.share(runs.user.final) + 0.02


def _beside_start(runs: Compared, doubt: Finding) -> list[Finding]:
    """A fault of the start that is certain, and what else is wrong where mending the start is not enough.

    The one that gains more when it is mended alone stands first.
    """
    case = runs.case
    alone = runs.run("fresh initial weights", lambda: case.user_with(leaves=case.reborn()))
    if alone >= ENOUGH or case.left() < 0.25 * case.budget:
        return [doubt]
    found = causes(runs, None, (runs.base - runs.goal) / abs(runs.base) if runs.base else 0.0)
    for f in found:
        f.weight = doubt.weight + (1 if alone < 0.1 and not _stuck(case, doubt) else -1)
    return [*found, doubt]


def _stuck(case: Case, doubt: Finding) -> bool:
    """Whether no step can leave this start: without slope, or with units that stay alike."""
    if doubt.id == "init_zero":
        return True
    ended = case.user.leaves
    return len(ended) == len(case.leaves) and bool(units.look(case, ended).equal)


def _born_ill(runs: Compared, doubt: Finding | None) -> bool:
    """Whether the loop goes nearly all the way from fresh weights: no penalty of its own is too strong then.

    Weights behind dead units have no slope but the penalty's, and drain away whatever its size.
    """
    fresh = runs.made.get("fresh initial weights")
    if doubt is None or fresh is None or runs.room < 0.5:
        return False
    return runs.share(runs.user.final) < ENOUGH and runs.share(fresh.final) > MOST


def _linear_stack(case: Case) -> list[Finding]:
    """Where neither the loop nor a quick look finds anything in X, layers without activation come first."""
    found = missing_nonlinearity(case, "neither this model nor a linear fit finds anything in X")
    if found is not None:
        found.weight = 67
    return [found] if found is not None else []


def _cannot(runs: Compared, share: float) -> list[Finding]:
    """Nothing that was tried learns what a simple forecast finds in X: the model cannot say it.

    Where a constant costs nothing (no margin is asked for), the loss does not tell what was learnt; nor does
    it where nobody knows what the best of it would be, as of counts by a formula that is not known. What is
    the same in every row any forecast explains.
    """
    if not runs.base > 1e-9 * abs(runs.user.start) or not varied(runs.case.y):
        return []
    if runs.case.head is None and not labels(runs.case.y) and straight_in_targets(runs.case):
        return []
    return [Finding(
        "capacity_too_small", "model", "the model cannot represent what X tells of y",
        f"a forecast from other rows explains {number(100 * share)} % of y; this model, by the exact "
        f"gradient and from fresh weights too, gets from {number(runs.base)} to {number(runs.goal)} only",
        "more hidden units, and an activation between the layers", 0.6, 57)]  # fmt: skip


def _curves(runs: Compared, finding: Finding) -> Finding:
    """The loop as written, and the run that mended what this finding names; else what can be reached."""
    proof = runs.made.get(runs.proof)
    if finding.curves:
        return finding
    mended = (runs.proof, proof) if proof is not None else (BEST, runs.reference)
    finding.curves = {"as written": runs.user.curve(), mended[0]: mended[1].curve()}
    return finding


BEST = "exact gradient, Adam, from the better of two starts"
