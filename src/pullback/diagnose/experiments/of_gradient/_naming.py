"""Parts of the gradient experiment: which mistake gives an observed gradient."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from pullback.check._differences import Rounding, Slopes
from pullback.check._evidence import Evidence, LeafEvidence
from pullback.check._mistakes import SIMPLE, name_leaf
from pullback.check._subject import GradientSubject
from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import number
from pullback.diagnose.backward._folded import bias_part
from pullback.diagnose.backward._misplaced import bias_claims
from pullback.diagnose.backward._spoiled import mistakes
from pullback.diagnose.backward._tapes import Tape, Wrong
from pullback.diagnose.experiments.of_gradient._any_slope import own_slopes
from pullback.diagnose.experiments.of_gradient._by_count import stays
from pullback.diagnose.experiments.of_gradient._entries import by_entry
from pullback.diagnose.experiments.of_gradient._match import Match, Seen, compare, cosine
from pullback.diagnose.experiments.of_gradient._meant_loss import meant_loss
from pullback.diagnose.experiments.of_gradient._one_row import minus_lost, wrong_input
from pullback.diagnose.experiments.of_gradient._orders import in_turn, orders
from pullback.diagnose.experiments.of_gradient._other_loss import other_loss
from pullback.diagnose.experiments.of_gradient._owed import penalty_share
from pullback.diagnose.experiments.of_gradient._right_signal import follows_its_input, follows_its_signal


def explain(seen: Seen) -> tuple[str, str, float]:
    """The fault, its words and how sure it is."""
    simple = _by_factor(seen) or _beside_penalty(seen)
    if simple is not None:
        return simple
    tape, bad = seen.tape, seen.bad
    if tape is None:
        return _closest(seen, [])
    if in_turn(tape, seen.after, bad, lambda k, g: _fits(seen.observed[k], g, seen.common, 1e-5)):
        return "update_order", "some weights are changed before the others' gradients are taken", 1.0
    claims = list(mistakes(tape))
    for k in bad:
        if seen.case.is_bias(k):
            claims += list(bias_claims(tape, k))
    if seen.after is not None:
        claims = list(orders(tape, seen.after)) + claims
    exact = _exact(seen.observed, claims, bad, seen.common, free=seen.case.size > 1)
    if exact is not None:
        return exact[0], exact[1], 1.0
    owed = penalty_share(seen.case, seen.observed, seen.true, bad, seen.common)
    if owed is not None:
        return owed
    if minus_lost(seen.case, seen.observed, seen.true, bad):
        return "grad_sign_flipped", "a minus is lost where some of a layer's inputs enter", 0.95
    if wrong_input(seen.case, seen.observed, seen.true, bad):
        return "grad_wrong_input", "the right error signal, times another input than the layer's own", 0.95
    if all(_shifted(seen, k) for k in bad):
        return "grad_wrong_input", "every entry has its neighbour's gradient: an index is off by one", 0.95
    known = _bias_inside(seen, tape) or _by_entry(seen) or meant_loss(seen.case, tape, seen.observed)
    known = known or own_slopes(seen, tape, _fits) or _known_to_check(seen)
    if known is not None:
        return known
    biases = [k for k in bad if seen.case.is_bias(k)]
    if len(biases) == len(bad):
        if all(_opposite(seen, k) for k in bad):
            return "grad_sign_flipped", "a minus is lost in the bias's gradient alone", 0.95
        return "grad_bias_wrong", _bias_words(seen.observed, seen.match, bad), 0.95
    if follows_its_signal(seen.case, tape, bad):
        return "grad_wrong_input", "the right error signal, times another input than the weight's own", 0.9
    known = other_loss(seen.case, seen.observed)
    if known is None and follows_its_input(seen.case, tape, bad):
        known = "grad_wrong_delta", "the weight's own input, times another error signal than the loss's", 0.5
    return known or _closest(seen, claims)


def _opposite(seen: Seen, k: int) -> bool:
    """Whether a gradient is the true one but for its sign, as nearly as a step row by row tells it."""
    o, t = seen.observed[k] / seen.common, seen.true[k]
    return bool(t.any() and np.abs(o + t).max() < 2e-3 * np.abs(t).max())


def _shifted(seen: Seen, k: int) -> bool:
    """Whether a row of coefficients has each one's gradient in its neighbour's place, as far as both reach.

    Where nothing else tells the step's size it is free; then three entries or more have to agree.
    """
    o, t = seen.observed[k], seen.true[k]
    if o.ndim != 1 or o.size < 4:
        return False
    known = None if len(seen.bad) == len(seen.observed) else seen.common
    return any(b.any() and _fits(a, b, known, 1e-5) for a, b in ((o[:-1], t[1:]), (o[1:], t[:-1])))


def _by_entry(seen: Seen) -> tuple[str, str, float] | None:
    """What is wrong with some entries of the parameters, where it is the same with all that are wrong."""
    found = [by_entry(seen.case, k, seen.observed[k] / seen.common, seen.true[k]) for k in seen.bad]
    first = found[0]
    return first if first is not None and all(f is not None and f[0] == first[0] for f in found) else None


def _bias_inside(seen: Seen, tape: Tape) -> tuple[str, str, float] | None:
    """What is wrong with the biases that the weights hold, where all else in them is right."""
    opposite = True
    for k in seen.bad:
        bias, o, t = bias_part(tape, k), seen.observed[k] / seen.common, seen.true[k]
        tight = 1e-6 * np.abs(t).max(initial=0)
        if bias is None or np.abs(o - t)[~bias].max(initial=0) > tight:
            return None
        opposite &= bool(t[bias].any() and np.abs(o + t)[bias].max() <= tight)
    if opposite:
        return "grad_sign_flipped", "a minus is lost in the bias's part of a weight's gradient", 0.95
    words = "the bias's part of a weight's gradient is not the sum of its error signal over the rows"
    return "grad_bias_wrong", words, 0.95


def _known_to_check(seen: Seen) -> tuple[str, str, float] | None:
    """The name that `check` has for what is wrong, where it has one for every parameter that is."""
    if seen.after is not None and any(not seen.observed[k].any() for k in seen.bad):
        return None  # a parameter that one step leaves alone, and others do not, is not detached
    X, y = seen.case.batch()
    subject = GradientSubject(seen.case.loss, seen.case.loss, list(seen.case.generic), (X, y), {})
    leaves = [_as_evidence(k, o / seen.common, t) for k, (o, t) in enumerate(
        zip(seen.observed, seen.true, strict=True))]  # fmt: skip
    value = np.array([seen.case.truth.value(seen.case.generic, X, y)])
    found = Evidence(subject, "whole", leaves, [()], value, Rounding(value, 0 * value))
    mistakes = [name_leaf(leaves[k], found, SIMPLE) for k in seen.bad]
    if any(m is None or m.fault is None for m in mistakes):
        return None
    first = mistakes[0]
    if seen.case.size == 1 and first is not None and first.fault == "grad_constant_factor":
        return None  # of one row every number is a multiple of another
    assert first is not None
    assert first.fault is not None
    return first.fault, first.text.replace("the cotangent of", "the gradient of"), 0.9


def _as_evidence(k: int, o: np.ndarray, t: np.ndarray) -> LeafEvidence:
    true, none = t.reshape(-1, 1), np.zeros((t.size, 1))
    slopes = Slopes(true, 1e-6 * np.abs(true) + 1e-9 * np.abs(true).max(initial=0), none, none)
    return LeafEvidence(k, f"parameter {k}", t.shape, t, o.reshape(1, -1), slopes)


def _beside_penalty(seen: Seen) -> tuple[str, str, float] | None:
    """A factor on the rows' part of the gradient alone, where a weight penalty has a part beside it."""
    rows = without_penalty(seen.case, seen.observed, seen.true, seen.tape)
    found = _by_factor(rows) if rows is not None and rows.bad else None
    return found and (found[0], found[1] + ", beside the penalty's part", found[2])


