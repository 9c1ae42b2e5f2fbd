"""The gradient against the true one: which parameters are wrong, and the spoiled pass that gives the same.

Does: asks `grad` (or reads the first `step`) at a point without ties, on one batch.
Measures: per parameter the factor to the true gradient and what is left over.
Speaks for: every fault of the gradient group. Against: all of them where factors agree.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from pullback.diagnose._case import Case, Leaves
from pullback.diagnose._findings import Finding, number
from pullback.diagnose._tapes import Tape, Wrong, mistakes, through

_FIXES = {
    "grad_sign_flipped": "put the minus back: the gradient is negated",
    "grad_transposed": "transpose it: what is multiplied must have the shape of the layer, not only fit",
    "grad_wrong_input": "use the input that this very layer had in the forward pass",
    "grad_wrong_delta": "use the error signal of this very layer",
    "grad_missing_activation_derivative": "multiply the error signal by the activation's derivative",
    "grad_activation_derivative_wrong": "take the derivative of the function used in the forward pass, there",
    "grad_drops_upstream": "multiply the local derivative by the incoming error signal",
    "grad_bias_wrong": "sum the error signal over the rows, one number per unit, as for the weights",
    "grad_constant_factor": "drop the stray factor",
    "grad_reduction_sum": "divide by the number of rows, as the loss does",
    "grad_averaged_twice": "divide by the number of rows once",
    "grad_not_zeroed": "set the gradient buffers to zero before each backward pass",
    "update_order": "compute all gradients before any weight is changed",
    "inplace_mutation": "write into copies: a value kept for the backward pass was overwritten",
}


@dataclass
class Match:
    """An observed gradient against the true one: factor and remainder by parameter."""

    factors: list[float]
    gaps: list[float]
    zero: list[bool]

    def wrong(self, common: float, loose: float = 1e-4) -> list[int]:
        return [
            k for k, (f, gap) in enumerate(zip(self.factors, self.gaps, strict=True))
            if gap > loose or abs(f / common - 1) > loose
        ]  # fmt: skip


def compare(observed: Leaves, true: Leaves) -> Match:
    """Per parameter the best factor `f` and |observed - f true| / |observed|."""
    factors, gaps, zero = [], [], []
    size = np.sqrt(sum(float(np.sum(t * t)) for t in true)) or 1.0
    for o, t in zip(observed, true, strict=True):
        tt, oo = float(np.sum(t * t)), float(np.sum(o * o))
        none = tt <= (1e-9 * size) ** 2
        f = float(np.sum(o * t)) / tt if not none else 1.0
        left = float(np.sum((o - f * t) ** 2))
        factors.append(f)
        gaps.append(float(np.sqrt(left / oo)) if oo > 0 else (0.0 if none else 1.0))
        zero.append(none)
    return Match(factors, gaps, zero)


def consensus(match: Match) -> float:
    """The factor most parameters agree on, weighted by nothing but their number."""
    good = [f for f, g, z in zip(match.factors, match.gaps, match.zero, strict=True)
            if g < 1e-4 and not z and f != 0]  # fmt: skip
    if not good:
        return 1.0
    counts = [(sum(abs(f / g - 1) < 1e-4 for g in good), abs(f - 1) < 1e-4, i) for i, f in enumerate(good)]
    last = max(counts)
    return good[last[2]]


def examine_gradient(
    case: Case, observed: Leaves, tape: Tape | None, true: Leaves, source: str, after: Leaves | None = None,
    expect_one: bool = True, noise: float = 1e-4,
) -> list[Finding]:  # fmt: skip
    """Findings about one observed gradient; `after` are the weights once the step was done."""
    match = compare(observed, true)
    common = consensus(match)
    one = expect_one and any(
        abs(f - 1) < 1e-4 and g < 1e-4 for f, g in zip(match.factors, match.gaps, strict=True))  # fmt: skip
    common = (
        1.0
        if one
        or (
            expect_one
            and common < 0
            and any(g > 1e-4 for g, z in zip(match.gaps, match.zero, strict=True) if not z)
        )
        else common
    )
    bad = [k for k in match.wrong(common, noise) if not match.zero[k] or _present(observed[k], true)]
    frozen = [k for k in bad if not np.any(observed[k])]
    if frozen and len(frozen) < len(observed) and source == "step":
        bad = [k for k in bad if k not in frozen]
    if not bad:
        return [] if not expect_one else _whole_factor(case, common, source, match)
    return [_name(case, observed, tape, true, match, bad, common, source, after)]


def _present(o: np.ndarray, true: Leaves) -> bool:
    return float(np.abs(o).max(initial=0)) > 1e-6 * max(float(np.abs(t).max(initial=0)) for t in true)


def _whole_factor(case: Case, f: float, source: str, match: Match) -> list[Finding]:
    n = case.size
    where = "grad" if source == "grad" else "step"
    if all(match.zero):
        return []
    if f < 0:
        return [Finding(
            "grad_sign_flipped", where, "the gradient points uphill: its sign is flipped",
            f"{source} gives {number(f)} times the true gradient", _FIXES["grad_sign_flipped"], 1.0, 80)]  # fmt: skip
    if n > 1 and abs(f * n - 1) < 1e-3:
        return [Finding(
            "grad_averaged_twice", where, "the gradient is divided by the number of rows twice",
            f"{source} gives 1/{n} of the true gradient on {n} rows", _FIXES["grad_averaged_twice"], 0.9, 79)]  # fmt: skip
    if n > 2 and abs(f / n - 1) < 1e-3:
        return [Finding(
            "grad_reduction_sum", where, "the gradient is summed over the rows where the loss is their mean",
            f"{source} gives {number(f)} times the true gradient on {n} rows",
            _FIXES["grad_reduction_sum"], 0.6, 79)]  # fmt: skip
    return []


def _name(
    case: Case, observed: Leaves, tape: Tape | None, true: Leaves, match: Match, bad: list[int], common: float,
    source: str, after: Leaves | None,
) -> Finding:  # fmt: skip
    every = len(bad) == len([z for z in match.zero if not z]) and len(bad) == len(observed)
    where: Any = ("grad" if source == "grad" else "step") if every and len(bad) > 1 else bad[0]
    id, words, confidence = _explain(case, observed, tape, true, match, bad, common, after)
    if id == "update_order":
        where = "step"
    table = [
        (f"parameter {k}", f"factor {number(match.factors[k] / common)}, left over {number(match.gaps[k])}")
        for k in range(len(observed))
    ]
    worst = max(match.gaps[k] for k in bad)
    evidence = (
        f"{source}: parameter {bad[0]} is {number(match.factors[bad[0]] / common)} times the true gradient"
        if worst < 1e-4
        else f"{source}: parameters {', '.join(map(str, bad))} differ from the true gradient by up to "
        f"{number(100 * worst)} %"
    )
    return Finding(
        id,
        where,
        words,
        evidence,
        _FIXES.get(id, "see the parameter named"),
        confidence,
        80 if confidence > 0.55 else 50,
        table=table,
    )


def _explain(
    case: Case, observed: Leaves, tape: Tape | None, true: Leaves, match: Match, bad: list[int], common: float,
    after: Leaves | None,
) -> tuple[str, str, float]:  # fmt: skip
    simple = _by_factor(case, observed, true, match, bad, common)
    if simple is not None:
        return simple
    if tape is None:
        return _closest(case, observed, true, match, bad, common, [])
    claims = list(mistakes(tape))
    for k in bad:
        if k not in case.weights:
            claims += list(_bias_signals(tape, k))
    if after is not None:
        claims = list(_orders(tape, after)) + claims
    exact = _exact(observed, claims, bad, common, true)
    if exact is not None:
        return exact[0], exact[1], 1.0
    biases = [k for k in bad if k not in case.weights]
    if len(biases) == len(bad):
        return "grad_bias_wrong", _bias_words(observed, match, bad), 0.95
    return _closest(case, observed, true, match, bad, common, claims)


def _by_factor(
    case: Case, observed: Leaves, true: Leaves, match: Match, bad: list[int], common: float
) -> tuple[str, str, float] | None:
    if any(match.gaps[k] > 1e-4 for k in bad):
        return None
    ratio = match.factors[bad[0]] / common
    if all(match.factors[k] / common < 0 for k in bad):
        return "grad_sign_flipped", "a minus is lost on the way: some parameters go uphill", 1.0
    n = case.size
    biased = all(k not in case.weights for k in bad)
    if biased and (abs(ratio / n - 1) < 1e-3 or abs(ratio * n - 1) < 1e-3) and n > 2:
        return "grad_bias_wrong", "the bias gradient is reduced in another way than the weights'", 0.95
    if n > 2 and abs(ratio / n - 1) < 1e-3:
        return "grad_reduction_sum", f"summed over the {n} rows where the loss is their mean", 0.9
    if n > 2 and abs(ratio * n - 1) < 1e-3:
        return "grad_averaged_twice", f"divided by the {n} rows twice", 0.9
    return "grad_constant_factor", f"a stray factor of {number(ratio)}", 0.95


def _bias_words(observed: Leaves, match: Match, bad: list[int]) -> str:
    if all(np.ptp(observed[k]) == 0 and observed[k].size > 1 for k in bad):
        return "the bias gradient is one number for all units: reduced over the wrong axis"
    return "the bias gradient is not the sum of its error signal over the rows"


def _orders(tape: Tape, after: Leaves) -> Any:
    words = "a weight is changed before it has carried the error signal back"
    for product in tape.products[1:]:
        yield Wrong("update_order", words, through(tape, product, _newer(tape, product, after)))
    for split in range(1, len(tape.leaves)):
        for mixed in ([*tape.leaves[:split], *after[split:]], [*after[:split], *tape.leaves[split:]]):
            late = tape.again(mixed)
            first = range(split) if mixed[0] is tape.leaves[0] else range(split, len(mixed))
            grads = [late[k] if k in first else tape.true[k] for k in range(len(mixed))]
            yield Wrong(
                "update_order", "some weights are changed before the others' gradients are taken", grads
            )
    if len(tape.products) > 2:
        from pullback.diagnose._tapes import _ways

        instead: dict[int, Any] = {}
        for product in tape.products[1:]:
            instead |= _ways(product, _newer(tape, product, after))
        yield Wrong("update_order", words, tape.rec.gradient(len(tape.leaves), instead=instead))


def _newer(tape: Tape, product: Any, after: Leaves) -> Any:
    old, new = np.asarray(tape.leaves[product.leaf], float), after[product.leaf]

    def change(w: np.ndarray) -> np.ndarray:
        if w.shape == old.shape and np.allclose(w, old):
            return new
        return new.T if w.shape == old.T.shape else new.reshape(w.shape)

    return change


def _exact(
    observed: Leaves, claims: list[Wrong], bad: list[int], common: float, true: Leaves
) -> tuple[str, str] | None:
    by_leaf: dict[int, list[Wrong]] = {k: [] for k in bad}
    for claim in claims:
        if claim.partial:
            for k in bad:
                if claim.grads[k] is not None and _fits(observed[k], claim.grads[k], common):
                    by_leaf[k].append(claim)
        elif all(_fits(observed[k], claim.grads[k], common) for k in range(len(observed))):
            return claim.id, claim.words
    weights = {k: found for k, found in by_leaf.items() if found}
    if weights:
        count = Counter(id for found in weights.values() for id in {c.id for c in found})
        full = [id for id, c in count.most_common() if c == max(count.values())]
        first = weights[min(weights)][0]
        return (first.id if first.id in full else full[0]), first.words
    for claim in claims:  # a spoiled pass that explains the wrong ones, up to one common factor
        if not claim.partial and all(_fits(observed[k], claim.grads[k], None) for k in bad):
            return claim.id, claim.words
    return None


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


def _closest(
    case: Case, observed: Leaves, true: Leaves, match: Match, bad: list[int], common: float, claims: list[Wrong]
) -> tuple[str, str, float]:  # fmt: skip
    """No spoiled pass gives the same: the one nearest in direction, over the parameters that are wrong."""
    best = ("grad_wrong_delta", "it is not the gradient of the loss", 0.3)
    if all(k not in case.weights for k in bad):
        return "grad_bias_wrong", _bias_words(observed, match, bad), 0.8
    cos = _cosine(observed, true, bad)
    if cos < -0.9:
        return "grad_sign_flipped", "it points uphill", 0.7
    score = max(cos, 0.2)
    for claim in claims:
        if claim.partial:
            continue
        c = _cosine(observed, claim.grads, bad)
        if c > score + 0.02:
            score = c
            best = (claim.id, claim.words + " (nearest, not exact)", 0.5 * c)
    return best


def _cosine(a: Leaves, b: Leaves, over: list[int]) -> float:
    x = np.concatenate([np.ravel(a[k]) / (np.linalg.norm(a[k]) or 1) for k in over])
    z = np.concatenate([np.ravel(b[k]) / (np.linalg.norm(b[k]) or 1) for k in over])
    if not (np.isfinite(x).all() and np.isfinite(z).all()):
        return 0.0
    return float(x @ z / ((np.linalg.norm(x) * np.linalg.norm(z)) or 1))


def experiment(case: Case) -> list[Finding]:
    """What the patient's own `grad` returns."""
    if not case.patient.has_grad:
        return []
    case.tried.append("grad against the true gradient")
    body = case.patient.fresh()
    X, y = case.batch()
    leaves = case.generic
    observed = _shaped(body.grad([_own(x, o) for x, o in zip(leaves, case.patient.leaves, strict=True)], X, y),
                       leaves)  # fmt: skip
    if isinstance(observed, Finding):
        return [observed]
    true = case.gradient(leaves, X, y)
    if not all(np.isfinite(g).all() for g in (*observed, *true)):
        return []
    return [*_memory(case, observed), *examine_gradient(case, observed, case.tape, true, "grad")]


