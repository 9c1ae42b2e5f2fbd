"""The gradient against the true one: which parameters are wrong, and the spoiled pass that gives the same.

Does: asks `grad` (or reads the first `step`) at a point without ties, on one batch.
Measures: per parameter the factor to the true gradient and what is left over.
Speaks for: every fault of the gradient group. Against: all of them where factors agree.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose._points import as_held, tamed
from pullback.diagnose.backward._pieces import Pieces
from pullback.diagnose.backward._stacked import Stacks
from pullback.diagnose.backward._tapes import Tape
from pullback.diagnose.experiments.of_gradient._by_count import power
from pullback.diagnose.experiments.of_gradient._by_layer import in_layers
from pullback.diagnose.experiments.of_gradient._by_piece import apart
from pullback.diagnose.experiments.of_gradient._elsewhere import elsewhere, later
from pullback.diagnose.experiments.of_gradient._made_good import divided_in_step, meant_as_descent
from pullback.diagnose.experiments.of_gradient._match import Match, Seen, compare, consensus, downhill
from pullback.diagnose.experiments.of_gradient._naming import explain, nearest, only_rows_scaled
from pullback.diagnose.experiments.of_gradient._owed import larger_penalty
from pullback.diagnose.experiments.of_gradient._shapes import MADE, no_numbers, shaped, unlike_parameters
from pullback.diagnose.experiments.of_gradient._sharing import draws_anew
from pullback.diagnose.experiments.of_treatment._penalties import without_ridge

FIXES = {
    "grad_sign_flipped": "put the minus back: the gradient is negated",
    **MADE,
    "grad_transposed": "transpose it: what is multiplied must have the shape of the layer, not only fit",
    "grad_missing_activation_derivative": "multiply the error signal by the activation's derivative",
    "grad_activation_derivative_wrong": "take the derivative of the function used in the forward pass, there",
    "grad_drops_upstream": "multiply the local derivative by the incoming error signal",
    "grad_constant_factor": "drop the stray factor",
    "grad_reduction_sum": "reduce over the rows as the loss does: both by a sum, or both by a mean",
    "grad_averaged_twice": "divide by the number of rows once",
    "grad_not_zeroed": "set the gradient buffers to zero before each backward pass",
    "update_order": "compute all gradients before any weight is changed",
    "inplace_mutation": "write into copies: a value kept for the backward pass was overwritten",
    "softmax_wrong_axis": "sum over the axis of the classes in the backward pass too",
    "double_softmax": "start the backward pass at the probabilities that the loss takes",
    "missing_softmax": "start the backward pass at the probabilities that the loss takes",
}

GRADIENT = tuple(FIXES)
"""The faults that are named by which gradient a mistake gives."""

_OF_ALL = ("grad_sign_flipped", "grad_reduction_sum", "grad_averaged_twice")


def examine_gradient(
    case: Case, observed: Leaves, tape: Tape | None, true: Leaves, source: str, after: Leaves | None = None,
    expect_one: bool = True, resting: list[int] | None = None, rated: bool = False,
) -> list[Finding]:  # fmt: skip
    """Findings about one observed gradient; `after` are the weights once the step was done.

    Parameters that a step leaves alone are no wrong gradients if they are `resting` (None: any may be). One
    whose step size is known is `rated`: no factor that parameters have in common is to be looked for.
    """
    if not np.isfinite(case.truth.value(case.generic, *case.batch())):
        return []  # a loss that is no number has no gradient
    noise = 0.05 if case.truth.how == "differences" else 1e-4  # steps across kinks
    scaled = only_rows_scaled(case, observed, true, tape) if expect_one and source == "grad" else None
    if scaled is not None:
        return [_name(scaled, source)]
    observed, ridge = without_ridge(observed, true, case.generic)
    case.ridge |= ridge
    larger = larger_penalty(case, ridge) if ridge and source == "grad" else []
    match = compare(observed, true)
    common = 1.0 if rated else consensus(match)
    one = expect_one and any(
        abs(f - 1) < 1e-4 and g < 1e-4 for f, g in zip(match.factors, match.gaps, strict=True))  # fmt: skip
    unlike = any(g > 1e-4 for g, z in zip(match.gaps, match.zero, strict=True) if not z)
    if one or (expect_one and common < 0 and unlike):
        common = 1.0
    common = downhill(match, common)
    bad = [k for k in match.wrong(common, noise) if not match.zero[k] or _present(observed[k], true)]
    frozen = [k for k in bad if not np.any(observed[k]) and (resting is None or k in resting)]
    if frozen and len(frozen) < len(observed) and source == "step":
        bad = [k for k in bad if k not in frozen]
    if not bad:
        return [] if not expect_one else _whole_factor(case, common, source, match) or larger
    first = _name(Seen(case, observed, tape, true, match, bad, common, after), source)
    finer = _held_otherwise(case, observed, true, source, after) if first.confidence <= NEAREST else None
    if finer is not None:
        return [finer]
    if first.id == "grad_bias_wrong" and max(match.gaps[k] for k in bad) < 1e-4:
        return [first, _also(first, "grad_constant_factor", "a stray factor on the bias gradient")]
    if first.id == "grad_sign_flipped" and "the bias" in first.words:
        return [first, _also(first, "grad_bias_wrong", "a bias that is multiplied by -1, not by one,")]
    if first.id == "grad_reduction_sum" and all(case.is_bias(k) for k in bad):
        return [first, _also(first, "grad_bias_wrong", "a bias gradient reduced in another way")]
    if first.id == "grad_wrong_input" and first.words.startswith("the derivative of"):
        return [first, _also(first, "grad_activation_derivative_wrong", "a derivative of another sum")]
    if first.id == "grad_constant_factor" and abs(case.size * match.factors[bad[0]] / common - 1) < 1e-3:
        return [first, _also(first, "grad_averaged_twice", "a second division by the rows")]
    return [first, *_others(first, observed, tape, bad)]


def _also(first: Finding, fault: str, what: str) -> Finding:
    """The other name of one gradient that is right but for 1/n: a mean for a sum, or one division more."""
    words = f"{what} gives the same numbers"
    return replace(first, id=fault, words=words, fix=FIXES[fault], confidence=0.2, weight=first.weight - 0.1)


def _others(first: Finding, observed: Leaves, tape: Tape | None, bad: list[int]) -> list[Finding]:
    """Where no mistake gives the gradient to rounding: the two other faults whose gradients are nearest."""
    if first.confidence > NEAREST or tape is None:
        return []
    return [
        replace(
            first,
            id=fault,
            words=words,
            fix=FIXES.get(fault, first.fix),
            confidence=0.2,
            weight=first.weight - 0.1 * (i + 1),
        )
        for i, (fault, words) in enumerate(nearest(observed, tape, bad, first.id))
    ]


def _held_otherwise(
    case: Case, observed: Leaves, true: Leaves, source: str, after: Leaves | None
) -> Finding | None:
    """What is wrong with the layers that one parameter holds, or many do, where it is known exactly."""
    for pieces, other in (found for way in (apart, in_layers) if (found := way(case)) is not None):
        seen_as, right = pieces.split(observed), pieces.split(true)
        match = compare(seen_as, right)
        common = consensus(match)
        bad = [k for k in match.wrong(common) if not match.zero[k] or _present(seen_as[k], right)]
        new = None if after is None else pieces.split(after)
        seen = Seen(other, seen_as, other.tape, right, match, bad, common, new)
        if not bad or explain(seen)[2] <= NEAREST:
            continue
        return _as_the_loops(_name(seen, source), pieces, right)
    return None


def _as_the_loops(out: Finding, pieces: Pieces | Stacks, leaves: Leaves) -> Finding:
    """A finding about layers held otherwise, its numbers those of the loop's own parameters."""
    known = partial(re.sub, r"(?<=parameter )\d+", lambda found: str(pieces.of[int(found[0])]))
    out.words, out.table = known(out.words), [(known(of), held) for of, held in out.table]
    if isinstance(out.where, int):
        out.words += pieces.part(out.where, leaves)
        out.where = pieces.of[out.where]
    return out