def without_penalty(case: Case, observed: Leaves, true: Leaves, tape: Tape | None) -> Seen | None:
    """The rows' part of a gradient whose penalty's part is as the loss has it; None without a penalty."""
    penalty = case.truth.penalty_grad(case.generic, *case.batch()) if tape is not None else None
    if penalty is None or not any(np.any(p) for p in penalty):
        return None
    rows = [[a - p for a, p in zip(gs, penalty, strict=True)] for gs in (observed, true)]
    match = compare(*rows)
    return Seen(case, rows[0], tape, rows[1], match, match.wrong(1.0))


def only_rows_scaled(case: Case, observed: Leaves, true: Leaves, tape: Tape | None) -> Seen | None:
    """The rows' part of a gradient, where factors on it are all that is wrong: the penalty's part is right.

    Taken together the two parts look like a right gradient, times a factor, with another penalty.
    """
    seen = without_penalty(case, observed, true, tape)
    if seen is None or not seen.bad or max(seen.match.gaps) > 1e-6:
        return None
    parted = [k for k in seen.bad if true[k].size > 3 and np.any(true[k] - seen.true[k])]
    return seen if parted and min(seen.match.factors[k] for k in seen.bad) > 0 else None


def _by_factor(seen: Seen) -> tuple[str, str, float] | None:
    case, true, match, bad, common = (
        seen.case, seen.true, seen.match, seen.bad, seen.common)  # fmt: skip
    if any(match.gaps[k] > 1e-4 for k in bad):
        return None
    ratio = match.factors[bad[0]] / common
    if (case.size == 1 or all(true[k].size == 1 for k in bad)) and not _chosen(ratio):
        return None  # one number is always some multiple of another: only a factor someone would write counts
    if all(match.factors[k] / common < 0 for k in bad):
        return "grad_sign_flipped", "a minus is lost on the way: some parameters go uphill", 1.0
    n = case.size
    biased = all(case.is_bias(k) for k in bad)
    counts = {n, *(c for k in bad for c in _places(seen.tape, k, n))} if biased else set()
    if any(abs(ratio * count - 1) < 1e-3 for count in counts if count > 2):
        return "grad_bias_wrong", "the bias gradient is reduced in another way than the weights'", 0.95
    if n > 2 and abs(ratio / n - 1) < 1e-3:
        if stays(case):
            return "grad_constant_factor", f"a stray factor of {number(ratio)}, on fewer rows too", 0.9
        return "grad_reduction_sum", f"summed over the {n} rows where the loss is their mean", 0.9
    if n > 2 and abs(ratio * n - 1) < 1e-3 and case.per_row > 1:
        return "grad_reduction_sum", f"averaged over the {n} rows where the loss is their sum", 0.9
    if n > 2 and abs(ratio * n - 1) < 1e-3:
        if _one_of_many(case, bad):
            return (
                "grad_constant_factor",
                f"a stray factor of 1/{n} in one layer: its {n} rows once more",
                0.9,
            )
        return "grad_averaged_twice", f"divided by the {n} rows twice", 0.9
    if _a_weight_left_out(seen):
        return "grad_wrong_delta", "a weight is left out on the way back", 0.95
    return "grad_constant_factor", f"a stray factor of {number(ratio)}", 0.95