def _own(x: np.ndarray, like: Any) -> Any:
    return x.copy() if np.ndim(like) else float(x)


def _shaped(observed: list[Any], leaves: Leaves) -> Any:
    out = []
    if len(observed) != len(leaves):
        return Finding(
            "grad_bias_wrong", "grad", "grad returns another number of arrays than there are parameters",
            f"{len(observed)} gradients for {len(leaves)} parameters", "return one gradient per parameter", 0.5, 80,
        )  # fmt: skip
    for k, (o, x) in enumerate(zip(observed, leaves, strict=True)):
        o = np.zeros(x.shape) if o is None else np.asarray(o, float)
        if o.shape == x.shape:
            out.append(o)
        elif o.size == x.size:
            out.append(o.reshape(x.shape) if 1 in o.shape or 1 in x.shape else o.T.reshape(x.shape))
        else:
            bias = x.ndim == 1 or 1 in x.shape
            return Finding(
                "grad_bias_wrong" if bias else "grad_transposed", k,
                f"the gradient of parameter {k} has another shape than the parameter",
                f"gradient {o.shape}, parameter {x.shape}", _FIXES["grad_bias_wrong"], 0.95, 82,
            )  # fmt: skip
    return out


def _bias_signals(tape: Tape, k: int) -> Any:
    from pullback.diagnose._tapes import bias_claims

    yield from bias_claims(tape, k)


def _memory(case: Case, once: Leaves) -> list[Finding]:
    """Whether grad adds to what an earlier call left behind."""
    body = case.patient.fresh()
    X, y = case.batch()
    leaves = [_own(x, o) for x, o in zip(case.generic, case.patient.leaves, strict=True)]
    first = [np.array(g, float) for g in body.grad(leaves, X, y)]
    again = [np.array(g, float) for g in body.grad(leaves, X, y)]
    del once
    total, size = sum(np.sum((a - b) ** 2) for a, b in zip(again, first, strict=True)), sum(
        np.sum(f * f) for f in first)  # fmt: skip
    if size and total > 1e-6 * size:
        twice = sum(np.sum((a - 2 * f) ** 2) for a, f in zip(again, first, strict=True)) < 1e-6 * size
        if twice:
            return [Finding(
                "grad_not_zeroed", "grad", "gradients of earlier calls stay in the buffer",
                "the second call on the same batch gives twice the first", _FIXES["grad_not_zeroed"], 1.0, 83)]  # fmt: skip
    return []