def _present(o: np.ndarray, true: Leaves) -> bool:
    return float(np.abs(o).max(initial=0)) > 1e-6 * max(float(np.abs(t).max(initial=0)) for t in true)


def _whole_factor(case: Case, f: float, source: str, match: Match) -> list[Finding]:
    """One factor on every parameter's gradient."""
    n = case.size
    where = "grad" if source == "grad" else "step"
    given = f"{source} gives {number(f)} times the true gradient"

    def found(fault: str, words: str, evidence: str, confidence: float, weight: float) -> list[Finding]:
        return [Finding(fault, where, words, evidence, FIXES[fault], confidence, weight)]

    if all(match.zero) or (f < 0 and source == "grad" and meant_as_descent(case)):
        return []
    if f < 0:
        return found("grad_sign_flipped", "the gradient points uphill: its sign is flipped", given, 1.0, 80)
    with_rows = _with_rows(case, f, source)
    if with_rows < 0 and case.per_row > 1:
        words = "the gradient is averaged over the rows, where the loss is their sum"
        return found("grad_reduction_sum", words, f"{given} on {n} rows", 0.9, 79)
    if with_rows < 0:
        return found("grad_averaged_twice", "the gradient is divided by the number of rows twice",
                     f"{given} on {n} rows", 0.9, 79)  # fmt: skip
    if with_rows > 0 and not (source == "grad" and divided_in_step(case)):
        return found("grad_reduction_sum",
                     "the gradient is summed over the rows where the loss is their mean",
                     f"{given} on {n} rows", 0.6, 79)  # fmt: skip
    features = case.X.shape[1] if case.X.ndim == 2 else 0
    if features > 2 and abs(f * features - 1) < 1e-3:
        evidence = f"{source} gives 1/{features} of the true gradient; X has {features} columns"
        words = "the gradient is divided by the number of features"
        out = found("grad_constant_factor", words, evidence, 0.9, 44)
        out[0].alone = False
        return out
    return []