def _a_weight_left_out(seen: Seen) -> bool:
    """Whether the factors, of units that are parameters by themselves, divide by entries of one leaf."""
    owed = [seen.common / seen.match.factors[k] for k in seen.bad]
    leaves = enumerate(seen.case.generic)
    others = [x.ravel() for k, x in leaves if k not in seen.bad and x.size < MOST_UNITS]
    return any(all((np.abs(x / o - 1) < 1e-6).any() for o in owed) for x in others) and not any(
        map(_chosen, owed))  # fmt: skip


MOST_UNITS = 100
"""So many entries of a parameter are looked through for a factor: among more one is soon near."""


def _places(tape: Tape | None, k: int, rows: int) -> set[float]:
    """Over how many numbers each unit of a bias is summed, in all rows and in one, as in convolutions."""
    if tape is None:
        return set()
    leaf = tape.rec.leaves[k]
    sums = [n.value.size / leaf.value.size for n in tape.rec.nodes if any(p is leaf for p in n.parents)
            and n.name in ("add", "subtract") and n.value.size > leaf.value.size]  # fmt: skip
    return {c for count in sums for c in (count, count / rows)}


def _one_of_many(case: Case, bad: list[int]) -> bool:
    """Whether what is wrong is one weight, or its bias too, and other weights are right."""
    return sum(k in case.weights for k in bad) == 1 < len(case.weights)


def _chosen(ratio: float) -> bool:
    """Whether a factor, or what it divides by, has at most two digits."""
    sizes = [abs(r) for r in (ratio, 1 / ratio if ratio else 0.0) if r]
    return any(abs(float(f"{r:.1e}") / r - 1) < 1e-5 for r in sizes)


def _bias_words(observed: Leaves, match: Match, bad: list[int]) -> str:
    if all(np.ptp(observed[k]) == 0 and observed[k].size > 1 for k in bad):
        return "the bias gradient is one number for all units: reduced over the wrong axis"
    return "the bias gradient is not the sum of its error signal over the rows"