def _with_rows(case: Case, f: float, source: str) -> int:
    """Whether a factor on the whole gradient is the number of rows (1), or one over it (-1), else 0.

    Of what `grad` gives other factors count as well, if they go with the rows and are not one on all rows.
    """
    n = case.size
    if n > 1 and abs(f * n - 1) < 1e-3:
        return -1
    if n > 2 and abs(f / n - 1) < 1e-3:
        return 1
    goes = power(case) if source == "grad" and abs(f - 1) > 1e-3 else 0
    return 0 if abs(f * (case.n / n) ** goes - 1) < 1e-3 else goes


def _name(seen: Seen, source: str) -> Finding:
    observed, match, bad, common = seen.observed, seen.match, seen.bad, seen.common
    every = len(bad) == len([z for z in match.zero if not z]) and len(bad) == len(observed)
    everywhere = "grad" if seen.case.patient.has_grad else "step"
    where: Any = everywhere if every and len(bad) > 1 else bad[0]
    fault, words, confidence = explain(seen)
    if fault == "update_order":
        where = "step"
    if fault == "loss_formula_wrong":
        where = "loss"
    if fault == "inplace_mutation" and len(bad) > 2:  # what was written over is no parameter's own
        where = "grad" if source == "grad" else "step"
    if (every and fault in _OF_ALL) or (fault == "grad_constant_factor" and _compounds(match, bad)):
        where = "grad" if source == "grad" else "step"
    table = [
        (f"parameter {k}", _held(match.factors[k] / common, match.gaps[k])) for k in range(len(observed))
    ]
    worst = max(match.gaps[k] for k in bad)
    evidence = (
        f"{source}: parameter {bad[0]} is {number(match.factors[bad[0]] / common)} times the true gradient"
        if worst < 1e-4
        else f"{source}: off the true gradient by up to {number(100 * worst)} % at parameters "
        f"{', '.join(map(str, bad))}"
    )
    return Finding(
        fault,
        where,
        words,
        evidence,
        FIXES.get(fault, "see the parameter named"),
        confidence,
        80 if confidence > NEAREST else 68.5 if _repeats(seen.case) else 50,
        table=table,
    )


def _compounds(match: Match, bad: list[int]) -> bool:
    """Whether factors grow by one and the same number from layer to layer: it stands in each of them."""
    factors = [1.0, *(abs(match.factors[k]) for k in bad if not match.zero[k])]
    logs = np.unique(np.round(np.log(factors), 4)) if min(factors) > 0 else np.zeros(0)
    return len(logs) > 2 and float(np.ptp(np.diff(logs))) < 1e-3


def _repeats(case: Case) -> bool:
    """Whether the step does the same twice: what draws noise, as dropout does, proves no wrong gradient."""
    return not case.patient.has_step or not draws_anew(case)


NEAREST = 0.55
"""Up to this confidence a wrong gradient was given the name of the mistake that comes nearest."""


def doubtful(f: Finding) -> bool:
    """Whether a finding is only the name of the mistake that comes nearest."""
    return f.id in FIXES and f.confidence <= NEAREST


def once_more(case: Case, found: list[Finding], experiment: Any) -> list[Finding]:
    """What was found, unless no mistake gives the gradient to rounding and it is right at a tamer point."""
    tamer = _tamer(case) if any(doubtful(f) for f in found) else None
    if tamer is None:
        return found
    again: list[Finding] = experiment(tamer)
    if any(f.id in FIXES for f in again):
        return found
    for name in ("rule", "rate", "decay", "ridge", "unruled"):
        setattr(case, name, getattr(tamer, name))
    return again


def _tamer(case: Case) -> Case | None:
    """The same patient measured where its loss is near that of next to no weights; None where it is.

    A loss that is cut off, such as a logarithm with a small number inside, has another gradient than the one
    that is meant wherever single rows are far off.
    """
    smaller = as_held(tamed(case.generic, case.first_loss, most=1.5), case.patient.leaves)
    if all(np.array_equal(a, b) for a, b in zip(smaller, case.generic, strict=True)):
        return None
    other = Case(case.patient, case.left())
    other.__dict__["generic"] = smaller
    return other


def experiment(case: Case) -> list[Finding]:
    """What the patient's own `grad` returns."""
    found = once_more(case, _examine(case), _examine)
    if found or not case.patient.has_grad:
        return found
    return [f for f in elsewhere(case, _examine) or later(case, _examine) if not doubtful(f)]


def _examine(case: Case) -> list[Finding]:
    if not case.patient.has_grad:
        return []
    case.tried.append("grad against the true gradient")
    X, y = case.batch()
    leaves = case.generic
    returned = _returned(case, leaves)
    unlike = unlike_parameters(case, returned)
    if unlike is not None:
        return [unlike]
    observed, true = shaped(returned, leaves), case.gradient(leaves, X, y)
    broken = no_numbers(case, case.leaves, shaped(_returned(case, case.leaves), leaves))
    if broken is not None:
        return [broken]
    if not all(np.isfinite(g).all() for g in true):
        return []
    broken = no_numbers(case, leaves, observed)
    if broken is not None:
        return [broken]
    return [*_memory(case, observed), *examine_gradient(case, observed, case.tape, true, "grad")]


def _returned(case: Case, leaves: Leaves) -> list[Any]:
    """What the user's grad makes of the first batch at these parameters."""
    own = [_own(x, o) for x, o in zip(leaves, case.patient.leaves, strict=True)]
    return case.patient.fresh().grad(own, *case.batch())


def _own(x: np.ndarray, like: Any) -> Any:
    return x.copy() if np.ndim(like) else float(x)


def _memory(case: Case, once: Leaves) -> list[Finding]:
    """Whether grad adds to what an earlier call left behind."""
    body = case.patient.fresh()
    X, y = case.batch()
    leaves = [_own(x, o) for x, o in zip(case.generic, case.patient.leaves, strict=True)]
    first = [np.array(g, float) for g in body.grad(leaves, X, y)]
    again = [np.array(g, float) for g in body.grad(leaves, X, y)]
    del once
    kept = [k for k, (a, f) in enumerate(zip(again, first, strict=True)) if f.any() and _near(a, 2 * f)]
    if not kept or any(not _near(a, f) for k, (a, f) in enumerate(zip(again, first, strict=True))
                       if k not in kept):  # fmt: skip
        return []
    every = len(kept) == len([f for f in first if f.any()])
    return [Finding(
        "grad_not_zeroed", "grad" if every else kept[0], "gradients of earlier calls stay in the buffer",
        "the second call on the same batch gives twice the first"
        + ("" if every else f" in parameters {', '.join(map(str, kept))}"),
        FIXES["grad_not_zeroed"], 1.0, 83)]  # fmt: skip


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    return float(np.sum((a - b) ** 2)) <= 1e-6 * float(np.sum(b * b))


def _held(factor: float, gap: float) -> str:
    """One parameter's gradient held against the true one, in words."""
    if gap > 1e-4:
        return f"no multiple of the true gradient: {number(100 * gap)} % of it is something else"
    return "right" if abs(factor - 1) < 1e-4 else f"{number(factor)} times the true gradient"