def _exact(
    observed: Leaves, claims: list[Wrong], bad: list[int], common: float, free: bool
) -> tuple[str, str] | None:
    by_leaf: dict[int, list[Wrong]] = {k: [] for k in bad}
    for claim in claims:
        if claim.partial:
            for k in bad:
                tight = 1e-4 if observed[k].size > 1 else 1e-6  # one number is soon near another
                if claim.grads[k] is not None and _fits(observed[k], claim.grads[k], common, tight):
                    by_leaf[k].append(claim)
        elif all(_fits(observed[k], claim.grads[k], common) for k in range(len(observed))):
            return claim.id, claim.words
    weights = {k: found for k, found in by_leaf.items() if found}
    if weights:
        count = Counter(name for found in weights.values() for name in {c.id for c in found})
        full = [name for name, c in count.most_common() if c == max(count.values())]
        first = weights[min(weights)][0]
        return (first.id if first.id in full else full[0]), first.words
    if not free or all(observed[k].size == 1 for k in bad):  # of one row much is a multiple of much
        return None
    for claim in claims:  # a spoiled pass that explains the wrong ones, up to one common factor
        if claim.partial or not all(_fits(observed[k], claim.grads[k], None) for k in bad):
            continue
        others = [k for k in range(len(observed)) if k not in bad]
        if claim.id in _OF_ACTIVATION and not all(_fits(observed[k], claim.grads[k], common) for k in others):
            return (
                "grad_wrong_delta",
                f"the error signal handed down is another than the layer's own: {claim.words}",
            )
        return claim.id, claim.words
    return None


_OF_ACTIVATION = ("grad_missing_activation_derivative", "grad_activation_derivative_wrong")


def _fits(o: np.ndarray, g: Any, common: float | None, tight: float = 1e-4) -> bool:
    if g is None:
        return False
    options = list(g) if np.ndim(g) == o.ndim + 1 else [g]
    for h in options:
        h = np.asarray(h)
        if h.shape != o.shape:
            continue
        f = common
        hh = float(np.sum(h * h))
        if f is None:
            f = float(np.sum(o * h)) / hh if hh else 0.0
        size = float(np.sqrt(np.sum(o * o))) or abs(f) * np.sqrt(hh)
        if 0 < np.abs(o).max(initial=0) < 1e-13 and 0 < np.abs(h).max(initial=0) < 1e-13:
            return True
        if float(np.sqrt(np.sum((o - f * h) ** 2))) <= tight * size or (size == 0 and hh == 0):
            return f != 0
    return False


def _closest(seen: Seen, claims: list[Wrong]) -> tuple[str, str, float]:
    """No spoiled pass gives the same: the one nearest in direction, over the parameters that are wrong."""
    case, observed, true, match, bad = seen.case, seen.observed, seen.true, seen.match, seen.bad
    best = ("grad_wrong_delta", "it is not the gradient of the loss", 0.3)
    if all(case.is_bias(k) for k in bad):
        return "grad_bias_wrong", _bias_words(observed, match, bad), 0.8
    if _signal_right(seen):
        words = "the bias's gradient is right, and so the error signal: its factor is not the layer's input"
        return "grad_wrong_input", words, 0.7
    cos = cosine(observed, true, bad)
    if cos < -0.9 and any(true[k].size > 1 for k in bad):  # single numbers have no direction
        return "grad_sign_flipped", "it points uphill", 0.7
    score = max(cos, 0.2)
    for claim in claims:
        if claim.partial:
            continue
        c = cosine(observed, claim.grads, bad)
        if c > score + 0.02:
            score = c
            best = (claim.id, claim.words + " (nearest, not exact)", 0.5 * c)
    return best


def _signal_right(seen: Seen) -> bool:
    """Whether all that is wrong are weights of one number, which has no direction, beside right biases."""
    layers = seen.case.net.layers if seen.case.net is not None else []
    beside = {layer.w: layer.b for layer in layers}
    right = [
        b for b in map(beside.get, seen.bad) if b is not None and b not in seen.bad and seen.true[b].any()
    ]
    return len(right) == len(seen.bad) and all(seen.true[k].size == 1 for k in seen.bad)


def nearest(observed: Leaves, tape: Tape, bad: list[int], known: str) -> list[tuple[str, str]]:
    """The two faults, other than `known`, whose spoiled passes point most nearly the observed way."""
    best: dict[str, tuple[float, str]] = {}
    for claim in mistakes(tape):
        over = [
            k for k in bad if claim.grads[k] is not None and np.shape(claim.grads[k]) == observed[k].shape
        ]
        if claim.id == known or not over:
            continue
        c = cosine(observed, claim.grads, over)
        if c > best.get(claim.id, (0.2, ""))[0]:
            best[claim.id] = c, claim.words + " (near, not exact)"
    ranked = sorted(best.items(), key=lambda one: -one[1][0])
    return [(fault, words) for fault, (_, words) in ranked[:2]]
